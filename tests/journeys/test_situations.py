"""The worked examples of every playbook, carried out over the HTTP API and at the desk, on a real database."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from http_counter import HttpCounter

from kopilka.app.compose import House
from kopilka.app.night import work_in
from kopilka.core.rules.registry import REGISTRY
from kopilka.usecases.desk_counter import DeskCounter
from kopilka.usecases.playbooks import playbook_names
from kopilka.usecases.situation_counter import Hand
from kopilka.usecases.situation_steps import SituationError, Story
from kopilka.usecases.situation_text import read_situations, shipped_stories, situation_names
from kopilka.usecases.situations import run_story

OWN = sorted(Path(__file__).parent.glob("*/*.yaml"))
STORIES = [story for name in situation_names() for story in shipped_stories(name)]
STORIES += [story for path in OWN for story in read_situations(path.read_text(encoding="utf-8"), path.stem)]

WRONG = """
programme: b1-bonus-card
situations:
  - name: Everything here is wrong
    members: [anna]
    steps:
      - {close: first, by: anna, sum: 1000, pays: 999, earns: 51, has: 49, because: {cashback: members_only}}
      - {close: second, by: anna, sum: 300, spend: 51}
      - {balance: anna, free: 1}
"""


def kinds_changed(request: pytest.FixtureRequest) -> bool:
    """Whether a story changes a kind of points: kinds belong to the whole organisation, so it gets one of its own."""
    story = request.node.callspec.params.get("story") if hasattr(request.node, "callspec") else None
    return isinstance(story, Story) and any(key.startswith("points.") for key in story.situation.change)


def desk_of(database: str) -> Iterator[DeskCounter]:
    hand = Hand(datetime(2026, 3, 1, tzinfo=UTC))
    house = House(database, clock=hand)
    yield DeskCounter(house, hand, partial(work_in, house))
    house.close()


def api_of(database: str) -> Iterator[HttpCounter]:
    hand = Hand(datetime(2026, 3, 1, tzinfo=UTC))
    house = House(database, clock=hand)
    counter = HttpCounter(house, hand)
    yield counter
    counter.close()
    house.close()


@pytest.fixture(scope="module")
def shared_desk(shared_database: str) -> Iterator[DeskCounter]:
    """One house for all stories: each has a programme and members of its own."""
    yield from desk_of(shared_database)


@pytest.fixture(scope="module")
def shared_api(served_database: str) -> Iterator[HttpCounter]:
    yield from api_of(served_database)


@pytest.fixture
def own_desk(database: str) -> Iterator[DeskCounter]:
    yield from desk_of(database)


@pytest.fixture
def own_api(database: str) -> Iterator[HttpCounter]:
    yield from api_of(database)


@pytest.fixture
def counter(request: pytest.FixtureRequest) -> DeskCounter:
    found = request.getfixturevalue("own_desk" if kinds_changed(request) else "shared_desk")
    assert isinstance(found, DeskCounter)
    return found


@pytest.fixture
def api_counter(request: pytest.FixtureRequest) -> HttpCounter:
    found = request.getfixturevalue("own_api" if kinds_changed(request) else "shared_api")
    assert isinstance(found, HttpCounter)
    return found


@pytest.mark.parametrize("story", STORIES, ids=[story.title for story in STORIES])
def test_over_http(story: Story, api_counter: HttpCounter) -> None:
    unmet = run_story(story, api_counter, REGISTRY)

    assert [] == [str(row) for row in unmet]


@pytest.mark.parametrize("story", STORIES, ids=[story.title for story in STORIES])
def test_at_the_desk(story: Story, counter: DeskCounter) -> None:
    unmet = run_story(story, counter, REGISTRY)

    assert [] == [str(row) for row in unmet]


def test_what_comes_out_otherwise_is_named(counter: DeskCounter) -> None:
    story = read_situations(WRONG, "wrong")[0]
    unmet = [str(row) for row in run_story(story, counter, REGISTRY)]

    assert [
        "step 1: pays should be 999, is 1000.00",
        "step 1: earns should be 51 bonus, is 50",
        "step 1: because cashback should be members_only, is that it applied",
        "step 1: has should be 49 bonus, is 50",
        "step 2: refused should be nothing, is spend_too_much",
        "step 3: free should be 1 bonus, is 50",
    ] == unmet


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("programme: nowhere\nsituations: []", "no programme nowhere"),
        ("programme: b1-bonus-card\nsituations: [{name: x, steps: [{closes: 1}]}]", "unknown field `closes`"),
        ("programme: [b1", "file:1"),
    ],
)
def test_a_file_that_cannot_be_read_says_where(text: str, said: str) -> None:
    with pytest.raises(SituationError, match=said):
        read_situations(text, "file")


def test_each_playbook_of_the_list_has_situations() -> None:
    missing = set(playbook_names()) - set(situation_names()) - {"beer-club"}

    assert set() == missing
