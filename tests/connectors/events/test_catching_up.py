"""Who is paused, stopped, new, overwhelmed or replayed keeps a place among the events: no row is kept for it, nothing is lost,
nothing goes twice, and each member's order holds.
"""

import os
import threading
from datetime import timedelta
from random import Random
from typing import Any

import psycopg
import pytest
from receivers import Receiver
from telling import Telling

from kopilka.store import deliveries as store
from kopilka.usecases import deliveries
from kopilka.usecases.deliveries import GIVEN_UP, Policy
from kopilka.usecases.subscriptions import Subscription

SOAK = bool(os.environ.get("KOPILKA_SOAK"))
pytestmark = pytest.mark.usefixtures("inside")


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps and queues so short that a dozen events need many."""
    monkeypatch.setattr(store, "STEP", 3)
    monkeypatch.setattr(store, "BURST", 9)
    monkeypatch.setattr(deliveries, "QUEUE_LOW", 4)
    monkeypatch.setattr(deliveries, "QUEUE_MAX", 8)
    monkeypatch.setattr(deliveries, "LOOK_AT_QUEUES_AFTER", 1)


def receipts(site: Receiver) -> list[str]:
    return [came.json["data"]["receipt"] for came in site.got]


def rows(house: Telling) -> int:
    found: int = house.rows("SELECT count(*) FROM delivery")[0][0]
    return found


def missed(house: Telling, made: Subscription) -> int:
    return house.house.subscriptions.backlog(made.subscription_id).missed


def truth(house: Telling) -> dict[str, list[str]]:
    """Ids of events of each holder, in their order."""
    found: dict[str, list[str]] = {}
    for holder, id_ in house.rows("SELECT holder_id, event_id FROM event ORDER BY place"):
        found.setdefault(holder, []).append(id_)
    return found


def told(site: Receiver, since: int = 0) -> dict[str, list[str]]:
    """What came, each member's by itself, repeats too; what only follows from an event is left out."""
    found: dict[str, list[str]] = {}
    for came in site.got[since:]:
        if "~" not in came.id:
            found.setdefault(came.holder, []).append(came.id)
    return found


def finish(house: Telling, made: Subscription) -> None:
    """Everything that is due goes, however many steps that takes."""
    for _ in range(200):
        house.tell()
        state = house.state(made)
        if state.state == "stopped":
            house.house.subscriptions.resume(made.subscription_id)
        elif not state.behind and not house.waiting(made):
            return
        house.later(1_800)
    pytest.fail(f"{house.waiting(made)} still wait, {missed(house, made)} are missed")


@pytest.mark.parametrize("stopped", [False, True])
def test_who_is_not_sent_anything_keeps_no_rows_and_misses_nothing(
    house: Telling, site: Receiver, *, stopped: bool
) -> None:
    made, _ = house.subscribe(site.url, "receipt.closed")
    house.member("1")
    house.run(house.sale("1", id_="before"))
    site.answer = lambda _: 410 if stopped else 200
    house.tell()
    if not stopped:
        house.house.subscriptions.pause(made.subscription_id)
    house.hand_on()
    kept = rows(house)
    for number in range(9):
        house.run(house.sale("1", id_=f"r{number}"))
        house.hand_on()

    assert (kept, kept) == (1, rows(house))
    assert missed(house, made) >= 9
    site.answer = lambda _: 200
    house.house.subscriptions.resume(made.subscription_id)
    house.tell()
    assert ["before", *(f"r{number}" for number in range(9))] == receipts(site)
    assert (0, False) == (missed(house, made), house.state(made).behind)


def test_what_was_missed_is_passed_over_where_the_owner_says_so(house: Telling, site: Receiver) -> None:
    made, _ = house.subscribe(site.url, "receipt.closed")
    house.member("1")
    site.answer = lambda _: 410
    house.run(house.sale("1", id_="waits"))
    house.tell()
    house.run(house.sale("1", id_="missed"))
    house.hand_on()
    site.answer = lambda _: 200

    house.house.subscriptions.resume(made.subscription_id, skip=True)
    house.run(house.sale("1", id_="new"))
    house.tell()

    assert ["new"] == receipts(site)
    assert ["skipped", "delivered"] == [row.state for row in house.log(made)]


def test_going_on_from_now_ends_a_replay(house: Telling, site: Receiver) -> None:
    house.member("1")
    house.run(house.sale("1", id_="old"))
    made, _ = house.subscribe(site.url, "receipt.closed")
    house.house.deliveries.replay(made.subscription_id, house.clock() - timedelta(hours=1))

    house.house.subscriptions.resume(made.subscription_id, skip=True)
    house.run(house.sale("1", id_="new"))
    house.tell()

    assert ["new"] == receipts(site)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("seed", range(40 if SOAK else 3))
def test_pauses_stops_and_full_queues_lose_and_repeat_nothing(
    house: Telling, site: Receiver, seed: int
) -> None:
    chance = Random(seed)
    made, _ = house.subscribe(site.url)
    for card in range(4):
        house.member(str(card))
    site.answer = lambda _: chance.choice((200, 200, 500, 503))
    for _ in range(25):
        house.run(*(house.sale(str(chance.randrange(4)), spend=chance.random() < 0.5) for _ in range(3)))
        match chance.randrange(5):
            case 0:
                house.house.subscriptions.pause(made.subscription_id)
            case 1 | 2:
                house.house.subscriptions.resume(made.subscription_id)
            case 3:
                house.tell()
            case _:
                house.hand_on()
        house.later(chance.randrange(400))
    site.answer = lambda _: chance.choice((200, 200, 200, 500))
    house.house.subscriptions.resume(made.subscription_id)
    finish(house, made)

    assert truth(house) == told(site)
    assert len(site.got) == len({came.id for came in site.got})


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("seed", range(20 if SOAK else 2))
def test_a_replay_goes_step_by_step_and_what_is_new_goes_after_it(
    house: Telling, site: Receiver, seed: int
) -> None:
    chance = Random(seed)
    made, _ = house.subscribe(site.url)
    for card in range(4):
        house.member(str(card))
    for _ in range(12):
        house.run(*(house.sale(str(chance.randrange(4))) for _ in range(2)))
    finish(house, made)
    house.run(
        *(house.sale(str(chance.randrange(4))) for _ in range(3))
    )  # not sent yet when the replay is asked for
    house.hand_on()
    before, started = len(site.got), house.clock()
    begun = house.house.deliveries.replay(made.subscription_id, started - timedelta(days=500))
    most = 0
    for _ in range(12):
        house.run(house.sale(str(chance.randrange(4))))
        house.hand_on()
        most = max(most, house.waiting(made))
        assert house.state(made).again_since or not house.state(made).behind
        house.send()
    finish(house, made)

    assert begun == 31
    assert most < 4 + 3 * 2 + 3, "a few steps wait at a time, never all"
    assert truth(house) == told(site, before)


def test_a_replay_reaches_back_no_further_than_asked(house: Telling, site: Receiver) -> None:
    made, _ = house.subscribe(site.url, "receipt.closed")
    house.member("1")
    for name in ("a", "b", "c"):
        house.later(3_600)
        house.run(house.sale("1", id_=name))
    house.tell()
    house.house.subscriptions.pause(made.subscription_id)
    house.later(3_600)
    house.run(house.sale("1", id_="d"))
    house.hand_on()

    house.house.deliveries.replay(made.subscription_id, house.clock() - timedelta(hours=2))
    assert ["a", "b", "c"] == receipts(site)
    house.house.subscriptions.resume(made.subscription_id)
    house.tell()

    assert ["a", "b", "c", "c", "d"] == receipts(site)


def test_a_second_replay_joins_the_first(house: Telling, site: Receiver) -> None:
    made, _ = house.subscribe(site.url, "receipt.closed")
    house.member("1")
    moments = []
    for name in ("a", "b", "c"):
        house.later(3_600)
        moments.append(house.clock())
        house.run(house.sale("1", id_=name))
    house.tell()
    for at in (moments[2], moments[1], moments[2]):
        house.house.deliveries.replay(made.subscription_id, at)
    house.tell()

    assert ["a", "b", "c", "b", "c"] == receipts(site)


@pytest.mark.usefixtures("small")
def test_a_step_that_breaks_off_is_done_again(
    house: Telling, site: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, _ = house.subscribe(site.url, "receipt.closed")
    house.member("1")
    house.house.subscriptions.pause(made.subscription_id)
    for number in range(9):
        house.run(house.sale("1", id_=str(number)))
    house.hand_on()
    house.house.subscriptions.resume(made.subscription_id)
    with monkeypatch.context() as broken:
        broken.setitem(store.SQL, "got_to", "SELECT 1 / 0")
        with pytest.raises(psycopg.errors.DivisionByZero):
            house.hand_on()
        assert 0 == rows(house)
    finish(house, made)

    assert [str(number) for number in range(9)] == receipts(site)


def test_a_transaction_that_outlives_a_pause_is_not_missed(house: Telling, site: Receiver) -> None:
    made, _ = house.subscribe(site.url, "receipt.closed")
    house.member("1")
    house.hand_on()
    with psycopg.connect(house.house.pool.conninfo) as slow:
        slow.execute(
            "INSERT INTO event (bucket, holder_id, event_id, name, occurred_at, recorded_at, receipt, data)"
            " VALUES (1, 'guest:slow', 'evt_slow', 'receipt.closed', now(), now(), 'slow', '{}')"
        )
        house.run(house.sale("1", id_="a"))
        house.hand_on()
        house.house.subscriptions.pause(made.subscription_id)
        house.run(house.sale("1", id_="b"))
        house.hand_on()
        house.house.subscriptions.resume(made.subscription_id)
        house.tell()
        early = receipts(site)
        slow.commit()
    house.tell()

    assert "slow" not in early
    assert ["a", "b", "slow"] == sorted(receipts(site), key=lambda name: (name == "slow", name))
    assert ["a", "b"] == [name for name in receipts(site) if name != "slow"]


@pytest.mark.usefixtures("small")
def test_whose_queue_is_full_gets_the_rest_when_it_is_shorter(house: Telling, site: Receiver) -> None:
    made, _ = house.subscribe(site.url, "receipt.closed")
    house.member("1")
    for number in range(60):
        house.run(house.sale("1", id_=f"r{number:02}"))
        if number % 4 == 0:
            house.hand_on()
    full, behind = house.waiting(made), house.state(made).behind
    finish(house, made)

    assert behind
    assert full < 8 + 2 * 4 + 3
    assert [f"r{number:02}" for number in range(60)] == receipts(site)


def test_what_was_delivered_long_ago_does_not_go_again_after_a_long_pause(
    house: Telling, site: Receiver
) -> None:
    """The log forgets; the place does not."""
    made, _ = house.subscribe(site.url, "receipt.closed")
    house.member("1")
    house.run(house.sale("1", id_="a"))
    house.tell()
    house.house.subscriptions.pause(made.subscription_id)
    house.later(40 * 86_400)
    house.house.deliveries.prune()
    house.run(house.sale("1", id_="b"))
    house.hand_on()
    house.house.subscriptions.resume(made.subscription_id)
    house.tell()

    assert ["a", "b"] == receipts(site)


def test_two_processes_catch_up_while_receipts_are_closed(
    house: Telling, site: Receiver, small: None
) -> None:
    made, _ = house.subscribe(site.url)
    cards = [str(n) for n in range(4)]
    for card in cards:
        house.member(card)

    def sell(number: int) -> None:
        desk, luck = house.house.desk(), Random(number)
        for sale in range(12):
            desk.run([house.sale(luck.choice(cards), id_=f"r{number}-{sale}")])

    sellers = [threading.Thread(target=sell, args=(n,)) for n in range(2)]
    broken: list[BaseException] = []

    def hand_on() -> None:
        try:
            while any(thread.is_alive() for thread in sellers):
                house.hand_on()
        except psycopg.Error as error:
            broken.append(error)

    handers = [threading.Thread(target=hand_on) for _ in range(2)]
    for thread in (*sellers, *handers):
        thread.start()
    subscriptions: Any = house.house.subscriptions
    while any(thread.is_alive() for thread in sellers):
        subscriptions.pause(made.subscription_id)
        subscriptions.resume(made.subscription_id)
        house.send()
    for thread in (*sellers, *handers):
        thread.join()
    finish(house, made)

    assert [] == broken
    assert truth(house) == told(site)


def test_a_receiver_that_takes_nothing_for_days_is_stopped_also_where_failures_are_skipped(
    house: Telling, site: Receiver
) -> None:
    made, _ = house.subscribe(site.url, "receipt.closed")
    house.member("1")
    skips = Policy((5,), skips=True)

    def fail() -> None:
        load = house.house.deliveries.take(made.subscription_id)
        if load is not None:
            sent = [deliveries.Sent(each, 500, 1, "no") for each in load.parcels]
            house.house.deliveries.finish(made.subscription_id, sent, skips)

    hours = 0
    while house.state(made).state == "active":
        house.run(house.sale("1"))
        house.hand_on()
        fail()
        house.later(3_600)
        hours += 1
        assert hours < 100

    assert "failing" == house.state(made).reason
    assert hours in range(int(GIVEN_UP.total_seconds() / 3_600), 80)
