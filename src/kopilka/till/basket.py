"""The receipt under way as the form carries it: nothing of it is kept on the server, so a page reloaded or a reply lost
costs nothing, and the same form sent twice is the same receipt.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from kopilka.core.programme.codes import normalised
from kopilka.core.receipt import Line, Receipt, SpendRequest
from kopilka.look.visit import Visit
from kopilka.values.errors import BadValueError
from kopilka.values.quantity import ONE
from kopilka.values.rounding import Rounding, divide
from kopilka.words.entry import decimal_entry, money_entry, quantity_entry

BACK_MAX = timedelta(hours=12)
LINES_MAX = 200
CODES_MAX = 20
CHOICE_MAX = 128
_RECEIPT = re.compile(r"rcp_[0-9a-z]{26}\Z")


class Good(msgspec.Struct, frozen=True):
    """A line as it was typed."""

    sku: str
    title: str
    price: str
    count: str


class Basket(msgspec.Struct, frozen=True):
    """Everything that the form says. `spend` is none, max or amount."""

    receipt_id: str
    at: datetime
    member_id: str = ""
    goods: tuple[Good, ...] = ()
    spend: str = "none"
    amount: str = ""
    codes: tuple[str, ...] = ()
    choice: str = ""


def read_basket(visit: Visit, now: datetime, new_id: str) -> Basket:
    """The basket of a form; a new one where there is none."""
    columns: list[Sequence[str]] = [visit.all(name) for name in ("sku", "title", "price", "count")]
    goods = tuple(Good(*row) for row in zip(*columns, strict=False))[:LINES_MAX]
    spend, receipt = visit.get("spend"), visit.get("receipt")
    return Basket(
        receipt if _RECEIPT.match(receipt) else new_id, _moment(visit.get("at"), now), visit.get("member"), goods,
        spend if spend in {"max", "amount"} else "none", visit.get("amount"), read_codes(visit.get("code")),
        visit.get("choice").strip()[:CHOICE_MAX],
    )  # fmt: skip


def read_lines(basket: Basket, currency: str) -> tuple[Line, ...]:
    """The lines of a receipt; a BadValueError names the field (`count-0`, `price-0`) that cannot be read."""
    lines = []
    for i, good in enumerate(basket.goods):
        count = quantity_entry(good.count or "1", field=f"count-{i}")
        price = money_entry(good.price, currency, field=f"price-{i}")
        if price < 0 or count == 0:
            raise BadValueError(f"price-{i}" if price < 0 else f"count-{i}", "more than zero", good.price)
        total = divide(price * count, ONE, Rounding.HALF_UP)
        lines.append(Line(str(i + 1), good.sku or "free", count, total, title=good.title))
    return tuple(lines)


def read_spend(basket: Basket, decimals: int, kind: str) -> SpendRequest | None:
    """The wish to pay with points."""
    if not kind or basket.spend == "none" or not basket.member_id:
        return None
    if basket.spend == "max":
        return SpendRequest(None)
    if not basket.amount.strip():
        return None
    units = decimal_entry(basket.amount, decimals, field="amount")
    return SpendRequest(max(0, units)) if units > 0 else None


def receipt_of(basket: Basket, lines: tuple[Line, ...], *, shop: str, currency: str, cashier: str) -> Receipt:
    """The receipt without its wishes."""
    return Receipt(
        basket.receipt_id, shop, basket.at, currency, lines, cashier=cashier, codes=basket.codes, choice=basket.choice,
    )  # fmt: skip


def read_codes(text: str) -> tuple[str, ...]:
    """Codes as they were typed or scanned, several with commas or semicolons between them, each once."""
    found = {normalised(code): code.strip() for code in re.split(r"[,;\n]", text) if normalised(code)}
    return tuple(found.values())[:CODES_MAX]


def toggled(codes: tuple[str, ...], code: str) -> tuple[str, ...]:
    """The codes with one more, or without it where it is among them."""
    kept = tuple(each for each in codes if normalised(each) != normalised(code))
    return kept if len(kept) < len(codes) else (*codes, code)


def _moment(text: str, now: datetime) -> datetime:
    """The moment that the form was counted for, so that sending it again is the same receipt."""
    try:
        at = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return now
    return at if now - BACK_MAX <= at <= now else now
