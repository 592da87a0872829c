"""Failed tries of signing in, counted in memory: a few per login and address, more per address alone."""

from datetime import datetime, timedelta
from threading import Lock

WINDOW = timedelta(minutes=15)
PAIR_MAX, ADDRESS_MAX = 5, 50
KEYS_MAX = 10_000


class Tries:
    """Counts failures of the last minutes; once there are too many, says how long to wait."""

    def __init__(self) -> None:
        self._failures: dict[tuple[str, str], list[datetime]] = {}
        self._lock = Lock()

    def wait(self, login: str, address: str, now: datetime) -> int:
        """Seconds until another try is allowed; zero where it is now."""
        with self._lock:
            return max(
                self._left((login, address), PAIR_MAX, now),
                self._left(("", address), ADDRESS_MAX, now),
            )

    def failed(self, login: str, address: str, now: datetime) -> None:
        """Count a failure."""
        with self._lock:
            if len(self._failures) > KEYS_MAX:
                alive = {key: rows for key, rows in self._failures.items() if rows[-1] > now - WINDOW}
                self._failures = alive if len(alive) <= KEYS_MAX else {}
            for key in ((login, address), ("", address)):
                self._failures.setdefault(key, []).append(now)

    def succeeded(self, login: str, address: str) -> None:
        """Forget the failures of a login at an address."""
        with self._lock:
            self._failures.pop((login, address), None)

    def _left(self, key: tuple[str, str], most: int, now: datetime) -> int:
        rows = self._failures.get(key)
        if not rows:
            return 0
        rows[:] = [moment for moment in rows if moment > now - WINDOW]
        if len(rows) < most:
            return 0
        return max(1, int((rows[-most] + WINDOW - now).total_seconds()))
