"""Fields of other systems' JSON: what is read, and how a mistake is named."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from kopilka.connectors.kit.fields import Fields, WrongFieldError

MOSCOW = ZoneInfo("Europe/Moscow")
NOON = datetime(2026, 3, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["2026-03-01 12:00:00", "2026-03-01T12:00:00.000", "2026-03-01T09:00:00.000+0000", "2026-03-01T09:00:00Z", 1772355600000],
)  # fmt: skip
def test_moments_are_read_in_all_their_writings(text: Any) -> None:
    assert NOON == Fields({"at": text}).moment("at", MOSCOW)


@pytest.mark.parametrize(
    "text", ["yesterday", "0001-01-01", "9999-01-01T00:00:00", 17723556, {}, "2026-02-30"]
)
def test_what_is_no_moment_is_named(text: Any) -> None:
    with pytest.raises(WrongFieldError) as wrong:
        Fields({"at": text}, "sale").moment("at", MOSCOW)

    assert "sale.at" == wrong.value.field


@pytest.mark.parametrize("value", ["x" * 256, "a\x00b", "a\nb", "\ud800", True, 1.5, [], {}])
def test_what_is_no_text_is_refused(value: Any) -> None:
    with pytest.raises(WrongFieldError):
        Fields({"name": value}).text("name")


def test_numbers_are_rounded_half_up_and_kept_within_bounds() -> None:
    row = Fields({"a": "1.005", "b": -1, "c": 10**20, "d": float("nan"), "e": None})

    assert (101, 0) == (row.units("a", 2), row.amount("e", 2))
    for name in "bcd":
        with pytest.raises(WrongFieldError):
            row.units(name, 2)


def test_rows_and_objects_are_named_by_their_place() -> None:
    row = Fields({"rows": [{"a": {"b": None}}, 5]})
    with pytest.raises(WrongFieldError) as wrong:
        row.rows("rows")
    assert "rows[1]" == wrong.value.field

    inner = Fields({"rows": [{"a": {"b": None}}]}).rows("rows")[0].inner("a")
    with pytest.raises(WrongFieldError) as missing:
        inner.text("b", required=True)
    assert ("rows[0].a.b", "required") == (missing.value.field, missing.value.code)
