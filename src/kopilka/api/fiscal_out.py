"""The fiscal view as it goes out: what a till has to print, in decimals, with the numbers of the fiscal format's tags."""

from collections.abc import Mapping, Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from kopilka.api.door import Doors
from kopilka.api.numbers import DecimalOut
from kopilka.api.speech import Speech
from kopilka.core.receipt import Receipt
from kopilka.core.rules.decision import Decision
from kopilka.core.settlement.fiscal import Fiscal, FiscalLine, Named, fiscal_return, fiscal_sale, treatment_of
from kopilka.core.settlement.sale import Sale
from kopilka.values.money import decimal_text, exponent
from kopilka.values.quantity import quantity_text

Quantity = Annotated[str, Meta(description="Tag 1023: pieces, kilograms or litres, up to three decimals.")]


class FiscalLineOut(msgspec.Struct, omit_defaults=True):
    """A line to print: price × quantity, rounded half up, is the sum. `discounts` tell by rule what was taken off;
    price before discounts = sum + discounts + given (and + points where they are a discount). `exact` is false where
    no price gives the sum (several pieces under one marking code, money without a quantity): see the page on tills.
    """

    line: str
    sku: str
    kind: Annotated[
        str, Meta(description="goods, delivery, gift, or advance (a gift certificate that is sold)")
    ]
    price: Annotated[DecimalOut, Meta(description="Tag 1079.")]
    quantity: Quantity
    sum: Annotated[DecimalOut, Meta(description="Tag 1043.")]
    title: str = ""
    vat: str = ""
    marking: str = ""
    discounts: Mapping[str, DecimalOut] = {}
    given: DecimalOut = "0"
    points: DecimalOut = "0"
    exact: bool = True


class FiscalOut(msgspec.Struct, omit_defaults=True):
    """What a till has to print. `points` says how spent points are treated: as a `discount` within the prices, or as a
    `payment`. Payments by tag and `rest` sum to the total.
    """

    points: Annotated[str, Meta(description="discount or payment")]
    total: Annotated[DecimalOut, Meta(description="Tag 1020: the sum of the lines.")]
    lines: list[FiscalLineOut]
    payments: Annotated[
        Mapping[str, DecimalOut],
        Meta(description="By tag: 1031 cash, 1081 electronic, 1215 prepaid (certificates), 1217 points."),
    ] = {}
    rest: Annotated[DecimalOut, Meta(description="What the receipt does not say the means of.")] = "0"


async def of_sold(doors: Doors, receipt: Receipt, decision: Decision, speech: Speech) -> FiscalOut:
    """The view of a sale."""
    goods = await _goods(doors, decision)
    return _out(fiscal_sale(receipt, decision, treatment_of(speech.programme), goods), decision.currency)


async def of_given_back(
    doors: Doors, sale: Sale, progress: tuple[Sequence[int], Sequence[int]], speech: Speech
) -> FiscalOut | None:
    """The view of a return between two states of its sale; none for a return that was booked without them."""
    if not progress[1]:
        return None
    goods = await _goods(doors, sale.decision)
    return _out(fiscal_return(sale, treatment_of(speech.programme), progress, goods), sale.decision.currency)


async def _goods(doors: Doors, decision: Decision) -> dict[str, Named]:
    """What the catalogue knows of gifts."""
    skus = sorted({gift.sku for gift in decision.gifts})
    if not skus:
        return {}
    found = await doors.run(doors.services.reference.products, skus)
    return {sku: Named(row.title, row.vat) for sku, row in found.items()}


def _out(fiscal: Fiscal, currency: str) -> FiscalOut:
    digits = exponent(currency)
    return FiscalOut(
        fiscal.treatment.value,
        decimal_text(fiscal.total_minor, digits),
        [_line(row, digits) for row in fiscal.lines],
        {tag: decimal_text(minor, digits) for tag, minor in fiscal.payments},
        decimal_text(fiscal.rest_minor, digits) if fiscal.rest_minor else "0",
    )


def _line(row: FiscalLine, digits: int) -> FiscalLineOut:
    discounts: dict[str, int] = {}
    for rule, minor in row.discounts:
        discounts[rule] = discounts.get(rule, 0) + minor

    def said(minor: int) -> str:
        return decimal_text(minor, digits) if minor else "0"

    return FiscalLineOut(
        row.line, row.sku, row.kind, decimal_text(row.price_minor, digits), quantity_text(row.quantity),
        decimal_text(row.sum_minor, digits), row.title, row.vat, row.marking,
        {rule: decimal_text(minor, digits) for rule, minor in discounts.items()},
        said(row.given_minor), said(row.points_minor), row.exact,
    )  # fmt: skip
