"""serve: answers over a database until stopped. A nursery, a process of its own without threads, keeps the workers
that answer; whichever is killed comes back, and when the parent goes, they all go.
"""

import contextlib
import http.client
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from types import FrameType

import msgspec
import structlog

from kopilka.app.begin import begin
from kopilka.app.night import Watch
from kopilka.app.nursery import GRACE_SECONDS, Order
from kopilka.app.postgres import find_database
from kopilka.app.seal_key import hold_key
from kopilka.app.settings import Settings
from kopilka.store.migrate import migrate
from kopilka.values.errors import KopilkaError

WORKERS = 2
READY_SECONDS = 60
POLL_SECONDS = 0.02
log = structlog.get_logger(__name__)


class CannotServeError(KopilkaError):
    """The processes that answer could not be started; what they said stands above."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


def serve(  # noqa: PLR0913 - all that a server is told
    conninfo: str, *, host: str, port: int, workers: int = WORKERS, ready: Callable[[], None] | None = None,
    begun: "subprocess.Popen[bytes] | None" = None,
) -> None:  # fmt: skip
    """Answer over a migrated database until SIGTERM or Ctrl-C. `ready` is called once calls are answered; `begun` is
    a nursery begun earlier.
    """
    nursery = begun or begin()
    with _stopping(nursery):
        if nursery.stdin is None:
            raise CannotServeError
        with contextlib.suppress(BrokenPipeError):
            nursery.stdin.write(msgspec.json.encode(Order(conninfo, host, port, workers)) + b"\n")
            nursery.stdin.flush()
        if _answering(nursery, host, port) and ready is not None:
            ready()
        if nursery.wait() != 0:
            raise CannotServeError


def serve_all(settings: Settings) -> None:
    """The database, brought to our schema, and everything over it, until stopped."""
    hold_key(settings.data)
    nursery = begin()
    database = find_database(settings.database_url or None, settings.data)
    try:
        conninfo = database.start()
        for name in migrate(conninfo):
            log.info("migrated", name=name)
        with Watch(conninfo, settings.data / "daily-roots.jsonl"):
            serve(conninfo, host=settings.host, port=settings.port, workers=settings.workers, begun=nursery)
    finally:
        nursery.terminate()
        nursery.wait()
        database.stop()


@contextlib.contextmanager
def _stopping(nursery: "subprocess.Popen[bytes]") -> Iterator[None]:
    """Our signals end the nursery; so does leaving this block for whatever reason."""

    def stop(_: int, __: FrameType | None) -> None:
        nursery.terminate()

    before = {sign: signal.signal(sign, stop) for sign in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        nursery.terminate()
        try:
            nursery.wait(GRACE_SECONDS + 5)
        except subprocess.TimeoutExpired:
            nursery.kill()
            nursery.wait()
        if nursery.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                nursery.stdin.close()
        for sign, known in before.items():
            signal.signal(sign, known)


def _answering(nursery: "subprocess.Popen[bytes]", host: str, port: int) -> bool:
    """Wait until a worker answers; False where the nursery ended instead."""
    deadline = time.monotonic() + READY_SECONDS
    near = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - to connect, not to listen
    while time.monotonic() < deadline and nursery.poll() is None:
        call = http.client.HTTPConnection(near, port, timeout=1)
        try:
            call.request("GET", "/health")
            if call.getresponse().status == http.HTTPStatus.OK:
                return True
        except (OSError, http.client.HTTPException):
            time.sleep(POLL_SECONDS)
        finally:
            call.close()
    return False
