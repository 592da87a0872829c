"""What the till says: the member in front of the cashier, and the slip after a sale. Ready texts."""

import msgspec

from kopilka.core.programme.document import Treatment
from kopilka.core.settlement.fiscal import fiscal_sale
from kopilka.core.settlement.sale import Sale
from kopilka.look.coupons import given_words
from kopilka.look.offers import PerkWords
from kopilka.look.printed import printed
from kopilka.look.slip import Slip, by_kind, points_text
from kopilka.usecases.views import Burn, LevelView, MemberView
from kopilka.values.money import major_text
from kopilka.words import calendar, formats, levels
from kopilka.words.catalogue import catalogue
from kopilka.words.explanation import Teller
from kopilka.words.render import Tongue

_SHOWN_DIGITS = 4


class MemberWords(msgspec.Struct, frozen=True):
    """The member as the cashier sees them: enough to greet, not enough to note down."""

    member_id: str
    name: str
    initials: str
    phone: str
    level: str
    balance: str
    burns: tuple[str, ...]
    note: str
    perks: tuple[PerkWords, ...] = ()


class SoldWords(msgspec.Struct, frozen=True):
    """A closed receipt: what to take, and what to print."""

    receipt_id: str
    paid: str
    facts: tuple[tuple[str, str], ...]
    slip: str
    won: str
    coupons: tuple[str, ...] = ()


def member_words(
    member: MemberView,
    balances: dict[str, int],
    level: LevelView | None,
    burns: tuple[Burn, ...],
    tongue: Tongue,
) -> MemberWords:
    """The member; `balances` are free units by kind."""
    tag, say = tongue.language, catalogue(tongue.language)
    first, _, last = member.person.name.partition(" ")
    name = f"{first} {last[:1]}." if last else first
    shown = ", ".join(points_text(tongue, units, kind) for kind, units in balances.items())
    note = ""
    if level is not None:
        note = " · ".join(filter(None, (levels.next_words(level, tongue), levels.keep_words(level, tongue))))
    return MemberWords(
        member.member_id, name or say.gettext("Member"), (first[:1] + last[:1]).upper() or "?", masked(member.person.phone),
        "" if level is None else levels.title(tongue, level.outlook.level),
        shown or points_text(tongue, 0, next(iter(tongue.points))),
        tuple(
            say.gettext(
                "%(points)s after %(day)s",
                points=points_text(tongue, row.units, row.kind), day=calendar.day_of_year(tag, row.last_on),
            )
            for row in burns
        ),
        note,
    )  # fmt: skip


def sold_words(
    sale: Sale, balances: dict[str, tuple[int, int]], teller: Teller, shop: str, treatment: Treatment
) -> SoldWords:
    """What happened, for the screen and for the slip, whose lines are those of the fiscal view."""
    tongue, decision = teller.tongue, sale.decision
    tag, say = tongue.language, catalogue(tongue.language)
    slip = Slip(sale.receipt, decision, tongue)
    paid = formats.money(tag, decision.paid_minor, decision.currency)
    facts: list[tuple[str, str]] = []
    if decision.discount_minor:
        facts.append(
            (say.gettext("Discount"), formats.money(tag, decision.discount_minor, decision.currency))
        )
    if decision.spent is not None and decision.spent.units:
        facts.append((say.gettext("Spent"), points_text(tongue, decision.spent.units, decision.spent.kind)))
    facts += [
        (say.gettext("Earned"), points_text(tongue, row.units, row.kind, signed=True))
        for row in by_kind(decision)
    ]
    facts += [
        (say.gettext("Balance"), points_text(tongue, total, kind)) for kind, (total, _) in balances.items()
    ]
    for kind, (total, free) in balances.items():
        if total != free:
            facts.append((say.gettext("Can be spent now"), points_text(tongue, free, kind)))
    lines = [shop, calendar.moment(tag, sale.receipt.at, tongue.zone), sale.receipt.id, ""]
    lines += [*printed(fiscal_sale(sale.receipt, decision, treatment), decision.currency, tongue).text(), ""]
    lines += [f"{title}: {text}" for title, text in ((say.gettext("Paid"), paid), *facts)]
    lines += dict.fromkeys(slip.dates(row) for row in decision.earned)
    lines += [*given_words(sale, tongue), *teller.messages(decision, "slip")]
    won = tongue.levels.get(sale.level_won, sale.level_won)
    return SoldWords(
        sale.receipt.id, paid, tuple(facts), "\n".join(lines), won, tuple(given_words(sale, tongue))
    )


def price_text(minor: int, currency: str, tag: str) -> str:
    """A price as it stands in an input, with the reader's decimal mark."""
    return major_text(minor, currency).replace(".", formats.marks(tag).decimal)


def masked(phone: str) -> str:
    """A phone by its last digits."""
    return f"··· {phone[-_SHOWN_DIGITS:-2]}-{phone[-2:]}" if len(phone) > _SHOWN_DIGITS else ""
