"""What the till needs of the house: use cases, handed in by `app`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from kopilka.core.settlement.refund import Returned
from kopilka.look.jinja import Pages
from kopilka.usecases.commands import Command, Quote, Return
from kopilka.usecases.coupons import Coupons
from kopilka.usecases.outcomes import Outcome, Refused
from kopilka.usecases.ports import Product
from kopilka.usecases.quote_receipt import Quoted
from kopilka.usecases.show import Views
from kopilka.usecases.staff import Reception


class Counter(Protocol):
    """A desk that any thread may use."""

    def run(self, commands: Sequence[Command]) -> list[Outcome]:
        """Carry out commands in one transaction."""
        ...

    def quote(self, commands: Sequence[Quote]) -> list[Quoted | Refused]:
        """Decide receipts without writing anything."""
        ...

    def quote_return(self, command: Return) -> Returned | Refused:
        """What a return would do."""
        ...


class Goods(Protocol):
    """The catalogue of goods."""

    def products(self, skus: Sequence[str]) -> dict[str, Product]:
        """Products by sku."""
        ...

    def find_products(self, text: str, limit: int = 20) -> list[Product]:
        """Products by sku or a part of their title."""
        ...


class Prices(Protocol):
    """What goods were sold for lately: a proposal, the cashier decides."""

    def last_price(self, sku: str) -> int | None:
        """The price of one piece on the last receipt that has it, minor units before discounts."""
        ...


@dataclass(frozen=True, slots=True)
class Services:
    """The argument of `till.router`."""

    pages: Pages
    reception: Reception
    views: Views
    counter: Counter
    goods: Goods
    prices: Prices
    coupons: Coupons
    clock: Callable[[], datetime]
    new_id: Callable[[str], str]
