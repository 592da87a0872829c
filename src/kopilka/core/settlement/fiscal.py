"""The fiscal view: the lines and payments that a till prints for a sale or a return, exact to the kopeck.

For every line price × quantity (rounded half up to the minor unit) is its sum, and the sums are what was really paid.
A sum that no unit price gives is told in two lines whose prices differ by one minor unit; weighed goods are divided
by weight in the same way. A line with a marking code stays one line. Lines are never joined.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from kopilka.core.programme.document import Programme, Treatment
from kopilka.core.programme.law import CERTIFICATE
from kopilka.core.receipt import Line, Receipt
from kopilka.core.rules.decision import Decision, Gift
from kopilka.core.settlement.sale import Sale, netted
from kopilka.values.quantity import ONE
from kopilka.values.rounding import Rounding, divide
from kopilka.values.share import cumulative

GOODS, DELIVERY, GIFT, ADVANCE = "goods", "delivery", "gift", "advance"
UNIT_PRICE, LINE_SUM = "1079", "1043"
TOTAL, CASH, ELECTRONIC, PREPAID, COUNTER = "1020", "1031", "1081", "1215", "1217"
"""Numbers of the fiscal format's tags: the total, and the payments that settle it."""
_MEANS: Final = {"cash": CASH, "card": ELECTRONIC, "online": ELECTRONIC, CERTIFICATE: PREPAID}
_FILLED_FIRST: Final = (PREPAID, ELECTRONIC, CASH)


class FiscalLine(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One line to print. `kind` is goods, delivery, gift or advance (a certificate that is sold). The price before
    discounts is `sum_minor` with `discounts` (by rule), `given_minor` and, where spent points are a discount,
    `points_minor`. `exact` is false where no price × quantity gives the sum: several pieces under one marking code,
    or money without a quantity.
    """

    line: str
    sku: str
    kind: str
    price_minor: int
    quantity: int
    sum_minor: int
    title: str = ""
    vat: str = ""
    marking: str = ""
    discounts: tuple[tuple[str, int], ...] = ()
    given_minor: int = 0
    points_minor: int = 0
    exact: bool = True


class Fiscal(msgspec.Struct, frozen=True, omit_defaults=True):
    """What to print. `payments` are by tag and, with `rest_minor` (what the receipt does not say the means of), sum to
    the total; tag 1217 is there only where spent points are a payment.
    """

    treatment: Treatment
    lines: tuple[FiscalLine, ...]
    total_minor: int
    payments: tuple[tuple[str, int], ...] = ()
    rest_minor: int = 0


class Named(msgspec.Struct, frozen=True):
    """What the catalogue knows of goods that a rule added."""

    title: str = ""
    vat: str = ""


class Piece(msgspec.Struct, frozen=True, gc=False):
    """A price, a quantity in thousandths, and the sum they give."""

    price_minor: int
    quantity: int
    sum_minor: int


def treatment_of(programme: Programme) -> Treatment:
    """How a programme treats spent points."""
    return Treatment.DISCOUNT if programme.spend is None else programme.spend.treat_as


def fiscal_sale(
    receipt: Receipt, decision: Decision, treatment: Treatment, goods: Mapping[str, Named] = {}
) -> Fiscal:
    """The view of a sale; `goods` tells the titles and VAT rates of gifts by sku."""
    lines = tuple(receipt.all_lines())
    paid, points = netted(decision.paid_parts(), receipt), _points(decision)
    sums = _sums(paid, points, treatment)
    rows: list[FiscalLine] = []
    for i, line in enumerate(lines):
        taken = [(row.rule, row.parts[i]) for row in decision.taken if row.parts[i]]
        rules = sum([minor for _, minor in taken])
        in_price = points[i] if treatment is Treatment.DISCOUNT else 0
        whole = FiscalLine(
            line.id, line.sku, _kind(line, receipt), 0, line.quantity, sums[i], line.title, line.vat, line.marking,
            tuple(taken), line.sum_minor - sums[i] - in_price - rules, points[i],
        )  # fmt: skip
        rows += _printed(whole)
    rows += _gifts(decision.gifts, goods)
    return _settled(treatment, rows, _means(receipt, sum(paid)), sum(paid), sum(points))


def fiscal_return(
    sale: Sale,
    treatment: Treatment,
    progress: tuple[Sequence[int], Sequence[int]],
    goods: Mapping[str, Named] = {},
) -> Fiscal:
    """The view of a return that moves a sale's progress from one state to another: the mirror of what was really paid
    for each line, so that any number of partial returns print what one full return would. Gifts come back with the
    last of it.
    """
    before, after = progress
    receipt, decision, wholes, all_paid = sale.receipt, sale.decision, sale.wholes(), sale.paid_parts()
    points = _points(decision)

    def moved(parts: Sequence[int]) -> list[int]:
        rows = zip(parts, before, after, wholes, strict=True)
        return [cumulative(part, now, of) - cumulative(part, was, of) for part, was, now, of in rows]

    lines = sale.lines()
    quantities = moved([line.quantity for line in lines])
    paid, back = moved(all_paid), moved(points)
    sums = _sums(paid, back, treatment)
    rows: list[FiscalLine] = []
    for i, line in enumerate(lines):
        if after[i] > before[i]:
            rows += _printed(
                FiscalLine(
                    line.id, line.sku, _kind(line, receipt), 0, quantities[i], sums[i], line.title, line.vat,
                    line.marking, points_minor=back[i],
                )
            )  # fmt: skip
    if list(after) == wholes:
        rows += _gifts(decision.gifts, goods)
    total = sum(all_paid)
    done = [cumulative(part, was, of) for part, was, of in zip(all_paid, before, wholes, strict=True)]
    since, until = sum(done), sum(done) + sum(paid)
    means = _between(_means(receipt, total), total, since, until)
    return _settled(treatment, rows, means, sum(paid), sum(back))


def in_pieces(sum_minor: int, quantity: int, *, single: bool = False) -> tuple[Piece, ...]:
    """One price and quantity that give the sum, or else two whose prices differ by one minor unit and whose
    quantities and sums are those of the whole. `single` takes the nearest price instead of a second piece, as does a
    quantity of nothing.
    """
    if quantity <= 0:
        return (Piece(sum_minor, 0, sum_minor),)
    nearest = divide(sum_minor * ONE, quantity, Rounding.HALF_UP)
    for price in (nearest, max(0, nearest - 1), nearest + 1):
        if priced(price, quantity) == sum_minor:
            return (Piece(price, quantity, sum_minor),)
    if single:
        return (Piece(nearest, quantity, sum_minor),)
    price, dearer = divmod(sum_minor * ONE, quantity)
    # The two parts sum to the whole exactly; where both end in half a minor unit, a thousandth changes sides.
    for more in (dearer, dearer - 1):
        low, high = priced(price, quantity - more), priced(price + 1, more)
        if low + high == sum_minor:
            return Piece(price, quantity - more, low), Piece(price + 1, more, high)
    raise AssertionError(sum_minor, quantity)


def priced(price_minor: int, quantity: int) -> int:
    """What a quantity costs: half a minor unit rounds up."""
    return divide(price_minor * quantity, ONE, Rounding.HALF_UP)


def _printed(whole: FiscalLine) -> list[FiscalLine]:
    """A line as one or two to print; what was taken off it is shared between them by quantity."""
    pieces = in_pieces(whole.sum_minor, whole.quantity, single=bool(whole.marking))
    if len(pieces) == 1:
        price = pieces[0].price_minor
        exact = priced(price, whole.quantity) == whole.sum_minor
        return [msgspec.structs.replace(whole, price_minor=price, exact=exact)]
    rows: list[FiscalLine] = []
    done = 0
    for piece in pieces:
        now = done + piece.quantity

        def part(minor: int, since: int = done, until: int = now) -> int:
            sign = -1 if minor < 0 else 1
            size = abs(minor)
            return sign * (cumulative(size, until, whole.quantity) - cumulative(size, since, whole.quantity))

        rows.append(
            msgspec.structs.replace(
                whole, price_minor=piece.price_minor, quantity=piece.quantity, sum_minor=piece.sum_minor,
                discounts=tuple([(rule, part(minor)) for rule, minor in whole.discounts]),
                given_minor=part(whole.given_minor), points_minor=part(whole.points_minor),
            )
        )  # fmt: skip
        done = now
    return rows


def _gifts(gifts: Sequence[Gift], goods: Mapping[str, Named]) -> list[FiscalLine]:
    rows = []
    for number, gift in enumerate(gifts, 1):
        known = goods.get(gift.sku, Named())
        rows.append(
            FiscalLine(
                f"gift-{number}",
                gift.sku,
                GIFT,
                0,
                gift.quantity,
                0,
                known.title,
                known.vat,
                discounts=((gift.rule, 0),),
            )
        )
    return rows


def _kind(line: Line, receipt: Receipt) -> str:
    if line is receipt.delivery:
        return DELIVERY
    return ADVANCE if line.product_class == CERTIFICATE else GOODS


def _points(decision: Decision) -> Sequence[int]:
    return decision.spent.parts if decision.spent is not None else (0,) * len(decision.left)


def _sums(paid: Sequence[int], points: Sequence[int], treatment: Treatment) -> list[int]:
    if treatment is Treatment.DISCOUNT:
        return list(paid)
    return [money + part for money, part in zip(paid, points, strict=True)]


def _means(receipt: Receipt, money: int) -> list[tuple[str, int]]:
    """What of the money each means pays, certificates first: more than is to be paid is change or not used."""
    stated = dict.fromkeys(_FILLED_FIRST, 0)
    for payment in receipt.payments:
        tag = _MEANS.get(payment.kind, ELECTRONIC)
        stated[tag] += max(0, payment.amount_minor)
    rows, left = [], money
    for tag in _FILLED_FIRST:
        part = min(stated[tag], left)
        rows.append((tag, part))
        left -= part
    return rows


def _between(means: Sequence[tuple[str, int]], total: int, since: int, until: int) -> list[tuple[str, int]]:
    """What of each means goes back while the money given back grows: pro rata, and exact at the end."""
    rows = []
    for tag, minor in means:
        was, now = cumulative(minor, since, total), cumulative(minor, until, total)
        rows.append((tag, now - was))
        total, since, until = total - minor, since - was, until - now
    return rows


def _settled(
    treatment: Treatment, rows: list[FiscalLine], means: list[tuple[str, int]], money: int, points: int
) -> Fiscal:
    payments = [(tag, minor) for tag, minor in means if minor]
    if points and treatment is Treatment.PAYMENT:
        payments.append((COUNTER, points))
    rest = money - sum([minor for _, minor in means])
    return Fiscal(treatment, tuple(rows), sum([row.sum_minor for row in rows]), tuple(payments), rest)
