"""Many memberships at once, and what moved in all of them; see `usecases.accounts.AccountStore`."""

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg

from kopilka.store.connect import Pool
from kopilka.store.queries import queries
from kopilka.usecases.accounts import AccountRow, AccountSearch, Movement, Place
from kopilka.usecases.ports import StoreUnavailableError
from kopilka.usecases.views import StatementLine

SQL = queries("accounts")


class PostgresAccounts:
    """Reads with a connection of the pool each."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def accounts(self, search: AccountSearch) -> list[AccountRow]:
        rows = self._all("accounts", _asked(search))
        return [_account(*each) for each in rows]

    def count_accounts(self, search: AccountSearch) -> int:
        return int(self._all("count_accounts", _asked(search))[0][0])

    def movements(self, kinds: Sequence[str], after: Place | None, limit: int) -> list[Movement]:
        at, bucket, holder, kind, version = after or (None, 0, "", "", 0)
        asked = {
            "kinds": list(kinds), "at": at, "bucket": bucket, "holder": holder, "kind": kind, "version": version,
            "limit": limit,
        }  # fmt: skip
        rows = self._all("movements", asked)
        return [Movement(row[0], row[1], row[2], StatementLine(*row[3:])) for row in rows]

    def _all(self, name: str, parameters: Mapping[str, Any]) -> list[Any]:
        try:
            with self._pool.connection() as connection:
                return list(connection.execute(SQL[name], parameters).fetchall())
        except psycopg.OperationalError as error:
            raise StoreUnavailableError(str(error)) from error


def _asked(search: AccountSearch) -> dict[str, Any]:
    return {
        "status": search.status, "from": search.enrolled_from, "until": search.enrolled_until,
        "programmes": list(search.programmes), "identifiers": search.identifiers, "after": search.after,
        "skip": search.skip, "limit": search.limit,
    }  # fmt: skip


def _account(*row: Any) -> AccountRow:
    id_, bucket, holder, status, enrolled_at, shop, externals = row
    return AccountRow(id_, bucket, holder, status, enrolled_at, shop, tuple(externals))
