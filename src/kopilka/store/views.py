"""Reads for screens, one query each; see `usecases.views.ViewStore`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
import psycopg

from kopilka.core.ledger.lot import Hold
from kopilka.core.ledger.posting import Draw, Posting
from kopilka.core.rules.decision import Earned
from kopilka.core.settlement.refund import Returned
from kopilka.store.batch import SQL as BATCH_SQL
from kopilka.store.batch import sale_of
from kopilka.store.queries import queries
from kopilka.store.standings import PostgresStandings
from kopilka.usecases.commands import Ref
from kopilka.usecases.ports import StoreUnavailableError
from kopilka.usecases.views import (
    ConsentFacts,
    Flow,
    Gaps,
    IdentifierFacts,
    MemberRow,
    MemberView,
    Overview,
    Past,
    PersonFacts,
    ReceiptRow,
    ReceiptView,
    ReturnFacts,
    StatementLine,
)

SQL = queries("views")
LAST_RECEIPTS = 10
GAPS_OF_RECEIPTS = 100_000
"""How many of the newest receipts tell how often people come back."""
_earned = msgspec.json.Decoder(tuple[Earned, ...])
_returned = msgspec.json.Decoder(Returned)
_attributes = msgspec.json.Decoder(dict[str, object])


class PostgresViews(PostgresStandings):
    """Reads with a connection of the pool each."""

    def member(self, ref: Ref) -> MemberView | None:
        found = self._all("member", (ref.kind, ref.value))
        if not found:
            return None
        row = found[0]
        identifiers = [IdentifierFacts(*each) for each in self._all("identifiers", (row[0],))]
        return member_view(
            row, identifiers, [ConsentFacts(*each) for each in self._all("consents", (row[0],))]
        )

    def search(self, text: str, *, after: str, limit: int) -> list[MemberRow]:
        if not text:
            return [MemberRow(*row) for row in self._all("list_members", {"after": after, "limit": limit})]
        digits = "".join(filter(str.isdigit, text))
        plain = digits and not text.strip("+0123456789 ()-")
        wanted = {
            "any_case": any_case(text), "digits": f"%{digits}%" if plain else "", "after": after, "limit": limit,
        }  # fmt: skip
        return [MemberRow(*row) for row in self._all("search_members", wanted)]

    def past(self, bucket: int, holder_id: str, until: datetime) -> Past:
        owner = (bucket, holder_id, until)
        holds = self._all("past_holds", {"bucket": bucket, "holder": holder_id, "at": until})
        return Past(
            tuple(Posting(*row) for row in self._all("past_postings", owner)),
            tuple(Draw(*row) for row in self._all("past_draws", owner)),
            tuple(
                Hold(row[0], row[1], row[2], row[3], tuple(zip(row[4], row[5], strict=True)), row[6], row[7])
                for row in holds
            ),
        )

    def statement(
        self, bucket: int, holder_id: str, *, kind: str, after: tuple[datetime, str, int] | None, limit: int
    ) -> list[StatementLine]:
        at, last_kind, version = after or (None, "", 0)
        wanted = {
            "bucket": bucket, "holder": holder_id, "kind": kind, "at": at, "last_kind": last_kind,
            "version": version, "limit": limit,
        }  # fmt: skip
        return [StatementLine(*row) for row in self._all("statement", wanted)]

    def receipts(
        self, holder: tuple[int, str] | None, *, shop: str, after: tuple[datetime, str] | None, limit: int
    ) -> list[ReceiptRow]:
        at, last = after or (None, "")
        wanted: dict[str, Any] = {"shop": shop, "at": at, "last": last, "limit": limit}
        if holder is None:
            return [_receipt_row(row) for row in self._all("receipts_of_all", wanted)]
        wanted |= {"bucket": holder[0], "holder": holder[1]}
        return [_receipt_row(row) for row in self._all("receipts_of_holder", wanted)]

    def receipt(self, receipt_id: str) -> ReceiptView | None:
        key = f"rcp:{receipt_id}"
        with self._pool.connection() as connection:
            row: Any = connection.execute(BATCH_SQL["load_sales"], ([key],)).fetchone()
        if row is None:
            return None
        return ReceiptView(sale_of(row), tuple(_return_facts(each) for each in self._all("returns", (key,))))

    def purchase_gaps(self, programme: str) -> Gaps:
        return Gaps(*self._all("purchase_gaps", {"programme": programme, "most": GAPS_OF_RECEIPTS})[0])

    def overview(self, since: datetime, now: datetime) -> Overview:
        window = {"since": since, "now": now}
        members, members_new, receipts, receipts_since = self._all("counts", window)[0]
        return Overview(
            since, members, members_new, receipts, receipts_since,
            dict(self._all("paid_since", window)),
            tuple(Flow(*row) for row in self._all("flows", window)),
            tuple(self.receipts(None, shop="", after=None, limit=LAST_RECEIPTS)),
        )  # fmt: skip

    def _all(self, name: str, parameters: Sequence[Any] | Mapping[str, Any]) -> list[Any]:
        try:
            with self._pool.connection() as connection:
                return list(connection.execute(SQL[name], parameters).fetchall())
        except psycopg.OperationalError as error:
            raise StoreUnavailableError(str(error)) from error


def member_view(
    row: Any, identifiers: Sequence[IdentifierFacts], consents: Sequence[ConsentFacts] = ()
) -> MemberView:
    """A member of the columns that queries of members have."""
    further = {name: str(value) for name, value in _attributes.decode(row[16]).items()}
    name, phone, email, birthday, language, zone = row[9:15]
    facts = PersonFacts(name, phone, email, birthday, language, zone, further)
    return MemberView(
        row[0], row[1], row[2], row[3], row[4], row[5], tuple(row[6]), tuple(row[7]), row[8], facts,
        tuple(identifiers), tuple(consents), row[15],
    )  # fmt: skip


def any_case(text: str) -> str:
    """A regular expression for a text in any case, whatever the database's locale knows of letters; е is ё too."""
    parts = []
    for sign in text:
        low, high = sign.lower(), sign.upper()
        if low in "её":
            parts.append("[еЕёЁ]")
        elif low != high and len(low) == len(high) == 1:
            parts.append(f"[{low}{high}]")
        else:
            parts.append(sign if sign.isalnum() or sign.isspace() else "\\" + sign)
    return "".join(parts)


def _receipt_row(row: Any) -> ReceiptRow:
    earned: dict[str, int] = {}
    if row[11] is not None:
        for each in _earned.decode(row[11]):
            earned[each.kind] = earned.get(each.kind, 0) + each.units
    values: Any = (*row[:11], earned, *row[12:15])
    return ReceiptRow(*values)


def _return_facts(row: Any) -> ReturnFacts:
    outcome = _returned.decode(row[5])
    values: Any = (*row[:5], outcome.points_back, outcome.points_taken, outcome.before, outcome.after)
    facts = ReturnFacts(*values)
    return msgspec.structs.replace(
        facts, lines=outcome.lines, points_missed=outcome.points_missed, level=outcome.level
    )
