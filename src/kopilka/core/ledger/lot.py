"""Lots: what a wallet consists of, each with its own days; and holds, which reserve named lots."""

from datetime import UTC, datetime

import msgspec

FAR = datetime(9999, 1, 1, tzinfo=UTC)
HELD, POSTED, RELEASED, LAPSED = "held", "posted", "released", "lapsed"


class Lot:
    """Working copy of a lot. `id` is the version of the posting that made it; `rest` is what is not drawn yet,
    of which `held` is reserved. Active from `active_from`, spendable before `expires_at`.
    """

    __slots__ = (
        "active_from",
        "amount",
        "earned_at",
        "expires_at",
        "held",
        "id",
        "receipt",
        "rest",
        "source",
    )

    def __init__(
        self, id_: int, amount: int, active_from: datetime, expires_at: datetime | None, **facts: object
    ) -> None:
        self.id = id_
        self.amount = amount
        self.rest = amount
        self.held = 0
        self.active_from = active_from
        self.expires_at = expires_at
        self.earned_at: datetime = facts.get("earned_at", active_from)  # type: ignore[assignment]
        self.receipt: str = facts.get("receipt", "")  # type: ignore[assignment]
        self.source: str = facts.get("source", "")  # type: ignore[assignment]

    def order(self) -> tuple[datetime, datetime, int]:
        """Lots are drawn soonest-expiring first, then oldest."""
        return (self.expires_at or FAR, self.active_from, self.id)


class Days(msgspec.Struct, frozen=True, gc=False):
    """How long a new lot is good for: spendable from `active_from`, before `expires_at` (None: for ever)."""

    active_from: datetime
    expires_at: datetime | None


class Hold(msgspec.Struct, frozen=True):
    """Points reserved for a receipt until posted, released or lapsed. `parts` are (lot, units)."""

    receipt: str
    revision: int
    kind: str
    units: int
    parts: tuple[tuple[int, int], ...]
    placed_at: datetime
    lapses_at: datetime
    state: str = HELD


class Balance(msgspec.Struct, frozen=True):
    """A wallet at one instant, in smallest units. `total` = active + pending − deficit; `free` can be spent."""

    total: int
    active: int
    pending: int
    held: int
    deficit: int
    free: int
