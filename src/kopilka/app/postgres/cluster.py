"""The data folder: how it is made, what it is set to, and where its socket is.

<data>/cluster/        what initdb makes; `ALTER SYSTEM` changes settings that outlive our updates
<data>/postgres.log    what the server says
<data>/socket/         mode 0700; elsewhere when its path would be longer than a socket may have
<data>/lock            held while a Kopilka uses the folder
"""

import hashlib
import os
import shutil
import stat
import tempfile
from pathlib import Path

from kopilka.app.postgres.binaries import Binaries
from kopilka.app.postgres.errors import CannotRun, WrongVersion

PORT = 5432
USER = "kopilka"
DATABASE = "kopilka"
SOCKET_PATH_MAX = 107  # bytes: what the smallest common `sun_path` leaves beside its closing zero
BUILTIN_LOCALE_SINCE = 17
LOG_BYTES_MAX = 10_000_000
PRIVATE = 0o700

# For a shop's own small machine, which also runs everything else.
SETTINGS = {
    "max_connections": "60",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "min_wal_size": "256MB",
    "checkpoint_timeout": "15min",
    "checkpoint_completion_target": "0.9",
    "random_page_cost": "1.1",  # disks without arms
    "jit": "off",  # our statements are short: compiling them takes longer than running them
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    "log_checkpoints": "off",
    # A statement may hold a phone or a name; the server's log is no place for them.
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
    "idle_in_transaction_session_timeout": "10min",  # nothing that waits may hold back vacuum for ever
}
# For data that nobody will miss: tests and experiments.
UNSAFE = {
    "max_connections": "100",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "shared_buffers": "128MB",
}


def prepare_cluster(binaries: Binaries, data: Path, *, unsafe: bool) -> Path:
    """Make the cluster, or find it sound. An initdb that was cut short leaves nothing that looks finished."""
    cluster, half_made = data / "cluster", data / "cluster.new"
    shutil.rmtree(half_made, ignore_errors=True)
    if cluster.exists():
        refuse_other_version(cluster, binaries)
    else:
        half_made.mkdir(mode=PRIVATE)
        give(half_made, binaries.uid)
        binaries.run("initdb", *initdb_options(binaries, unsafe=unsafe), "-D", str(half_made))
        with (half_made / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write("\ninclude 'kopilka.conf'\n")
        write_settings(half_made, binaries, unsafe=unsafe)
        half_made.rename(cluster)
    give(cluster, binaries.uid)
    write_settings(cluster, binaries, unsafe=unsafe)
    return cluster


def ensure_database(binaries: Binaries, data: Path, socket: Path) -> None:
    """The database in a new cluster; asked of the server only until it is known to be there."""
    made = data / "made"
    if made.exists():
        return
    try:
        binaries.run("createdb", f"--host={socket}", f"--port={PORT}", f"--username={USER}", DATABASE)
    except CannotRun as failure:
        if "already exists" not in str(failure):
            raise
    made.touch()


def initdb_options(binaries: Binaries, *, unsafe: bool) -> list[str]:
    """UTF-8 with letters known by Unicode, sorted by bytes: the same on every system and version."""
    options = [f"--username={USER}", "--auth=trust", "--encoding=UTF8", "--no-instructions"]
    if binaries.version >= BUILTIN_LOCALE_SINCE:
        options += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    else:
        options += ["--locale=C.UTF-8"]
    return [*options, "--no-sync"] if unsafe else [*options, "--data-checksums"]


def refuse_other_version(cluster: Path, binaries: Binaries) -> None:
    made_by = (cluster / "PG_VERSION").read_text(encoding="ascii").strip()
    if made_by != str(binaries.version):
        raise WrongVersion(
            f"The data in {cluster} was made by PostgreSQL {made_by}, and the programs in {binaries.folder} are "
            f"PostgreSQL {binaries.version}. Nothing was changed. docs/upgrade-postgres.md says how to move the data."
        )


def write_settings(cluster: Path, binaries: Binaries, *, unsafe: bool) -> None:
    chosen = SETTINGS | UNSAFE if unsafe else SETTINGS
    lines = ["# Written anew at each start. Settings of your own: ALTER SYSTEM SET name = 'value';"]
    lines += [f"{name} = '{value}'" for name, value in chosen.items()]
    text, file = "\n".join(lines) + "\n", cluster / "kopilka.conf"
    if not file.exists() or file.read_text(encoding="utf-8") != text:
        file.write_text(text, encoding="utf-8")
        give(file, binaries.uid)


def socket_folder(data: Path, uid: int) -> Path:
    """A folder that only the server's user may enter, with a path short enough for a socket."""
    folder = data / "socket"
    if len(os.fsencode(folder / f".s.PGSQL.{PORT}.lock")) > SOCKET_PATH_MAX:
        name = hashlib.sha256(os.fsencode(data)).hexdigest()[:16]
        folder = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()) / f"kopilka-{uid}-{name}"
    folder.mkdir(mode=PRIVATE, exist_ok=True)
    own = folder.lstat()
    # In a folder shared by all, somebody else could have put a link or a folder of theirs there first.
    if not stat.S_ISDIR(own.st_mode) or own.st_uid not in (os.geteuid(), uid):
        raise CannotRun(
            f"{folder} is not a folder of ours. Remove it, or start Kopilka with another data folder."
        )
    give(folder, uid)
    folder.chmod(PRIVATE)
    return folder


def give(path: Path, uid: int) -> None:
    """Make everything under `path` belong to the server's user. Only root ever has something to give."""
    if os.geteuid() != 0 or path.lstat().st_uid == uid:
        return
    # From the leaves up: the folder itself changes hands last, so that work cut short is done again.
    for folder, _, files in os.walk(path, topdown=False):
        for file in files:
            os.lchown(Path(folder, file), uid, -1)
        os.lchown(folder, uid, -1)
    os.lchown(path, uid, -1)


def turn_log(log: Path) -> None:
    """Keep one older log, so that the server's words never fill the disk."""
    if log.exists() and log.stat().st_size > LOG_BYTES_MAX:
        log.replace(log.with_suffix(".log.1"))


def tail(log: Path, *, since: int = 0) -> str:
    with log.open("rb") as file:
        file.seek(since)
        return file.read()[-2000:].decode(errors="replace").strip()
