"""What became of the codes of a receipt, and the coupons that it gave."""

from datetime import date

import msgspec

from kopilka.api.speech import Speech
from kopilka.core.member.coupon import ACTIVE, NEW
from kopilka.core.rules.decision import Decision
from kopilka.core.settlement.sale import Sale
from kopilka.words.reasons import in_language


class CodeOut(msgspec.Struct, gc=False, omit_defaults=True):
    """A code that was shown, or a coupon that applied by itself: used up, or not with the reason why. A code that is
    right but gives nothing here is not used up.
    """

    code: str
    used: bool
    series: str = ""
    title: str = ""
    reason: str = ""
    words: str = ""


class GivenCouponOut(msgspec.Struct, gc=False, omit_defaults=True):
    """A coupon that the receipt gave to the member, with its first and last day. A quote promises it without a code."""

    rule: str
    series: str
    title: str
    active_on: date
    last_on: date | None = None
    code: str = ""
    state: str = ""


def codes_out(decision: Decision, speech: Speech) -> list[CodeOut]:
    """The codes of a Decision."""
    return [
        CodeOut(
            row.code, row.used, row.series, title_of(speech, row.series),
            "" if row.reason is None else row.reason.code, "" if row.reason is None else speech.said(row.reason),
        )
        for row in decision.codes
    ]  # fmt: skip


def given_out(decision: Decision, speech: Speech, sale: Sale | None = None) -> list[GivenCouponOut]:
    """The coupons of a Decision; those of a closed sale have their codes."""
    rows = [
        GivenCouponOut(row.rule, row.series, title_of(speech, row.series), row.active_on, row.last_on)
        for row in decision.issues
    ]
    if sale is not None:
        for out, code in zip(rows, sale.issued, strict=False):
            series = speech.programme.coupons.get(out.series)
            out.code, out.state = code, NEW if series is not None and series.activation else ACTIVE
    return rows


def title_of(speech: Speech, series: str) -> str:
    """What a series is called in the reader's language."""
    found = speech.programme.coupons.get(series)
    return series if found is None else in_language(found.title, speech.tongue.language) or series
