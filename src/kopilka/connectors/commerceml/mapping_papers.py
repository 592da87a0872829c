"""Documents of CommerceML as papers, and papers as receipts and returns of ours.

A paper is what a `Документ` says as far as we need it, in plain values: it is kept, and read again when something about
it changes.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from kopilka.connectors.commerceml.mapping import (
    POINTS,
    Party,
    card_of,
    currency_of,
    instant_of,
    named,
    number_of,
    party_of,
)
from kopilka.connectors.commerceml.mapping_goods import sku_of
from kopilka.connectors.commerceml.reading import children, requisites, text, yes
from kopilka.connectors.kit.numbers import units
from kopilka.core.receipt import Line, Receipt, SpendRequest, ranks
from kopilka.core.settlement.refund import ReturnedLine, ReturnWish
from kopilka.core.settlement.sale import Sale
from kopilka.usecases.commands import Stated
from kopilka.values.errors import BadValueError
from kopilka.values.money import AMOUNT_MAX, exponent
from kopilka.values.quantity import ONE
from kopilka.values.share import allocate, allocate_within

ORDER, SALE, SHIPMENT, PAYMENT, RETURN, OTHER = "order", "sale", "shipment", "payment", "return", "other"
KINDS = (
    ("возврат", RETURN), ("заказ", ORDER), ("розничная продажа", SALE), ("чек", SALE), ("отчет о розничных", SALE),
    ("отпуск товара", SHIPMENT), ("реализация", SHIPMENT), ("выплата", PAYMENT), ("оплата", PAYMENT),
    ("эквайринг", PAYMENT),
)  # fmt: skip
"""What operations are, by how their names begin."""
NOT_GOODS_BACK = ("возврат наличных", "возврат безналичных", "возврат комиссионного", "возврат поставщику")
DELIVERY = frozenset({"ORDER_DELIVERY", "DELIVERY"})
BONUS = "бонус"
PAID = ("заказ оплачен", "оплачен", "оплачено")
PAID_BY = (
    "дата оплаты",
    "дата оплаты по 1с",
    "номер оплаты по 1с",
    "датаоплаты",
    "номероплаты",
    "номер платежного документа",
)
SHIPPED = ("отгружен", "заказ отгружен", "доставлен")
SHIPPED_BY = ("дата отгрузки по 1с", "номер отгрузки по 1с", "датаотгрузки", "номеротгрузки")
CANCELLED = ("отменен", "отменён", "отменен по 1с")
FINAL = ("финальный статус",)
STATUS = ("статус заказа", "статус", "статуса заказа ид", "статус заказа ид")
BASE = ("основание", "ид основания", "документ основание", "документоснование", "номер заказа", "заказ")
BASE_ELEMENTS = ("Основание", "ИдОснования", "ДокументОснование", "ИдЗаказа")
POINT = ("магазин", "склад", "касса", "торговая точка")
EMPTY_DATE = "0001-01-01"
LINES_READ_MAX = 20_000
ROUNDING_MAX = 5
"""Percent: a document that costs so much less than its lines was rounded down; more must be told as a discount."""


class PaperLine(msgspec.Struct, frozen=True):
    """A line: sums in minor units before discounts, quantity in thousandths; `bonus` is what bonuses paid of it."""

    id: str
    sku: str
    title: str
    quantity: int
    sum: int
    given: int = 0
    bonus: int = 0
    delivery: bool = False


class Paper(msgspec.Struct, frozen=True):
    """A document in plain values. `given` and `bonus` are those of the whole document; `points` a decimal text."""

    kind: str
    id: str
    number: str
    at: datetime | None
    currency: str
    lines: tuple[PaperLine, ...] = ()
    given: int = 0
    bonus: int = 0
    points: str = ""
    card: str = ""
    party: Party = Party()
    base: str = ""
    paid: bool = False
    shipped: bool = False
    final: bool = False
    cancelled: bool = False
    posted: bool | None = None
    status: str = ""


class How(msgspec.Struct, frozen=True):
    """How a connection reads documents: what a sku is, what the shop calls requisites, its clock and currency."""

    sku: str
    zone: str
    currency: str
    card_name: str = ""
    points_name: str = ""


def paper_of(element: Any, how: How) -> Paper:
    """A `Документ`. A BadValueError names the element that is wrong."""
    id_ = text(element, "Ид")
    if not id_:
        raise BadValueError("Ид", "идентификатор")
    values = requisites(element)
    currency = currency_of(text(element, "Валюта"), how.currency)
    digits = exponent(currency)
    kind = _kind_of(element)
    lines = _lines_of(element, how, digits) if kind in {ORDER, SALE, SHIPMENT, RETURN} else ()
    lines, given, bonus = _whole(element, lines, digits)
    status = named(values, STATUS) or text(element, "Статус")
    return Paper(
        kind=kind,
        id=id_,
        number=text(element, "Номер"),
        at=instant_of(text(element, "Дата"), text(element, "Время"), how.zone),
        currency=currency,
        lines=lines,
        given=given,
        bonus=bonus,
        points=named(values, POINTS, how.points_name),
        card=card_of(element, values, how.card_name),
        party=_buyer(element, how),
        base=_base(element, values),
        paid=_any_yes(values, PAID) or _any_said(values, PAID_BY) or bool(text(element, "ДатаОплаты")),
        shipped=_any_yes(values, SHIPPED) or _any_said(values, SHIPPED_BY),
        final=_any_yes(values, FINAL),
        cancelled=_any_yes(values, CANCELLED)
        or yes(values.get("пометкаудаления", ""))
        or yes(text(element, "ПометкаУдаления")),
        posted=yes(values["проведен"]) if values.get("проведен") else None,
        status=status,
    )


def _kind_of(element: Any) -> str:
    operation = text(element, "ХозОперация").lower()
    if text(element, "Роль").lower() == "покупатель" or operation.startswith(NOT_GOODS_BACK):
        # We are the buyer: a purchase from a supplier.
        return OTHER
    return next((kind for begin, kind in KINDS if operation.startswith(begin)), OTHER)


def _buyer(element: Any, how: How) -> Party:
    rows = children(element, "Контрагенты", "Контрагент") + children(element, "Контрагент")
    parties = [party_of(row, card_name=how.card_name) for row in rows]
    return next((party for party in parties if party.buyer), Party())


def _base(element: Any, values: Mapping[str, str]) -> str:
    for name in BASE_ELEMENTS:
        found = text(element, name) or text(element, name, "Ид") or text(element, name, "Номер")
        if found:
            return found
    return named(values, BASE)


def _any_yes(values: Mapping[str, str], names: Sequence[str]) -> bool:
    return any(yes(values.get(name, "")) for name in names)


def _any_said(values: Mapping[str, str], names: Sequence[str]) -> bool:
    said = [values.get(name, "") for name in names]
    return any(value and not value.startswith(EMPTY_DATE) for value in said)


# -- lines ------------------------------------------------------------------------------------------------------


def _lines_of(element: Any, how: How, digits: int) -> tuple[PaperLine, ...]:
    rows = children(element, "Товары", "Товар")
    if len(rows) > LINES_READ_MAX:
        raise BadValueError("Товары", f"не больше {LINES_READ_MAX} строк", len(rows))
    lines: list[PaperLine] = []
    seen: dict[str, int] = {}
    for place, row in enumerate(rows, 1):
        sku = sku_of(text(row, "Ид"), text(row, "Артикул"), how.sku) or text(row, "Артикул")
        sku = sku or text(row, "Наименование")
        if not sku:
            raise BadValueError(f"Товары/Товар[{place}]/Ид", "идентификатор")
        seen[sku] = seen.get(sku, 0) + 1
        id_ = sku if seen[sku] == 1 else f"{sku}~{seen[sku]}"
        lines.append(_line_of(row, id_, sku, digits, place))
    return tuple(lines)


def _line_of(row: Any, id_: str, sku: str, digits: int, place: int) -> PaperLine:
    where = f"Товары/Товар[{place}]"
    pieces = number_of(text(row, "Количество") or "1", f"{where}/Количество")
    pieces *= number_of(text(row, "Коэффициент") or "1", f"{where}/Коэффициент")
    quantity = units(pieces, 3, field=f"{where}/Количество", rounding=True)
    if quantity <= 0:
        raise BadValueError(f"{where}/Количество", "число больше нуля", pieces)
    price = text(row, "ЦенаЗаЕдиницу") or text(row, "Цена")
    told = text(row, "Сумма")
    amount = number_of(told, f"{where}/Сумма") if told else number_of(price or "0", f"{where}/Цена") * pieces
    total = units(amount, digits, field=f"{where}/Сумма", rounding=True)
    total += _tax_on_top(row, digits, where)
    given, bonus, included = _discounts(row, "Скидки", digits)
    total += included
    if total < 0 or given + bonus > total or total > AMOUNT_MAX:
        raise BadValueError(f"{where}/Сумма", "сумма не меньше нуля и скидок", amount)
    delivery = sku.upper() in DELIVERY
    return PaperLine(id_, sku, text(row, "Наименование")[:500], quantity, total, given, bonus, delivery)


def _tax_on_top(row: Any, digits: int, where: str) -> int:
    """A tax that is not in the sum yet."""
    top = 0
    for tax in children(row, "Налоги", "Налог"):
        inside = text(tax, "УчтеноВСумме")
        if inside and not yes(inside):
            field = f"{where}/Налоги/Налог/Сумма"
            top += units(number_of(text(tax, "Сумма") or "0", field), digits, field=field, rounding=True)
    return top


def _discounts(element: Any, name: str, digits: int) -> tuple[int, int, int]:
    """(given, paid with bonuses, how much of both is already in the sum) of an element's `Скидки`."""
    given = bonus = included = 0
    for row in children(element, name, "Скидка"):
        field = f"{name}/Скидка/Сумма"
        amount = units(number_of(text(row, "Сумма") or "0", field), digits, field=field, rounding=True)
        if amount < 0:
            continue  # a surcharge: it is in the price
        if BONUS in text(row, "Наименование").lower():
            bonus += amount
        else:
            given += amount
        if yes(text(row, "УчтеноВСумме")):
            included += amount
    return given, bonus, included


def _whole(element: Any, lines: tuple[PaperLine, ...], digits: int) -> tuple[tuple[PaperLine, ...], int, int]:
    """Discounts of the whole document: (lines, given, paid with bonuses). What it says to be in its sum is in its lines
    already where these sum to it; what it costs less than its lines is given on the whole of it.
    """
    given, bonus, inside = _discounts(element, "Скидки", digits)
    rest = sum(line.sum - line.given - line.bonus for line in lines)
    told = text(element, "Сумма")
    total = units(number_of(told, "Сумма"), digits, field="Сумма", rounding=True) if told else rest
    if total < 0:
        raise BadValueError("Сумма", "число не меньше нуля", told)
    if any(line.bonus for line in lines):
        # Bonuses are told line by line: the document only repeats them.
        inside, bonus = max(0, inside - bonus), 0
    if inside and total == rest:
        parts = allocate(
            bonus if inside >= bonus else 0, [line.sum for line in lines], list(range(len(lines)))
        )
        lines = tuple(
            msgspec.structs.replace(line, sum=line.sum + part, bonus=part) if part else line
            for line, part in zip(lines, parts, strict=True)
        )
        return lines, max(0, given + bonus - inside), 0 if any(parts) else bonus
    left = rest - given - bonus
    if 0 < total < left and (left - total) * 100 <= left * ROUNDING_MAX:
        given += left - total
    return lines, given, bonus


# -- receipts ---------------------------------------------------------------------------------------------------


class Money(msgspec.Struct, frozen=True):
    """How the programme's points pay: decimals, worth of a point in minor units, units in a point."""

    digits: int = 0
    worth: int = 0
    scale: int = 1


def points_units(paper: Paper, money: Money) -> int:
    """The points a paper was paid with, in smallest units: told by number, or by the money they paid."""
    if not money.worth:
        return 0
    if paper.points:
        return max(
            0,
            units(
                number_of(paper.points, "Списано бонусов"),
                money.digits,
                field="Списано бонусов",
                rounding=True,
            ),
        )
    bonus = sum(line.bonus for line in paper.lines) or paper.bonus
    return -(-bonus * money.scale // money.worth)


def receipt_of(paper: Paper, receipt_id: str, shop: str, at: datetime, spent: int) -> Receipt:
    """The paper as a receipt; `spent` points are asked for."""
    lines = [
        Line(row.id, row.sku, row.quantity, row.sum, row.given, title=row.title)
        for row in paper.lines
        if not row.delivery
    ]
    carried = [row for row in paper.lines if row.delivery]
    delivery = None
    if carried:
        total, given = sum(row.sum for row in carried), sum(row.given for row in carried)
        delivery = Line("delivery", carried[0].sku, ONE, total, given, title=carried[0].title)
    return Receipt(
        receipt_id, shop, at, paper.currency, tuple(lines), delivery,
        channel="store" if paper.kind == SALE else "site",
        spend=SpendRequest(spent) if spent else None,
        given_minor=paper.given,
    )  # fmt: skip


def stated_of(paper: Paper, receipt: Receipt, spent: int, money: Money) -> Stated:
    """What was really taken, line by line: the sums without discounts and without what bonuses paid."""
    rows = tuple(receipt.all_lines())
    nets = [max(0, line.sum_minor - line.given_minor) for line in rows]
    order = ranks(rows)
    off = allocate_within(min(paper.given, sum(nets)), nets, nets, order)
    nets = [net - part for net, part in zip(nets, off, strict=True)]
    minor = min(spent * money.worth // money.scale, sum(nets)) if money.worth else 0
    told = {row.id: row.bonus for row in paper.lines if not row.delivery}
    paid = [told.get(line.id, 0) for line in rows]
    if sum(paid) != minor or any(part > net for part, net in zip(paid, nets, strict=True)):
        paid = allocate(minor, nets, order) if sum(nets) else [0] * len(nets)
    lines = {line.id: max(0, net - part) for line, net, part in zip(rows, nets, paid, strict=True)}
    return Stated(lines, spent)


def same_sale(sale: Sale, receipt: Receipt, spent: int) -> bool:
    """Whether a sale is what a receipt says: lines in any order, discounts from outside, points."""
    had = 0 if sale.decision.spent is None else sale.decision.spent.units
    return (
        had == spent
        and sale.receipt.given_minor == receipt.given_minor
        and _sold(sale.receipt) == _sold(receipt)
    )


def _sold(receipt: Receipt) -> set[tuple[str, str, int, int, int]]:
    return {
        (line.id, line.sku, line.quantity, line.sum_minor, line.given_minor) for line in receipt.all_lines()
    }


# -- returns ----------------------------------------------------------------------------------------------------


def back_of(paper: Paper) -> dict[str, int]:
    """What came back by sku, in thousandths."""
    found: dict[str, int] = {}
    for line in paper.lines:
        found[line.sku] = found.get(line.sku, 0) + line.quantity
    return found


def came_back(sale: Sale, before: Sequence[int], after: Sequence[int]) -> dict[str, int]:
    """What one stored return took back by sku, in thousandths."""
    found: dict[str, int] = {}
    for i, line in enumerate(sale.lines()):
        each = sale.wholes()[i] // max(1, line.quantity)
        found[line.sku] = found.get(line.sku, 0) + (after[i] - before[i]) // each
    return found


def wish_of(sale: Sale, wanted: Mapping[str, int]) -> tuple[ReturnWish, bool]:
    """Which lines give back so much of each sku, in the order of the receipt; and whether all of it was there."""
    rows: list[ReturnedLine] = []
    left = dict(wanted)
    wholes, done = sale.wholes(), sale.done()
    for i, line in enumerate(sale.lines()):
        rest = (wholes[i] - done[i]) // max(1, wholes[i] // max(1, line.quantity))
        part = min(rest, left.get(line.sku, 0))
        if part > 0:
            left[line.sku] -= part
            rows.append(ReturnedLine(line.id, part))
    return ReturnWish(tuple(rows)), not any(value > 0 for value in left.values())


def everything() -> ReturnWish:
    """All that is left."""
    return ReturnWish()


def gone(sale: Sale) -> bool:
    """Whether all of a sale has come back."""
    return all(done >= of for done, of in zip(sale.done(), sale.wholes(), strict=True))
