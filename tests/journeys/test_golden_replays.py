"""The golden replays of a real chain's year: an independent oracle computed what must come out, member by member.

In CI BT-10 goes through the database with everything that a purchase writes, and the audit after it; BT-1, 2, 4 and 8
(one pass, a points kind for each) go through it for a tenth of the households, and for all, as BT-9, in memory. With
KOPILKA_SOAK set, all go through the database.
"""

import os
from collections import Counter
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from tests.connectors.completejourney import oracle

from kopilka.app.audits import run
from kopilka.app.compose import House
from kopilka.app.replays import YEAR_END, Job, install, replay_journey
from kopilka.cli.rooms import Finding
from kopilka.connectors.completejourney import receipts
from kopilka.core.rules.decision import Decision
from kopilka.core.rules.registry import REGISTRY
from kopilka.core.rules.ruleset import Ruleset
from kopilka.lab.backtest import Backtest
from kopilka.usecases.programme_text import read_programme_text
from kopilka.usecases.replay import Gifts, ReplayReport

PROGRAMMES = Path(__file__).parents[2] / "benchmarks" / "programmes"
SOAK = bool(os.environ.get("KOPILKA_SOAK"))
BY_HOUSEHOLD = """
    SELECT i.value, sum(p.units)::bigint FROM posting p
    JOIN personal.identifier i ON i.kind = 'external' AND i.holder_id = p.holder_id
    WHERE p.kind = %s AND p.debit LIKE 'issuance:%%' GROUP BY i.value
"""


def text(name: str) -> str:
    return (PROGRAMMES / f"{name}.yaml").read_text(encoding="utf-8")


def replayed(database: str, document: str, gifts: Gifts | None = None) -> ReplayReport:
    programme = install(database, document)
    result = replay_journey(database, programme, Job(workers=1, gifts=gifts))
    assert result.refused == 0
    return result


def earned_by_household(database: str, kind: str) -> dict[str, int]:
    with psycopg.connect(database) as connection:
        return dict(connection.execute(BY_HOUSEHOLD, (kind,)).fetchall())


def nonzero(points: dict[str, int]) -> dict[str, int]:
    return {household: units for household, units in points.items() if units}


def findings(database: str) -> list[Finding]:
    """Sentences of the audit that are untrue of a database."""
    house = House(database)
    try:
        return [row for row in run(house, rebuild=False, progress=lambda _: None).findings if row.broken]
    finally:
        house.close()


def test_four_programmes_in_one_pass_give_every_household_the_oracles_points() -> None:
    programme = read_programme_text(text("bt-1-2-4-8"), REGISTRY).programme
    assert programme is not None
    history, earned = Backtest(Ruleset(programme)), Counter[tuple[str, str]]()
    for purchase in receipts(restricted=False):
        history.run([purchase], lambda decision, who=purchase.household: _count(earned, decision, who))

    assert (history.receipts, history.paid_minor) == (155_848, oracle_paid())
    assert history.earned == {"receipt": 4_493_664, "line": 3_836_494, "dry": 4_112_821, "large": 26_022}
    assert of_kind(earned, "receipt") == nonzero(oracle.points_per_receipt())
    assert of_kind(earned, "line") == nonzero(oracle.points_per_line())
    assert of_kind(earned, "dry") == nonzero(oracle.points_without_gasoline())
    assert of_kind(earned, "large") == nonzero(oracle.large_receipts())


def test_four_programmes_through_the_database_give_a_hundred_households_the_oracles_points(
    database: str,
) -> None:
    result = replay_journey(database, install(database, text("bt-1-2-4-8")), Job(workers=1, households=100))
    some = {purchase.household for purchase in receipts(100, restricted=False)}
    wanted = {
        "receipt": oracle.points_per_receipt(), "line": oracle.points_per_line(),
        "dry": oracle.points_without_gasoline(), "large": oracle.large_receipts(),
    }  # fmt: skip

    assert (result.refused, len(some)) == (0, 100)
    for kind, points in wanted.items():
        mine = {household: units for household, units in points.items() if household in some}
        assert earned_by_household(database, kind) == nonzero(mine)
    assert findings(database) == []


def _count(earned: Counter[tuple[str, str]], decision: Decision, household: str) -> None:
    for row in decision.earned:
        earned[household, row.kind] += row.units


def of_kind(earned: Counter[tuple[str, str]], kind: str) -> dict[str, int]:
    return {household: units for (household, of), units in earned.items() if of == kind and units}


@pytest.mark.skipif(not SOAK, reason="all six apart only in just soak (KOPILKA_SOAK)")
def test_four_programmes_in_one_pass_give_the_oracles_points(database: str) -> None:
    result = replayed(database, text("bt-1-2-4-8"))

    assert (result.receipts, result.members, result.paid_minor) == (155_848, 2_469, oracle_paid())
    assert result.earned == {"receipt": 4_493_664, "line": 3_836_494, "dry": 4_112_821, "large": 26_022}
    assert result.receipts_earning["receipt"] == 155_848 - 3_490
    assert result.receipts_earning["dry"] == 138_169
    assert earned_by_household(database, "receipt") == nonzero(oracle.points_per_receipt())
    assert earned_by_household(database, "line") == nonzero(oracle.points_per_line())
    assert earned_by_household(database, "dry") == nonzero(oracle.points_without_gasoline())
    assert earned_by_household(database, "large") == nonzero(oracle.large_receipts())
    assert findings(database) == []


def test_points_that_expire_and_are_exchanged_come_out_to_the_point(database: str) -> None:
    result = replayed(database, text("bt-10"), Gifts(100))

    assert result.earned == {"point": 4_493_664}
    assert result.spent == {"point": 4_218_800}
    assert result.expired == {"point": 93_633}
    assert result.outstanding == {"point": 181_231}
    assert findings(database) == []


def test_levels_of_a_calendar_year_come_out_in_memory() -> None:
    programme = read_programme_text(text("bt-9"), REGISTRY).programme
    assert programme is not None
    history = Backtest(Ruleset(programme))
    history.run(receipts(restricted=False))

    assert history.earned == {"point": 6_840_374}
    assert history.moves_up == {"silver": 1_374, "gold": 629, "platinum": 185}
    assert history.levels(YEAR_END) == {"base": 1_095, "silver": 745, "gold": 444, "platinum": 185}
    assert history.levels(YEAR_END + timedelta(microseconds=1))["base"] == 2_469


APART = {
    "bt-1": ("receipt", 4_493_664),
    "bt-2": ("line", 3_836_494),
    "bt-4": ("dry", 4_112_821),
    "bt-8": ("large", 26_022),
}


@pytest.mark.skipif(not SOAK, reason="all six apart only in just soak (KOPILKA_SOAK)")
@pytest.mark.parametrize("rule", APART)
def test_each_of_the_four_alone(database: str, rule: str) -> None:
    kind, points = APART[rule]
    lines = text("bt-1-2-4-8").splitlines()
    others = [f"id: {other}," for other in APART if other != rule]
    result = replayed(
        database, "\n".join(line for line in lines if not any(other in line for other in others))
    )

    assert result.earned == {kind: points}
    assert findings(database) == []


@pytest.mark.skipif(not SOAK, reason="all six apart only in just soak (KOPILKA_SOAK)")
def test_levels_of_a_calendar_year_through_the_database(database: str) -> None:
    result = replayed(database, text("bt-9"))

    assert result.earned == {"point": 6_840_374}
    assert result.moves_up == {"silver": 1_374, "gold": 629, "platinum": 185}
    assert result.levels == {"base": 1_095, "silver": 745, "gold": 444, "platinum": 185}
    assert findings(database) == []


def oracle_paid() -> int:
    return sum(bill.paid for bill in oracle.bills())
