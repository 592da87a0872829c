"""One batch as one transaction: find, lock and load by key lists, then write everything with one commit.

Every statement takes all rows of the batch as one JSON document; statements travel in a pipeline, so that a batch
costs three round trips, however many receipts ride in it.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec
import psycopg
from psycopg.errors import DeadlockDetected, InvalidSqlStatementName, SerializationFailure

from kopilka.core.ledger.lot import Hold as CoreHold
from kopilka.core.ledger.lot import Lot
from kopilka.core.member.coupon import Coupon
from kopilka.core.member.member import Perk, Used
from kopilka.core.member.standing import Manual, Standing
from kopilka.core.receipt import Receipt
from kopilka.core.rules.decision import Decision
from kopilka.core.settlement.purchase import Who
from kopilka.core.settlement.rewards import past_of
from kopilka.core.settlement.sale import CLOSED, Sale
from kopilka.store.connect import Connection, Packed, Pool
from kopilka.store.coupon_rows import coupon_of, coupon_statements, coupons_by_code, owners_of
from kopilka.store.queries import queries
from kopilka.store.rows import (
    BookRows,
    Extras,
    event_rows,
    hexed,
    new_member_rows,
    perk_rows,
    sale_row,
)
from kopilka.store.volley import Answer, Volley, now
from kopilka.usecases.commands import Ref
from kopilka.usecases.ports import (
    Changes,
    Claim,
    Found,
    Holding,
    KeyRaceError,
    Loaded,
    StoredSale,
    StoreUnavailableError,
    Wanted,
)

SQL = {**queries("coupons"), **queries("batch")}
_json = msgspec.json.Encoder()
_receipts = msgspec.json.Decoder(Receipt)
_decisions = msgspec.json.Decoder(Decision)
_extras = msgspec.json.Decoder(Extras)
NO_EXTRAS = Extras()
NO_MOMENT = datetime(1, 1, 1, tzinfo=UTC)
_counts = msgspec.json.Decoder(dict[str, int])
_facts = msgspec.json.Decoder(dict[str, object])
Rows = list[Any]
B = TypeVar("B", bound="PostgresBatch")
GUEST = "guest:"
"""How the holder of a receipt without a member begins."""


def packed(rows: object) -> Packed:
    """Rows as one JSON parameter."""
    return Packed(_json.encode(rows))


class PostgresLedger:
    """Opens batches on pooled connections."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def batch(self) -> AbstractContextManager["PostgresBatch"]:
        """A transaction that is undone unless `write` ended it."""
        return opened(self._pool, PostgresBatch)


class PostgresBatch:
    """See `usecases.ports.BatchStore`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._open = False
        self._locking = False

    def undo(self) -> None:
        """Roll back what is still open."""
        if self._open and not self._connection.closed:
            now(self._connection, "ROLLBACK")
        self._open = False

    def find(
        self, refs: Sequence[Ref], receipts: Sequence[str], keys: Sequence[str]
    ) -> tuple[dict[Ref, Found], dict[str, Claim], int]:
        wanted = [f"rcp:{id_}" for id_ in receipts] + list(keys)
        volley = Volley(self._connection)
        found = volley.ask(SQL["find_members"], (packed(refs),)) if refs else None
        claims = volley.ask(SQL["find_claims"], (wanted,)) if wanted else None
        version = volley.ask(SQL["catalogue_version"])
        volley.fire()
        members: dict[Ref, Found] = {}
        for row in _rows(found):
            members[Ref(row[0], row[1])] = Found(*row[2:])
        return members, _claims(claims), version.rows[0][0]

    def load(self, wanted: Wanted, *, lock: bool) -> Loaded:
        everybody = sorted(set(wanted.holders))
        owners = [owner for owner in everybody if not owner[1].startswith(GUEST)]
        guests = [
            {"bucket": owner[0], "holder_id": owner[1]} for owner in everybody if owner[1].startswith(GUEST)
        ]
        receipts, keys, since, budgets = wanted.receipts, wanted.keys, wanted.since, wanted.budgets
        listed = packed([{"bucket": bucket, "holder_id": holder} for bucket, holder in owners])
        volley = Volley(self._connection)
        run = volley.ask
        answers: dict[str, Answer] = {}
        names = ["load_members", "load_wallets", "load_lots", "load_holds", "load_standings"]
        names += [name for name, asked in _asked(wanted) if asked]
        programmes = sorted({programme for programme, _ in budgets})
        run("BEGIN" if lock else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        self._open = self._locking = lock
        if owners:
            if lock:
                run(SQL["lock_holders"], (listed,))
            answers = {name: run(SQL[name], (listed,)) for name in names}
            if since is not None:
                answers["load_activity"] = run(SQL["load_activity"], (listed, since))
            if wanted.past is not None:
                answers["load_past"] = run(SQL["load_past"], (listed, wanted.past))
        if guests and lock:
            run(SQL["lock_guests"], (packed(guests),))
        sales_and_keys = [f"rcp:{id_}" for id_ in receipts]
        if sales_and_keys:
            answers["load_sales"] = run(SQL["load_sales"], (sales_and_keys,))
        claims = None
        if sales_and_keys or keys:
            claims = run(SQL["find_claims"], (sales_and_keys + list(keys),))
        if budgets:
            rows = [{"programme": programme, "rule": rule} for programme, rule in budgets]
            if lock:
                run(SQL["ensure_budgets"], (packed(rows),))
            answers["budgets"] = run(SQL["load_budgets" if lock else "read_budgets"], (programmes,))
        if not lock:
            run("COMMIT")
        volley.fire()
        return _loaded(
            owners,
            {name: _rows(answer) for name, answer in answers.items()},
            _claims(claims),
        )

    def lots(self, wanted: Sequence[tuple[int, str, str, int]]) -> dict[tuple[str, str, int], Lot]:
        rows = [{"bucket": b, "holder_id": h, "kind": k, "lot": lot} for b, h, k, lot in wanted]
        found = now(self._connection, SQL["load_named_lots"], (packed(rows),))
        return {(row[0], row[1], row[2]): _lot(row) for row in found}

    def coupons(self, codes: Sequence[str]) -> dict[str, Coupon]:
        return coupons_by_code(self._connection, codes, lock=self._locking)

    def owners(self, codes: Sequence[str]) -> set[tuple[int, str]]:
        return owners_of(self._connection, codes)

    def write(self, changes: Changes, recorded_at: datetime) -> None:
        holdings = sorted(changes.touched.values(), key=lambda h: (h.bucket, h.holder_id))
        books = BookRows(holdings)
        statements: list[tuple[str, object]] = []
        if changes.members:
            statements += list(new_member_rows(changes).items())
        statements += [
            ("put_sales", [sale_row(stored) for stored in changes.sales.values()]),
            ("add_returns", _return_rows(changes)),
            ("add_strays", _stray_rows(changes)),
            ("add_postings", books.postings),
            ("add_draws", books.draws),
            ("put_wallets", books.wallets),
            ("put_lots", books.lots),
            ("put_holds", books.holds),
            ("put_standings", books.standings),
            ("add_activity", books.activity),
            ("add_cap_uses", books.caps),
            ("add_budget_draws", _budget_rows(changes)),
            ("add_budgets", _budget_rows(changes)),
            ("put_perks", perk_rows(holdings)),
            ("add_events", event_rows(changes.events)),
        ]
        if changes.coupons:
            statements += coupon_statements(changes, recorded_at)
        claims = _claim_rows(changes, recorded_at)
        moved = _moved_rows(changes)
        counted: list[tuple[Answer, int]] = []
        volley = Volley(self._connection)
        if claims:
            counted.append((volley.ask(SQL["add_claims"], (packed(claims),)), len(claims)))
        if moved:
            counted += [
                (volley.ask(SQL[name], (packed(moved),)), len(moved))
                for name in ("move_claims", "drop_sales")
            ]
        for name, rows in statements:
            if rows:
                answer = volley.ask(SQL[name], (packed(rows),))
                if name in {"add_identifiers", "add_codes"} and isinstance(rows, list):
                    counted.append((answer, len(rows)))
        volley.fire()
        if any(answer.count != wanted for answer, wanted in counted):
            self.undo()
            raise KeyRaceError
        now(self._connection, "COMMIT")
        self._open = False


@contextmanager
def opened(pool: Pool, kind: type[B]) -> Iterator[B]:
    """A batch on a pooled connection, undone unless `write` ended it; a race or a lost server is told as such."""
    try:
        with pool.connection() as connection:
            batch = kind(connection)
            try:
                yield batch
            finally:
                batch.undo()
    except (DeadlockDetected, SerializationFailure, InvalidSqlStatementName) as error:
        raise KeyRaceError from error
    except psycopg.OperationalError as error:
        raise StoreUnavailableError(str(error)) from error


def _rows(answer: Answer | None) -> Rows:
    return [] if answer is None else answer.rows


def _claims(answer: Answer | None) -> dict[str, Claim]:
    return {row[0]: Claim(*row) for row in _rows(answer)}


def _asked(wanted: Wanted) -> tuple[tuple[str, bool], ...]:
    """Statements that not every batch needs."""
    return (
        ("load_cap_uses", wanted.caps),
        ("load_persons", wanted.persons),
        ("load_perks", wanted.perks),
        ("load_own_coupons", wanted.coupons),
    )


def _load_belongings(holdings: dict[str, Holding], rows: dict[str, Rows]) -> None:
    for holder, programme, perk, source, since, last_on in rows.get("load_perks", []):
        holdings[holder].belongings.perks[programme, perk, source] = Perk(perk, since, last_on, source)
    for row in rows.get("load_own_coupons", []):
        coupon = coupon_of(row)
        holdings[row[1]].belongings.coupons[coupon.code] = coupon
    for holder, member, birthday, attributes in rows.get("load_persons", []):
        members = holdings[holder].members
        if member in members:
            facts = {name: str(value) for name, value in _facts.decode(attributes or b"{}").items()}
            members[member] = msgspec.structs.replace(members[member], born_on=birthday, attributes=facts)
    for holder, receipt, day, content, decision, progress in rows.get("load_past", []):
        sale = Sale(
            _receipts.decode(content),
            _decisions.decode(decision),
            CLOSED,
            day,
            NO_MOMENT,
            progress=tuple(progress),
        )
        past = past_of(sale)
        if past is not None:
            holdings[holder].belongings.past[receipt] = past


def _lot(row: Any) -> Lot:
    lot = Lot(row[2], row[3], row[6], row[7], earned_at=row[8], receipt=row[9], source=row[10])
    lot.rest, lot.held = row[4], row[5]
    return lot


def _loaded(owners: list[tuple[int, str]], rows: dict[str, Rows], claims: dict[str, Claim]) -> Loaded:
    loaded = Loaded()
    loaded.claims = claims
    loaded.holdings = {holder: Holding(bucket, holder) for bucket, holder in owners}
    holdings = loaded.holdings
    for _, holder, member, status, cards, tags, most, _enrolled in rows.get("load_members", []):
        holding = holdings[holder]
        holding.members[member] = Who(member, frozenset(cards), frozenset(tags), most)
        holding.statuses[member] = status
    for holder, kind, balance, deficit, version, head in rows.get("load_wallets", []):
        wallet = holdings[holder].book.wallet(kind)
        wallet.balance, wallet.deficit, wallet.head = balance, deficit, head
        wallet.version = wallet.stored_version = version
    for row in rows.get("load_lots", []):
        holdings[row[0]].book.wallet(row[1]).add(_lot(row))
    for holder, receipt, revision, kind, units, lots, parts, placed, lapses in rows.get("load_holds", []):
        named = tuple(zip(lots, parts, strict=True))
        holdings[holder].book.holds[receipt] = CoreHold(receipt, revision, kind, units, named, placed, lapses)
    _load_standings(holdings, rows)
    _load_belongings(holdings, rows)
    for row in rows.get("load_sales", []):
        loaded.sales[row[2]] = sale_of(row)
    for programme, rule, uses, money, points in rows.get("budgets", []):
        loaded.budgets[(programme, rule)] = Used(uses, money, points)
    return loaded


def _load_standings(holdings: dict[str, Holding], rows: dict[str, Rows]) -> None:
    for row in rows.get("load_standings", []):
        holder, programme, enrolled_at, level, since, spend, receipts, points, by_hand, last_on, told = row
        standing = holdings[holder].standings[programme] = Standing(programme, enrolled_at)
        standing.level, standing.level_since = level, since
        standing.spend_minor, standing.receipts, standing.points = spend, receipts, points
        standing.manual = Manual(by_hand, last_on) if by_hand else None
        standing.warned_for = told
    for holder, programme, days, spends, receipts, points in rows.get("load_activity", []):
        rows_by_day = zip(days, spends, receipts, points, strict=True)
        found = holdings[holder].standings.get(programme)  # not there for a quote that reads while one begins
        if found is not None:
            found.days = {day: [s, r, p] for day, s, r, p in rows_by_day}
    for holder, programme, rule, period, uses, money, points in rows.get("load_cap_uses", []):
        found = holdings[holder].standings.get(programme)
        if found is not None:
            found.used[(rule, period)] = Used(uses, money, points)


def sale_of(row: Any) -> StoredSale:
    (bucket, holder, _, member, state, revision, day, recorded, received, lapses, content, decision, progress,
     spend_lots, spend_units, earned_lots, won, request_hash, answer, variance, extras, returns) = row  # fmt: skip
    more = NO_EXTRAS if extras is None else _extras.decode(extras)
    sale = Sale(
        _receipts.decode(content), _decisions.decode(decision), state, day, recorded, revision, holder, member,
        lapses, tuple(zip(spend_lots, spend_units, strict=True)), tuple(earned_lots), tuple(progress), won,
        {} if variance is None else _counts.decode(variance), more.issued, more.charge_lots,
    )  # fmt: skip
    return StoredSale(sale, bucket, holder, request_hash, answer, received, returns)


def _moved_rows(changes: Changes) -> Rows:
    """Receipts that are somebody else's from now on: whose they were, and whose they are."""
    return [
        {
            "key": f"rcp:{id_}", "receipt_id": id_, "bucket": was[0], "holder_id": was[1],
            "to_bucket": changes.sales[id_].bucket, "to_holder": changes.sales[id_].holder_id,
        }
        for id_, was in sorted(changes.moved.items())
        if was != (changes.sales[id_].bucket, changes.sales[id_].holder_id)
    ]  # fmt: skip


def _claim_rows(changes: Changes, recorded_at: datetime) -> Rows:
    return [
        {
            "key": claim.key, "content_hash": hexed(claim.content_hash), "verb": claim.verb, "bucket": claim.bucket,
            "holder_id": claim.holder_id, "receipt_id": claim.receipt_id, "answer": msgspec.Raw(claim.answer),
            "recorded_at": recorded_at,
        }
        for claim in changes.claims
    ]  # fmt: skip


def _return_rows(changes: Changes) -> Rows:
    return [
        {
            "bucket": new.stored.bucket, "holder_id": new.stored.holder_id, "receipt_id": new.command.receipt_id,
            "number": new.stored.returns, "return_id": new.command.return_id, "txn": new.txn,
            "refund_minor": new.outcome.refund_minor, "outcome": new.outcome, "returned_at": new.command.at,
            "recorded_at": new.recorded_at,
        }
        for new in changes.returns
    ]  # fmt: skip


def _stray_rows(changes: Changes) -> Rows:
    return [
        {
            "return_id": command.return_id, "receipt_id": command.receipt_id, "shop": command.shop,
            "content": command.wish, "recorded_at": at,
        }
        for command, at in changes.strays
    ]  # fmt: skip


def _budget_rows(changes: Changes) -> Rows:
    return [
        {
            "bucket": bucket, "holder_id": holder, "txn": txn, "programme": programme, "rule": use.rule,
            "uses": sign * use.uses, "money_minor": sign * use.money_minor, "points_units": sign * use.points_units,
        }
        for txn, bucket, holder, programme, use, sign in changes.budgets
    ]  # fmt: skip
