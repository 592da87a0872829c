"""Texts to values, each field its own way, and back: percents, money, points, counts, spans, days. Exact, no float."""

import re
from collections.abc import Callable
from datetime import date, time

from kopilka.core.programme.mistakes import Mistake, error, shown
from kopilka.values.errors import BadValueError
from kopilka.values.money import AMOUNT_MAX, decimal_text
from kopilka.values.period import Span, read_span

_NUMBER = re.compile(r"(-?)([0-9]{1,15})(?:\.([0-9]{1,12}))?\Z")
_COMMA = re.compile(r"-?[0-9]+,[0-9]+\s*%?\Z")
_GROUPED = re.compile(r"-?[0-9]{1,3}([ _'\u00a0\u202f][0-9]{3})+([.,][0-9]+)?\Z")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})\Z")
_YES = frozenset(("true", "True", "TRUE", "yes", "Yes", "YES"))
_NO = frozenset(("false", "False", "FALSE", "no", "No", "NO"))
_DIGITS = {"percent": 2, "points": 2, "count": 0, "quantity": 3, "whole": 0}
_MOST = {
    "percent": 100_000, "points": AMOUNT_MAX, "count": 10**9, "quantity": 10**9, "whole": 10**9, "money": AMOUNT_MAX,
}  # fmt: skip

Read = int | Mistake


def read_number(text: str, mark: str, digits: int | None = None) -> Read:
    """An integer in the smallest unit of its mark, or what is wrong with the text; the path is left to the caller.

    `digits` is given for money (the currency's) and for level totals in points (the kind's).
    """
    body = text.strip()
    if mark == "percent" and body.endswith("%"):
        body = body[:-1].rstrip()
    found = _NUMBER.match(body)
    if found is None:
        return _not_a_number(text.strip(), mark)
    sign, whole, fraction = found[1], found[2], (found[3] or "").rstrip("0")
    places = _DIGITS[mark] if digits is None else digits
    if len(fraction) > places:
        return error("too_many_digits", "", value=shown(text), digits=places)
    units = int(whole + fraction.ljust(places, "0"))
    if units > _MOST[mark]:
        return error("too_big", "", value=shown(text), most=decimal_text(_MOST[mark], places))
    if sign and units and mark != "whole":
        return error("negative", "", value=shown(text))
    return -units if sign else units


def _not_a_number(text: str, mark: str) -> Mistake:
    hint = ""
    if _COMMA.match(text):
        hint = "decimal_point"
    elif _GROUPED.match(text):
        hint = "no_grouping"
    elif text.endswith("%"):
        hint = "no_percent_sign"
    return Mistake(f"bad_{mark}", "", params={"value": shown(text)}, hint=hint)


def write_number(units: int, mark: str, digits: int | None = None) -> int | str:
    """A number as a document writes it: whole ones bare, others as an exact text."""
    places = _DIGITS[mark] if digits is None else digits
    one: int = 10**places
    whole, rest = divmod(abs(units), one)
    if not rest:
        return -whole if units < 0 else whole
    return decimal_text(units, places).rstrip("0")


def read_bool(text: str) -> bool | Mistake:
    """`true`/`false`, and `yes`/`no` where a yes or no is meant."""
    if text in _YES:
        return True
    return False if text in _NO else error("bad_bool", "", value=shown(text))


def read_length(text: str) -> Span | Mistake:
    """`14d`, `3w`, `6m` or `1y`."""
    try:
        return read_span(text)
    except BadValueError:
        hint = "span_unit" if text.strip().isdecimal() else ""
        return Mistake("bad_span", "", params={"value": shown(text)}, hint=hint)


def read_day(text: str) -> date | Mistake:
    """`2026-03-08`."""
    try:
        return date.fromisoformat(text if _DAY.match(text) else "")
    except ValueError:
        return error("bad_date", "", value=shown(text))


def read_time(text: str) -> time | Mistake:
    """`14:00`, to the minute."""
    found = _TIME.match(text)
    try:
        return time(int(found[1]), int(found[2])) if found else error("bad_time", "", value=shown(text))
    except ValueError:
        return error("bad_time", "", value=shown(text))


def is_year_day(text: str) -> bool:
    """Whether a text is a day that comes every year, or every leap year: `12-31`."""
    return not isinstance(read_day(f"2000-{text}"), Mistake)


READ_SIMPLE: dict[str, Callable[[str], bool | Span | date | time | Mistake]] = {
    "bool": read_bool,
    "span": read_length,
    "date": read_day,
    "time": read_time,
}


def write_simple(value: object) -> object:
    """A yes or no, span, day or time of day as a document writes it."""
    match value:
        case bool():
            return value
        case time():
            return value.strftime("%H:%M")
        case date():
            return value.isoformat()
        case Span():
            return str(value)
        case _:
            raise TypeError(type(value))
