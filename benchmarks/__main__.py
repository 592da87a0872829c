"""`python -m benchmarks [NAME …]`: runs all benchmarks, or those named."""

import os
import sys
from collections.abc import Callable

from benchmarks import cold_start, coupons, engine, frontol, http, journey, levels, million, spends
from benchmarks.ground import server
from benchmarks.measure import Figure, machine, record

PURE: dict[str, Callable[[], list[Figure]]] = {"engine": engine.run, "cold_start": cold_start.run}
STORED: dict[str, Callable[[str], list[Figure]]] = {
    "http": http.run,
    "spends": spends.run,
    "journey": journey.run,
    "million": million.run,
    "coupons": coupons.run,
    "levels": levels.run,
    "frontol": frontol.run,
}


def main(names: list[str]) -> int:
    """Run, record, and say by the exit code whether every target was met."""
    unknown = set(names) - PURE.keys() - STORED.keys()
    if unknown:
        print(f"Unknown: {', '.join(sorted(unknown))}. There are: {', '.join([*PURE, *STORED])}")
        return 2
    print(machine())
    missed = 0
    for name, bench in PURE.items():
        if not names or name in names:
            figures = bench()
            record(figures)
            missed += sum(not figure.met for figure in figures)
    wanted = [name for name in STORED if not names or name in names]
    if wanted:
        with server(os.environ.get("DATABASE_URL")) as conninfo:
            for name in wanted:
                figures = STORED[name](conninfo)
                record(figures)
                missed += sum(not figure.met for figure in figures)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
