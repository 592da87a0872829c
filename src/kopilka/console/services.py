"""What the console needs of the house: use cases, handed in by `app`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

import msgspec

from kopilka.core.settlement.refund import Returned
from kopilka.look.jinja import Pages
from kopilka.usecases.commands import Command, Return
from kopilka.usecases.connections import Connections
from kopilka.usecases.coupons import Coupons
from kopilka.usecases.inbox import Inbox
from kopilka.usecases.manifest import Manifest
from kopilka.usecases.members import Members
from kopilka.usecases.outcomes import Outcome, Refused
from kopilka.usecases.privacy import Privacy
from kopilka.usecases.programmes import Programmes
from kopilka.usecases.show import Views
from kopilka.usecases.staff import Reception
from kopilka.usecases.trial import Outbox
from kopilka.usecases.verifications import Verifications


class Counter(Protocol):
    """A desk that any thread may use."""

    def run(self, commands: Sequence[Command]) -> list[Outcome]:
        """Carry out commands in one transaction."""
        ...

    def quote_return(self, command: Return) -> Returned | Refused:
        """What a return would do."""
        ...


class Days(Protocol):
    """Figures by day."""

    def days(self, first: date, last: date, *, zone: str, kind: str) -> list[tuple[date, int, int, int, int]]:
        """(day, receipts, paid minor, earned units, spent units) of every day between two."""
        ...


class Tried(msgspec.Struct, frozen=True):
    """A test call of a connection and its answer; `said` is the beginning of the answer's body."""

    method: str
    address: str
    status: int
    micros: int
    outcome: str
    said: str


class Trade(Protocol):
    """The connectors there are."""

    @property
    def manifests(self) -> Sequence[Manifest]:
        """What each says of itself."""
        ...

    def try_out(self, connection_id: str) -> Tried | None:
        """Call a connection as its client would, harmlessly; None where it is not open."""
        ...


@dataclass(frozen=True, slots=True)
class Services:
    """The argument of `console.router`."""

    pages: Pages
    reception: Reception
    views: Views
    members: Members
    programmes: Programmes
    counter: Counter
    days: Days
    coupons: Coupons
    connections: Connections
    inbox: Inbox
    verifications: Verifications
    trade: Trade
    outbox: Outbox
    privacy: Privacy
    clock: Callable[[], datetime]
    new_id: Callable[[str], str]
