"""The law of deliveries: of each member what was received, without repeats, is the order of events, and nothing is lost."""

import asyncio
import secrets
import threading
from random import Random
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from receivers import Came, Receiver
from telling import Telling

from kopilka.usecases.deliveries import LEASE
from kopilka.usecases.subscriptions import Subscription

pytestmark = pytest.mark.usefixtures("inside")


def truth(house: Telling) -> dict[str, list[str]]:
    """Ids of events of each holder, in their order."""
    found: dict[str, list[str]] = {}
    for holder, id_ in house.rows("SELECT holder_id, event_id FROM event ORDER BY place"):
        found.setdefault(holder, []).append(id_)
    return found


def received(site: Receiver) -> dict[str, list[str]]:
    """The same as a receiver that forgets repeats has it; what only follows from an event is left out."""
    found: dict[str, list[str]] = {}
    for came in site.got:
        mine = found.setdefault(came.holder, [])
        if "~" not in came.id and came.id not in mine:
            mine.append(came.id)
    return found


def drain(house: Telling, made: Subscription) -> None:
    """Until nothing waits, however long that is on the clock."""
    for _ in range(400):
        house.send()
        if not house.waiting(made):
            return
        if house.state(made).state == "stopped":  # the last try failed too: staff resume it
            house.house.subscriptions.resume(made.subscription_id)
        house.later(1_800)
    pytest.fail(f"{house.waiting(made)} still wait")


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_each_member_survives_failures(house: Telling, site: Receiver, seed: int) -> None:
    chance = Random(seed)
    made, _ = house.subscribe(site.url)
    for card in range(6):
        house.member(str(card))
    site.answer = lambda _: chance.choice((200, 200, 200, 500, 503))
    for _ in range(12):
        cards = [str(chance.randrange(6)) for _ in range(5)]
        house.run(*(house.sale(card if card != "5" else "", spend=chance.random() < 0.5) for card in cards))
        if chance.random() < 0.5:
            house.tell()
        house.later(chance.randrange(20))
    house.hand_on()
    site.answer = lambda _: chance.choice((200, 200, 200, 500))
    drain(house, made)

    assert truth(house) == received(site)


def test_a_transaction_that_runs_long_loses_no_event(house: Telling, site: Receiver) -> None:
    made, _ = house.subscribe(site.url, "receipt.closed")
    house.member("1")
    house.hand_on()
    with psycopg.connect(house.house.pool.conninfo) as slow:
        holder = "guest:slow"
        slow.execute(
            "INSERT INTO event (bucket, holder_id, event_id, name, occurred_at, recorded_at, receipt, data)"
            " VALUES (1, %s, 'evt_slow', 'receipt.closed', now(), now(), 'slow', '{}')",
            (holder,),
        )
        house.run(house.sale("1", id_="quick"))
        house.tell()
        before = [came.json["data"]["receipt"] for came in site.got]
        slow.commit()
    house.tell()

    assert [] == before
    assert {"slow", "quick"} == {came.json["data"]["receipt"] for came in site.got}
    assert 2 == len(site.got)
    assert 0 == house.waiting(made)


def test_a_long_transaction_of_another_database_holds_nobody_up(house: Telling, site: Receiver) -> None:
    made, _ = house.subscribe(site.url, "receipt.closed")
    house.member("1")
    elsewhere = make_conninfo(house.house.pool.conninfo, dbname="postgres")
    with psycopg.connect(elsewhere) as report, psycopg.connect(house.house.pool.conninfo) as role:
        report.execute("SELECT pg_current_xact_id()")
        house.run(house.sale("1", id_="quick"))
        role.execute("SET ROLE pg_signal_backend")
        seen, high, low = role.execute(
            "SELECT public.event_horizon(), pg_snapshot_xmax(s)::text::bigint, pg_snapshot_xmin(s)::text::bigint"
            " FROM pg_current_snapshot() s"
        ).fetchone() or (0, 0, 0)
        house.tell()

        assert low < seen <= high, "also a role without rights to see what others do sees where they do it"
        assert ["quick"] == [came.json["data"]["receipt"] for came in site.got]
    assert 0 == house.waiting(made)


def test_an_older_transaction_that_wrote_later_overtakes_nobody(house: Telling, site: Receiver) -> None:
    """`old` begins first and waits for the member; `young` writes first; something else keeps `young` above the horizon."""
    house.subscribe(site.url, "receipt.closed")
    insert = (
        "INSERT INTO event (bucket, holder_id, event_id, name, occurred_at, recorded_at, receipt, data)"
        " VALUES (1, 'h', %s, 'receipt.closed', now(), now(), %s, '{}')"
    )
    with (
        psycopg.connect(house.house.pool.conninfo) as old,
        psycopg.connect(house.house.pool.conninfo) as other,
    ):
        old.execute("SELECT pg_current_xact_id()")
        other.execute("SELECT pg_current_xact_id()")
        with psycopg.connect(house.house.pool.conninfo) as young:
            young.execute(insert, ("evt_1", "first"))
        old.execute(insert, ("evt_2", "second"))
        old.commit()
        house.tell()
        other.commit()
    house.tell()

    assert ["first", "second"] == [came.json["data"]["receipt"] for came in site.got]


def test_two_processes_write_and_hand_on_and_send_at_once(house: Telling, site: Receiver) -> None:
    made, _ = house.subscribe(site.url)
    cards = [str(n) for n in range(8)]
    for card in cards:
        house.member(card)
    chance = Random(5)
    site.answer = lambda _: chance.choice((200, 200, 200, 200, 500))

    def sell(number: int) -> None:
        desk, luck = house.house.desk(), Random(number)
        for sale in range(15):
            desk.run([house.sale(luck.choice(cards), id_=f"r{number}-{sale}")])

    def hand_on() -> None:
        while any(thread.is_alive() for thread in sellers):
            house.hand_on()

    sellers = [threading.Thread(target=sell, args=(n,)) for n in range(3)]
    handers = [threading.Thread(target=hand_on) for _ in range(2)]
    for thread in (*sellers, *handers):
        thread.start()

    async def send() -> None:
        senders = [house.sender(), house.sender()]
        while any(thread.is_alive() for thread in (*sellers, *handers)):
            for each in senders:
                await each.round()
            await asyncio.sleep(0.01)
        for each in senders:
            await each.settle()
            await each.end()

    house.wait(send())
    for thread in (*sellers, *handers):
        thread.join()
    house.hand_on()
    site.answer = lambda _: 200
    house.house.subscriptions.resume(made.subscription_id)
    drain(house, made)

    assert truth(house) == received(site)


def test_a_sender_killed_between_send_and_mark_repeats_and_loses_nothing(
    house: Telling, site: Receiver
) -> None:
    made, _ = house.subscribe(site.url)
    for card in ("1", "2"):
        house.member(card)
    house.run(*(house.sale(card) for card in ("1", "2", "1", "2", "1")))
    house.hand_on()
    arrived = threading.Event()

    def answer(_: Came) -> int:
        arrived.set()
        return 200

    site.answer = answer

    async def die() -> None:
        sender = house.sender()
        store = house.house.deliveries._store
        kept = store.finish
        store.finish = lambda *_: threading.Event().wait(0.3)  # type: ignore[method-assign,assignment]
        try:
            await sender.round()
            await asyncio.to_thread(arrived.wait, 10)
            await asyncio.sleep(0.05)
            await sender.end()
        finally:
            store.finish = kept  # type: ignore[method-assign]

    house.wait(die())
    killed_with = len(site.got)
    house.send()
    assert killed_with == len(site.got), "the lanes are still leased to the one that died"
    house.later(LEASE.total_seconds() + 1)
    drain(house, made)

    assert truth(house) == received(site)
    assert len(site.got) > len({came.id for came in site.got})


def test_a_database_restored_elsewhere_goes_on(house: Telling, site: Receiver) -> None:
    """Another server counts transactions from the beginning: what was handed on stays so, what was not is."""
    house.subscribe(site.url, "receipt.closed")
    house.member("1")
    house.run(house.sale("1", id_="told"))
    house.tell()
    house.run(house.sale("1", id_="waits"))
    house.rows("UPDATE event SET txid = txid + 1000000")
    house.rows("UPDATE outbox_state SET txid = txid + 1000000")
    house.run(house.sale("1", id_="new"))

    house.tell()

    assert ["told", "waits", "new"] == [came.json["data"]["receipt"] for came in site.got]
    house.rows("DELETE FROM delivery")
    house.run(house.sale("1", id_="later"))
    house.tell()
    assert "later" == site.got[-1].json["data"]["receipt"]
    assert 4 == len(site.got)


def test_guests_do_not_wait_for_each_other(house: Telling, site: Receiver) -> None:
    house.subscribe(site.url, "receipt.closed")
    site.answer = lambda came: 500 if came.json["data"]["receipt"] == "a" else 200
    house.run(house.sale(id_="a"), house.sale(id_="b"))
    house.tell()

    assert ["b"] == [came.json["data"]["receipt"] for came in site.got]


def test_a_quiet_house_asks_for_one_number_only(house: Telling) -> None:
    deliveries: Any = house.house.deliveries
    house.hand_on()
    while deliveries.fan_out():
        pass
    house.later(3)
    asked: list[object] = []
    kept, deliveries._store.hand_on = deliveries._store.hand_on, asked.append

    deliveries.fan_out()
    house.later(4)
    deliveries.fan_out()
    quiet = list(asked)
    house.member(secrets.token_hex(4))
    deliveries._store.hand_on = kept

    assert quiet == []
    assert 1 == deliveries.fan_out()
