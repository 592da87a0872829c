"""`kopilka shop` and `kopilka product`: where sales happen, and what is sold."""

import csv
import io
from typing import Annotated, Any

import msgspec
import typer

from kopilka.cli.rooms import programmes_of
from kopilka.cli.session import Session
from kopilka.core.receipt import Shop
from kopilka.usecases.ports import VOLUME_MAX_ML, Product
from kopilka.values.errors import BadValueError
from kopilka.values.money import exponent, scaled
from kopilka.values.period import zone
from kopilka.words.catalogue import N_

shop = typer.Typer()
product = typer.Typer()
PATH = "/"
COLUMN = "price:"


@shop.command(help=N_("Add a shop or change it; what is not said stays as it is."))
def put(  # noqa: PLR0913 - one for each option
    ctx: typer.Context,
    id_: Annotated[str, typer.Argument(metavar="ID")],
    *,
    programme: Annotated[str, typer.Option(help=N_("The programme that it runs."))] = "",
    title: Annotated[str, typer.Option(help=N_("Its name."))] = "",
    zone_name: Annotated[str, typer.Option("--zone", help=N_("Its time zone, as Europe/Moscow."))] = "",
    groups: Annotated[str, typer.Option(help=N_("Its groups, with commas."))] = "",
) -> None:
    session: Session = ctx.obj
    with session.house() as rooms:
        known = {row.id: row for row in rooms.programmes.shops()}
        first = next(iter(programmes_of(rooms)), None)
        default, at_home = ("", "UTC") if first is None else (first.programme, first.zone)
        before = known.get(id_) or Shop(id_, at_home, default)
        after = Shop(
            id_, zone_name or before.zone, programme or before.programme,
            tuple(name.strip() for name in groups.split(",") if name.strip()) or before.groups, title or before.title,
        )  # fmt: skip
        try:
            zone(after.zone)
        except BadValueError as error:
            session.misused(str(error))
        refused = rooms.programmes.put_shop(after)
        if refused is not None:
            session.refuse(refused, rooms)
    session.give(
        after,
        lambda: session.say(
            session.gettext("Shop %(id)s runs %(programme)s.", id=id_, programme=after.programme)
        ),
    )


@shop.command("list", help=N_("All shops."))
def list_shops(ctx: typer.Context) -> None:
    session: Session = ctx.obj
    with session.house() as rooms:
        found = rooms.programmes.shops()
    heads = (
        session.gettext("shop"),
        session.gettext("title"),
        session.gettext("programme"),
        session.gettext("zone"),
        session.gettext("groups"),
    )
    rows = [(row.id, row.title, row.programme, row.zone, ", ".join(row.groups)) for row in found]
    session.give(found, lambda: session.table(heads, rows))


@product.command(help=N_("Add goods or change them, from a CSV file with heads or a JSON list."))
def load(
    ctx: typer.Context,
    file: Annotated[
        str,
        typer.Argument(
            help=N_(
                "sku, title, category, brand, tags, product_class, vat, floor, alcohol, volume_ml, and price:LIST for the prices of a price list."
            )
        ),
    ],
) -> None:
    session: Session = ctx.obj
    text = session.read(file).decode("utf-8-sig", "replace")
    try:
        rows = (
            msgspec.json.decode(text, type=list[dict[str, Any]]) if text.lstrip()[:1] == "[" else _rows(text)
        )
    except msgspec.DecodeError as error:
        session.fail("unreadable", f"{file}: {error}")
    with session.house() as rooms:
        first = next(iter(programmes_of(rooms)), None)
        currency = "RUB" if first is None else first.currency
        goods, wrong = _goods(rows, exponent(currency))
        if wrong:
            session.fail("bad_rows", "\n".join(wrong[:20]), rows=len(wrong))
        rooms.reference.put_products(goods, rooms.clock())
    session.give(
        {"loaded": len(goods)}, lambda: session.say(session.gettext("Loaded: %(count)s.", count=len(goods)))
    )


def _rows(text: str) -> list[dict[str, Any]]:
    sample = text.partition("\n")[0]
    delimiter = max(",;\t", key=sample.count)
    return [dict(row) for row in csv.DictReader(io.StringIO(text), delimiter=delimiter)]


def _goods(rows: list[dict[str, Any]], digits: int) -> tuple[list[Product], list[str]]:
    goods: dict[str, Product] = {}
    wrong: list[str] = []
    for number, row in enumerate(rows, 1):
        try:
            made = _product({name.strip(): value for name, value in row.items() if name}, digits)
        except BadValueError as error:
            wrong.append(f"{number}: {error}")
            continue
        goods[made.sku] = made
    return list(goods.values()), wrong


def _product(row: dict[str, Any], digits: int) -> Product:
    sku = str(row.get("sku") or "").strip()
    if not sku:
        raise BadValueError("sku", "an article number")
    floor = str(row.get("floor") or "0").replace(",", ".")
    volume = scaled(str(row.get("volume_ml") or "0"), 0, field="volume_ml")
    if not 0 <= volume <= VOLUME_MAX_ML:
        raise BadValueError("volume_ml", f"millilitres up to {VOLUME_MAX_ML}", volume)
    return Product(
        sku, _text(row, "title"), _names(row.get("category"), PATH), _text(row, "brand"), _names(row.get("tags"), ","),
        _text(row, "product_class"), _text(row, "vat"), scaled(floor, digits, field="floor"),
        _text(row, "alcohol"), volume, _prices(row, digits),
    )  # fmt: skip


def _prices(row: dict[str, Any], digits: int) -> dict[str, int]:
    """Prices by list: columns `price:club` of a table, or `prices` of a JSON object."""
    listed = row.get("prices") or {}
    if not isinstance(listed, dict):
        raise BadValueError("prices", "prices by price list", listed)
    columns = {
        name.removeprefix(COLUMN).strip(): text for name, text in row.items() if name.startswith(COLUMN)
    }
    said = {
        name: str(text).strip().replace(",", ".")
        for name, text in (columns | listed).items()
        if text is not None
    }
    found = {
        name: scaled(text, digits, field=f"price:{name}") for name, text in said.items() if name and text
    }
    for name, price in found.items():
        if price < 0:
            raise BadValueError(f"price:{name}", "a price that is not negative", price)
    return found


def _text(row: dict[str, Any], name: str) -> str:
    return str(row.get(name) or "").strip()


def _names(value: Any, separator: str) -> tuple[str, ...]:
    parts = value if isinstance(value, list) else str(value or "").split(separator)
    return tuple(str(part).strip() for part in parts if str(part).strip())
