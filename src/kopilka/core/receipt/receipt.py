"""A receipt as every door hands it in: lines with authoritative sums, place, moment and wishes.

Programmes and members do not live here: a receipt says what happened, not what it earns.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import overload

import msgspec

LINES_MAX = 1_000
"""A receipt of more lines is refused; stated in the API."""
BARS = ("discount", "earn", "spend", "count")
"""What a line may be kept out of: discounts, earning, being paid with points, counting towards totals and levels."""


class Line(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One line: `sum_minor` is authoritative, the unit price is derived where it divides.

    `given_minor` is a discount granted outside (it may exceed the sum and is then netted over the receipt);
    `floor_minor` is the least that the whole line may cost; `quantity` is in thousandths. `alcohol` is the kind of
    drink, `volume_ml` one piece's volume: what the law's least prices go by. `prices` are those of one piece by price list.
    `apart_minor` is a least price that discounts and points each leave on their own, as some tills mean it.
    `barred` names what the till lets the line take no part in (of `BARS`), as its class may do.
    """

    id: str
    sku: str
    quantity: int
    sum_minor: int
    given_minor: int = 0
    floor_minor: int = 0
    title: str = ""
    category: tuple[str, ...] = ()
    brand: str = ""
    tags: tuple[str, ...] = ()
    product_class: str = ""
    promo: bool = False
    vat: str = ""
    marking: str = ""
    alcohol: str = ""
    volume_ml: int = 0
    prices: dict[str, int] = {}
    barred: tuple[str, ...] = ()
    apart_minor: int = 0


def ranks(lines: Sequence[Line]) -> list[int]:
    """The rank of each line by sku, sum, marking and id: breaks ties, so that the order of lines never matters."""
    rows = [(line.sku, line.sum_minor, line.marking, line.id, i) for i, line in enumerate(lines)]
    rows.sort()
    order = [0] * len(rows)
    for rank, row in enumerate(rows):
        order[row[4]] = rank
    return order


class Ranks(Sequence[int]):
    """The ranks of lines, worked out when first asked for: most sums divide without them."""

    __slots__ = ("_lines", "_ranks")

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines
        self._ranks: list[int] = []

    def _found(self) -> list[int]:
        if not self._ranks:
            self._ranks = ranks(self._lines)
        return self._ranks

    @overload
    def __getitem__(self, place: int) -> int: ...
    @overload
    def __getitem__(self, place: slice) -> list[int]: ...
    def __getitem__(self, place: int | slice) -> int | list[int]:
        return self._found()[place]

    def __len__(self) -> int:
        return len(self._lines)


class Payment(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One part of the payment: cash, card, online or certificate."""

    kind: str
    amount_minor: int


class SpendRequest(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """The wish to pay with points: an exact amount in smallest units, or None for as much as allowed."""

    units: int | None = None
    kind: str = ""


class Shop(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where sales happen: its zone decides day and hour rules, its groups select rates."""

    id: str
    zone: str
    programme: str
    groups: tuple[str, ...] = ()
    title: str = ""


class Receipt(msgspec.Struct, frozen=True, omit_defaults=True):
    """A purchase under way or done; `delivery` is a line of its own."""

    id: str
    shop: str
    at: datetime
    currency: str
    lines: tuple[Line, ...]
    delivery: Line | None = None
    channel: str = "store"
    till: str = ""
    cashier: str = ""
    payments: tuple[Payment, ...] = ()
    codes: tuple[str, ...] = ()
    choice: str = ""
    spend: SpendRequest | None = None
    given_minor: int = 0

    def all_lines(self) -> Iterator[Line]:
        """Goods in the order of the receipt, then delivery: the order of every `parts` tuple."""
        yield from self.lines
        if self.delivery is not None:
            yield self.delivery
