"""Every sentence of the audit is true after a life of all verbs, and each lie told to the tables is caught."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from world import RICH, World, goods, opened

from kopilka.store.audit import PostgresBooks, RootFile
from kopilka.usecases.audit import Facts, audit, keep_roots, limits_of
from kopilka.usecases.commands import Close, Exchange, Stated


def lived(world: World) -> World:
    """A member, another, a guest; holds, sales, returns, voids, gifts, budgets, expiry, a deficit."""
    one, two = world.enrol(), world.enrol()
    world.give(one, 5000)
    world.give(one, 300, date(2026, 3, 3))
    world.close(one, 100000, 3333, id_="life1", spend=2000)
    world.close(two, lines=goods(50000, tags=("scarce", "monthly")), id_="life2")
    world.close(None, 7000, id_="guest")
    world.hold(one, 20000, id_="life3", spend=1000)
    world.hold(one, 20000, id_="life4", spend=500)
    world.hold(one, 21000, id_="life4", spend=600)
    world.close(one, 21000, id_="life4", spend=600)
    world.hold(two, 100, id_="life5")
    world.release("life5")
    world.back("life1", {"a": 300})
    world.back("life1", amount=777)
    world.back("guest", amount=1000)
    world.close(two, 9000, id_="life6")
    world.void("life6")
    world.done(Exchange(one, "bonus", 100, "cup", "t", "x", times=3))
    world.done(Close(world.receipt(30000, id_="life7"), two, Stated({"a": 10000}, 20000), sold=True))
    world.pass_time(days=3)
    world.close(one, 4000, id_="life8")
    world.hold(one, 20000, id_="life9", spend=100)
    return world


@pytest.fixture
def old(database: str) -> Iterator[World]:
    with opened(database, RICH) as world:
        yield lived(world)


def untrue(world: World, facts: Facts | None = None) -> set[str]:
    with PostgresBooks(world.pool).open() as store:
        return {finding.code for finding in audit(store, facts) if not finding.true}


def test_all_sentences_are_true_of_what_the_desk_has_written(old: World) -> None:
    assert set() == untrue(old, Facts(limits_of(old.desk.catalogue)))


LIES = [
    ("UPDATE posting SET units = units + 1, after = after + 1 WHERE version = 2", {"chains"}),
    ("UPDATE posting SET note = 'nicer' WHERE version = 1", {"chains"}),
    ("UPDATE posting SET actor = 'stf_2', note = '' WHERE version = 2", {"chains"}),
    ("UPDATE posting SET effective_at = effective_at - interval '1 day' WHERE version = 3", {"chains"}),
    ("UPDATE posting SET receipt = 'other' WHERE verb = 'close' AND debit = 'wallet'", {"chains", "sales"}),
    ("UPDATE posting SET hash = '\\x00' WHERE version = 2", {"chains"}),
    ("UPDATE posting SET expires_at = expires_at + interval '1 day' WHERE lot > 0", {"chains", "lots"}),
    ("DELETE FROM posting WHERE version = 2", {"chains", "lots"}),
    ("DELETE FROM posting p USING wallet w WHERE (w.holder_id, w.kind, w.version) = (p.holder_id, p.kind, p.version)", {"wallets"}),
    ("UPDATE lot_draw SET units = units + 1 WHERE units > 0", {"chains", "lots"}),
    ("DELETE FROM lot_draw WHERE units < 0", {"chains", "lots"}),
    ("INSERT INTO lot_draw SELECT bucket, holder_id, kind, 999, lot, 1 FROM lot LIMIT 1", {"draws", "lots"}),
    ("UPDATE wallet SET balance = balance + 1", {"wallets", "balances"}),
    ("UPDATE wallet SET deficit = deficit + 1", {"balances"}),
    ("UPDATE wallet SET version = version - 1", {"wallets"}),
    ("UPDATE wallet SET head = '\\x00'", {"wallets"}),
    ("DELETE FROM wallet WHERE kind = 'stamp'", {"wallets", "balances"}),
    ("INSERT INTO wallet SELECT bucket, holder_id, 'gold', 5, 0, 1, '\\x00' FROM holder", {"wallets", "balances"}),
    ("UPDATE wallet SET balance = -deficit - 5", {"overdrafts", "wallets", "balances"}),
    ("UPDATE lot SET rest = rest - 1 WHERE rest > held", {"lots", "balances"}),
    ("UPDATE lot SET expires_at = NULL WHERE expires_at IS NOT NULL", {"lots"}),
    ("UPDATE lot SET amount = amount + 1", {"lots"}),
    ("DELETE FROM lot WHERE open", {"lots", "balances", "holds"}),
    ("UPDATE lot SET held = 0 WHERE held > 0", {"holds"}),
    ("UPDATE hold SET state = 'released' WHERE state = 'held'", {"holds"}),
    ("UPDATE hold SET state = 'held' WHERE state = 'posted'", {"holds"}),
    ("UPDATE hold SET units = units + 1 WHERE state = 'held'", {"holds"}),
    ("UPDATE budget SET uses = uses + 1", {"budgets"}),
    ("DELETE FROM budget", {"budgets"}),
    ("UPDATE budget_draw SET money_minor = money_minor - 1", {"budgets"}),
    ("UPDATE standing SET spend_minor = spend_minor + 1", {"standings"}),
    ("UPDATE activity SET receipts = receipts + 1", {"standings"}),
    ("DELETE FROM activity", {"standings"}),
    ("UPDATE receipt SET progress = '{}' WHERE progress <> '{}'", {"standings"}),
    ("DELETE FROM claim WHERE key LIKE 'rcp:%'", {"claims"}),
    ("UPDATE claim SET holder_id = 'hdr_x' WHERE key LIKE 'rcp:%'", {"claims"}),
    ("DELETE FROM claim WHERE key LIKE 'ret:%'", {"claims"}),
    ("DELETE FROM receipt WHERE receipt_id = 'life1'", {"claims", "sales", "standings"}),
    ("UPDATE receipt SET spent_units = spent_units - 1 WHERE spent_units > 0", {"sales"}),
    ("UPDATE receipt_return SET refund_minor = 100000000", {"refunds"}),
    ("UPDATE receipt SET state = 'closed' WHERE state = 'voided'", {"claims"}),
    ("UPDATE receipt SET state = 'voided' WHERE receipt_id = 'life8'", {"claims", "standings"}),
]  # fmt: skip


@pytest.mark.parametrize(("lie", "expected"), LIES, ids=[lie[:60] for lie, _ in LIES])
def test_a_lie_told_to_the_tables_is_caught(old: World, lie: str, expected: set[str]) -> None:
    old.execute("ALTER TABLE lot DROP CONSTRAINT lot_rest_within, DROP CONSTRAINT lot_held_within")
    assert old.execute(lie) > 0

    assert expected <= untrue(old)


def test_a_budget_over_its_limit_is_caught(old: World) -> None:
    old.execute("UPDATE budget SET uses = uses + 9 WHERE rule = 'scarce'")
    old.execute("UPDATE budget_draw SET uses = uses + 9 WHERE rule = 'scarce'")

    assert set() == untrue(old)
    assert {"budgets"} == untrue(old, Facts(limits_of(old.desk.catalogue)))


def test_a_finding_counts_all_places_and_names_the_first(old: World) -> None:
    old.execute("UPDATE lot SET amount = amount + 1")
    with PostgresBooks(old.pool).open() as store:
        rows = [finding for finding in audit(store) if finding.code == "lots"]

    assert rows[0].broken == old.rows("SELECT count(*) FROM lot")[0][0]
    assert rows[0].places[0].startswith("hdr_")
    assert "A lot is what its posting made, less what was drawn from it." == rows[0].sentence


# -- roots ------------------------------------------------------------------------------------------------------


def rooted(world: World, path: Path) -> RootFile:
    shelf = RootFile(path / "outside" / "roots.jsonl")
    world.pass_time(days=1)
    assert 1 == len(keep_roots(PostgresBooks(world.pool), shelf, world.now))
    return shelf


def test_a_daily_root_is_kept_in_two_places_once(old: World, tmp_path: Path) -> None:
    shelf = rooted(old, tmp_path)

    assert [] == keep_roots(PostgresBooks(old.pool), shelf, old.now)
    assert 1 == len(shelf.roots())
    assert set() == untrue(old, Facts(roots=shelf.roots()))


def test_what_happens_later_does_not_change_a_root(old: World, tmp_path: Path) -> None:
    shelf = rooted(old, tmp_path)
    old.close(old.enrol(), 10000)

    assert set() == untrue(old, Facts(roots=shelf.roots()))


def test_a_history_that_was_cut_off_is_caught_by_the_root_alone(old: World, tmp_path: Path) -> None:
    shelf = rooted(old, tmp_path)
    forget = "(SELECT bucket, holder_id, kind FROM wallet WHERE kind = 'stamp')"
    for table in ("posting", "lot_draw", "lot", "wallet"):
        old.execute(f"DELETE FROM {table} WHERE (bucket, holder_id, kind) IN {forget}")  # noqa: S608 - our own words
    old.execute("UPDATE receipt SET decision = '{\"earned\": []}', earned_lots = '{}'")
    with PostgresBooks(old.pool).open() as store:
        found = {row.code for row in audit_without(store, Facts(roots=shelf.roots()))}

    assert "daily_roots" in found
    assert not found & {"chains", "wallets", "lots", "balances", "draws"}


def audit_without(store: object, facts: Facts) -> list[object]:
    """Findings but those of receipts, whose Decisions this test has torn out."""
    from kopilka.usecases.audit import SENTENCES  # noqa: PLC0415 - only here

    rows = [check(store, facts) for check in SENTENCES if check.__module__.rsplit(".", 1)[1] != "standings"]  # type: ignore[arg-type]
    return [row for row in rows if not row.true]


def test_a_root_changed_in_the_database_is_caught(old: World, tmp_path: Path) -> None:
    shelf = rooted(old, tmp_path)
    old.execute("UPDATE daily_root SET root = '\\x00'")

    assert {"daily_roots"} == untrue(old, Facts(roots=shelf.roots()))


def test_a_database_set_back_to_an_older_day_is_caught(old: World, tmp_path: Path) -> None:
    shelf = rooted(old, tmp_path)
    old.close(old.enrol(), 10000)
    old.pass_time(days=1)
    keep_roots(PostgresBooks(old.pool), shelf, old.now)
    old.execute("DELETE FROM daily_root WHERE day = (SELECT max(day) FROM daily_root)")

    assert "daily_roots" in untrue(old, Facts(roots=shelf.roots()))


def test_a_day_is_rooted_only_when_it_is_over(old: World, tmp_path: Path) -> None:
    shelf = RootFile(tmp_path / "roots.jsonl")
    old.now = old.now.replace(hour=0, minute=30) + timedelta(days=1)
    (root,) = keep_roots(PostgresBooks(old.pool), shelf, old.now)

    assert old.now.date() - timedelta(days=2) == root.day


# -- making projections again -----------------------------------------------------------------------------------

TABLES = {
    "wallet": "bucket, holder_id, kind",
    "lot": "bucket, holder_id, kind, lot",
    "hold": "bucket, holder_id, receipt, revision",
}


def projections(world: World) -> list[object]:
    return [world.rows(f"SELECT * FROM {table} ORDER BY {key}") for table, key in TABLES.items()]  # noqa: S608


def test_projections_are_made_again_from_what_never_changes(old: World) -> None:
    before = projections(old)
    old.execute("UPDATE wallet SET balance = balance + 5, deficit = 3, version = 1")
    old.execute("DELETE FROM lot WHERE lot % 2 = 0")
    old.execute("UPDATE lot SET rest = 0, held = 0, open = false, expires_at = NULL, source = ''")
    old.execute("UPDATE hold SET state = 'held' WHERE state = 'posted'")
    old.execute("INSERT INTO wallet SELECT bucket, holder_id, 'gold', 5, 0, 1, '\\x00' FROM holder")
    rebuilt = PostgresBooks(old.pool).rebuild()

    assert rebuilt > 0
    assert before == projections(old)
    assert set() == untrue(old)


def test_making_again_what_is_right_changes_nothing(old: World) -> None:
    assert 0 == PostgresBooks(old.pool).rebuild()


def test_a_random_life_is_sound_and_can_be_made_again(rich_world: World) -> None:
    world, chance = rich_world, random.Random(7)
    members = [world.enrol() for _ in range(4)]
    for _ in range(60):
        who = chance.choice(members)
        world.pass_time(hours=chance.choice((0, 1, 20)))
        done = world.close(
            who, chance.randint(1, 90000), chance.randint(1, 900), spend=chance.choice((None, 0))
        )
        if chance.random() < 0.5 and done.sale is not None:
            world.back(done.sale.receipt.id, amount=1)

    assert set() == untrue(world)
    assert 0 == PostgresBooks(world.pool).rebuild()
