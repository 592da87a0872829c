"""What we hand out, as CommerceML: receipts and returns as documents, members as counterparties, products as a catalogue."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from lxml import etree

from kopilka.connectors.commerceml.reading import ROOT
from kopilka.core.programme.document import Programme
from kopilka.core.receipt import Line
from kopilka.core.settlement.sale import VOIDED, Sale
from kopilka.usecases.ports import Product
from kopilka.usecases.views import MemberView, ReturnFacts
from kopilka.values.money import decimal_text as decimal
from kopilka.values.money import exponent
from kopilka.values.period import zone
from kopilka.values.quantity import ONE

VERSION = "2.08"
CURRENCY_NAMES = {"RUB": "руб"}
GUEST_ID, GUEST_NAME = "kopilka-guest", "Розничный покупатель"
BONUSES, GIVEN, DISCOUNT = "Оплата бонусами", "Скидка магазина", "Скидка по программе лояльности"
RETURN_OPERATION = "Возврат товара"
CATALOGUE_ID, CATALOGUE_NAME = "kopilka", "Каталог Копилки"
QUANTITY_DIGITS = 3
PATH_SIGN = "/"


class Told(msgspec.Struct, frozen=True):
    """A member as 1C is told of them: texts ready to be printed."""

    id: str
    name: str
    phone: str = ""
    email: str = ""
    card: str = ""
    level: str = ""
    balance: str = ""


class Frame(msgspec.Struct, frozen=True):
    """What stays the same over a file: the shop's clock, the operation of sales, the programme."""

    zone: str
    operation: str
    programme: Programme
    number_prefix: str


class Numbered(msgspec.Struct, frozen=True):
    """A document's id and number, and the id of the one that it is about."""

    id: str
    number: str
    base: str = ""


class About(msgspec.Struct, frozen=True):
    """A document's names, its buyer, and its frame."""

    names: Numbered
    told: Told | None
    frame: Frame


def member_told(view: MemberView, external: str, level: str, balance: str) -> Told:
    """A member; `external` is the id that 1C knows them by, where it does."""
    card = next((row.value for row in view.cards() if row.status == "active"), "")
    person = view.person
    name = person.name or person.phone or card or view.member_id
    return Told(external or view.member_id, name, person.phone, person.email, card, level, balance)


def level_title(programme: Programme, level: str) -> str:
    """What a level is called."""
    ladder = () if programme.levels is None else programme.levels.ladder
    return next((step.title.get("ru", "") or step.id for step in ladder if step.id == level), level)


def root(now: datetime, zone_name: str) -> Any:
    """An empty file."""
    formed = now.astimezone(zone(zone_name)).strftime("%Y-%m-%dT%H:%M:%S")
    return etree.Element(ROOT, {"ВерсияСхемы": VERSION, "ДатаФормирования": formed})


def written(tree: Any, encoding: str) -> bytes:
    """A file's bytes; signs that the encoding has not are written as references."""
    return bytes(etree.tostring(tree, xml_declaration=True, encoding=encoding, pretty_print=True))  # type: ignore[arg-type]


def _add(parent: Any, name: str, value: str | None = None, **attributes: str) -> Any:
    element = etree.SubElement(parent, name, attributes)
    if value is not None:
        element.text = "".join(sign for sign in value if sign.isprintable() or sign in "\n\t")
    return element


def _requisites(parent: Any, rows: Iterable[tuple[str, str]]) -> None:
    told = [(name, value) for name, value in rows if value]
    if not told:
        return
    place = _add(parent, "ЗначенияРеквизитов")
    for name, value in told:
        row = _add(place, "ЗначениеРеквизита")
        _add(row, "Наименование", name)
        _add(row, "Значение", value)


# -- people -----------------------------------------------------------------------------------------------------


def add_parties(parent: Any, rows: Sequence[Told]) -> None:
    """A list of members."""
    place = _add(parent, "Контрагенты")
    for told in rows:
        add_party(place, told)


def add_party(parent: Any, told: Told | None) -> None:
    """A buyer; without a member the retail buyer."""
    place = _add(parent, "Контрагент")
    name = GUEST_NAME if told is None else told.name
    _add(place, "Ид", GUEST_ID if told is None else told.id)
    _add(place, "Наименование", name)
    _add(place, "Роль", "Покупатель")
    _add(place, "ПолноеНаименование", name)
    if told is None:
        return
    words = told.name.split()
    if len(words) > 1:
        _add(place, "Фамилия", words[0])
        _add(place, "Имя", words[1])
        if len(words) > 2:  # noqa: PLR2004 - the third is the patronymic
            _add(place, "Отчество", words[2])
    contacts = [("Телефон рабочий", told.phone), ("Почта", told.email)]
    if any(value for _, value in contacts):
        rows = _add(place, "Контакты")
        for kind, value in contacts:
            if value:
                row = _add(rows, "Контакт")
                _add(row, "Тип", kind)
                _add(row, "Значение", value)
    _requisites(
        place,
        [("Номер дисконтной карты", told.card), ("Уровень", told.level), ("Баланс бонусов", told.balance)],
    )


# -- documents --------------------------------------------------------------------------------------------------


def _document(parent: Any, names: Numbered, operation: str, at: datetime, frame: Frame) -> Any:
    place, moment = _add(parent, "Документ"), at.astimezone(zone(frame.zone))
    _add(place, "Ид", names.id)
    _add(place, "Номер", names.number)
    _add(place, "Дата", moment.strftime("%Y-%m-%d"))
    _add(place, "ХозОперация", operation)
    _add(place, "Роль", "Продавец")
    currency = frame.programme.currency
    _add(place, "Валюта", CURRENCY_NAMES.get(currency, currency))
    _add(place, "Курс", "1")
    return place


def add_sale(parent: Any, sale: Sale, about: About) -> None:
    """A receipt with our discounts and what bonuses paid, line by line and in all."""
    told, frame = about.told, about.frame
    digits, decision = exponent(sale.receipt.currency), sale.decision
    paid, moment = sale.paid_parts(), sale.receipt.at.astimezone(zone(frame.zone))
    place = _document(parent, about.names, frame.operation, sale.receipt.at, frame)
    _add(place, "Сумма", decimal(sum(paid), digits))
    add_party(_add(place, "Контрагенты"), told)
    _add(place, "Время", moment.strftime("%H:%M:%S"))
    _add(place, "Комментарий", f"Копилка: {sale.receipt.id}")
    rows = [(line, paid[i], _taken(sale, i, frame.programme)) for i, line in enumerate(sale.lines())]
    totals: dict[str, int] = {}
    for _, _, taken in rows:
        for name, minor in taken:
            totals[name] = totals.get(name, 0) + minor
    _discounts(place, list(totals.items()), digits)
    _goods(place, rows, digits)
    spent, kinds = decision.spent, frame.programme.points
    earned: dict[str, int] = {}
    for row in decision.earned:
        earned[row.kind] = earned.get(row.kind, 0) + row.units
    voided = sale.state == VOIDED
    _requisites(
        place,
        [
            ("Заказ оплачен", "true"),
            ("Дата оплаты", moment.strftime("%Y-%m-%d %H:%M:%S")),
            ("Отменен", "true" if voided else "false"),
            ("Финальный статус", "true"),
            ("Статус заказа", "[C] Отменён" if voided else "[F] Выполнен"),
            ("Магазин", sale.receipt.shop),
            ("Номер дисконтной карты", "" if told is None else told.card),
            ("Списано бонусов", "" if spent is None else decimal(spent.units, kinds[spent.kind].decimals)),
            *(
                ("Начислено бонусов", decimal(units, kinds[kind].decimals))
                for kind, units in sorted(earned.items())
                if kind in kinds
            ),
        ],
    )


def add_return(parent: Any, sale: Sale, back: ReturnFacts, about: About) -> None:
    """Goods that came back, with the bonuses given back and taken."""
    told, frame = about.told, about.frame
    digits, kinds = exponent(sale.receipt.currency), frame.programme.points
    place = _document(parent, about.names, RETURN_OPERATION, back.returned_at, frame)
    _add(place, "Сумма", decimal(back.refund_minor, digits))
    add_party(_add(place, "Контрагенты"), told)
    _add(place, "Время", back.returned_at.astimezone(zone(frame.zone)).strftime("%H:%M:%S"))
    _add(place, "Основание", about.names.base)
    rows: list[tuple[Line, int, list[tuple[str, int]]]] = []
    money = dict(back.lines)
    for i, line in enumerate(sale.lines()):
        each = max(1, sale.wholes()[i] // max(1, line.quantity))
        quantity = (back.after[i] - back.before[i]) // each if back.after else 0
        if line.id in money:
            rows.append((msgspec.structs.replace(line, quantity=max(1, quantity)), money[line.id], []))
    _goods(place, rows, digits)
    points = [("Возвращено бонусов", back.points_back), ("Снято бонусов", back.points_taken)]
    _requisites(
        place,
        [
            (name, decimal(units, kinds[kind].decimals))
            for name, found in points
            for kind, units in sorted(found.items())
            if kind in kinds
        ],
    )


def _taken(sale: Sale, i: int, programme: Programme) -> list[tuple[str, int]]:
    """What was taken off a line, by name: discounts from outside, of rules, bonuses."""
    rows: dict[str, int] = {}
    decision, line = sale.decision, sale.lines()[i]
    if line.given_minor:
        rows[GIVEN] = line.given_minor
    titles = {rule.id: rule.title.get("ru", "") for rule in programme.rules}
    for row in decision.taken:
        name = titles.get(row.rule) or DISCOUNT
        if row.parts[i]:
            rows[name] = rows.get(name, 0) + row.parts[i]
    if decision.spent is not None and decision.spent.parts[i]:
        rows[BONUSES] = decision.spent.parts[i]
    return list(rows.items())


def _discounts(parent: Any, rows: Sequence[tuple[str, int]], digits: int) -> None:
    if not rows:
        return
    place = _add(parent, "Скидки")
    for name, minor in rows:
        row = _add(place, "Скидка")
        _add(row, "Наименование", name)
        _add(row, "Сумма", decimal(minor, digits))
        _add(row, "УчтеноВСумме", "true")


def _goods(parent: Any, rows: Sequence[tuple[Line, int, list[tuple[str, int]]]], digits: int) -> None:
    place = _add(parent, "Товары")
    for line, paid, taken in rows:
        row = _add(place, "Товар")
        _add(row, "Ид", line.sku)
        _add(row, "Наименование", line.title or line.sku)
        _unit(row)
        # The sum is exact, the price is what of it falls on one piece.
        price = (2 * paid * ONE + line.quantity) // (2 * line.quantity)
        _add(row, "ЦенаЗаЕдиницу", decimal(price, digits))
        _add(row, "Количество", decimal(line.quantity, QUANTITY_DIGITS))
        _add(row, "Сумма", decimal(paid, digits))
        _discounts(row, taken, digits)
        service = line.id == "delivery"
        _requisites(
            row, [(name, "Услуга" if service else "Товар") for name in ("ВидНоменклатуры", "ТипНоменклатуры")]
        )


def _unit(parent: Any) -> None:
    _add(parent, "БазоваяЕдиница", "шт", Код="796", НаименованиеПолное="Штука", МеждународноеСокращение="PCE")


# -- goods ------------------------------------------------------------------------------------------------------


def add_catalogue(parent: Any, products: Sequence[Product], currency: str) -> None:
    """Products as a classifier, a catalogue and a package of offers. Groups have their path as an id."""
    groups: dict[tuple[str, ...], None] = {}
    for product in products:
        for depth in range(len(product.category)):
            groups[product.category[: depth + 1]] = None
    types = sorted({name for product in products for name in product.prices})
    classifier = _add(parent, "Классификатор")
    _add(classifier, "Ид", CATALOGUE_ID)
    _add(classifier, "Наименование", CATALOGUE_NAME)
    _groups(classifier, (), sorted(groups))
    catalogue = _add(parent, "Каталог", СодержитТолькоИзменения="false")
    _add(catalogue, "Ид", CATALOGUE_ID)
    _add(catalogue, "ИдКлассификатора", CATALOGUE_ID)
    _add(catalogue, "Наименование", CATALOGUE_NAME)
    rows = _add(catalogue, "Товары")
    for product in products:
        _product(rows, product)
    package = _add(parent, "ПакетПредложений", СодержитТолькоИзменения="false")
    _add(package, "Ид", f"{CATALOGUE_ID}#")
    _add(package, "Наименование", CATALOGUE_NAME)
    _add(package, "ИдКаталога", CATALOGUE_ID)
    _add(package, "ИдКлассификатора", CATALOGUE_ID)
    if types:
        place = _add(package, "ТипыЦен")
        for name in types:
            row = _add(place, "ТипЦены")
            _add(row, "Ид", name)
            _add(row, "Наименование", name)
            _add(row, "Валюта", CURRENCY_NAMES.get(currency, currency))
    offers = _add(package, "Предложения")
    for product in products:
        _offer(offers, product, currency)


def _groups(parent: Any, above: tuple[str, ...], paths: Sequence[tuple[str, ...]]) -> None:
    mine = [path for path in paths if path[:-1] == above]
    if not mine:
        return
    place = _add(parent, "Группы")
    for path in mine:
        row = _add(place, "Группа")
        _add(row, "Ид", PATH_SIGN.join(path))
        _add(row, "Наименование", path[-1])
        _groups(row, path, paths)


def _product(parent: Any, product: Product) -> None:
    row = _add(parent, "Товар")
    _add(row, "Ид", product.sku)
    _add(row, "Артикул", product.sku)
    _add(row, "Наименование", product.title or product.sku)
    _unit(row)
    if product.category:
        _add(_add(row, "Группы"), "Ид", PATH_SIGN.join(product.category))
    if product.brand:
        maker = _add(row, "Изготовитель")
        _add(maker, "Ид", product.brand)
        _add(maker, "Наименование", product.brand)
    if product.vat:
        rate = _add(_add(row, "СтавкиНалогов"), "СтавкаНалога")
        _add(rate, "Наименование", "НДС")
        _add(rate, "Ставка", "Без налога" if product.vat == "none" else product.vat)


def _offer(parent: Any, product: Product, currency: str) -> None:
    row = _add(parent, "Предложение")
    _add(row, "Ид", product.sku)
    _add(row, "Наименование", product.title or product.sku)
    if not product.prices:
        return
    prices = _add(row, "Цены")
    for name, price in sorted(product.prices.items()):
        place = _add(prices, "Цена")
        _add(place, "ИдТипаЦены", name)
        _add(place, "ЦенаЗаЕдиницу", decimal(price, exponent(currency)))
        _add(place, "Валюта", CURRENCY_NAMES.get(currency, currency))
