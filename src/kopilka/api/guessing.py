"""Guessing of codes: after too many wrong ones within a minute a key waits. Counted in this process alone: several
processes allow as many times more, and a restart forgets. Who serves many people by one key limits each of them itself.
"""

from collections import deque
from collections.abc import Sequence
from time import monotonic

from kopilka.api.problems import Problem
from kopilka.core.rules.codes import MISTYPED, UNKNOWN
from kopilka.core.rules.decision import Code
from kopilka.usecases.outcomes import Why

WRONG_MAX, WINDOW = 30, 60.0
KEYS_MAX = 10_000
_WRONG = frozenset((UNKNOWN.code, MISTYPED.code))


class Guesses:
    """Moments of wrong codes by API key."""

    def __init__(self) -> None:
        self._wrong: dict[str, deque[float]] = {}

    def check(self, key_id: str) -> None:
        """Refuse with 429 a key that has been wrong too often."""
        rows = self._wrong.get(key_id)
        if not rows:
            return
        now = monotonic()
        while rows and rows[0] <= now - WINDOW:
            rows.popleft()
        if len(rows) >= WRONG_MAX:
            seconds = max(1, int(rows[-WRONG_MAX] + WINDOW - now) + 1)
            raise Problem(
                "too_many_codes", params={"seconds": seconds}, headers=[("Retry-After", str(seconds))],
                why=Why.NOT_ALLOWED,
            )  # fmt: skip

    def note(self, key_id: str, wrong: int = 1) -> None:
        """Count wrong codes."""
        if wrong:
            if len(self._wrong) > KEYS_MAX:
                self._wrong.clear()
            rows = self._wrong.setdefault(key_id, deque(maxlen=10 * WRONG_MAX))
            rows.extend([monotonic()] * wrong)

    def note_codes(self, key_id: str, codes: Sequence[Code]) -> None:
        """Count the wrong ones among the codes of a receipt."""
        self.note(key_id, sum(row.reason is not None and row.reason.code in _WRONG for row in codes))
