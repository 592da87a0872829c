"""Coupons as people read them: what became of the codes of a receipt, what it gave, and a member's own. Words only."""

from collections.abc import Iterable, Sequence
from datetime import date

import msgspec

from kopilka.core.programme.document import Programme
from kopilka.core.rules.decision import Decision
from kopilka.core.settlement.sale import Sale
from kopilka.usecases.coupons import CouponView, why_not
from kopilka.words import calendar
from kopilka.words.catalogue import catalogue
from kopilka.words.reasons import said
from kopilka.words.render import Tongue


class CodeWords(msgspec.Struct, frozen=True):
    """A code on a receipt: what it is called, and whether it works here or why not."""

    code: str
    text: str
    used: bool


class CouponWords(msgspec.Struct, frozen=True):
    """A coupon: its title, its days, whether somebody may use it today and else why not."""

    code: str
    title: str
    days: str
    state: str
    usable: bool
    ended: bool
    shown: bool = False
    member_id: str = ""

    @property
    def spaced(self) -> str:
        """The code in groups."""
        return spaced(self.code)


def code_words(decision: Decision, tongue: Tongue) -> tuple[CodeWords, ...]:
    """What became of every code, those that work first."""
    say = catalogue(tongue.language)
    rows = []
    for row in decision.codes:
        title = tongue.coupons.get(row.series, row.series)
        text = say.gettext("works") if row.reason is None else said(row.reason, tongue)
        rows.append(CodeWords(row.code, f"{title}: {text}" if title else text, row.used))
    return tuple(sorted(rows, key=lambda row: not row.used))


def given_words(sale: Sale, tongue: Tongue) -> list[str]:
    """The coupons that a closed receipt gave, each with its code and days, for the slip."""
    say = catalogue(tongue.language)
    rows = []
    for issue, code in zip(sale.decision.issues, sale.issued, strict=False):
        title = tongue.coupons.get(issue.series, issue.series)
        line = say.gettext("Coupon: %(title)s. Code %(code)s", title=title, code=spaced(code))
        rows.append(f"{line}, {days_words(issue.active_on, issue.last_on, tongue)}")
    return rows


def coupon_words(view: CouponView, today: date, tongue: Tongue, shown: Sequence[str] = ()) -> CouponWords:
    """A coupon as it is on a day; `shown` are codes that the receipt under way shows."""
    coupon, say = view.coupon, catalogue(tongue.language)
    reason = view.reason or why_not(coupon, today)
    return CouponWords(
        coupon.code, tongue.coupons.get(coupon.series, coupon.series),
        days_words(coupon.active_on, coupon.last_on, tongue),
        say.gettext("works") if reason is None else said(reason, tongue), reason is None,
        coupon.state in {"used", "cancelled"} or (coupon.last_on is not None and coupon.last_on < today),
        coupon.code in shown, view.member_id,
    )  # fmt: skip


def series_choices(programmes: Iterable[Programme], tongue: Tongue) -> list[tuple[str, str]]:
    """The series whose coupons are made or given by hand: `programme:series` and its title."""
    return [
        (f"{row.programme}:{id_}", tongue.coupons.get(id_, id_))
        for row in programmes
        for id_, series in row.coupons.items()
        if not series.code
    ]


def days_words(first: date | None, last: date | None, tongue: Tongue) -> str:
    """From which day through which: "from 8 March through 7 April 2026", "for ever"."""
    tag, say = tongue.language, catalogue(tongue.language)
    if last is None:
        if first is None:
            return say.gettext("for ever")
        return say.gettext("from %(day)s on", day=calendar.day(tag, first, "long"))
    until = calendar.day(tag, last, "long")
    if first is None:
        return say.gettext("through %(day)s", day=until)
    style = calendar.day_of_year(tag, first) if first.year == last.year else calendar.day(tag, first, "long")
    return say.gettext("from %(first)s through %(last)s", first=style, last=until)


def spaced(code: str) -> str:
    """A long code in groups that can be read aloud and typed with or without the dashes."""
    return "-".join(code[i : i + 5] for i in range(0, len(code), 5)) if len(code) > 6 else code  # noqa: PLR2004
