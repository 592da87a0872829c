"""Levels over HTTP: how far to the next and to keeping this one, a level by hand, and a preview of a new ladder."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

LADDER = """
programme: ladder
title: {ru: Лестница, en: Ladder}
currency: RUB
zone: Europe/Moscow
points: {coin: {worth: 1.00}}
levels: {over: 365d, grace: 30d, ladder: [{id: base, from: 0}, {id: silver, from: SILVER, title: {ru: Серебро, en: Silver}}]}
rules: [{id: cashback, earn: {percent: {base: 5, silver: 7}}}]
spend: {up_to: 50%}
"""
TEXT = LADDER.replace("SILVER", "1000")
TODAY = datetime.now(UTC).astimezone().date()


@pytest.fixture
def ladder(shop: Any) -> Any:
    """A second programme, with two levels."""
    answer = shop.post("/v1/programmes/ladder/versions", {"text": TEXT, "expected_version": 0})
    assert 201 == answer.status_code, answer.text
    return shop


def member_of(shop: Any, card: str = "300") -> str:
    body = {"programme": "ladder", "identifiers": [{"kind": "card", "value": card}]}
    member: str = shop.post("/v1/members", body, idempotency_key=f"e{card}").json()["id"]
    return member


def test_a_level_by_hand_is_set_shown_with_its_end_and_ended(ladder: Any) -> None:
    member = member_of(ladder)
    last_on = (TODAY + timedelta(days=40)).isoformat()
    wish = {"programme": "ladder", "level": "silver", "reason": "a guest of honour", "last_on": last_on}
    path = f"/v1/members/{member}/level"

    without = ladder.post(path, wish).json()["code"]
    level = ladder.post(path, wish, idempotency_key="a").json()["levels"][0]
    again = ladder.post(path, wish, idempotency_key="a").json()["levels"][0]
    other = ladder.post(path, {**wish, "level": "base"}, idempotency_key="a").json()["code"]
    assert ("key_required", "key_reused") == (without, other)
    assert level == again
    assert ("silver", True, last_on, "base", "1000.00") == (
        level["level"], level["manual"], level["manual_until"], level["falls_to"], level["keep_missing"],
    )  # fmt: skip
    ended = ladder.post(path, {**wish, "level": ""}, idempotency_key="b").json()["levels"][0]
    assert ("base", "1000.00") == (ended["level"], ended["missing"])
    assert "manual" not in ended


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"level": "glod"}, 404, "unknown_level"),
        ({"programme": "nowhere"}, 404, "unknown_programme"),
        ({"programme": "club"}, 404, "unknown_level"),
        ({"last_on": "2001-01-01"}, 422, "in_the_past"),
        ({"last_on": "0001-01-01"}, 422, "invalid"),
        ({"reason": ""}, 422, "invalid"),
        ({"lvl": "gold"}, 422, "invalid"),
    ],
)
def test_a_level_by_hand_that_cannot_be_is_refused(
    ladder: Any, change: dict[str, str], status: int, code: str
) -> None:
    member, wish = member_of(ladder), {"programme": "ladder", "level": "silver", "reason": "x", **change}
    before = ladder.written()
    answer = ladder.post(f"/v1/members/{member}/level", wish, idempotency_key="a")

    assert (status, code) == (answer.status_code, answer.json()["code"])
    assert before == ladder.written()


def test_a_ladder_is_previewed_on_todays_members(ladder: Any) -> None:
    members = [member_of(ladder, card) for card in ("300", "301", "302")]
    wish = {"programme": "ladder", "level": "silver", "reason": "x"}
    ladder.post(f"/v1/members/{members[0]}/level", wish, idempotency_key="a")
    text = LADDER.replace("SILVER", "1").replace("id: silver", "id: gold").replace("silver: 7", "gold: 7")
    found = ladder.post("/v1/programmes/preview", {"text": text}).json()

    assert {"changes": True, "members": 3, "up": 0, "down": 1, "share": "33.33"} == {
        key: found[key] for key in ("changes", "members", "up", "down", "share")
    }
    rows = [(row["before"], row["after"], row["members"], row["examples"]) for row in found["moves"]]
    assert ("base", "base", 2) == rows[0][:3]
    assert ("silver", "base", 1, [members[0]]) == rows[1]


def test_a_faulty_or_unchanged_ladder_has_no_preview(ladder: Any) -> None:
    faulty = ladder.post("/v1/programmes/preview", {"text": TEXT.replace("over: 365d", "over: 365")})
    same = ladder.post("/v1/programmes/preview", {"text": TEXT.replace("5, silver: 7", "6, silver: 8")})

    assert (422, "faulty_programme") == (faulty.status_code, faulty.json()["code"])
    assert same.json()["changes"] is False
