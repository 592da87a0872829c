"""Reading a web shop's JSON: lenient about what it leaves out, since all of its fields may be null; what cannot be read is a
BadValueError that names its place and never shows it.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from kopilka.connectors.kit.numbers import units
from kopilka.values.errors import BadValueError
from kopilka.values.money import exponent

TEXT_MAX, ID_MAX = 1_000, 64
YEARS = range(2000, 2100)


class Row:
    """A JSON object and where it stands."""

    def __init__(self, content: object, place: str = "") -> None:
        if not isinstance(content, Mapping):
            raise BadValueError(place or "body", "an object")
        self._content: Mapping[str, Any] = content
        self._place = place

    def named(self, name: str) -> str:
        """A field with its place."""
        return f"{self._place}.{name}" if self._place else name

    def has(self, name: str) -> bool:
        """Whether a field is there and not null."""
        return self._content.get(name) is not None

    def text(self, name: str, usual: str = "", most: int = TEXT_MAX) -> str:
        """A text or a number as text, without signs that nobody sees and cut to its length; null is the usual one."""
        value = self._content.get(name)
        if value is None:
            return usual
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            raise BadValueError(self.named(name), "a text")
        shown = str(value)
        if not shown.isprintable():
            shown = "".join(sign if sign.isprintable() else " " for sign in shown)
        return shown.strip()[:most]

    def id(self, name: str) -> str:
        """An id, a number or a text; it must be there."""
        value = self._content.get(name)
        fits = isinstance(value, str | int) and not isinstance(value, bool)
        found = str(value).strip() if fits else ""
        if not (0 < len(found) <= ID_MAX and found.isprintable()):
            raise BadValueError(self.named(name), "an id")
        return found

    def money(self, name: str, currency: str, usual: str | None = None, *, signed: bool = False) -> int:
        """Minor units of a currency; further places are rounded half up. Below zero only where it is `signed`."""
        try:
            places = exponent(currency)
        except BadValueError as error:
            raise BadValueError("currency", "an ISO 4217 code") from error
        found = self.number(name, places, usual)
        if found < 0 and not signed:
            raise BadValueError(self.named(name), "an amount that is not below zero")
        return found

    def number(self, name: str, digits: int, usual: str | None = None) -> int:
        """A number of `digits` places as a whole number of its smallest parts."""
        value = self._content.get(name)
        if (value is None or value == "") and usual is not None:
            value = usual
        try:
            return units(value, digits, field=self.named(name), rounding=True)
        except BadValueError as error:
            raise BadValueError(error.field, error.expected) from error

    def moment(self, name: str) -> datetime | None:
        """A moment of ISO 8601; one without a zone is UTC, nothing is None."""
        value = self._content.get(name)
        if value is None or value == "":
            return None
        try:
            found = datetime.fromisoformat(value)
            found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        except (TypeError, ValueError, OverflowError) as error:
            raise BadValueError(self.named(name), "a moment of ISO 8601") from error
        if found.year not in YEARS:
            raise BadValueError(self.named(name), "a moment of our time")
        return found

    def yes(self, name: str, *, usual: bool = False) -> bool:
        """Whether something is so."""
        value = self._content.get(name)
        return usual if value is None else value is True

    def rows(self, name: str) -> list["Row"]:
        """A list of objects; null is an empty one."""
        value = self._content.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise BadValueError(self.named(name), "a list")
        return [Row(row, f"{self.named(name)}[{n}]") for n, row in enumerate(value)]

    def texts(self, name: str) -> list[str]:
        """A list of texts or numbers; null is an empty one."""
        value = self._content.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or any(not isinstance(row, str | int) for row in value):
            raise BadValueError(self.named(name), "a list of ids")
        return [str(row) for row in value]

    def inner(self, name: str) -> "Row":
        """An object; null (and PHP's empty list) is an empty one."""
        value = self._content.get(name)
        return Row({} if value is None or value == [] else value, self.named(name))

    def is_yes_or_no(self, name: str) -> bool:
        """Whether a field is true or false itself, and not a word for it."""
        return isinstance(self._content.get(name), bool)
