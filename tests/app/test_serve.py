"""The whole system as processes: whatever is killed comes back, and a polite end leaves nothing behind."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

START = "from kopilka.app.serve import serve_all; from kopilka.app.settings import settings_from; serve_all(settings_from())"


def status(port: int, path: str) -> int:
    """The status of an answer; 0 where nobody answers."""
    call = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        call.request("GET", path)
        return call.getresponse().status
    except OSError:
        return 0
    finally:
        call.close()


def soon(wanted: Callable[[], bool], seconds: float = 30) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if wanted():
            return True
        time.sleep(0.05)
    return False


def children(pid: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(fields[1]) == pid:
                found.append(int(entry.name))
    return found


def command(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()


@pytest.fixture
def served(tmp_path: Path) -> "Iterator[tuple[subprocess.Popen[bytes], int]]":
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = trial.getsockname()[1]
    environment = {
        **os.environ, "KOPILKA_DATA": str(tmp_path), "KOPILKA_PORT": str(port), "DATABASE_URL": "",
        "PYTHONPATH": str(Path(__file__).parents[2] / "src"),
    }  # fmt: skip
    process = subprocess.Popen([sys.executable, "-c", START], env=environment)
    try:
        assert soon(lambda: status(port, "/ready") == 200, 60)
        yield process, port
    finally:
        process.terminate()
        process.wait(30)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for processes in /proc")
def test_what_is_killed_comes_back_and_a_polite_end_is_an_end(
    served: "tuple[subprocess.Popen[bytes], int]",
) -> None:
    process, port = served
    nursery = next(pid for pid in children(process.pid) if "nursery" in command(pid))
    database = next(pid for pid in children(process.pid) if "postgres" in command(pid))
    workers = children(nursery)

    os.kill(workers[0], signal.SIGKILL)
    assert soon(lambda: len(children(nursery)) == 2 and workers[0] not in children(nursery))
    os.kill(database, signal.SIGKILL)
    assert soon(lambda: status(port, "/ready") == 503 or database not in children(process.pid))
    assert 200 == status(port, "/health")
    assert soon(lambda: status(port, "/ready") == 200)

    process.send_signal(signal.SIGTERM)
    assert 0 == process.wait(30)
    assert 0 == status(port, "/health")
