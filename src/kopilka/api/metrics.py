"""Counters for Prometheus: requests by route and status, and how long they took. Sums over all worker processes."""

import os

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

KIND = "text/plain; version=0.0.4; charset=utf-8"
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)


class Metrics:
    """What one process counts."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "kopilka_requests", "Requests answered.", ("method", "route", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "kopilka_request_seconds",
            "Time to answer.",
            ("route",),
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._known: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def note(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answer."""
        found = self._known.get((method, route, status))
        if found is None:
            known = route or "unknown"
            said = method if method in {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"} else "other"
            found = (self._requests.labels(said, known, str(status)), self._seconds.labels(known))
            if len(self._known) < 2_000:  # noqa: PLR2004 - foreign methods must not fill the memory
                self._known[(method, route, status)] = found
        found[0].inc()
        found[1].observe(seconds)

    def text(self) -> bytes:
        """All counters as Prometheus reads them."""
        if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
            together = CollectorRegistry()
            MultiProcessCollector(together)  # type: ignore[no-untyped-call]
            return generate_latest(together)
        return generate_latest(self._registry)
