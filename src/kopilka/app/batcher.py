"""Natural batching: what waits while one batch is being committed rides together in the next one. No timer.

A batch costs about 3 ms whatever rides in it, so the next one starts when the loop has told the last one's callers
and read what came meanwhile: measured, 30 % more receipts than two half-full batches in turn. Whoever comes alone
waits for nobody. An asyncio front, one worker thread for commands and one for quotes, each with a desk of its own.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

import structlog

from kopilka.core.settlement.refund import Returned
from kopilka.usecases.commands import Command, Quote, Return
from kopilka.usecases.desk import Desk
from kopilka.usecases.outcomes import Outcome, Refused
from kopilka.usecases.ports import StoreUnavailableError
from kopilka.usecases.quote_receipt import Quoted

BATCH_MAX = 128
SEEN_SECONDS_MAX = 0.01
"""The longest that a batch waits for the loop to have told the last one."""
C = TypeVar("C")
R = TypeVar("R")
log = structlog.get_logger(__name__)


class Batcher(Generic[C, R]):
    """Hands commands of any number of coroutines to one thread in batches."""

    def __init__(
        self, run: Callable[[Sequence[C]], Sequence[R]], name: str, *, most: int = BATCH_MAX
    ) -> None:
        self._run = run
        self._most = most
        self._queue: SimpleQueue[tuple[C, asyncio.Future[R]] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._seen = threading.Event()

    def start(self) -> None:
        """Begin to work, on behalf of the running loop."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    def stop(self) -> None:
        """Finish what is waiting and end."""
        if self._thread.is_alive():
            self._queue.put(None)
            self._thread.join()

    def submit(self, command: C) -> "asyncio.Future[R]":
        """A future that the batch of this command will fulfil."""
        if self._loop is None:
            raise RuntimeError("the batcher has not been started")
        future: asyncio.Future[R] = self._loop.create_future()
        self._queue.put((command, future))
        return future

    def _work(self) -> None:
        going = True
        while going:
            first = self._queue.get()
            if first is None:
                return
            batch = [first]
            while len(batch) < self._most:
                try:
                    following = self._queue.get_nowait()
                except Empty:
                    break
                if following is None:
                    going = False
                    break
                batch.append(following)
            outcomes = self._outcomes([command for command, _ in batch])
            if self._loop is not None and not self._loop.is_closed():
                futures = [future for _, future in batch]
                self._seen.clear()
                self._loop.call_soon_threadsafe(_wake, futures, outcomes, self._seen.set)
                if len(batch) > 1:
                    self._seen.wait(SEEN_SECONDS_MAX)

    def _outcomes(self, commands: list[C]) -> list[R | BaseException]:
        """One outcome or exception per command; a batch that fails is tried again one by one, so that one poisonous
        command fails alone.
        """
        try:
            return list(self._run(commands))
        except StoreUnavailableError as error:
            return [error] * len(commands)
        except Exception as error:  # noqa: BLE001 - whatever happened belongs to some request
            if len(commands) == 1:
                return [error]
            log.warning("batch_failed", commands=len(commands), reason=repr(error))
            return [self._outcomes([command])[0] for command in commands]


def _wake(futures: list[Any], outcomes: list[Any], seen: Callable[[], None]) -> None:
    """Fulfil futures, and say so once their coroutines have gone on and what came meanwhile has been read."""
    for future, outcome in zip(futures, outcomes, strict=True):
        if future.done():
            continue
        if isinstance(outcome, BaseException):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)
    loop = asyncio.get_running_loop()
    loop.call_soon(loop.call_soon, loop.call_soon, seen)


class Counter:
    """The counter of the API: commands on one thread, quotes on another."""

    def __init__(self, desk: Callable[[], Desk]) -> None:
        writing, reading = desk(), desk()
        self._commands: Batcher[Command, Outcome] = Batcher(writing.run, "commands")
        self._quotes: Batcher[Quote | Return, Any] = Batcher(_quotes_of(reading), "quotes")

    def start(self) -> None:
        """Begin, on behalf of the running loop."""
        self._commands.start()
        self._quotes.start()

    def stop(self) -> None:
        """Finish what is waiting."""
        self._commands.stop()
        self._quotes.stop()

    def carry_out(self, command: Command) -> Awaitable[Outcome]:
        """Carry out a command in the next batch."""
        return self._commands.submit(command)

    def quote(self, command: Quote) -> Awaitable[Quoted | Refused]:
        """Count a receipt in the next batch of quotes."""
        return self._quotes.submit(command)

    def quote_return(self, command: Return) -> Awaitable[Returned | Refused]:
        """What a return would do."""
        return self._quotes.submit(command)


def _quotes_of(desk: Desk) -> Callable[[Sequence[Quote | Return]], list[Any]]:
    def run(commands: Sequence[Quote | Return]) -> list[Any]:
        receipts = [command for command in commands if isinstance(command, Quote)]
        quoted = iter(desk.quote(receipts) if receipts else [])
        return [next(quoted) if isinstance(each, Quote) else desk.quote_return(each) for each in commands]

    return run
