"""The post: what came by webhook is worked through, events are handed on and sent, beside the traffic, in every process
that answers.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import cast

import structlog

from kopilka.app.compose import House
from kopilka.connectors.events.sender import Runner, Sender
from kopilka.connectors.kit.connector import Reader
from kopilka.connectors.kit.front import Front
from kopilka.connectors.kit.parking import Sweep
from kopilka.usecases.inbox import InboxItem
from kopilka.usecases.ports import StoreUnavailableError

PAUSE_SECONDS = 0.5
"""Between two looks where there was nothing to do."""
Round = Callable[[], Awaitable[int]]
log = structlog.get_logger(__name__)


class Post:
    """Rounds that repeat until stopped; each tells how much it did."""

    def __init__(self, rounds: Sequence[Round], pause: float = PAUSE_SECONDS) -> None:
        self._rounds = rounds
        self._pause = pause
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin, in the running loop."""
        self._tasks = [asyncio.ensure_future(self._keep(each)) for each in self._rounds]

    async def end(self) -> None:
        """Stop; what is under way is taken up again by whoever comes next."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _keep(self, each: Round) -> None:
        while True:
            try:
                done = await each()
            except StoreUnavailableError:
                done = 0
            except Exception:
                log.exception("post_failed")
                done = 0
            await asyncio.sleep(0 if done else self._pause)


def inbox_round(front: Front) -> Round:
    """Work through what is due in the inbox, in the order in which it came."""
    services = front.services

    async def work() -> int:
        items = await services.run(services.inbox.take)
        for item in items:
            await _work_through(front, item)
        return len(items)

    return work


def parked_round(front: Front) -> Round:
    """Book what was parked for buyers who have joined since."""
    return Sweep(list(front.connectors.values()), front.services).step


def fan_out_round(house: House, run: Runner) -> Round:
    """Hand new events on to subscriptions."""

    async def hand_on() -> int:
        return await run(house.deliveries.fan_out)

    return hand_on


def sending_round(sender: Sender) -> Round:
    """Begin to send what is due; sending goes on beside the rounds."""

    async def begin() -> int:
        await sender.round()
        return 0

    return begin


async def _work_through(front: Front, item: InboxItem) -> None:
    services = front.services
    connection = await services.run(services.connections.get, item.connection_id)
    connector = None if connection is None else front.connectors.get(connection.connector)
    if connection is None or connector is None:
        await services.run(services.inbox.done, item, "unknown_connection")
        return
    try:
        outcome = await cast("Reader", connector).work(item, connection, services)
    except StoreUnavailableError:
        raise
    except Exception as error:
        log.exception("delivery_failed", connector=connection.connector, topic=item.topic)
        # An error that a connector means for staff says its own code.
        await services.run(services.inbox.failed, item, getattr(error, "outcome", type(error).__name__))
        return
    await services.run(services.inbox.done, item, outcome)
