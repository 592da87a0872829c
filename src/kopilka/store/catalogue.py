"""Reference data: shops, tills, products, programme versions. Every change counts up the catalogue's version."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from kopilka.core.receipt import Shop
from kopilka.store.connect import Connection, Packed, Pool
from kopilka.store.queries import queries
from kopilka.usecases.ports import Product

SQL = queries("catalogue")
_json = msgspec.json.Encoder()
_prices = msgspec.json.Decoder(dict[str, int])


class PostgresCatalogue:
    """See `usecases.ports.CatalogueStore`; besides, what administrators change."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def shops(self) -> dict[str, Shop]:
        """All shops by id."""
        rows: list[Any] = self._all("shops")
        return {row[0]: Shop(row[0], row[1], row[2], tuple(row[3]), row[4]) for row in rows}

    def versions(self) -> list[tuple[str, int, datetime, str]]:
        """All programme versions."""
        return list(self._all("versions"))

    def products(self, skus: Sequence[str]) -> dict[str, Product]:
        """Products by sku."""
        return {row.sku: row for row in map(_product, self._all("products", (list(skus),)))}

    def find_products(self, text: str, limit: int = 20) -> list[Product]:
        """Products by sku or a part of their title."""
        escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        like = f"%{escaped}%"
        return [
            _product(row) for row in self._all("find_products", {"text": text, "like": like, "limit": limit})
        ]

    def list_products(self, after: str, limit: int) -> list[Product]:
        """A page of products after a sku."""
        return [_product(row) for row in self._all("list_products", (after, limit))]

    def tills(self, shop: str) -> list[tuple[str, str, str]]:
        """(shop, till, title) of a shop."""
        return list(self._all("tills", (shop,)))

    def put_shops(self, shops: Sequence[Shop], at: datetime) -> None:
        """Add shops or change them."""
        rows = [
            {
                "shop": s.id,
                "title": s.title,
                "zone": s.zone,
                "programme": s.programme,
                "groups": s.groups,
                "at": at,
            }
            for s in shops
        ]
        self._put("put_shops", rows)

    def put_tills(self, tills: Sequence[tuple[str, str, str]], at: datetime) -> None:
        """Add tills (shop, till, title) or rename them."""
        self._put("put_tills", [{"shop": s, "till": t, "title": title, "at": at} for s, t, title in tills])

    def put_products(self, products: Sequence[Product], at: datetime) -> None:
        """Add products or change them."""
        self._put("put_products", [{**msgspec.structs.asdict(product), "at": at} for product in products])

    def product_classes(self) -> list[tuple[str, str]]:
        """(class, title) of the named classes."""
        return list(self._all("product_classes"))

    def put_product_class(self, name: str, title: str) -> None:
        """Add a product class or rename it."""
        with self._pool.connection() as connection:
            connection.execute(SQL["put_product_class"], (name, title))

    def last_version(self, programme: str) -> tuple[int, datetime, str] | None:
        """Number, start and text of the newest version."""
        rows: list[Any] = self._all("last_version", (programme,))
        return (rows[0][0], rows[0][1], rows[0][2]) if rows else None

    def add_version(  # noqa: PLR0913 - the row of a version
        self,
        programme: str,
        *,
        expected: int,
        valid_from: datetime,
        text: str,
        sha256: bytes,
        at: datetime,
        by: str,
    ) -> bool:
        """Publish version `expected`; False where somebody else has published it meanwhile."""
        with self._pool.connection() as connection, connection.transaction():
            connection.execute(SQL["lock_programme"], (programme,))
            last: Any = connection.execute(SQL["last_version"], (programme,)).fetchone()
            if (last[0] if last else 0) + 1 != expected:
                return False
            connection.execute(SQL["add_version"], (programme, expected, valid_from, text, sha256, at, by))
            connection.execute(SQL["changed"])
            return True

    def _all(self, name: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[Any]:
        with self._pool.connection() as connection:
            return list(connection.execute(SQL[name], parameters).fetchall())

    def _put(self, name: str, rows: list[dict[str, Any]]) -> None:
        with self._pool.connection() as connection, connection.transaction():
            self._write(connection, name, rows)
            connection.execute(SQL["changed"])

    @staticmethod
    def _write(connection: Connection, name: str, rows: list[dict[str, Any]]) -> None:
        for start in range(0, len(rows), 5000):
            connection.execute(SQL[name], (Packed(_json.encode(rows[start : start + 5000])),))


def _product(row: Any) -> Product:
    return Product(
        row[0],
        row[1],
        tuple(row[2]),
        row[3],
        tuple(row[4]),
        row[5],
        row[6],
        row[7],
        row[8],
        row[9],
        _prices.decode(row[10]),
    )
