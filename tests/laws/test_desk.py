"""Laws of the desk over a real database: batches, repeats, and receipts that come back as if they had never been."""

import os
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import hypothesis.strategies as st
from chain import chain_holds
from hypothesis import HealthCheck, given, settings
from world import World, goods

from kopilka.core.receipt import Line
from kopilka.usecases.commands import (
    Adjust,
    Close,
    Command,
    Enrol,
    Exchange,
    Hold,
    Identifier,
    Quote,
    Ref,
    Release,
    Return,
    Void,
)
from kopilka.usecases.outcomes import Done, Outcome, Refused

bounded = settings(
    max_examples=15 * int(os.environ.get("KOPILKA_SOAK", "1")), deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
)  # fmt: skip
TABLES = (
    "posting",
    "lot_draw",
    "wallet",
    "lot",
    "hold",
    "receipt",
    "receipt_return",
    "standing",
    "activity",
    "cap_use",
)
CHANCE_COLUMNS = {
    "holder_id",
    "bucket",
    "txn",
    "hash",
    "previous",
    "head",
    "member_id",
    "answer",
    "return_id",
    "request_hash",
}
TAGS = st.sampled_from([(), (), ("scarce",), ("monthly",)])


def rows_of(world: World, who: list[Ref]) -> dict[str, list[Any]]:
    """Everything that the members own, with ids told by who they are and what comes by chance left out."""
    found: dict[str, list[Any]] = {}
    for n, ref in enumerate(who):
        holder = world.holding(ref).holder_id
        for table in TABLES:
            with_names = world.named_rows(f"SELECT * FROM {table} WHERE holder_id = %s", (holder,))  # noqa: S608
            kept = [
                (n, *[(name, str(value)) for name, value in row.items() if name not in CHANCE_COLUMNS])
                for row in with_names
            ]
            found[table] = sorted(found.get(table, []) + kept, key=str)
    return found


@st.composite
def scripts(draw: Any) -> list[tuple[str, Any]]:
    """Verbs in words, so that the same script can be played for different members."""
    verbs = [
        "close",
        "close",
        "hold",
        "hold",
        "release",
        "void",
        "back",
        "amount",
        "give",
        "take",
        "gift",
        "asks",
    ]
    return [
        (
            draw(st.sampled_from(verbs)),
            (draw(st.integers(0, 1)), draw(st.integers(0, 5)), draw(st.integers(1, 90000)), draw(TAGS), draw(st.integers(0, 2))),
        )
        for _ in range(draw(st.integers(1, 14)))
    ]  # fmt: skip


def commands_of(world: World, run: str, script: list[tuple[str, Any]], at: datetime) -> list[Command]:
    who = [Ref("card", f"{run}-{i}") for i in (0, 1)]
    commands: list[Command] = [
        Enrol((Identifier("card", ref.value),), "club", client=run, key=f"e{ref.value[-1]}", at=at)
        for ref in who
    ]
    for i, (verb, (member, number, money, tags, spend)) in enumerate(script):
        name, key = who[member], {"client": run, "key": f"k{i}"}
        id_ = f"{run}-r{number}"
        lines = goods(money, 999, tags=tags)
        receipt = world.receipt(lines=lines, id_=id_, spend=(None, 0, 40)[spend], at=at)
        wish = (
            world.return_of(id_, {"a": 500}).wish
            if verb == "back"
            else world.return_of(id_, amount=money // 3 + 1).wish
        )
        commands.append(
            {
                "close": Close(receipt, name, **key),
                "hold": Hold(receipt, name, **key),
                "release": Release(id_, **key),
                "void": Void(id_, at, **key),
                "back": Return(id_, f"{run}-b{i}", wish, at),
                "amount": Return(id_, f"{run}-b{i}", wish, at),
                "give": Adjust(name, "bonus", money, "gift", **key),
                "take": Adjust(name, "bonus", -(money // 100 + 1), "back", **key),
                "gift": Exchange(name, "bonus", 50, "cup", **key),
                "asks": Close(world.receipt(lines=lines, id_=f"{run}-x{i}", spend=10**9, at=at), name, **key),
            }[verb]
        )
    return commands


def said(outcomes: list[Outcome]) -> list[Any]:
    return [row.code if isinstance(row, Refused) else (row.verb, row.units, row.balances) for row in outcomes]


@bounded
@given(script=scripts(), cuts=st.sets(st.integers(1, 15)))
def test_which_commands_share_a_batch_changes_nothing(
    rich_world: World, script: list[Any], cuts: set[int]
) -> None:
    world = rich_world
    world.execute("UPDATE budget SET uses = 0, money_minor = 0")
    answers, ledgers = [], []
    for way in ("all", "each", "cut"):
        run = f"{way}{world.number()}"
        commands = commands_of(world, run, script, world.now)
        places = {"all": [0, len(commands)], "each": [*range(len(commands) + 1)]}.get(
            way, sorted({0, len(commands), *[cut for cut in cuts if cut < len(commands)]})
        )
        outcomes: list[Outcome] = []
        for a, b in pairwise(places):
            outcomes += world.run(*commands[a:b])
        answers.append(said(outcomes))
        told = str(rows_of(world, [Ref("card", f"{run}-{i}") for i in (0, 1)])).replace(run, "run")
        ledgers.append(told)
        world.execute("UPDATE budget SET uses = 0, money_minor = 0")

    assert answers[0] == answers[1] == answers[2]
    assert ledgers[0] == ledgers[1] == ledgers[2]


@bounded
@given(script=scripts(), again=st.lists(st.integers(0, 20), max_size=20))
def test_asking_again_changes_nothing(rich_world: World, script: list[Any], again: list[int]) -> None:
    world = rich_world
    run = f"again{world.number()}"
    commands = commands_of(world, run, script, world.now)
    answered = [(command, world.run(command)[0]) for command in commands]
    who = [Ref("card", f"{run}-{i}") for i in (0, 1)]
    before = rows_of(world, who)
    done = [(command, outcome) for command, outcome in answered if isinstance(outcome, Done)]
    repeated = [done[i % len(done)] for i in again]
    outcomes = world.run(*[command for command, _ in repeated]) if repeated else []

    for (_, first), second in zip(repeated, outcomes, strict=True):
        assert isinstance(first, Done)
        assert isinstance(second, Done)
        assert second.replayed
        assert (first.verb, first.txn, first.units, first.balances) == (
            second.verb,
            second.txn,
            second.units,
            second.balances,
        )
        assert first.returned == second.returned
    assert before == rows_of(world, who)
    for ref in who:
        chain_holds(world, ref)


SNAPSHOT = (
    ("lot", "rest, held, active_from, expires_at", "rest > 0"),
    ("standing", "spend_minor, receipts, points", "true"),
    ("activity", "day, spend_minor, receipts, points", "(spend_minor, receipts, points) <> (0, 0, 0)"),
    (
        "cap_use",
        "rule, period, uses, money_minor, points_units",
        "(uses, money_minor, points_units) <> (0, 0, 0)",
    ),
)


def snapshot(world: World, who: Ref) -> list[Any]:
    holder = world.holding(who).holder_id
    rows: list[Any] = []
    for table, columns, where in SNAPSHOT:
        statement = f"SELECT {columns} FROM {table} WHERE holder_id = %s AND {where} ORDER BY 1, 2, 3"  # noqa: S608
        rows.append(world.rows(statement, (holder,)))
    rows.append(world.rows("SELECT rule, uses, money_minor, points_units FROM budget ORDER BY 1"))
    return [*rows, world.balance(who), world.balance(who, "stamp")]


PURCHASE = st.tuples(
    st.lists(
        st.tuples(st.integers(1, 600_000), st.sampled_from([1000, 333, 3000]), TAGS, st.sampled_from([0, 0, 500, 10**6])),
        min_size=1, max_size=4,
    ),
    st.sampled_from([None, "all"]),
)  # fmt: skip


def bought(world: World, purchase: Any) -> tuple[Ref, list[Any], Done]:
    rows, spend = purchase
    who = world.enrol()
    world.give(who, 1234)
    world.give(who, 50000, (world.now + timedelta(days=4)).date())
    world.close(who, 70000)
    before = snapshot(world, who)
    lines = tuple(
        Line("abcd"[i], f"sku-{i}", quantity, money, given_minor=min(given, money + 100), tags=tags)
        for i, (money, quantity, tags, given) in enumerate(rows)
    )
    receipt = world.receipt(lines=lines, id_=f"buy{world.number()}")
    quoted = world.desk.quote([Quote(receipt, who)])[0]
    assert not isinstance(quoted, Refused)
    if spend:
        receipt = world.receipt(lines=lines, id_=receipt.id, spend=quoted.decision.room.units)
    return who, before, world.done(Close(receipt, who))


@bounded
@given(purchase=PURCHASE)
def test_buying_and_returning_everything_is_nothing(rich_world: World, purchase: Any) -> None:
    who, before, done = bought(rich_world, purchase)
    assert done.sale is not None
    back = rich_world.back(done.sale.receipt.id).returned

    assert back is not None
    assert done.sale.decision.paid_minor == back.refund_minor
    assert before == snapshot(rich_world, who)


@bounded
@given(
    purchase=PURCHASE,
    steps=st.lists(st.tuples(st.booleans(), st.integers(0, 3), st.integers(1, 100)), max_size=8),
)
def test_any_number_of_partial_returns_is_one_full_return(
    rich_world: World, purchase: Any, steps: list[tuple[bool, int, int]]
) -> None:
    world = rich_world
    who, before, done = bought(world, purchase)
    assert done.sale is not None
    id_, paid, refunds = done.sale.receipt.id, done.sale.decision.paid_minor, 0
    for by_amount, number, percent in steps:
        line = done.sale.receipt.lines[number % len(done.sale.receipt.lines)]
        if by_amount:
            command = world.return_of(id_, amount=max(1, (paid - refunds) * percent // 100))
        else:
            command = world.return_of(id_, {line.id: max(1, line.quantity * percent // 100)})
        outcome = world.run(command)[0]
        if isinstance(outcome, Done) and outcome.returned is not None:
            assert outcome.returned.refund_minor >= 0
            refunds += outcome.returned.refund_minor
    last = world.run(world.return_of(id_))[0]
    if isinstance(last, Done) and last.returned is not None:
        refunds += last.returned.refund_minor

    assert paid == refunds
    assert before == snapshot(world, who)
