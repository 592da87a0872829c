"""How UDS writes: errors, numbers, moments, pages; and how the fields of a call are read, each mistake named."""

import base64
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

import msgspec

from kopilka.connectors.kit.call import Call
from kopilka.connectors.uds import words
from kopilka.usecases.manifest import Text
from kopilka.values.errors import BadValueError
from kopilka.values.money import scaled

MAX_USUAL, MAX_MOST, OFFSET_MOST = 10, 50, 10_000
TEXT_MAX, VALUE_MAX = 200, 100
STATUS = {
    "unauthorized": 401, "forbidden": 403, "notFound": 404, "tooManyRequests": 429, "serviceUnavailable": 503,
    "internalError": 500,
}  # fmt: skip
"""HTTP status of error codes; every other is 400."""


class UdsError(Exception):
    """A call is refused with one of UDS's codes; `said` is what is wrong with the field."""

    def __init__(self, code: str, field: str = "", value: object = None, said: Text | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.field = field
        self.value = value
        self.said = said or words.ERRORS[code]

    def content(self, language: str) -> dict[str, object]:
        """The answer's body."""
        message = words.ERRORS[self.code].of(language)
        errors = []
        if self.field:
            value = None if self.value is None else str(self.value)[:VALUE_MAX]
            errors = [
                {
                    "errorCode": self.code,
                    "message": self.said.of(language),
                    "field": self.field,
                    "value": value,
                }
            ]
        return {"errorCode": self.code, "message": message, "errors": errors}


def bad(field: str, said: Text, value: object = None) -> UdsError:
    """A field that cannot be read."""
    return UdsError("badRequest", field, value, said)


class Body:
    """A JSON object of a call; `place` stands before the names of its fields."""

    def __init__(self, fields: Mapping[str, Any], place: str = "") -> None:
        self._fields = fields
        self._place = place

    def name(self, field: str) -> str:
        """A field's name with its place."""
        return self._place + field

    def has(self, field: str) -> bool:
        """Whether a field is there and not null."""
        return self._fields.get(field) is not None

    def text(self, field: str, most: int = TEXT_MAX) -> str:
        """A text; empty where there is none. Numbers are taken as they are written."""
        value = self._fields.get(field)
        if value is None:
            return ""
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            raise bad(self.name(field), words.NOT_TEXT, value)
        text = str(value).strip()
        if len(text) > most:
            raise bad(self.name(field), words.TOO_LONG, text)
        if any(ord(sign) < 32 for sign in text):  # noqa: PLR2004 - control signs
            raise bad(self.name(field), words.NOT_TEXT)
        return text

    def inner(self, field: str) -> "Body | None":
        """An object inside; None where there is none."""
        value = self._fields.get(field)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise bad(self.name(field), words.NOT_JSON, value)
        return Body(value, self.name(field) + ".")

    def money(self, field: str, digits: int) -> int | None:
        """An amount in minor units, rounded half up; None where there is none."""
        return None if not self.has(field) else number_in(self._fields[field], self.name(field), digits)

    def points(self, field: str, digits: int) -> int | None:
        """Points in minor units of money: rounded down only; None where there are none."""
        if not self.has(field):
            return None
        return number_in(self._fields[field], self.name(field), digits, ROUND_DOWN)

    def wholes(self, field: str, most: int) -> list[int]:
        """A list of whole numbers."""
        value = self._fields.get(field)
        if value is None:
            return []
        if not isinstance(value, list) or not all(
            isinstance(n, int) and not isinstance(n, bool) for n in value
        ):
            raise bad(self.name(field), words.NOT_WHOLE, value)
        if len(value) > most:
            raise bad(self.name(field), words.TOO_MANY, len(value))
        return list(dict.fromkeys(value))

    def flag(self, field: str) -> bool:
        """Whether a field says yes."""
        return self._fields.get(field) in (True, "true", "1", 1)


def body_of(call: Call) -> Body:
    """The body as an object; an empty one is an empty object."""
    if not call.body.strip():
        return Body({})
    content = call.json()
    if not isinstance(content, dict):
        raise bad("body", words.NOT_JSON)
    return Body(content)


def query_of(call: Call) -> Body:
    """Parameters of the address, read as fields; empty ones are none."""
    return Body({name: value for name, value in reversed(call.query) if value.strip()})


def number_in(value: object, field: str, digits: int, rounding: str = ROUND_HALF_UP) -> int:
    """A number (or a text that is one) with so many places."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise bad(field, words.NOT_NUMBER, value)
    try:
        exact = Decimal(value.strip() if isinstance(value, str) else value)
        if not exact.is_finite():
            raise bad(field, words.NOT_NUMBER, value)
        return scaled(exact.quantize(Decimal(1).scaleb(-digits), rounding), digits, field=field)
    except BadValueError as error:
        raise bad(field, words.OUTSIDE, value) from error
    except InvalidOperation as error:
        raise bad(field, words.NOT_NUMBER, value) from error


class Page(msgspec.Struct, frozen=True):
    """Which rows are asked for."""

    most: int
    offset: int = 0
    cursor: str = ""


def page_of(call: Call) -> Page:
    """`max`, and `offset` or `cursor`."""
    query = query_of(call)

    def whole(name: str, usual: int, least: int, most: int) -> int:
        text = query.text(name)
        if not text:
            return usual
        if not (text.isascii() and text.isdigit()):
            raise bad(name, words.NOT_WHOLE, text)
        if len(text) > len(str(most)) or not least <= int(text) <= most:
            raise bad(name, words.OUTSIDE, text)
        return int(text)

    return Page(
        whole("max", MAX_USUAL, 1, MAX_MOST), whole("offset", 0, 0, OFFSET_MOST), query.text("cursor", 1000)
    )


def cursor_text(parts: Sequence[object]) -> str:
    """An opaque cursor."""
    return base64.urlsafe_b64encode(msgspec.json.encode(parts)).decode().rstrip("=")


def cursor_parts(text: str, shape: type[Any]) -> Any:
    """What a cursor says."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        return msgspec.json.decode(raw, type=shape)
    except (ValueError, msgspec.DecodeError) as error:
        raise bad("cursor", words.BAD_CURSOR, text) from error


def moment(at: datetime | None) -> str | None:
    """A moment as UDS writes it: 2026-05-01T10:00:00.000Z."""
    return (
        None if at is None else at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    )
