"""One figure beside its limit; results are appended as JSON lines with the machine's name."""

import json
import os
import platform
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec

RESULTS = Path(__file__).parent / "results.jsonl"


class Figure(msgspec.Struct, frozen=True):
    """`value` beside `limit`: good where it is at most the limit, or at least, as `better` says."""

    name: str
    value: float
    limit: float
    unit: str
    better: str = "less"
    beside: str = ""
    detail: dict[str, float | int | str] = {}

    @property
    def met(self) -> bool:
        """Whether the target is reached."""
        return self.value <= self.limit if self.better == "less" else self.value >= self.limit

    def line(self) -> str:
        """One line for people."""
        sign = "≤" if self.better == "less" else "≥"
        word = "met   " if self.met else "MISSED"
        extra = "  ".join(f"{key}={shown(value)}" for key, value in self.detail.items())
        return f"{word} {self.name}: {shown(self.value)} {self.unit} ({sign} {shown(self.limit)}) {self.beside} {extra}"


def shown(value: float | str) -> str:
    """A number with three or four digits that matter."""
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def machine() -> str:
    """Name of the machine: processor, cores, Python."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [
            line.split(":", 1)[1].strip()
            for line in info.read_text().splitlines()
            if line.startswith("model name")
        ]
        model = names[0] if names else model
    return f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}"


def record(figures: list[Figure]) -> None:
    """Print figures and append them to the results."""
    with RESULTS.open("a", encoding="utf-8") as results:
        for figure in figures:
            print(figure.line(), flush=True)
            row = {
                "at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": machine(), "name": figure.name,
                "value": figure.value, "limit": figure.limit, "unit": figure.unit, "met": figure.met,
                "beside": figure.beside, "detail": figure.detail,
            }  # fmt: skip
            results.write(json.dumps(row, ensure_ascii=False) + "\n")


def best_of(times: int, work: Callable[[], object]) -> float:
    """Seconds of the fastest of several runs."""
    fastest = float("inf")
    for _ in range(times):
        began = time.perf_counter()
        work()
        fastest = min(fastest, time.perf_counter() - began)
    return fastest
