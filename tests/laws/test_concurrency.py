"""Many tills at once on a real PostgreSQL: what they do together is what they could have done one after another."""

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from together import at_once, sound
from world import World, goods

from kopilka.usecases.commands import Adjust, Close, Command, Hold, Ref, Release, Return, Void
from kopilka.usecases.desk import Desk
from kopilka.usecases.outcomes import Done, Outcome, Refused


def codes(outcomes: Sequence[Outcome]) -> Counter[str]:
    return Counter("done" if isinstance(outcome, Done) else outcome.code for outcome in outcomes)


def test_two_hundred_spends_of_one_member_take_what_there_is_and_no_more(world: World) -> None:
    who = world.enrol()
    world.give(who, 1000)
    outcomes = at_once(world, [Close(world.receipt(700, spend=7), who) for _ in range(200)], 16)

    assert Counter(done=142, spend_too_much=58) == codes(outcomes)
    assert 1000 - 142 * 7 == world.balance(who).free
    assert all(row.params["most"] == 6 for row in outcomes if isinstance(row, Refused))
    sound(world)


def test_fifty_tills_close_one_receipt_once(world: World) -> None:
    who = world.enrol()
    outcomes = at_once(world, [Close(world.receipt(10000, id_="r"), who)] * 50, 16)

    assert Counter(done=50) == codes(outcomes)
    assert 1 == sum(not outcome.replayed for outcome in outcomes if isinstance(outcome, Done))
    assert [(1,)] == world.rows("SELECT count(*) FROM posting")


def test_a_key_used_by_many_at_once_is_one_adjustment(world: World) -> None:
    who = world.enrol()
    outcomes = at_once(world, [Adjust(who, "bonus", 5, "why", "t", "k")] * 24)

    assert Counter(done=24) == codes(outcomes)
    assert 5 == world.balance(who).total


def test_a_guest_receipt_is_taken_on_by_one_member_alone(world: World) -> None:
    members = [world.enrol() for _ in range(8)]
    for who in members:
        world.give(who, 50)
    for n in range(5):
        world.hold(None, 10000, id_=f"r{n}")
        commands: list[Command] = [Hold(world.receipt(10000, id_=f"r{n}", spend=1), who) for who in members]
        commands.append(Close(world.receipt(10000, id_=f"r{n}"), None))
        outcomes = at_once(world, commands)

        assert 1 == codes(outcomes)["done"]
        assert {"done", "receipt_exists", "other_member"} >= codes(outcomes).keys()
    assert [(5,)] == world.rows("SELECT count(*) FROM receipt")
    held = world.rows("SELECT count(*) FROM receipt WHERE state = 'held'")
    assert held == world.rows("SELECT count(*) FROM hold WHERE state = 'held'")
    sound(world)


def test_one_receipt_id_belongs_to_whoever_came_first(world: World) -> None:
    members = [world.enrol() for _ in range(8)]
    commands: list[Command] = []
    for i, who in enumerate(members):
        receipt = world.receipt(10000, id_="r")
        commands.append(Close(receipt, who) if i % 2 else Hold(receipt, who))
    outcomes = at_once(world, commands)

    assert 1 == codes(outcomes)["done"]
    assert {"done", "receipt_exists", "other_member"} >= codes(outcomes).keys()
    assert [(1,)] == world.rows("SELECT count(*) FROM receipt")
    sound(world)


def test_two_holds_at_once_never_hold_more_than_there_is(world: World) -> None:
    who = world.enrol()
    world.give(who, 100)
    outcomes = at_once(world, [Hold(world.receipt(10000, spend=60), who) for _ in range(16)])

    assert Counter(done=1, spend_too_much=15) == codes(outcomes)
    assert (60, 40) == (world.balance(who).held, world.balance(who).free)
    sound(world)


def test_the_last_of_a_budget_goes_to_one(rich_world: World) -> None:
    world = rich_world
    members = [world.enrol() for _ in range(12)]
    scarce = goods(1000, tags=("scarce",))
    outcomes = at_once(world, [Close(world.receipt(lines=scarce), who) for who in members])

    discounts = [row.sale.decision.discount_minor for row in outcomes if isinstance(row, Done) and row.sale]
    assert [0] * 9 + [200] * 3 == sorted(discounts)
    assert [(3, 600)] == world.rows("SELECT uses, money_minor FROM budget WHERE rule = 'scarce'")


def test_guest_receipts_are_returned_once_by_whoever_asks(world: World) -> None:
    world.close(None, 10000, id_="r")
    commands: list[Command] = [world.return_of("r", amount=6000) for _ in range(6)]
    commands += [Void("r", world.now)] * 2
    outcomes = at_once(world, commands)

    refunds = [row.returned.refund_minor for row in outcomes if isinstance(row, Done) and row.returned]
    assert refunds in ([6000], [10000], [10000, 10000])
    assert {"done", "more_than_paid", "not_closed", "returned_already"} >= codes(outcomes).keys()


def test_a_guest_receipt_is_held_and_closed_by_many_at_once(world: World) -> None:
    commands: list[Command] = []
    for i in range(24):
        receipt = world.receipt(10000 + i // 3, id_="r")
        commands.append((Hold(receipt), Close(receipt), Release("r"))[i % 3])
    outcomes = at_once(world, commands)

    closed = [row for row in outcomes if isinstance(row, Done) and row.verb == "close" and not row.replayed]
    assert len(closed) <= 1
    assert [("closed",)] * len(closed) == world.rows("SELECT state FROM receipt WHERE state = 'closed'")


def test_a_return_that_overtakes_its_sale_takes_the_points_back(world: World) -> None:
    who = world.enrol()
    for round_ in range(12):
        id_ = f"race{round_}"
        back = world.return_of(id_)
        done = at_once(world, [Close(world.receipt(10000, id_=id_), who), back], 2)[1]
        if isinstance(done, Refused):
            world.done(back)

    assert 0 == world.balance(who).total
    sound(world)


class Meddled:
    """A ledger in which something happens between looking up and locking, once."""

    def __init__(self, world: World, between: Callable[[], object]) -> None:
        self._world = world
        self._between: Callable[[], object] | None = between

    @contextmanager
    def batch(self) -> Iterator["Meddled"]:
        with self._world.ledger.batch() as batch:
            self._batch = batch
            yield self

    def find(self, *wanted: Any) -> Any:
        found = self._batch.find(*wanted)
        between, self._between = self._between, None
        if between is not None:
            between()
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._batch, name)


def test_a_sale_that_comes_between_looking_up_and_locking_is_returned_with_its_points(world: World) -> None:
    who = world.enrol()
    sale, back = Close(world.receipt(10000, id_="r"), who), world.return_of("r")
    ledger: Any = Meddled(world, lambda: world.done(sale))
    desk = Desk(ledger, world.new_desk().catalogue, clock=lambda: world.now, chance=random.getrandbits)
    outcome = desk.run([back])[0]

    assert isinstance(outcome, Done)
    assert outcome.returned is not None
    assert {"bonus": 10} == outcome.returned.points_taken
    assert 0 == world.balance(who).total


def test_random_batches_of_many_threads_neither_lock_up_nor_lose_anything(rich_world: World) -> None:
    world = rich_world
    members = [world.enrol() for _ in range(5)]
    for who in members:
        world.give(who, 5000)
    failures: list[BaseException] = []

    def till(seed: int) -> None:
        chance, desk = random.Random(seed), world.new_desk()
        try:
            for _ in range(12):
                desk.run([random_command(world, chance, members) for _ in range(chance.randint(1, 8))])
        except BaseException as failure:  # noqa: BLE001 - told to the test's own thread
            failures.append(failure)

    threads = [threading.Thread(target=till, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [] == failures
    sound(world)


def random_command(world: World, chance: random.Random, members: list[Ref]) -> Command:
    who = chance.choice([None, *members])
    id_ = f"shared{chance.randrange(40)}"
    tags = chance.choice([(), ("scarce",), ("monthly",)])
    receipt = world.receipt(lines=goods(chance.choice((1000, 5000)), tags=tags), id_=id_)
    makers: list[Callable[[], Command]] = [
        lambda: Close(receipt, who),
        lambda: Hold(receipt, who),
        lambda: Release(id_),
        lambda: Void(id_, world.now),
        lambda: Return(id_, f"back{chance.randrange(60)}", world.return_of(id_, amount=300).wish, world.now),
        lambda: Adjust(members[0], "bonus", chance.choice((5, -5)), "why", "t", f"a{chance.randrange(30)}"),
    ]
    return chance.choice(makers)()
