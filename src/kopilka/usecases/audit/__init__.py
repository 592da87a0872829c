"""The audit: sentences that must be true of the data, a file each. Reads one moment of the database, changes nothing."""

from collections.abc import Callable, Iterator

from kopilka.core.member.member import Used
from kopilka.core.rules.effects.earn import HUNDREDTHS
from kopilka.usecases.audit import (
    balances,
    budgets,
    chains,
    claims,
    coupons,
    daily_roots,
    draws,
    erasures,
    holds,
    lots,
    overdrafts,
    refunds,
    sales,
    standings,
    wallets,
)
from kopilka.usecases.audit.daily_roots import keep_roots
from kopilka.usecases.audit.finding import AuditStore, Books, Facts, Finding, Root, Shelf
from kopilka.usecases.catalogue import Catalogue

__all__ = [
    "SENTENCES",
    "AuditStore",
    "Books",
    "Facts",
    "Finding",
    "Root",
    "Shelf",
    "audit",
    "keep_roots",
    "limits_of",
]

SENTENCES: tuple[Callable[[AuditStore, Facts], Finding], ...] = (
    chains.check,
    draws.check,
    lots.check,
    wallets.check,
    balances.check,
    overdrafts.check,
    holds.check,
    sales.check,
    refunds.check,
    claims.check,
    standings.check,
    budgets.check,
    coupons.check,
    erasures.check,
    daily_roots.check,
)


def audit(store: AuditStore, facts: Facts | None = None) -> Iterator[Finding]:
    """Check every sentence, one after another."""
    for check in SENTENCES:
        yield check(store, facts or Facts())


def limits_of(catalogue: Catalogue) -> dict[tuple[str, str], Used]:
    """The widest limits that any version of a programme ever gave to a budget, −1 where one gave none."""
    limits: dict[tuple[str, str], Used] = {}
    for rules in catalogue.every_version():
        for id_, caps in rules.capped.items():
            budget = caps.budget
            if budget is None:
                continue
            points = -1
            if budget.points is not None:
                points = max(
                    budget.points * kind.scale // HUNDREDTHS for kind in rules.programme.points.values()
                )
            mine = Used(_or_none(budget.uses), _or_none(budget.money), points)
            key = (rules.programme.programme, id_)
            limits[key] = _wider(limits.get(key, mine), mine)
    return limits


def _or_none(limit: int | None) -> int:
    return -1 if limit is None else limit


def _wider(one: Used, other: Used) -> Used:
    pairs = zip(
        (one.uses, one.money_minor, one.points_units),
        (other.uses, other.money_minor, other.points_units),
        strict=True,
    )
    return Used(*[-1 if min(pair) < 0 else max(pair) for pair in pairs])
