"""Many memberships at once, and what moved in all of them; see `usecases.accounts.AccountStore`."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import psycopg

from kopilka.core.member.standing import Standing
from kopilka.store.foreign import fact_rows, packed_or_none
from kopilka.store.queries import queries
from kopilka.store.standings import PostgresStandings, standing_of
from kopilka.store.views import any_case, member_view
from kopilka.usecases.accounts import (
    UNBOUND,
    AccountSearch,
    Back,
    Bounds,
    LineSearch,
    Movement,
    Place,
    Reckoned,
    Rungs,
)
from kopilka.usecases.ports import StoreUnavailableError
from kopilka.usecases.views import IdentifierFacts, MemberView, StatementLine

SQL = queries("accounts")
NO_RUNGS = Rungs("", (0,), (), (), date.min, "UTC")


class PostgresAccounts(PostgresStandings):
    """Reads with a connection of the pool each."""

    def accounts(self, search: AccountSearch, reckoned: Reckoned) -> tuple[int, list[str]]:
        asked = _asked(search, reckoned)
        if search.plain:
            rows = self._all("accounts", asked)
            return int(self._all("count_accounts", asked)[0][0]), [row[0] for row in rows]
        total, ids = self._all("find_accounts", asked, prepare=False)[0]
        return total, list(ids)

    def doubtful(self, programme: str, rungs: Rungs, back: Back) -> list[tuple[str, Standing]]:
        asked = {**_rungs(rungs), "programme": programme, "back": back.since, "any": back.any}
        rows = self._all("doubtful_levels", asked, prepare=False)
        return [(row[1], standing_of(programme, row)) for row in rows]

    def members(self, ids: Sequence[str]) -> list[MemberView]:
        found: dict[str, list[IdentifierFacts]] = {}
        for row in self._all("identifiers", (list(ids),)):
            found.setdefault(row[0], []).append(IdentifierFacts(*row[1:]))
        return [member_view(row, found.get(row[0], ())) for row in self._all("members", (list(ids),))]

    def named(self, kind: str, values: Sequence[str]) -> list[str]:
        return [row[0] for row in self._all("named", (kind, list(values)))]

    def lines(self, search: LineSearch) -> tuple[int, list[StatementLine]]:
        bucket, holder_id = search.holder
        asked = {
            "bucket": bucket, "holder": holder_id, "kind": search.kind, "since": search.since, "until": search.until,
            "skip": search.skip, "limit": search.limit,
        }  # fmt: skip
        rows = self._all("lines", asked)
        return int(self._all("count_lines", asked)[0][0]), [StatementLine(*row) for row in rows]

    def movements(self, kinds: Sequence[str], after: Place | None, limit: int) -> list[Movement]:
        at, bucket, holder, kind, version = after or (None, 0, "", "", 0)
        asked = {
            "kinds": list(kinds), "at": at, "bucket": bucket, "holder": holder, "kind": kind, "version": version,
            "limit": limit,
        }  # fmt: skip
        rows = self._all("movements", asked)
        return [Movement(row[0], row[1], row[2], StatementLine(*row[3:])) for row in rows]

    def _all(
        self, name: str, parameters: Mapping[str, Any] | Sequence[Any], *, prepare: bool | None = None
    ) -> list[Any]:
        """`prepare=False` has a statement planned for what is asked, never once for all: most of its conditions ask for
        nothing.
        """
        try:
            with self._pool.connection() as connection:
                return list(connection.execute(SQL[name], parameters, prepare=prepare).fetchall())
        except psycopg.OperationalError as error:
            raise StoreUnavailableError(str(error)) from error


def _asked(search: AccountSearch, reckoned: Reckoned) -> dict[str, Any]:
    """A search as its queries take it. Numbers that a member without any has, 0, are asked for by leaving out those who
    have others: `amounts` and `sums` are False then.
    """
    own, rungs, digits = search.own, reckoned.rungs, "".join(filter(str.isdigit, search.words))
    plain = digits and not search.words.strip("+0123456789 ()-")
    asked: dict[str, Any] = {
        "status": search.status, "from": search.enrolled_from, "until": search.enrolled_until,
        "programmes": list(search.programmes), "skip": search.skip, "limit": search.limit, "at": reckoned.at,
        "members": None if search.members is None else list(search.members),
        "kept": list(reckoned.kept), "lost": list(reckoned.lost),
        "words": any_case(search.words) if search.words else None, "digits": f"%{digits}%" if plain else "",
        "phone": f"%{search.phone}%" if search.phone else "", "card": search.card, "sites": list(search.sites),
        "identifiers": search.identifiers, "home": search.home, "kind": search.kind, "programme": search.programme,
        "amounts": _inside(search.amount), "amount_min": search.amount[0], "amount_max": search.amount[1],
        "sums": _inside(search.orders), "orders_min": search.orders[0], "orders_max": search.orders[1],
        "orders_since": reckoned.orders_since, "burning": search.burning != (None, None),
        "burns_after": reckoned.burns_after, "burns_until": reckoned.burns_until,
    }  # fmt: skip
    asked |= {
        "own_connection": "" if own is None else own.connection_id, "own_kind": "" if own is None else own.kind,
        "own": "" if own is None else own.identifiers,
        "facts": None if own is None else packed_or_none(fact_rows(own.facts)),
    }  # fmt: skip
    return asked | (_rungs(rungs) if rungs is not None else {**_rungs(NO_RUNGS), "wanted": None})


def _rungs(rungs: Rungs) -> dict[str, Any]:
    return {
        "by": rungs.by, "zone": rungs.zone, "today": rungs.today, "since": rungs.since, "starts": list(rungs.starts),
        "rungs": list(rungs.ids), "wanted": list(rungs.wanted), "factor": rungs.factor,
    }  # fmt: skip


def _inside(bounds: Bounds) -> bool | None:
    """Whether only numbers other than 0 are within bounds; None where there are no bounds."""
    if bounds == UNBOUND:
        return None
    least, most = bounds
    return (least is not None and least > 0) or (most is not None and most < 0)
