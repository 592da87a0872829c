"""What the console needs of the house: use cases, handed in by `app`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from kopilka.core.settlement.refund import Returned
from kopilka.look.jinja import Pages
from kopilka.usecases.commands import Command, Return
from kopilka.usecases.coupons import Coupons
from kopilka.usecases.members import Members
from kopilka.usecases.outcomes import Outcome, Refused
from kopilka.usecases.programmes import Programmes
from kopilka.usecases.show import Views
from kopilka.usecases.staff import Reception


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
    clock: Callable[[], datetime]
    new_id: Callable[[str], str]
