"""A house that tells of its events: members, sales, subscriptions, and senders that tests step one round at a time."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from trading import CLUB, GOODS, SHOPS

from kopilka.app.compose import House
from kopilka.connectors.events.sender import Sender
from kopilka.core.receipt import Line, Receipt, SpendRequest
from kopilka.usecases.commands import Close, Command, Enrol, Identifier, Person, Ref
from kopilka.usecases.deliveries import Deliveries, Delivery, Slice
from kopilka.usecases.outcomes import Done
from kopilka.usecases.programmes import Published, Wanted
from kopilka.usecases.subscriptions import Subscription, SubscriptionWish

T = TypeVar("T")


class Clock:
    """The real moment, moved by as much as a test says."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class Telling:
    """The house; nothing is sent but by `send_all` and `step`."""

    def __init__(self, conninfo: str, programme: str = CLUB) -> None:
        self.clock = Clock()
        self.house = House(conninfo, clock=self.clock)
        self.clock.ahead = -timedelta(days=400)
        published = self.house.programmes.publish(Wanted(programme, 0))
        assert isinstance(published, Published), published
        self.house.reference.put_shops(SHOPS, self.clock())
        self.house.reference.put_products(GOODS, self.clock())
        self.clock.ahead = timedelta(0)
        self.desk = self.house.desk()
        self.loop = asyncio.new_event_loop()
        self._number = 0

    def close(self) -> None:
        self.loop.close()
        self.house.close()

    # -- what happens -------------------------------------------------------------------------------------------

    def run(self, *commands: Command) -> list[Done]:
        found = self.desk.run(commands)
        for outcome in found:
            assert isinstance(outcome, Done), outcome
        return found  # type: ignore[return-value]

    def member(self, card: str, **more: Any) -> str:
        person = Person("Anna")
        return self.run(Enrol((Identifier("card", card),), "club", person, "shop", **more))[0].member_id

    def sale(self, card: str = "", rub: int = 100, *, spend: bool = False, id_: str = "") -> Close:
        self._number += 1
        line = Line("1", "tea-100", 1000, rub * 100)
        wish = SpendRequest() if spend else None
        at = self.clock() - timedelta(seconds=1)
        receipt = Receipt(id_ or f"rcp_{self._number}", "shop", at, "RUB", (line,), spend=wish)
        return Close(receipt, Ref("card", card) if card else None)

    # -- who is told --------------------------------------------------------------------------------------------

    def subscribe(self, address: str, *names: str, format_: str = "cloudevents") -> tuple[Subscription, str]:
        made = self.house.subscriptions.create(SubscriptionWish(address, "test", names, format_))
        assert isinstance(made, tuple), made
        self.hand_on()
        return made

    def state(self, made: Subscription) -> Subscription:
        found = self.house.subscriptions.get(made.subscription_id)
        assert isinstance(found, Subscription), found
        return found

    def log(self, made: Subscription, state: str = "") -> list[Delivery]:
        """Deliveries, the oldest event first."""
        found = self.house.deliveries.log(made.subscription_id, Slice(state=state, limit=100_000))
        assert isinstance(found, list), found
        return found[::-1]

    def waiting(self, made: Subscription) -> int:
        return self.house.subscriptions.backlog(made.subscription_id).waiting

    # -- sending ------------------------------------------------------------------------------------------------

    def hand_on(self) -> int:
        """All events that can be, without regard to what was looked at lately."""
        done = 0
        while step := Deliveries(
            self.house.deliveries._store, self.house.subscriptions, clock=self.clock, chance=lambda _: 0
        ).fan_out():
            done += step
        return done

    def sender(self, **more: Any) -> Sender:
        async def run(function: Callable[..., T], *args: Any, **named: Any) -> T:
            return await asyncio.to_thread(function, *args, **named)

        return Sender(self.house.deliveries, run, self.clock, **more)

    def wait(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(asyncio.wait_for(coroutine, 60))

    def send(self, **more: Any) -> None:
        """One round: everything that may go now goes, until nothing may go any more."""

        async def go() -> None:
            sender = self.sender(**more)
            try:
                await sender.round()
                await sender.settle()
            finally:
                await sender.end()

        self.wait(go())

    def tell(self) -> None:
        """Hand on and send."""
        self.hand_on()
        self.send()

    def later(self, seconds: float) -> None:
        self.clock.ahead += timedelta(seconds=seconds)

    def rows(self, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        with self.house.pool.connection() as connection:
            found: Any = connection.execute(statement.encode(), parameters)
            return list(found.fetchall()) if found.description else []


@contextmanager
def telling(conninfo: str, programme: str = CLUB) -> Iterator[Telling]:
    made = Telling(conninfo, programme)
    try:
        yield made
    finally:
        made.close()
