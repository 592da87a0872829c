"""What goods of a sale come back, as a till names them: by the line that it sold, whichever door made the sale. Pure."""

from collections.abc import Sequence

from kopilka.connectors.frontol.mapping import Paid, Row
from kopilka.core.settlement.refund import ReturnedLine, ReturnWish
from kopilka.core.settlement.sale import Sale
from kopilka.values.share import cumulative


def wish_of(sale: Sale, rows: Sequence[Row], paid: Paid) -> ReturnWish | None:
    """What to take back; None where nothing of it is left. Of a line at most what is left of it, for the goods are back
    already. Where the sale has no such lines, the money that was given back is spread over what is left.
    """
    asked: dict[str, int] = {}
    for row in rows:
        id_ = _line_of(sale, row)
        if id_ is None:
            return _amount(sale, rows, paid)
        asked[id_] = asked.get(id_, 0) + row.quantity
    lines: list[ReturnedLine] = []
    progress, wholes, money = sale.done(), sale.wholes(), sale.paid_parts()
    for i, line in enumerate(sale.lines()):
        left, each = wholes[i] - progress[i], max(1, money[i])
        if line.id in asked and left > 0:
            quantity = asked[line.id]
            lines.append(ReturnedLine(line.id, quantity if quantity * each < left else None))
    return ReturnWish(tuple(lines)) if lines else None


def _line_of(sale: Sale, row: Row) -> str | None:
    """The line that a position refers to: by its index where that line is of the same goods, else the only line of these
    goods.
    """
    lines = sale.receipt.lines
    index = row.reference if row.reference is not None else row.index
    by_id = [line for line in lines if line.id == str(index) and line.sku == row.sku]
    by_place = [line for line in lines[max(0, index - 1) : max(0, index)] if line.sku == row.sku]
    by_goods = [line for line in lines if line.sku == row.sku]
    found = by_id or by_place or (by_goods if len(by_goods) == 1 else [])
    return found[0].id if found else None


def _amount(sale: Sale, rows: Sequence[Row], paid: Paid) -> ReturnWish | None:
    """A return of money: as it was given back, at most what is left."""
    parts = zip(sale.paid_parts(), sale.done(), sale.wholes(), strict=True)
    left = sum(part - cumulative(part, done, of) for part, done, of in parts)
    if all(done >= of for done, of in zip(sale.done(), sale.wholes(), strict=True)):
        return None
    money = paid.money_minor if paid.money_minor is not None else sum(row.total_minor for row in rows)
    if money >= left:
        return ReturnWish()
    return ReturnWish(amount_minor=money) if money > 0 else None


def stray_wish(rows: Sequence[Row]) -> ReturnWish:
    """What came back of a sale that is not known, for the record."""
    return ReturnWish(
        tuple(
            ReturnedLine(str(row.index if row.reference is None else row.reference), row.quantity)
            for row in rows
        )
    )
