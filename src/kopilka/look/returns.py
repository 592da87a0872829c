"""The form of a return: which lines, how much is left of each, and the wish that was typed."""

import msgspec

from kopilka.core.settlement.refund import ReturnedLine, ReturnWish
from kopilka.core.settlement.sale import Sale
from kopilka.look.visit import Visit
from kopilka.usecases.outcomes import Refused
from kopilka.values.errors import BadValueError
from kopilka.values.quantity import quantity_text
from kopilka.words import formats
from kopilka.words.entry import quantity_entry


class ReturnLine(msgspec.Struct, frozen=True):
    """A line with what may still come back, and what was typed."""

    id: str
    title: str
    left: str
    most: str
    paid: str
    typed: str


class ReturnForm(msgspec.Struct, frozen=True):
    """Lines, and the wish they make."""

    lines: tuple[ReturnLine, ...]
    wish: ReturnWish = ReturnWish()


def return_lines(sale: Sale, visit: Visit) -> ReturnForm:
    """What may come back; at first everything is proposed."""
    tag, asked = visit.language, bool(visit.get("count"))
    rows = []
    for i, line in enumerate(sale.lines()):
        left = _left(sale, i)
        typed = visit.get(f"line-{i}") if asked else quantity_text(left)
        paid = formats.money(tag, sale.paid_parts()[i], sale.decision.currency)
        rows.append(
            ReturnLine(
                str(i),
                line.title or line.sku or line.id,
                formats.quantity(tag, left),
                quantity_text(left),
                paid,
                typed,
            )
        )
    return ReturnForm(tuple(rows))


def read_wish(sale: Sale, visit: Visit) -> ReturnForm | Refused:
    """The wish of a form; nothing typed in a line leaves it. Quantities are said as typed, so that the same form is the
    same wish whenever it comes.
    """
    lines = []
    for i, line in enumerate(sale.lines()):
        text = visit.get(f"line-{i}").strip()
        if not text:
            continue
        try:
            quantity = quantity_entry(text, field=f"line-{i}")
        except BadValueError as error:
            return Refused("bad_quantity", field=error.field)
        if quantity:
            lines.append(ReturnedLine(line.id, quantity))
    if not lines:
        return Refused("nothing_to_return", field="line-0")
    return ReturnForm((), ReturnWish(tuple(lines)))


def _left(sale: Sale, place: int) -> int:
    """What of a line has not come back yet, thousandths rounded down."""
    line, paid = sale.lines()[place], sale.paid_parts()[place]
    rest = sale.wholes()[place] - sale.done()[place]
    return min(line.quantity, rest // max(1, paid))
