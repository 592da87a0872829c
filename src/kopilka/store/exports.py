"""Everything about one member, read at one moment; see `usecases.export_member.ExportStore`."""

from datetime import datetime
from typing import Any

import msgspec

from kopilka.core.receipt import Receipt
from kopilka.store.connect import Connection, Pool
from kopilka.store.members import add_act
from kopilka.store.queries import queries
from kopilka.usecases.export_member import Coupon, MovementRow, SaleRow, Sent, Stored, Told
from kopilka.usecases.members import Act
from kopilka.usecases.views import ConsentFacts, MemberView

SQL = queries("exports")
_receipts = msgspec.json.Decoder(Receipt)
_content = msgspec.json.Decoder()


class PostgresExports:
    """Reads with a connection of the pool."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def known_of(self, view: MemberView) -> Stored:
        whole, own = (view.bucket, view.holder_id), (view.member_id,)
        with self._pool.connection() as connection, connection.transaction():
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")

            def rows(name: str, *parameters: object) -> list[Any]:
                return _all(connection, name, parameters)

            shared = bool(rows("shared", *whole, *own)[0][0])
            return Stored(
                tuple(ConsentFacts(*row) for row in rows("consents", *own)),
                shared,
                tuple(MovementRow(*row) for row in rows("movements", *whole, *own)),
                tuple(_sale(row) for row in rows("receipts", *whole, *own)),
                () if shared else tuple(Coupon(*row) for row in rows("coupons", *whole)),
                tuple(_told(*row) for row in rows("documents", *own)),
                tuple(Sent(*row) for row in rows("messages", *own)),
                tuple(row[0] for row in rows("codes", *own)),
            )

    def note(self, act: Act) -> None:
        with self._pool.connection() as connection:
            add_act(connection, act)


def _all(connection: Connection, name: str, parameters: tuple[object, ...]) -> list[Any]:
    return connection.execute(SQL[name], parameters).fetchall()


def _told(system: str, kind: str, id_: str, at: datetime, content: bytes) -> Told:
    return Told(system, kind, id_, at, _content.decode(content))


def _sale(row: Any) -> SaleRow:
    id_, at, shop, state, currency, goods, paid, content = row
    lines = tuple(
        (line.sku, line.title, line.quantity, line.sum_minor)
        for line in _receipts.decode(content).all_lines()
    )
    return SaleRow(id_, at, shop, state, currency, goods, paid, lines)
