"""One PostgreSQL server as our child: started, watched, started again when it dies, stopped with us.

Whatever kills it, at most the transactions in flight are lost: the server's own recovery does the rest.
"""

import atexit
import contextlib
import fcntl
import os
import signal
import subprocess
import threading
import time
from pathlib import Path
from typing import Self

import structlog

from kopilka.app.postgres import cluster
from kopilka.app.postgres.binaries import Binaries, find_binaries, plain_environment
from kopilka.app.postgres.errors import AlreadyRunning, CannotRun

READY_LINE = 7  # the eighth line of postmaster.pid says how far the server is
POLL_SECONDS = 0.01
START_SECONDS = 300  # recovery after a crash reads at most max_wal_size of log; slow disks get their time
STOP_SECONDS = 30
RETRY_SECONDS_MAX = 5.0
START_TRIES = 3

log = structlog.get_logger(__name__)


class EmbeddedPostgres:
    """A server over one data folder, for this process alone. `start` and `stop` may each be called once."""

    def __init__(self, data: Path, *, unsafe: bool = False, binaries: Binaries | None = None) -> None:
        self.data = data.absolute()
        self.unsafe = unsafe
        self.binaries = binaries or find_binaries()
        self.cluster = self.data / "cluster"
        self.log = self.data / "postgres.log"
        self.socket = self.data / "socket"  # until `start` knows whether its path is short enough
        self.process: subprocess.Popen[bytes] | None = None
        self._lock: int | None = None
        self._stopping = threading.Event()
        self._settled = threading.Event()  # set once the first start has succeeded or failed for good
        self._failure: Exception | None = None
        self._keeper = threading.Thread(target=self._keep, name="postgres", daemon=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def conninfo(self) -> str:
        return f"host={self.socket} port={cluster.PORT} user={cluster.USER} dbname={cluster.DATABASE}"

    def start(self) -> str:
        """Return how to connect, once the server answers. Refuses a folder in use or of another version."""
        self.data.mkdir(parents=True, exist_ok=True, mode=cluster.PRIVATE)
        self._lock = lock(self.data)
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self.conninfo

    def _start(self) -> None:
        cluster.give(self.data, self.binaries.uid)
        stop_orphan(self.cluster)
        cluster.prepare_cluster(self.binaries, self.data, unsafe=self.unsafe)
        self.socket = cluster.socket_folder(self.data, self.binaries.uid)
        cluster.turn_log(self.log)
        atexit.register(self.stop)
        # The keeper's thread starts the server and lives as long as it: the kernel's word to the server that
        # its parent is gone is spoken when the *thread* that started it ends.
        self._keeper.start()
        self._settled.wait()
        if self._failure is not None:
            raise self._failure
        cluster.ensure_database(self.binaries, self.data, self.socket)

    def stop(self) -> None:
        """A fast shutdown: open transactions are rolled back, everything committed is on disk."""
        self._stopping.set()
        process = self.process
        if process is not None:
            end(process)
        if self._keeper.is_alive() and self._keeper is not threading.current_thread():
            self._keeper.join()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None
        atexit.unregister(self.stop)

    def _keep(self) -> None:
        """The keeper's life: start, wait until it dies, start again."""
        failures = 0
        while not self._stopping.is_set():
            try:
                self._launch()
                failures = 0
                self._settled.set()
                code = self._wait()
            except (CannotRun, OSError) as failure:
                failures += 1
                if not self._settled.is_set() and failures >= START_TRIES:
                    self._failure = failure
                    self._settled.set()
                    return
                log.warning("postgres_not_started", reason=str(failure), tries=failures)
                # A server killed outright leaves children that need a moment to notice.
                self._stopping.wait(min(0.1 * 2**failures, RETRY_SECONDS_MAX))
            else:
                if not self._stopping.is_set():
                    log.warning("postgres_died", code=code)
        self._settled.set()

    def _launch(self) -> None:
        options = ["-D", str(self.cluster), "-k", str(self.socket), "-p", str(cluster.PORT), "-h", ""]
        command = self.binaries.command("postgres", *options, parent=os.getpid())
        with self.log.open("ab") as file:
            said_before = file.tell()
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                env=plain_environment(),
                cwd=self.data,
                start_new_session=True,  # Ctrl-C in our terminal is for us; we stop the server ourselves
            )
        if self._stopping.is_set():
            end(self.process)
        deadline = time.monotonic() + START_SECONDS
        while not is_ready(self.cluster, self.process.pid):
            if self.process.poll() is not None:
                raise CannotRun(f"PostgreSQL did not start:\n{cluster.tail(self.log, since=said_before)}")
            if time.monotonic() > deadline:
                end(self.process)
                raise CannotRun(f"PostgreSQL was not ready in {START_SECONDS} s; see {self.log}")
            time.sleep(POLL_SECONDS)

    def _wait(self) -> int:
        if self.process is None:
            raise CannotRun("The server was never launched")
        return self.process.wait()


def lock(data: Path) -> int:
    """Hold the folder for this process; the kernel lets go when the process ends, however it ends."""
    file = os.open(data / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(file, 20).decode().strip() or "unknown"
        os.close(file)
        raise AlreadyRunning(
            f"Another Kopilka (process {holder}) already uses {data}. Stop it, or choose another data folder."
        ) from None
    os.truncate(file, 0)
    os.write(file, str(os.getpid()).encode())
    return file


def is_ready(folder: Path, pid: int) -> bool:
    lines = pid_lines(folder)
    return len(lines) > READY_LINE and lines[0] == str(pid) and lines[READY_LINE].strip() == "ready"


def pid_lines(folder: Path) -> list[str]:
    try:
        return (folder / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return []


def stop_orphan(folder: Path) -> None:
    """Stop the server that outlived a killed Kopilka, and clear its traces. Only called under the folder's lock."""
    lines = pid_lines(folder)
    if not lines:
        return
    pid = int(lines[0]) if lines[0].strip().isdigit() else 0
    for sign, seconds in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, STOP_SECONDS), (signal.SIGKILL, 5)):
        if not is_server_of(folder, pid):
            break
        log.warning("postgres_orphan_stopped", pid=pid, sign=sign.name)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, sign)
        deadline = time.monotonic() + seconds
        while is_server_of(folder, pid) and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
    # A number in the file that now belongs to another process would make the server refuse to start.
    (folder / "postmaster.pid").unlink(missing_ok=True)


def is_server_of(folder: Path, pid: int) -> bool:
    """Whether that process is a live PostgreSQL over this very folder, not a stranger with a re-used number."""
    if pid <= 1:
        return False
    if Path("/proc/self/cmdline").exists():
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError):
            return False
        return os.fsencode(folder) in command and b"postgres" in command[0]
    shown = subprocess.run(
        ["/bin/ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return "postgres" in shown.stdout and str(folder) in shown.stdout


def end(process: subprocess.Popen[bytes]) -> None:
    for sign, seconds in (
        (signal.SIGINT, STOP_SECONDS),
        (signal.SIGQUIT, STOP_SECONDS),
        (signal.SIGKILL, None),
    ):
        if process.poll() is not None:
            return
        process.send_signal(sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
            return
