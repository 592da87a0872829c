"""Goods, offers, groups and price types of CommerceML as products of our catalogue."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from kopilka.connectors.commerceml.mapping import currency_of, number_of
from kopilka.connectors.commerceml.reading import children, requisites, text, yes
from kopilka.connectors.kit.numbers import units
from kopilka.usecases.ports import VOLUME_MAX_ML, Product
from kopilka.values.errors import BadValueError
from kopilka.values.money import exponent

BRANDS = frozenset({"бренд", "производитель", "торговая марка", "марка", "изготовитель", "brand"})
VOLUMES = frozenset(
    {"объем", "объём", "объем, л", "объём, л", "ёмкость", "емкость", "объем тары", "емкость тары"}
)
SPIRITS = (
    ("водк", "vodka"), ("коньяк", "cognac"), ("бренди", "brandy"), ("виски", "whisky"), ("игрист", "sparkling"),
    ("шампан", "sparkling"),
)  # fmt: skip
CLASSES = (
    ("tobacco", ("табак", "табач", "сигарет", "папирос")),
    ("nicotine", ("никотин", "вейп", "электронные сигарет")),
    ("certificate", ("подарочный сертификат", "подарочныйсертификат", "сертификат подарочный")),
    ("alcohol", ("алкогол", "спиртн")),
)
KINDS = (
    "особенностьучета",
    "видноменклатуры",
    "типмаркировки",
    "группамаркировки",
    "видалкогольнойпродукции",
)
"""Requisites that say what the law thinks of goods, their names without spaces."""
TITLE_MAX, NAME_MAX, PATH_MAX = 500, 100, 20
_LITRES = re.compile(r"(\d+(?:[.,]\d+)?)\s*(мл|ml|л|l)\b")


class Dictionary(msgspec.Struct, frozen=True):
    """What an exchange's ids stand for: groups with their parent, price types, properties with their listed values."""

    groups: dict[str, tuple[str, str]] = {}
    prices: dict[str, str] = {}
    properties: dict[str, tuple[str, dict[str, str]]] = {}

    def path(self, group: str) -> tuple[str, ...]:
        """The names from the top down to a group."""
        names: list[str] = []
        while group in self.groups and len(names) < PATH_MAX:
            parent, name = self.groups[group]
            names.append(name)
            group = parent
        return tuple(reversed(names))


class Good(msgspec.Struct, frozen=True):
    """A `Товар` as far as we need it; None says nothing of a field."""

    id: str
    article: str
    title: str
    groups: tuple[str, ...]
    brand: str | None
    vat: str | None
    product_class: str
    alcohol: str
    volume_ml: int


class Offer(msgspec.Struct, frozen=True):
    """A `Предложение`: prices by the id of their type, in minor units of one piece."""

    id: str
    article: str
    title: str
    prices: tuple[tuple[str, int], ...] = ()
    foreign: int = 0
    """Prices in another currency, which were left out."""


def group_rows(element: Any, parent: str = "") -> dict[str, tuple[str, str]]:
    """A group with all groups in it: (parent, name) by id."""
    id_, rows = text(element, "Ид"), {}
    if id_:
        parent = text(element, "ИдРодителя") or parent
        rows[id_] = (parent, text(element, "Наименование")[:NAME_MAX])
    for each in children(element, "Группы", "Группа"):
        rows |= group_rows(each, id_)
    return rows


def property_row(element: Any) -> tuple[str, tuple[str, dict[str, str]]]:
    """A property: its id, name and listed values by id. Only those are kept that say something to us."""
    name = text(element, "Наименование").lower()
    values: dict[str, str] = {}
    if name in BRANDS | VOLUMES:
        for row in children(element, "ВариантыЗначений", "Справочник"):
            values[text(row, "ИдЗначения")] = text(row, "Значение")[:NAME_MAX]
    return text(element, "Ид"), (name, values)


def price_row(element: Any) -> tuple[str, str]:
    """A price type: its id and name."""
    return text(element, "Ид"), text(element, "Наименование")[:NAME_MAX]


def good_of(element: Any, known: Dictionary) -> Good:
    """A `Товар`."""
    id_ = text(element, "Ид")
    if not id_:
        raise BadValueError("Товар/Ид", "идентификатор")
    values, named = requisites(element), _properties(element, known)
    brand = text(element, "Изготовитель", "Наименование") or text(element, "ТорговаяМарка")
    brand = brand or next((value for name, value in named.items() if name in BRANDS and value), "")
    title = text(element, "Наименование") or values.get("полное наименование", "")
    words = " ".join(value for name, value in values.items() if name.replace(" ", "") in KINDS).lower()
    alcohol = next((kind for word, kind in SPIRITS if word in words), "")
    return Good(
        id=id_,
        article=text(element, "Артикул"),
        title=title[:TITLE_MAX],
        groups=tuple((row.text or "").strip() for row in children(element, "Группы", "Ид")),
        brand=brand[:NAME_MAX] or None,
        vat=_vat_of(element),
        product_class=_class_of(words, alcohol),
        alcohol=alcohol,
        volume_ml=_volume_of(named, values, title) if words else 0,
    )


def _properties(element: Any, known: Dictionary) -> dict[str, str]:
    found: dict[str, str] = {}
    for row in children(element, "ЗначенияСвойств", "ЗначенияСвойства"):
        name, listed = known.properties.get(text(row, "Ид"), ("", {}))
        value = text(row, "Значение") or text(row, "ИдЗначения")
        if name:
            found[name] = listed.get(value, value)
    return found


def _vat_of(element: Any) -> str | None:
    for row in children(element, "СтавкиНалогов", "СтавкаНалога"):
        if text(row, "Наименование").upper() == "НДС":
            rate = text(row, "Ставка").rstrip("%").strip()
            return rate if rate.replace(",", ".").replace(".", "").isdigit() else "none"
    return None


def _class_of(words: str, alcohol: str) -> str:
    found = next((name for name, parts in CLASSES if any(part in words for part in parts)), "")
    return found or ("alcohol" if alcohol else "")


def _volume_of(named: Mapping[str, str], values: Mapping[str, str], title: str) -> int:
    """The volume of one piece in millilitres: told, or in the title ("0,5 л"). A bare number is litres."""
    told = next((value for name, value in {**values, **named}.items() if name in VOLUMES and value), "")
    found = _LITRES.search((told if _LITRES.search(told.lower()) else f"{told} л" if told else title).lower())
    if found is None:
        return 0
    scale = 1 if found[2] in {"мл", "ml"} else 1000
    volume = int(number_of(found[1], "Объем") * scale)
    return volume if 0 < volume <= VOLUME_MAX_ML else 0


def offer_of(element: Any, currency: str) -> Offer:
    """A `Предложение`; prices are of one piece, in the programme's currency."""
    id_ = text(element, "Ид")
    if not id_:
        raise BadValueError("Предложение/Ид", "идентификатор")
    prices: list[tuple[str, int]] = []
    foreign = 0
    for row in children(element, "Цены", "Цена"):
        if currency_of(text(row, "Валюта"), currency) != currency:
            foreign += 1
            continue
        price = number_of(text(row, "ЦенаЗаЕдиницу"), "Цена/ЦенаЗаЕдиницу")
        pieces = number_of(text(row, "Коэффициент") or "1", "Цена/Коэффициент")
        if price < 0 or pieces <= 0:
            raise BadValueError("Цена/ЦенаЗаЕдиницу", "число не меньше нуля", price)
        exact = units(price / pieces, exponent(currency), field="Цена/ЦенаЗаЕдиницу", rounding=True)
        prices.append((text(row, "ИдТипаЦены"), exact))
    title = text(element, "Наименование")[:TITLE_MAX]
    return Offer(id_, text(element, "Артикул"), title, tuple(prices), foreign)


def deleted(element: Any) -> bool:
    """Whether goods are marked for deletion: such are left as they are, for receipts of the past name them."""
    return yes(text(element, "ПометкаУдаления")) or element.get("Статус", "") == "Удален"


def sku_of(id_: str, article: str, by: str) -> str:
    """Our sku: the id, or the article where the shop says so and there is one."""
    return article if by == "article" and article else id_


def with_good(product: Product | None, sku: str, good: Good, known: Dictionary) -> Product:
    """A product with what a `Товар` says of it. Prices, floor and tags are somebody else's to say."""
    was = product or Product(sku)
    path = max((known.path(group) for group in good.groups), key=len, default=())
    return msgspec.structs.replace(
        was,
        title=good.title or was.title,
        category=path or was.category,
        brand=was.brand if good.brand is None else good.brand,
        vat=was.vat if good.vat is None else good.vat,
        product_class=good.product_class or was.product_class,
        alcohol=good.alcohol or was.alcohol,
        volume_ml=good.volume_ml or was.volume_ml,
    )


class Prices(msgspec.Struct, frozen=True):
    """How prices are read: `floor` is the name of the price type that is the least price; `whole` says that the list is
    complete, so that prices it does not name are gone.
    """

    known: Mapping[str, str]
    floor: str
    whole: bool


def with_offer(product: Product | None, base: Product | None, sku: str, offer: Offer, how: Prices) -> Product:
    """A product with what a `Предложение` says of it; a variant takes the rest from its goods."""
    was = product or (Product(sku) if base is None else msgspec.structs.replace(base, sku=sku, prices={}))
    prices = dict(was.prices)
    if how.whole and offer.prices:
        ours = set(how.known.values())
        prices = {name: price for name, price in prices.items() if name not in ours}
    floor = was.floor_minor
    for type_, price in offer.prices:
        name = how.known.get(type_, type_)
        if how.floor and name.lower() == how.floor.lower():
            floor = price
        elif name:
            prices[name] = price
    return msgspec.structs.replace(was, title=was.title or offer.title, prices=prices, floor_minor=floor)
