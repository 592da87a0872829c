"""Versions: which is in force, and what may follow what."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from kopilka.core.programme.document import Programme
from kopilka.core.programme.versions import (
    Version,
    check_continuity,
    check_dates,
    coming,
    digest,
    in_force,
    next_number,
    version_of,
)  # fmt: skip

Made = Callable[[str], Programme]
NOW = datetime(2026, 3, 8, 12, tzinfo=UTC)
DAY = timedelta(days=1)
TEXT = "programme: p\ntitle: P\ncurrency: RUB\nzone: Europe/Moscow\npoints: {bonus: {worth: 1}}\nrules: [{id: a, earn: 5}]"


def version(number: int, at: datetime, text: str = "") -> Version:
    return version_of("p", number, at, text or f"text {number}")


FIRST, SECOND, THIRD = version(1, NOW - 2 * DAY), version(2, NOW), version(3, NOW + DAY)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (NOW - 3 * DAY, None),
        (NOW - 2 * DAY, FIRST),
        (NOW - timedelta(microseconds=1), FIRST),
        (NOW, SECOND),
        (NOW + 9 * DAY, THIRD),
    ],
)
def test_a_version_rules_from_its_moment_until_the_next(at: datetime, expected: Version | None) -> None:
    assert expected == in_force([THIRD, FIRST, SECOND], at)


def test_of_two_versions_of_one_moment_the_later_published_rules() -> None:
    again = version(4, SECOND.valid_from)

    assert again == in_force([SECOND, again], NOW)
    assert [again] == coming([SECOND, again], NOW - DAY)


def test_numbers_count_up() -> None:
    assert 1 == next_number([])
    assert 4 == next_number([THIRD, FIRST])


def test_a_version_knows_its_text() -> None:
    assert (
        "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
        == version(1, NOW, "x").sha256
        == digest("x")
    )


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (version(4, NOW + 2 * DAY), []),
        (version(4, NOW - timedelta(minutes=4)), ["later_version"]),
        (version(4, NOW - timedelta(minutes=6)), ["version_in_the_past", "later_version"]),
        (version(3, NOW + 2 * DAY, "other"), ["version_number"]),
        (version_of("q", 4, NOW + 2 * DAY, "x"), ["other_programme"]),
        (version(4, NOW + 2 * DAY, "text 3"), ["nothing_changes"]),
    ],
)
def test_a_version_may_not_rewrite_the_past(wanted: Version, expected: list[str]) -> None:
    found = check_dates([FIRST, SECOND, THIRD], wanted, NOW)

    assert expected == [mistake.code for mistake in found]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("earn: 5", "earn: 7", []),
        ("programme: p", "programme: q", ["programme_renamed"]),
        ("currency: RUB", "currency: KZT", ["currency_changed"]),
        ("worth: 1", "worth: 1, decimals: 2", ["decimals_changed"]),
        ("worth: 1", "worth: 2", ["worth_changed"]),
        ("zone: Europe/Moscow", "zone: Asia/Omsk", ["zone_changed"]),
        ("{bonus: {worth: 1}}", "{star: {worth: 1}}", ["kind_removed"]),
    ],
)
def test_what_wallets_hold_keeps_its_unit(old: str, new: str, expected: list[str], made: Made) -> None:
    found = check_continuity(made(TEXT.replace(old, new)), before=made(TEXT))

    assert expected == [mistake.code for mistake in found]


def test_a_kind_counts_alike_in_every_programme(made: Made) -> None:
    other = made(TEXT.replace("programme: p", "programme: q").replace("worth: 1", "worth: 1, decimals: 1"))

    found = check_continuity(made(TEXT), others=[other])

    assert [("decimals_changed", "points.bonus.decimals")] == [
        (mistake.code, mistake.path) for mistake in found
    ]
