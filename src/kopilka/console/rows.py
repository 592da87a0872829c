"""Rows of the tables that several screens show: members, receipts, a statement. Read models in, ready texts out."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from kopilka.look.shapes import Column
from kopilka.look.slip import points_text
from kopilka.usecases.views import MemberRow, ReceiptRow, StatementLine
from kopilka.values.period import local_day
from kopilka.words import calendar, formats
from kopilka.words.catalogue import N_, catalogue
from kopilka.words.render import Tongue

Columns = tuple[tuple[str, str, bool], ...]
MEMBER_COLUMNS: Columns = (
    ("name", N_("Member"), False),
    ("card", N_("Card"), False),
    ("since", N_("Joined"), True),
)
RECEIPT_COLUMNS: Columns = (
    ("when", N_("When"), False),
    ("who", N_("Buyer"), False),
    ("paid", N_("Paid"), True),
    ("points", N_("Points"), True),
)
STATEMENT_COLUMNS: Columns = (
    ("what", N_("What happened"), False),
    ("units", N_("Points"), True),
    ("before", N_("Before"), True),
    ("after", N_("After"), True),
)
STATES = {
    "held": N_("points reserved"),
    "closed": N_("closed"),
    "voided": N_("voided"),
    "released": N_("released"),
}
CHANNELS = {
    "store": N_("in the shop"),
    "site": N_("on the site"),
    "app": N_("in the app"),
    "phone": N_("by phone"),
}
VERBS = {
    "close": N_("Purchase"),
    "return": N_("Return"),
    "void": N_("Receipt voided"),
    "adjust": N_("By hand"),
    "exchange": N_("Exchanged for a gift"),
    "enrol": N_("Welcome"),
    "expire": N_("Expired"),
    "action": N_("For an action"),
    "take_back": N_("Action taken back"),
    "birthday": N_("For the birthday"),
    "gift": N_("Gift for points"),
    "return_gift": N_("Gift came back"),
    "payout": N_("Paid out"),
    "erase": N_("The person was erased"),
}
_SPENT = N_("Paid with points")


def columns_in(tag: str, columns: Columns) -> tuple[Column, ...]:
    """Columns with their titles in a language."""
    say = catalogue(tag)
    return tuple(
        Column(key=key, title=say.gettext(title), kind="number" if number else "text")
        for key, title, number in columns
    )


def member_rows(members: Iterable[MemberRow], tongue: Tongue) -> list[Mapping[str, object]]:
    """Members in a list, each a link to their card."""
    say = catalogue(tongue.language)
    return [
        {
            "href": f"/console/members/{row.member_id}",
            "name": row.name or row.phone or row.card or row.member_id,
            "small_name": " · ".join(filter(None, (row.phone if row.name else "", row.email))),
            "card": row.card,
            "small_card": "" if row.status == "active" else say.gettext("blocked"),
            "since": calendar.moment(tongue.language, row.enrolled_at, tongue.zone),
        }
        for row in members
    ]


def receipt_rows(
    receipts: Sequence[ReceiptRow], tongue: Tongue, shops: Mapping[str, str]
) -> list[Mapping[str, object]]:
    """Receipts in a list, each a link to its page."""
    tag, say = tongue.language, catalogue(tongue.language)
    rows: list[Mapping[str, object]] = []
    for row in receipts:
        notes = [] if row.state == "closed" else [say.gettext(STATES[row.state])]
        notes += [say.gettext("goods returned")] if row.returned and row.state == "closed" else []
        spent = say.gettext("%(points)s spent", points=points_text(tongue, row.spent_units, row.spent_kind))
        discount = say.gettext(
            "discount %(money)s", money=formats.money(tag, row.discount_minor, row.currency, short=True)
        )
        rows.append(
            {
                "href": f"/console/receipts/{row.receipt_id}",
                "when": calendar.moment(tag, row.sold_at, tongue.zone),
                "small_when": " · ".join([shops.get(row.shop, row.shop), *notes]),
                "who": row.name or (say.gettext("Member") if row.member_id else say.gettext("Guest")),
                "paid": formats.money(tag, row.paid_minor, row.currency),
                "small_paid": discount if row.discount_minor else "",
                "points": ", ".join(
                    points_text(tongue, units, kind, signed=True)
                    for kind, units in row.earned.items()
                    if units
                ),
                "small_points": spent if row.spent_units else "",
            }
        )
    return rows


def statement_rows(
    lines: Iterable[StatementLine], tongue: Tongue, gifts: Mapping[str, str] | None = None
) -> list[Mapping[str, object]]:
    """A statement: what happened, how much, and the balance before and after; `gifts` are names of gifts by id."""
    tag, say = tongue.language, catalogue(tongue.language)
    rows: list[Mapping[str, object]] = []
    for line in lines:
        spent = line.verb == "close" and line.units < 0
        days = []
        if line.units > 0 and line.active_from is not None and line.active_from > line.recorded_at:
            active = calendar.day(tag, local_day(line.active_from, tongue.zone))
            days.append(say.gettext("active from %(day)s", day=active))
        if line.expires_at is not None:
            days.append(say.gettext("through %(day)s", day=last_day(line.expires_at, tongue)))
        words = tongue.points.get(line.kind)
        digits = 0 if words is None else words.decimals
        row: dict[str, object] = {
            "what": say.gettext(_SPENT) if spent else say.gettext(VERBS.get(line.verb, line.verb)),
            "small_what": " · ".join(
                [
                    calendar.moment(tag, line.effective_at, tongue.zone),
                    *days,
                    *([(gifts or {}).get(line.note, line.note)] if line.note else []),
                ]
            ),
            "units": points_text(tongue, line.units, line.kind, signed=True),
            "before": formats.decimal(tag, line.before, digits, short=True),
            "after": formats.decimal(tag, line.after, digits, short=True),
        }
        if line.receipt:
            row["href"] = f"/console/receipts/{line.receipt}"
        elif line.verb == "gift":
            row["href"] = f"/console/gifts/{line.txn}"
        rows.append(row)
    return rows


def last_day(expires_at: datetime, tongue: Tongue) -> str:
    """The last day on which something that ends at an instant is still good."""
    return calendar.day(tongue.language, local_day(expires_at - timedelta(microseconds=1), tongue.zone))
