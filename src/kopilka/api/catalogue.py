"""Reference data: shops, tills, products (up to 5,000 at a time), product classes."""

from typing import Annotated

import msgspec
from msgspec import Meta

from kopilka.api.checking import read
from kopilka.api.door import PAGE, Doors, Param, Reply, Request, Route
from kopilka.api.numbers import Amount, DecimalOut, units_of
from kopilka.api.problems import Problem
from kopilka.api.receipt_in import Millilitres, Names, refuse
from kopilka.api.texts import Id, Long, Mistakes, Short
from kopilka.core.receipt import Shop
from kopilka.usecases.ports import Product
from kopilka.values.errors import BadValueError
from kopilka.values.money import decimal_text, exponent
from kopilka.values.period import zone

PRODUCTS_MAX = 5_000
LISTS_MAX = 50
Prices = Annotated[dict[Id, Amount], Meta(max_length=LISTS_MAX)]


class ShopIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A place of sale: its zone, the programme that it runs, and groups that rules may name."""

    zone: Id
    programme: Id
    title: Short = ""
    groups: Names = ()


class ShopOut(msgspec.Struct, omit_defaults=True):
    """A place of sale."""

    id: str
    zone: str
    programme: str
    title: str = ""
    groups: tuple[str, ...] = ()


class ShopsOut(msgspec.Struct):
    """All shops."""

    shops: list[ShopOut]


class TillIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A cash desk."""

    title: Short = ""


class TillOut(msgspec.Struct):
    """A cash desk of a shop."""

    id: str
    shop: str
    title: str


class TillsOut(msgspec.Struct):
    """Cash desks of a shop."""

    tills: list[TillOut]


class ProductIn(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """A product: fills in what lines of receipts do not say. `floor` is the least price of one piece; `alcohol` is the
    kind of drink (such as vodka) and `volume_ml` one piece's volume: by them the law's least price is found. `prices` are
    those of one piece by price list: a programme sells at them with `price: {of: …}`.
    """

    sku: Id
    title: Long = ""
    category: Names = ()
    brand: Short = ""
    tags: Names = ()
    product_class: Short = ""
    vat: Short = ""
    floor: Amount = 0
    alcohol: Short = ""
    volume_ml: Millilitres = 0
    prices: Prices = {}


class ProductsIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Products to add or change, all or none."""

    products: Annotated[
        tuple[ProductIn, ...],
        Meta(
            min_length=1,
            max_length=PRODUCTS_MAX,
            extra={"code": "too_many_products", "params": {"most": PRODUCTS_MAX}},
        ),
    ]
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$", extra={"code": "unknown_currency"})] = "RUB"


class ProductOut(msgspec.Struct, omit_defaults=True):
    """A product."""

    sku: str
    title: str = ""
    category: tuple[str, ...] = ()
    brand: str = ""
    tags: tuple[str, ...] = ()
    product_class: str = ""
    vat: str = ""
    floor: DecimalOut = "0"
    alcohol: str = ""
    volume_ml: int = 0
    prices: dict[str, DecimalOut] = {}


class ProductsOut(msgspec.Struct, omit_defaults=True):
    """A page of products by sku."""

    products: list[ProductOut]
    next: str = ""


class WrittenOut(msgspec.Struct):
    """How many were written."""

    written: int


class ClassIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The name of a product class."""

    title: Short


class ClassOut(msgspec.Struct):
    """A product class."""

    id: str
    title: str


class ClassesOut(msgspec.Struct):
    """Product classes that have a name."""

    classes: list[ClassOut]


_shop = msgspec.json.Decoder(ShopIn)
_till = msgspec.json.Decoder(TillIn)
_products = msgspec.json.Decoder(ProductsIn)
_class = msgspec.json.Decoder(ClassIn)


async def shops(doors: Doors, _: Request) -> Reply:
    """All shops."""
    rows = (await doors.refresh()).shops.values()
    return Reply(ShopsOut([_shop_out(row) for row in rows]))


async def shop(doors: Doors, request: Request) -> Reply:
    """A shop."""
    found = (await doors.refresh()).shops.get(request.args[0])
    if found is None:
        raise Problem("unknown_shop")
    return Reply(_shop_out(found))


async def put_shop(doors: Doors, request: Request) -> Reply:
    """Add or change a shop."""
    door, id_ = read(_shop, request.body), request.args[0]
    known = await doors.refresh()
    mistakes = Mistakes()
    try:
        zone(door.zone)
    except BadValueError:
        mistakes.add("zone", "unknown_zone")
    if door.programme not in known.programmes():
        mistakes.add("programme", "unknown_programme")
    refuse(mistakes)
    new = Shop(id_, door.zone, door.programme, door.groups, door.title)
    await doors.run(doors.services.reference.put_shops, [new], doors.services.clock())
    return Reply(_shop_out(new))


def _shop_out(row: Shop) -> ShopOut:
    return ShopOut(row.id, row.zone, row.programme, row.title, row.groups)


async def tills(doors: Doors, request: Request) -> Reply:
    """Cash desks of a shop."""
    rows = await doors.run(doors.services.reference.tills, request.args[0])
    return Reply(TillsOut([TillOut(till, shop_id, title) for shop_id, till, title in rows]))


async def put_till(doors: Doors, request: Request) -> Reply:
    """Add or rename a cash desk."""
    door = read(_till, request.body)
    shop_id, till = request.args
    if shop_id not in (await doors.refresh()).shops:
        raise Problem("unknown_shop")
    rows = [(shop_id, till, door.title)]
    await doors.run(doors.services.reference.put_tills, rows, doors.services.clock())
    return Reply(TillOut(till, shop_id, door.title))


async def put_products(doors: Doors, request: Request) -> Reply:
    """Add or change products."""
    door = read(_products, request.body)
    mistakes = Mistakes()
    digits = 2
    try:
        digits = exponent(door.currency)
    except BadValueError:
        mistakes.add("currency", "unknown_currency")
    rows: dict[str, Product] = {}
    for i, row in enumerate(door.products):
        if row.sku in rows:
            mistakes.add(f"products[{i}].sku", "duplicate")
        try:
            floor = units_of(row.floor, digits, "floor")
        except BadValueError:
            mistakes.add(f"products[{i}].floor", "too_many_digits")
            floor = 0
        rows[row.sku] = Product(
            row.sku,
            row.title,
            row.category,
            row.brand,
            row.tags,
            row.product_class,
            row.vat,
            floor,
            row.alcohol,
            row.volume_ml,
            _prices(row, digits, f"products[{i}]", mistakes),
        )
    refuse(mistakes)
    await doors.run(doors.services.reference.put_products, list(rows.values()), doors.services.clock())
    return Reply(WrittenOut(len(rows)))


def _prices(row: ProductIn, digits: int, path: str, mistakes: Mistakes) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, price in row.prices.items():
        try:
            found[name] = units_of(price, digits, "prices")
        except BadValueError:
            mistakes.add(f"{path}.prices.{name}", "too_many_digits")
    return found


async def products(doors: Doors, request: Request) -> Reply:
    """A page of products, or those whose sku or title has a text."""
    limit, text = request.limit(), request.query.get("q", "")
    reference = doors.services.reference
    if text:
        found = await doors.run(reference.find_products, text[:100], limit)
        return Reply(ProductsOut([_product_out(row) for row in found]))
    rows = await doors.run(reference.list_products, request.query.get("cursor", ""), limit + 1)
    shown = [_product_out(row) for row in rows[:limit]]
    return Reply(ProductsOut(shown, shown[-1].sku if len(rows) > limit else ""))


async def product(doors: Doors, request: Request) -> Reply:
    """A product."""
    found = await doors.run(doors.services.reference.products, [request.args[0]])
    if not found:
        raise Problem("unknown_product")
    return Reply(_product_out(found[request.args[0]]))


def _product_out(row: Product) -> ProductOut:
    return ProductOut(
        row.sku, row.title, row.category, row.brand, row.tags, row.product_class, row.vat,
        decimal_text(row.floor_minor, 2), row.alcohol, row.volume_ml,
        {name: decimal_text(price, 2) for name, price in row.prices.items()},
    )  # fmt: skip


async def classes(doors: Doors, _: Request) -> Reply:
    """Product classes."""
    rows = await doors.run(doors.services.reference.product_classes)
    return Reply(ClassesOut([ClassOut(id_, title) for id_, title in rows]))


async def put_class(doors: Doors, request: Request) -> Reply:
    """Name a product class."""
    door, id_ = read(_class, request.body), request.args[0]
    await doors.run(doors.services.reference.put_product_class, id_, door.title)
    return Reply(ClassOut(id_, door.title))


_SCOPE = "catalogue"
ROUTES = (
    Route("GET", "/v1/shops", shops, "All shops", _SCOPE, None, ShopsOut),
    Route("GET", "/v1/shops/{id}", shop, "A shop", _SCOPE, None, ShopOut, problems=("unknown_shop",)),
    Route("PUT", "/v1/shops/{id}", put_shop, "Add or change a shop", _SCOPE, ShopIn, ShopOut),
    Route("GET", "/v1/shops/{id}/tills", tills, "Cash desks of a shop", _SCOPE, None, TillsOut),
    Route(
        "PUT", "/v1/shops/{id}/tills/{till}", put_till, "Add or rename a cash desk", _SCOPE, TillIn, TillOut,
        problems=("unknown_shop",),
    ),
    Route(
        "POST", "/v1/products", put_products, "Add or change up to 5,000 products", _SCOPE, ProductsIn, WrittenOut,
        words="All of them or, where one is wrong, none.",
    ),
    Route(
        "GET", "/v1/products", products, "Products by sku", _SCOPE, None, ProductsOut,
        params=(Param("q", "A sku, or a part of a title."), *PAGE),
    ),
    Route("GET", "/v1/products/{sku}", product, "A product", _SCOPE, None, ProductOut, problems=("unknown_product",)),
    Route("GET", "/v1/product-classes", classes, "Product classes", _SCOPE, None, ClassesOut),
    Route("PUT", "/v1/product-classes/{id}", put_class, "Name a product class", _SCOPE, ClassIn, ClassOut),
)  # fmt: skip
