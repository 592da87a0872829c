"""The nursery: forks the workers that answer calls, and starts another where one has died.

A process of its own, without threads, so that forking is safe and the program is loaded once for all workers. It
reads its order from standard input, and stops when that is closed: then its parent is gone.
"""

import gc
import os
import select
import signal
import socket
import sys
import tempfile
import time
from types import FrameType

import msgspec
import structlog

GRACE_SECONDS = 10
LOOK_SECONDS = 0.2
RETRY_SECONDS_MAX = 5.0
YOUNG_OBJECTS = 50_000
BACKLOG = 2_048
log = structlog.get_logger(__name__)


class Order(msgspec.Struct, frozen=True):
    """What to serve, where, and with how many processes."""

    conninfo: str
    host: str
    port: int
    workers: int


class Nursery:
    """Keeps as many workers alive as ordered."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._workers: dict[int, float] = {}
        self._failures = 0
        self._stopping = False

    def stop(self, _: int, __: FrameType | None) -> None:
        """A signal says that it is enough."""
        self._stopping = True

    def run(self) -> int:
        """Until told to stop, or the parent is gone."""
        signal.signal(signal.SIGTERM, self.stop)
        signal.signal(signal.SIGINT, self.stop)
        gc.collect()
        gc.freeze()
        while not self._stopping:
            while len(self._workers) < self._order.workers:
                self._workers[self._fork()] = time.monotonic()
            self._mourn()
            if select.select([0], [], [], LOOK_SECONDS)[0] and not os.read(0, 1):
                self._stopping = True
        self._stop_all()
        return 0

    def _fork(self) -> int:
        pid = os.fork()
        if pid:
            return pid
        code = 1
        try:
            answer(self._order)
            code = 0
        except BaseException:
            log.exception("worker_failed")
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def _mourn(self) -> None:
        for pid in ended():
            lived = time.monotonic() - self._workers.pop(pid, 0.0)
            self._failures = self._failures + 1 if lived < RETRY_SECONDS_MAX else 0
            log.warning("worker_died", pid=pid, lived=round(lived, 1))
            if self._failures > self._order.workers:
                time.sleep(min(0.1 * 2**self._failures, RETRY_SECONDS_MAX))

    def _stop_all(self) -> None:
        for pid in self._workers:
            _tell(pid, signal.SIGTERM)
        deadline = time.monotonic() + GRACE_SECONDS + 2
        while self._workers and time.monotonic() < deadline:
            for pid in ended():
                self._workers.pop(pid, None)
            time.sleep(0.01)
        for pid in self._workers:
            _tell(pid, signal.SIGKILL)


def ended() -> list[int]:
    """Children that have ended since the last look."""
    found: list[int] = []
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return found
        if pid == 0:
            return found
        found.append(pid)


def _tell(pid: int, sign: signal.Signals) -> None:
    try:
        os.kill(pid, sign)
    except ProcessLookupError:
        return


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; every worker has its own on the same port, so that the kernel shares calls out."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listening.bind((host, port))
    return listening


def answer(order: Order) -> None:
    """A worker's life."""
    import uvicorn  # noqa: PLC0415 - in the nursery, loading is for the workers

    from kopilka.app.asgi import create_app  # noqa: PLC0415 - the same

    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    app = create_app(order.conninfo)
    gc.set_threshold(YOUNG_OBJECTS, 50, 50)
    gc.collect()
    gc.freeze()
    config = uvicorn.Config(
        app, loop="uvloop", http="httptools", lifespan="on", log_level="warning", access_log=False,
        server_header=False, proxy_headers=False, backlog=BACKLOG, timeout_graceful_shutdown=GRACE_SECONDS,
    )  # fmt: skip
    with listen(order.host, order.port) as listening:
        uvicorn.Server(config).run(sockets=[listening])


def set_up_log() -> None:
    """Lines for people and for collectors alike; a traceback never shows values, which may be names or keys."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def main() -> int:
    """Load everything, then serve as ordered. Workers keep their counters in files that they share."""
    set_up_log()
    with tempfile.TemporaryDirectory(prefix="kopilka-metrics-", ignore_cleanup_errors=True) as counts:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = counts
        gc.disable()
        import uvicorn  # noqa: F401, PLC0415 - loaded once, shared by all workers

        from kopilka.app import asgi  # noqa: PLC0415 - the same

        asgi.warm()
        gc.enable()
        line = sys.stdin.buffer.readline()
        return Nursery(msgspec.json.decode(line, type=Order)).run() if line else 0


if __name__ == "__main__":
    sys.exit(main())
