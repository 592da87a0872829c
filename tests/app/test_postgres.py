"""The server that we bring along survives everything that can happen to it or to us."""

import contextlib
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from kopilka.app.postgres import (
    AlreadyRunning,
    CannotRun,
    EmbeddedPostgres,
    GivenDatabase,
    WrongVersion,
    find_database,
)
from kopilka.app.postgres import cluster as cluster_room

HOLDER = """
import sys, time
from pathlib import Path
from kopilka.app.postgres import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]), unsafe=True)
server.start()
print(server.process.pid, flush=True)
time.sleep(60)
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder as a first start leaves it: copied, because making one takes most of a test's time."""
    folder = tmp_path_factory.mktemp("made") / "data"
    with EmbeddedPostgres(folder, unsafe=True):
        return folder


@pytest.fixture
def data(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "data", symlinks=True))


@pytest.fixture
def server(data: Path) -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres(data, unsafe=True) as started:
        yield started


def ask(conninfo: str, question: str, *, patience: float = 10) -> object:
    """The answer, waiting for a server that is on its way up."""
    deadline = time.monotonic() + patience
    while True:
        try:
            with psycopg.connect(conninfo) as connection:
                return connection.execute(question.encode()).fetchall()[0][0]
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def killed_holder(data: Path) -> int:
    """The number of a server whose Kopilka was killed outright."""
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(data)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        pid = int(holder.stdout.readline())
        holder.kill()
    return pid


def is_alive(pid: int) -> bool:
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0] != "Z"
    return False


def test_it_knows_cyrillic_letters_and_sorts_by_bytes(server: EmbeddedPostgres) -> None:
    assert ask(server.conninfo, "SELECT lower('ЖЁЛУДЬ')") == "жёлудь"
    assert ask(server.conninfo, "SELECT 'Б' > 'а' COLLATE \"default\"") is False


def test_it_listens_to_no_network(server: EmbeddedPostgres) -> None:
    assert ask(server.conninfo, "SHOW listen_addresses") == ""


def test_only_we_may_enter_the_socket_folder(server: EmbeddedPostgres) -> None:
    assert stat.S_IMODE(server.socket.stat().st_mode) == 0o700


def test_what_was_committed_is_there_after_a_restart(data: Path) -> None:
    with EmbeddedPostgres(data) as first, psycopg.connect(first.conninfo) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")

    with EmbeddedPostgres(data) as second:
        assert ask(second.conninfo, "SELECT number FROM kept") == 7
        assert ask(second.conninfo, "SHOW fsync") == "on"


def test_stopping_leaves_no_process_and_frees_the_folder(server: EmbeddedPostgres) -> None:
    assert server.process is not None
    server.stop()

    assert not is_alive(server.process.pid)
    EmbeddedPostgres(server.data, unsafe=True).stop()


def test_a_second_server_over_the_same_folder_is_refused(server: EmbeddedPostgres) -> None:
    with pytest.raises(AlreadyRunning, match=rf"process {os.getpid()}"):
        EmbeddedPostgres(server.data, unsafe=True).start()

    assert ask(server.conninfo, "SELECT 1") == 1


def test_a_killed_server_is_started_again_with_all_that_was_committed(data: Path) -> None:
    with EmbeddedPostgres(data) as server:
        assert server.process is not None
        before = server.process.pid
        with psycopg.connect(server.conninfo) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
        os.kill(before, signal.SIGKILL)
        time.sleep(0.05)

        assert ask(server.conninfo, "SELECT number FROM kept") == 7
        assert server.process.pid != before


def test_a_killed_backend_is_survived(server: EmbeddedPostgres) -> None:
    with contextlib.suppress(psycopg.OperationalError), psycopg.connect(server.conninfo) as connection:
        os.kill(connection.info.backend_pid, signal.SIGKILL)
        connection.execute("SELECT pg_sleep(5)")

    assert ask(server.conninfo, "SELECT 1") == 1


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent is gone")
def test_the_server_ends_when_we_are_killed(data: Path) -> None:
    pid = killed_holder(data)
    deadline = time.monotonic() + 10
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)

    assert not is_alive(pid)


def test_the_next_start_does_not_wait_for_a_person_after_we_were_killed(data: Path) -> None:
    killed_holder(data)

    with EmbeddedPostgres(data, unsafe=True) as server:
        assert ask(server.conninfo, "SELECT 1") == 1


def test_an_orphan_is_stopped_by_the_next_start(data: Path) -> None:
    with EmbeddedPostgres(data, unsafe=True) as first:
        binaries, socket = first.binaries, first.socket
    command = binaries.command("postgres", "-D", str(data / "cluster"), "-k", str(socket), "-h", "")
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as orphan:
        ask(first.conninfo, "SELECT 1")
        with EmbeddedPostgres(data, unsafe=True) as second:
            assert ask(second.conninfo, "SELECT 1") == 1
            assert orphan.wait(5) == 0


def test_a_stale_number_that_now_belongs_to_another_process_does_no_harm(server: EmbeddedPostgres) -> None:
    server.stop()
    stale = f"{os.getppid()}\n{server.cluster}\n0\n5432\n{server.socket}\n\n0 0\nready\n"
    (server.cluster / "postmaster.pid").write_text(stale, encoding="utf-8")

    with EmbeddedPostgres(server.data, unsafe=True) as second:
        assert ask(second.conninfo, "SELECT 1") == 1


def test_data_of_another_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    cluster = tmp_path / "data" / "cluster"
    cluster.mkdir(parents=True)
    (cluster / "PG_VERSION").write_text("9\n", encoding="ascii")

    with pytest.raises(WrongVersion, match=r"made by PostgreSQL 9.*docs/upgrade-postgres\.md"):
        EmbeddedPostgres(tmp_path / "data").start()
    assert [file.name for file in cluster.iterdir()] == ["PG_VERSION"]


def test_a_half_made_cluster_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "data" / "cluster.new" / "base").mkdir(parents=True)

    with EmbeddedPostgres(tmp_path / "data", unsafe=True) as server:
        assert ask(server.conninfo, "SELECT 1") == 1


def test_a_long_path_gets_a_short_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    short = tmp_path / "run"
    short.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(short))
    deep = tmp_path.joinpath(*["a-long-name-of-a-folder"] * 5)
    deep.mkdir(parents=True)

    folder = cluster_room.socket_folder(deep, os.geteuid())
    assert folder.parent == short
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_link_in_place_of_the_socket_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "socket").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(CannotRun, match="not a folder of ours"):
        cluster_room.socket_folder(tmp_path, os.geteuid())


def test_a_server_that_cannot_start_says_why(server: EmbeddedPostgres) -> None:
    server.stop()
    with (server.cluster / "postgresql.auto.conf").open("a", encoding="utf-8") as file:
        file.write("shared_buffers = 'plenty'\n")

    with pytest.raises(CannotRun, match="shared_buffers"):
        EmbeddedPostgres(server.data, unsafe=True).start()


def test_a_given_address_wins(tmp_path: Path) -> None:
    found = find_database("postgresql://db.example/kopilka", tmp_path)

    assert isinstance(found, GivenDatabase)
    assert found.start() == "postgresql://db.example/kopilka"
