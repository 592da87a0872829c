"""What a web shop has said of an order, folded together: the same whatever the order in which it came, and however often.

Connectors' mappings say `Said`; what is known after all deliveries is `Known`, which is also what is stored.
"""

from datetime import UTC, datetime
from typing import Any

import msgspec

from kopilka.connectors.kit.parking import refs_of
from kopilka.connectors.kit.webhooks import fingerprint
from kopilka.core.receipt import Line
from kopilka.core.settlement.refund import ReturnedLine, ReturnWish
from kopilka.usecases.commands import Ref
from kopilka.usecases.foreign import ForeignDocument
from kopilka.usecases.outcomes import Refused

ORDER, CUSTOMER = "order", "customer"
"""Kinds of documents."""
DELIVERY = "delivery"
"""The id of the line that is no goods: delivery, fees."""
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class CodeUse(msgspec.Struct, frozen=True):
    """A code that the buyer entered in the shop, and what of the discounts given there is its: by line."""

    code: str
    lines: dict[str, int] = {}


class Bought(msgspec.Struct, frozen=True):
    """An order as it was at one moment. `stage` breaks ties between moments: later stages of an order's life are higher.
    `gone`: it is cancelled there.
    """

    changed_at: datetime
    at: datetime
    currency: str
    lines: tuple[Line, ...]
    delivery: Line | None = None
    codes: tuple[CodeUse, ...] = ()
    gone: bool = False
    stage: int = 0


class Who(msgspec.Struct, frozen=True):
    """What names the buyer; `customer` is the shop's id, with a prefix that makes it ours alone."""

    phone: str = ""
    email: str = ""
    customer: str = ""

    def refs(self) -> list[Ref]:
        """In the order in which they are looked up."""
        return refs_of(("phone", self.phone), ("email", self.email), ("external", self.customer))


class Refund(msgspec.Struct, frozen=True):
    """Goods or money that the shop gave back: lines, an amount of the delivery, an amount of nothing in particular."""

    id: str
    at: datetime
    lines: tuple[ReturnedLine, ...] = ()
    delivery_minor: int = 0
    amount_minor: int = 0


class Said(msgspec.Struct, frozen=True):
    """What one delivery says of an order. `deleted` and `restored` name the delivery that says so."""

    order_id: str
    bought: Bought | None = None
    who: Who | None = None
    paid: bool = False
    refunds: tuple[Refund, ...] = ()
    deleted: str = ""
    restored: str = ""


class Known(msgspec.Struct, frozen=True, omit_defaults=True):
    """All that is known of an order, and how far it is booked. After an order that was booked is gone and comes back, its
    next receipt is of the next `round`; `booked`, `returned` and `ended` are about the present one. `leaving` are rounds of
    which everything is yet to be returned: that is written down before it is done, for it cannot be undone.
    """

    bought: Bought | None = None
    who: Who | None = None
    paid: bool = False
    refunds: dict[str, Refund] = {}
    deleted: tuple[str, ...] = ()
    restored: tuple[str, ...] = ()
    round: int = 0
    booked: str = ""
    returned: tuple[str, ...] = ()
    ended: bool = False
    leaving: tuple[int, ...] = ()
    erased: bool = False

    def in_order(self) -> list[Refund]:
        """Refunds as they happened."""
        return sorted(self.refunds.values(), key=lambda each: (each.at, len(each.id), each.id))

    def gone(self) -> bool:
        """Whether the shop has taken the order back."""
        return len(self.deleted) > len(self.restored) or (self.bought is not None and self.bought.gone)


def fold(known: Known, said: Said) -> Known:
    """Both together. The newest order counts, paid once is paid, refunds are collected: no order of deliveries matters."""
    bought, who = known.bought, known.who
    if said.bought is not None and (bought is None or _rank(said.bought) > _rank(bought)):
        bought, who = said.bought, said.who
    refunds = known.refunds
    for refund in said.refunds:
        before = refunds.get(refund.id)
        if before is None or _weight(refund) > _weight(before):
            refunds = {**refunds, refund.id: refund}
    return msgspec.structs.replace(
        known,
        bought=bought,
        who=None if known.erased else who,
        paid=known.paid or said.paid,
        refunds=refunds,
        deleted=_joined(known.deleted, said.deleted),
        restored=_joined(known.restored, said.restored),
    )


def next_round(known: Known) -> Known:
    """An order that was taken back and has come back is booked again."""
    if not known.ended or known.gone():
        return known
    return msgspec.structs.replace(known, round=known.round + 1, booked="", returned=(), ended=False)


def known_of(document: ForeignDocument | None) -> Known:
    """What a document knows."""
    return Known() if document is None else msgspec.convert(document.content, Known)


def content_of(known: Known) -> dict[str, Any]:
    """What is stored of it."""
    found: dict[str, Any] = msgspec.to_builtins(known)
    return found


def changed_at(known: Known) -> datetime:
    """When an order changed last, as far as is known."""
    if known.bought is not None:
        return known.bought.changed_at
    return max((refund.at for refund in known.refunds.values()), default=LONG_AGO)


def mark(bought: Bought) -> str:
    """What was sold, to see whether it changes after it is booked."""
    lines = sorted(
        (line.id, line.sku, line.quantity, line.sum_minor, line.given_minor) for line in bought.lines
    )
    return fingerprint(msgspec.json.encode(lines))


def _rank(bought: Bought) -> tuple[datetime, int, bytes]:
    return bought.changed_at, bought.stage, msgspec.json.encode(bought)


def _weight(refund: Refund) -> tuple[int, int, float, bytes]:
    """Of two tellings of a refund the fuller counts, then the earlier."""
    amount = refund.amount_minor + refund.delivery_minor
    return len(refund.lines), amount, -refund.at.timestamp(), msgspec.json.encode(refund)


def _joined(names: tuple[str, ...], name: str) -> tuple[str, ...]:
    return names if not name or name in names else tuple(sorted((*names, name)))


def wishes_of(refund: Refund, bought: Bought) -> list[tuple[str, ReturnWish]]:
    """The returns that a refund is, each with a name: goods and delivery in one, an amount of nothing in particular in
    another.
    """
    rows = list(refund.lines)
    delivery = bought.delivery
    if refund.delivery_minor and delivery is not None:
        paid = max(1, delivery.sum_minor - delivery.given_minor)
        # Delivery is one piece: a part of its price comes back as that part of the piece.
        part = min(delivery.quantity, -(-refund.delivery_minor * delivery.quantity // paid))
        rows.append(ReturnedLine(delivery.id, part))
    found = [(refund.id, ReturnWish(tuple(rows)))] if rows else []
    if refund.amount_minor > 0:
        found.append((f"{refund.id}:amount", ReturnWish(amount_minor=refund.amount_minor)))
    return found


def less(wish: ReturnWish, refused: Refused) -> ReturnWish | None:
    """What of a wish can still come back after a refusal: the rest of a line or of the money; nothing where neither is
    left. None: the refusal is about something else.
    """
    line = refused.params.get("line")
    match refused.code:
        case "unknown_line":
            return ReturnWish(tuple(row for row in wish.lines if row.line != line))
        case "more_than_bought":
            again = {row.line for row in wish.lines if row.quantity is None}
            rest = [ReturnedLine(row.line) if row.line == line else row for row in wish.lines]
            return ReturnWish(tuple(row for row in rest if row.line != line or line not in again))
        case "more_than_paid":
            return ReturnWish(amount_minor=int(refused.params["left"]))
        case _:
            return None
