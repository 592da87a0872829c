"""Words for the till: what the cashier sees and what is printed, in the shape that Frontol shows."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import msgspec

from kopilka.connectors.frontol import words
from kopilka.core.rules.decision import Decision
from kopilka.core.rules.explain.words import GIFT
from kopilka.core.rules.ruleset import Ruleset
from kopilka.core.settlement.sale import Sale
from kopilka.usecases.connections import Connection
from kopilka.usecases.manifest import Text
from kopilka.usecases.outcomes import Refused
from kopilka.usecases.views import MemberView
from kopilka.words import formats
from kopilka.words.explanation import Teller
from kopilka.words.reasons import said
from kopilka.words.refusals import refusal
from kopilka.words.tongue import tongue_of

HINTS_MAX = 3
_SHOWN_DIGITS = 2
_PLAIN = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "−": "-", "\u2011": "-"})
_PRINTED = str.maketrans({"₽": "руб.", "—": "-", "–": "-", "…": "...", "“": '"', "”": '"', "’": "'"})
Block = dict[str, Any]


class Slips(msgspec.Struct, frozen=True):
    """How a line of a slip names its type: implementations differ between `type` and `print_type`."""

    names: tuple[str, ...]

    def line(self, kind: str, **fields: str) -> Block:
        """One line."""
        return dict.fromkeys(self.names, kind) | {name: printed(text) for name, text in fields.items()}


def slips_of(connection: Connection) -> Slips:
    """As the connection's setting says."""
    names = {"type": ("type",), "print_type": ("print_type",)}
    return Slips(names.get(connection.setting("slip_type", "both"), ("type", "print_type")))


def plain(text: str) -> str:
    """A text with the spaces and dashes that every till shows."""
    return text.translate(_PLAIN)


def printed(text: str) -> str:
    """A text in signs that receipt printers have."""
    return plain(text).translate(_PRINTED)


class Speech:
    """Words of one programme version in one language."""

    def __init__(self, rules: Ruleset, language: str) -> None:
        self.language = language
        self.programme = rules.programme
        self.tongue = tongue_of(language, [rules.programme])
        self.teller = Teller(rules.programme, self.tongue)

    def say(self, text: Text, **params: object) -> str:
        """A text of ours."""
        return plain(text.of(self.language).format(**params))

    def no(self, refused: Refused) -> str:
        """A refusal of the house."""
        return plain(refusal(refused, self.tongue))

    @property
    def kind(self) -> str:
        """The points that pay, else the first there are."""
        return self.programme.spend_kind() or next(iter(self.programme.points), "")

    def points(self, units: int, kind: str = "") -> str:
        """Points with their noun."""
        return self.teller.points(units, kind or self.kind)

    def number(self, units: int, kind: str = "", *, signed: bool = False) -> str:
        """Points without their noun."""
        found = self.tongue.points.get(kind or self.kind)
        digits = 0 if found is None else found.decimals
        return formats.decimal(self.language, units, digits, signed=signed, short=True)

    def nouns(self, kind: str = "") -> str:
        """Many points of a kind, without a number."""
        found = self.tongue.points.get(kind or self.kind)
        forms = () if found is None else found.forms_in(self.language)
        return forms[-1] if forms else kind

    # -- to the cashier -----------------------------------------------------------------------------------------

    def member(self, view: MemberView, decision: Decision, free: int) -> Block:
        """Who it is and what they have."""
        level = [self.tongue.levels.get(decision.level, decision.level)] if decision.level else []
        points = [self.points(free)] if self.kind else []
        return {"text": plain(", ".join([self.name(view), *level, *points])), "weight": "bold"}

    def name(self, view: MemberView) -> str:
        """A name that is enough to greet."""
        first, _, last = view.person.name.strip().partition(" ")
        return f"{first} {last[:1]}." if last else first or self.say(words.MEMBER)

    def advice(self, decision: Decision, titles: Mapping[str, str], *, hints: bool) -> list[Block]:
        """What rules say to the cashier, gifts to hand over, codes that do not work, and what little would give more."""
        lines = [*self.teller.messages(decision, "cashier"), *self.teller.messages(decision, "customer")]
        for gift in decision.gifts:
            reason = GIFT(goods=titles.get(gift.sku) or gift.sku, quantity=gift.quantity)
            lines.append(said(reason, self.tongue))
        lines += self.codes(decision)
        lines += self.teller.unlocks(decision)[:HINTS_MAX] if hints else []
        return [{"text": plain(text[:1].upper() + text[1:])} for text in lines if text]

    def codes(self, decision: Decision) -> list[str]:
        """Codes that were shown and do not work here."""
        return [
            self.say(words.CODE_NOT_USED, code=row.code, why=said(row.reason, self.tongue))
            for row in decision.codes
            if not row.used and row.reason is not None
        ]

    # -- on slips -----------------------------------------------------------------------------------------------

    def quoted(self, decision: Decision, free: int, slips: Slips) -> list[Block]:
        """The slip of a receipt under way: what is there and what will come."""
        lines = []
        if self.kind:
            lines.append(self.pair(slips, words.AVAILABLE, self.number(free), kind=self.nouns()))
        lines += [
            self.pair(slips, words.TO_EARN, plain(self.points(units, kind)))
            for kind, units in by_kind((row.kind, row.units) for row in decision.earned)
        ]
        return lines

    def closed(self, sale: Sale, balances: Mapping[str, tuple[int, int]], slips: Slips) -> list[Block]:
        """The slip of a sale: what was spent and earned, what is left, coupons and words of rules."""
        decision, lines = sale.decision, []
        if decision.spent is not None and decision.spent.units:
            lines.append(
                self.pair(slips, words.SPENT, self.points(decision.spent.units, decision.spent.kind))
            )
        lines += [
            self.pair(slips, words.EARNED, self.points(units, kind))
            for kind, units in by_kind((row.kind, row.units) for row in decision.earned)
        ]
        if sale.member_id:
            lines += [
                self.pair(slips, words.BALANCE, self.points(total, kind))
                for kind, (total, _) in balances.items()
            ]
        for issue, code in zip(decision.issues, sale.issued, strict=False):
            title = self.tongue.coupons.get(issue.series, issue.series)
            lines.append(slips.line("text", text=self.say(words.COUPON, title=title)))
            lines.append(slips.line("text", text=code, size="large", alignment="center"))
            lines.append(slips.line("qrcode", data=code))
        lines += [slips.line("text", text=text) for text in self.teller.messages(decision, "slip")]
        return lines

    def returned(self, back: Mapping[str, int], taken: Mapping[str, int], slips: Slips) -> list[Block]:
        """The slip of a refund."""
        lines = [
            self.pair(slips, words.GIVEN_BACK, self.points(units, kind))
            for kind, units in sorted(back.items())
        ]
        return lines + [
            self.pair(slips, words.TAKEN_BACK, self.points(units, kind))
            for kind, units in sorted(taken.items())
            if units
        ]

    def pair(self, slips: Slips, left: Text, right: str, **params: object) -> Block:
        """A name and its value at the two edges of a slip."""
        text = self.say(left, **params)
        return slips.line("pair", left=text[:1].upper() + text[1:], right=right)


def by_kind(rows: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    """Units by points kind, without those that are nothing."""
    found: dict[str, int] = {}
    for kind, units in rows:
        found[kind] = found.get(kind, 0) + units
    return [(kind, units) for kind, units in found.items() if units]


@lru_cache(maxsize=64)
def speech_of(rules: Ruleset, language: str) -> Speech:
    """The words of a version; they are made once."""
    return Speech(rules, language)


def ending(phone: str) -> str:
    """The last digits of a phone: enough to know it again."""
    return phone[-_SHOWN_DIGITS:]
