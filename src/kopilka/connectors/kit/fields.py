"""Fields of decoded JSON, read with their form checked: a mistake names the field by its path."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any

from kopilka.connectors.kit.numbers import units
from kopilka.values.errors import BadValueError
from kopilka.values.money import AMOUNT_MAX

TEXT_MAX, ROWS_MAX = 255, 10_000
YEARS = range(2000, 2101)
"""Moments outside are mistakes of a clock or of typing."""
MILLISECONDS = 13
"""Digits of a moment that counts milliseconds."""
REQUIRED, BAD_TEXT, BAD_NUMBER, BAD_MOMENT, BAD_SHAPE, TOO_LONG = (
    "required", "bad_text", "bad_number", "bad_moment", "bad_shape", "too_long",
)  # fmt: skip
_UNSEEN = re.compile(r"[\x00-\x1f\ud800-\udfff]")
"""Control signs, and halves of signs, which no database takes."""


class WrongFieldError(Exception):
    """A field cannot be read; `code` says in what way."""

    def __init__(self, field: str, code: str) -> None:
        super().__init__(f"{field}: {code}")
        self.field = field
        self.code = code


class Fields:
    """An object of JSON. Absent and null are the same."""

    def __init__(self, content: object, path: str = "") -> None:
        if not isinstance(content, Mapping):
            raise WrongFieldError(path, BAD_SHAPE)
        self.content: Mapping[str, Any] = content
        self.path = path

    def at(self, name: str) -> str:
        """The path of a field."""
        return f"{self.path}.{name}" if self.path else name

    def has(self, name: str) -> bool:
        """Whether the field is there."""
        return self.content.get(name) is not None

    def _value(self, name: str, *, required: bool) -> Any:
        value = self.content.get(name)
        if value is None and required:
            raise WrongFieldError(self.at(name), REQUIRED)
        return value

    def text(self, name: str, *, required: bool = False, most: int = TEXT_MAX) -> str:
        """A text without outer spaces; whole numbers are texts too, as ids often are. Signs that nobody sees are wrong."""
        value = self._value(name, required=required)
        if value is None:
            return ""
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            raise WrongFieldError(self.at(name), BAD_TEXT)
        text = value.strip()
        if len(text) > most:
            raise WrongFieldError(self.at(name), TOO_LONG)
        if _UNSEEN.search(text):
            raise WrongFieldError(self.at(name), BAD_TEXT)
        if required and not text:
            raise WrongFieldError(self.at(name), REQUIRED)
        return text

    def units(
        self, name: str, digits: int, *, required: bool = False, least: int = 0, most: int = AMOUNT_MAX
    ) -> int | None:
        """A number as units with `digits` places, more places rounded half up."""
        value = self._value(name, required=required)
        if value is None:
            return None
        try:
            found = units(value, digits, field=self.at(name), rounding=True)
        except BadValueError as error:
            raise WrongFieldError(self.at(name), BAD_NUMBER) from error
        if not least <= found <= most:
            raise WrongFieldError(self.at(name), BAD_NUMBER)
        return found

    def amount(self, name: str, digits: int, *, least: int = 0) -> int:
        """The same, nothing where it is absent."""
        return self.units(name, digits, least=least) or 0

    def moment(self, name: str, zone: tzinfo, *, required: bool = False) -> datetime | None:
        """A moment in UTC; one without a zone is in `zone`, a whole number counts milliseconds since 1970."""
        text = self.text(name, required=required)
        if len(text) == MILLISECONDS and text.isdecimal() and text.isascii():
            return datetime.fromtimestamp(int(text) // 1000, UTC)
        if not text:
            return None
        try:
            read = datetime.fromisoformat(text)
        except ValueError as error:
            raise WrongFieldError(self.at(name), BAD_MOMENT) from error
        if read.year not in YEARS:
            raise WrongFieldError(self.at(name), BAD_MOMENT)
        return (read if read.tzinfo is not None else read.replace(tzinfo=zone)).astimezone(UTC)

    def inner(self, name: str, *, required: bool = False) -> "Fields":
        """An object inside; an empty one where it is absent."""
        value = self._value(name, required=required)
        return Fields({} if value is None else value, self.at(name))

    def rows(self, name: str, *, required: bool = False, most: int = ROWS_MAX) -> list["Fields"]:
        """A list of objects; an empty one where it is absent."""
        value = self._value(name, required=required)
        if value is None:
            return []
        if not isinstance(value, list):
            raise WrongFieldError(self.at(name), BAD_SHAPE)
        if len(value) > most:
            raise WrongFieldError(self.at(name), TOO_LONG)
        if required and not value:
            raise WrongFieldError(self.at(name), REQUIRED)
        return [Fields(row, f"{self.at(name)}[{place}]") for place, row in enumerate(value)]

    def texts(self, name: str, *, most: int = ROWS_MAX) -> list[str]:
        """A list of texts."""
        value = self._value(name, required=False)
        if value is None:
            return []
        if not isinstance(value, list) or len(value) > most:
            raise WrongFieldError(self.at(name), BAD_SHAPE)
        whole = Fields({str(place): row for place, row in enumerate(value)}, self.at(name))
        return [whole.text(str(place)) for place in range(len(value))]
