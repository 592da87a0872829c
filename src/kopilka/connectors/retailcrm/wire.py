"""How RetailCRM writes calls and answers: nested parameters, JSON in form fields, pages, dates, errors. No meaning lives
here.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import msgspec

from kopilka.connectors.kit.numbers import number, units
from kopilka.values.errors import BadValueError
from kopilka.values.period import zone

LIMITS = (20, 50, 100, 250)
DEPTH_MAX, PAGE_MAX = 6, 1_000_000
ENTITY, INPUT = "Errors in the entity format", "Validation error"
DENIED, NOT_FOUND = "Access denied.", "Not found"
_PARTS = re.compile(r"\[([^\[\]]*)\]")
_decoder = msgspec.json.Decoder(float_hook=Decimal)
Moment = tuple[datetime, bool]


class WrongCallError(Exception):
    """A call that is answered with an error of the protocol. `errors` are messages by field."""

    def __init__(
        self, message: str, *, status: int = 400, errors: Mapping[str, str] | None = None, outcome: str = ""
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.errors = dict(errors or {})
        self.outcome = outcome or next(iter(self.errors), "refused")


def wrong_entity(field: str, message: str, outcome: str = "") -> WrongCallError:
    """Something in an object (`order`, `loyaltyAccount`, …) cannot be."""
    return WrongCallError(ENTITY, errors={field: message}, outcome=outcome or f"bad:{field}")


def wrong_input(field: str, message: str) -> WrongCallError:
    """A parameter of the call cannot be."""
    return WrongCallError(INPUT, errors={field: message}, outcome=f"bad:{field}")


def missing(name: str) -> WrongCallError:
    """A parameter that has to be there is not."""
    return WrongCallError(f"Parameter '{name}' is missing", outcome=f"missing:{name}")


def not_found() -> WrongCallError:
    """There is no such thing."""
    return WrongCallError(NOT_FOUND, status=404, outcome="not_found")


class Made(msgspec.Struct, frozen=True):
    """Content of an answer with another status than 200."""

    content: Mapping[str, Any]
    status: int = 201


class Page(msgspec.Struct, frozen=True):
    """Which page is asked for."""

    limit: int = LIMITS[0]
    number: int = 1

    @property
    def first(self) -> int:
        """How many rows stand before it."""
        return (self.number - 1) * self.limit

    def of(self, rows: Sequence[Any]) -> list[Any]:
        """The page of all rows."""
        return list(rows[self.first : self.first + self.limit])

    def pagination(self, total: int) -> dict[str, int]:
        """The object that goes with it."""
        pages = -(-total // self.limit)
        return {
            "limit": self.limit,
            "totalCount": total,
            "currentPage": self.number,
            "totalPageCount": pages,
        }


def page_of(fields: Mapping[str, Any]) -> Page:
    """`limit` and `page`."""
    limit, place = _whole(fields, "limit", LIMITS[0]), _whole(fields, "page", 1)
    if limit not in LIMITS:
        raise wrong_input("limit", "The value you selected is not a valid choice.")
    if not 1 <= place <= PAGE_MAX:
        raise wrong_input("page", "This value should be greater than 0.")
    return Page(limit, place)


def _whole(fields: Mapping[str, Any], name: str, usual: int) -> int:
    text = fields.get(name, "")
    if not isinstance(text, str):
        raise wrong_input(name, "This value is not valid.")
    if text.strip() in {"", "None"}:
        return usual
    if not (text.strip().isascii() and text.strip().isdigit() and len(text) < 10):  # noqa: PLR2004 - fits
        raise wrong_input(name, "This value is not valid.")
    return int(text)


def nested(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Parameters as PHP reads them: `a[b][]=1` and `a[b][0]=1` are {"a": {"b": ["1"]}}. The last of equals stays."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        head, bracket, _ = name.partition("[")
        parts = [head, *_PARTS.findall(name[len(head) :])] if bracket else [name]
        _set(found, parts[:DEPTH_MAX], value)
    return {name: _listed(value) for name, value in found.items()}


def _set(place: dict[str, Any], parts: Sequence[str], value: str) -> None:
    for part in parts[:-1]:
        inner = place.get(part)
        if not isinstance(inner, dict):
            inner = place[part] = {}
        place = inner
    last = parts[-1]
    place[last if last or len(parts) == 1 else str(len(place))] = value


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {name: _listed(each) for name, each in value.items()}
    if inner and all(name.isascii() and name.isdigit() for name in inner):
        return list(inner.values())
    return inner


def decoded(text: str, name: str) -> Any:
    """JSON text of a field; decimals are `Decimal`."""
    try:
        return _decoder.decode(text.encode())
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise wrong_input(name, "This value is not valid JSON.") from error


def unwrapped(text: str) -> str:
    """A code of a site, which some modules send as JSON: `"shop"` and `["shop"]` are shop."""
    bare = text.strip()
    if bare[:1] not in {'"', "["}:
        return bare
    value = decoded(bare, "site")
    if isinstance(value, list):
        value = value[0] if value else ""
    return value if isinstance(value, str) else ""


def listed(value: Any) -> list[str]:
    """The values of a filter that may be one text or several."""
    values = (
        value if isinstance(value, list) else list(value.values()) if isinstance(value, dict) else [value]
    )
    return [str(each) for each in values if not isinstance(each, dict | list) and each not in {None, ""}]


def id_text(value: Any, field: str) -> str:
    """An id, whether a number or a text; empty where there is none."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise wrong_entity(field, "This value is not valid.")
    if isinstance(value, Decimal):
        if value != value.to_integral_value():
            raise wrong_entity(field, "This value is not valid.")
        value = int(value)
    text = str(value).strip()
    if len(text) > 200 or "\0" in text:  # noqa: PLR2004 - longer than any id
        raise wrong_entity(field, "This value is not valid.")
    return text


def amount(value: Any, digits: int, field: str) -> int:
    """A number or decimal text as units with `digits` places; more places are refused."""
    try:
        return units(value, digits, field=field)
    except BadValueError as error:
        raise wrong_entity(field, "This value is not valid.") from error


def plain(units_: int, digits: int) -> int | Decimal:
    """Units as a number: whole ones without a fraction."""
    return number(units_, digits)


def moment(at: datetime, zone_name: str) -> str:
    """A moment in the programme's zone."""
    return at.astimezone(zone(zone_name)).strftime("%Y-%m-%d %H:%M:%S")


def read_moment(value: Any, zone_name: str, field: str, *, end: bool = False) -> datetime:
    """A moment written `Y-m-d H:i:s` or `Y-m-d` in a zone; a bare day is its beginning, or its last second."""
    text = str(value).strip()
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise wrong_input(field, "This value is not a valid datetime.") from error
    if len(text) == len("2026-01-01") and end:
        found = datetime.combine(found.date(), time(23, 59, 59))
    return found if found.tzinfo else found.replace(tzinfo=zone(zone_name))


def read_day(value: Any, field: str) -> date | None:
    """A day written `Y-m-d`, perhaps with a time behind it; None where there is none."""
    text = str(value).strip() if value is not None else ""
    if text in {"", "None"}:
        return None
    try:
        return datetime.fromisoformat(text).date()
    except ValueError as error:
        raise wrong_input(field, "This value is not a valid date.") from error


Handler = Callable[[Any], Awaitable[Mapping[str, Any] | Made]]
"""Answers a call (an `Ask`): content without `success`, which the door adds; anything wrong is a WrongCallError."""
Route = tuple[str, str, Handler]
