import asyncio
import threading
from typing import Any

import pytest

from kopilka.app.batcher import Batcher
from kopilka.usecases.ports import StoreUnavailableError


def test_fifty_identical_closes_at_once_are_one(shop: Any) -> None:
    shop.enrol()
    body = shop.receipt("1000.00", member={"card": "100"})

    answers = [
        each.result(60)
        for each in [shop.soon(shop.ask("POST", "/v1/receipts/r1/close", body)) for _ in range(50)]
    ]

    assert {200} == {answer.status_code for answer in answers}
    assert 1 == len({answer.content for answer in answers})
    assert 49 == sum(answer.headers.get("idempotent-replay") == "true" for answer in answers)


def test_two_hundred_spends_at_once_never_take_more_than_there_is(shop: Any) -> None:
    member = shop.enrol(points="1000.0")
    bodies = [shop.receipt("20.00", spend={"points": "10"}, member={"card": "100"}) for _ in range(200)]

    asked = [shop.soon(shop.ask("POST", f"/v1/receipts/s{n}/close", body)) for n, body in enumerate(bodies)]
    answers = [each.result(120) for each in asked]

    statuses = [answer.status_code for answer in answers]
    with shop.house.pool.connection() as connection:
        spent: Any = connection.execute(
            "SELECT sum(units) FROM posting WHERE credit = 'spending:s1'"
        ).fetchone()
    assert {200} | {422} >= set(statuses)
    assert 100 * statuses.count(200) == spent[0]
    assert float(shop.get(f"/v1/members/{member}/wallets").json()["wallets"][0]["total"]) >= 0


class Poison(Exception):
    """What one command does to its batch."""


def run_batch(commands: list[int]) -> list[int]:
    if 13 in commands:
        raise Poison
    return [command * 2 for command in commands]


def outcomes_of(run: Any, commands: list[int]) -> list[Any]:
    async def ask() -> list[Any]:
        batcher: Batcher[int, int] = Batcher(run, "test")
        batcher.start()
        try:
            return await asyncio.gather(
                *[batcher.submit(command) for command in commands], return_exceptions=True
            )
        finally:
            await asyncio.to_thread(batcher.stop)

    return asyncio.run(ask())


def test_one_poisonous_command_fails_alone() -> None:
    answers = outcomes_of(run_batch, [1, 13, 2])

    assert (2, Poison, 4) == (answers[0], type(answers[1]), answers[2])


def test_a_store_that_does_not_answer_refuses_the_whole_batch_at_once() -> None:
    calls = []

    def run(commands: list[int]) -> list[int]:
        calls.append(len(commands))
        raise StoreUnavailableError

    answers = outcomes_of(run, [1, 2, 3])

    assert [StoreUnavailableError] * 3 == [type(answer) for answer in answers]
    assert sum(calls) == 3


def test_what_waits_rides_together() -> None:
    sizes: list[int] = []
    gate = threading.Event()

    def run(commands: list[int]) -> list[int]:
        sizes.append(len(commands))
        gate.wait(5)
        return commands

    async def ask() -> None:
        batcher: Batcher[int, int] = Batcher(run, "test")
        batcher.start()
        futures = [batcher.submit(n) for n in range(300)]
        await asyncio.sleep(0.05)
        gate.set()
        await asyncio.gather(*futures)
        await asyncio.to_thread(batcher.stop)

    asyncio.run(ask())

    assert 300 == sum(sizes)
    assert len(sizes) <= 5


def test_a_batcher_that_was_not_started_says_so() -> None:
    with pytest.raises(RuntimeError):
        Batcher(run_batch, "test").submit(1)
