"""From nothing running to the first answer: embedded database, migrations checked, workers, HTTP."""

import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from benchmarks.http import HERE, free_port
from benchmarks.measure import Figure


def run() -> list[Figure]:
    """The median of three starts over an existing data folder."""
    with tempfile.TemporaryDirectory(prefix="kopilka-bench-") as folder:
        seconds = sorted([start(Path(folder)) for _ in range(4)][1:])
    return [
        Figure(
            "cold_start", seconds[1], 2, "s", beside="PostgreSQL's own 0.5 s", detail={"slowest": seconds[-1]}
        )
    ]


def start(folder: Path) -> float:
    """Seconds until the server says that it is ready."""
    port = free_port()
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    command = [sys.executable, "-m", "kopilka.app.main", "serve", "--data", str(folder), "--port", str(port)]
    began = time.perf_counter()
    child = subprocess.Popen(command, env=environment, cwd=HERE.parent)
    try:
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=1)
                return time.perf_counter() - began
            except OSError:
                if child.poll() is not None or time.perf_counter() - began > 60:
                    raise
                time.sleep(0.01)
    finally:
        child.terminate()
        child.wait(20)
