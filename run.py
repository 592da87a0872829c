"""The front door of a fresh clone: makes `.venv` from the locks, then runs the system or its checks.

Needs Python 3.11+ with pip, and nothing else: no venv module, no system-wide install. Each step leaves a stamp of
what it was made from, so the second start does nothing and asks no network.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

HOUSE = Path(__file__).resolve().parent
VENV = HOUSE / ".venv"
PYTHON = VENV / "bin" / "python"
STAMPS = VENV / "stamps"
UV_HOME = HOUSE / ".cache" / "uv"

USAGE = """\
usage: python3 run.py demo [option …]   start Kopilka with an example shop (options: see `demo --help`)
       python3 run.py test              run every check that CI runs
       python3 run.py env [--dev]       only prepare .venv (with the tools of the checks)
"""

# What CI runs, in this order. Tests stay last: their own summary closes the output.
CHECKS: list[tuple[str, list[str]]] = [
    ("ruff check", ["-m", "ruff", "check"]),
    ("ruff format", ["-m", "ruff", "format", "--check"]),
    ("mypy --strict", ["-m", "mypy"]),
    (
        "import-linter",
        ["-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-logo"],
    ),
    ("pytest", ["-m", "pytest", "-n", "2", "--dist", "worksteal"]),
]


def main(arguments: list[str]) -> int:
    match arguments:
        case ["demo", *options]:
            prepare(dev=False)
            return become("kopilka", "demo", *options)
        case ["test"]:
            prepare(dev=True)
            return check()
        case ["env"] | ["env", "--dev"]:
            prepare(dev="--dev" in arguments)
            return 0
        case _:
            print(USAGE, end="")
            return 0 if arguments in (["--help"], ["-h"]) else 2


def become(program: str, *arguments: str) -> NoReturn:
    os.execve(VENV / "bin" / program, [program, *arguments], environment())  # noqa: S606 - our own program


def check() -> int:
    """Run every check to its end, whatever fails, so that one run names everything there is to mend."""
    failed = []
    for name, command in CHECKS:
        print(f"\n── {name} {'─' * (70 - len(name))}", flush=True)
        if subprocess.run([PYTHON, *command], cwd=HOUSE, env=environment(), check=False).returncode != 0:
            failed.append(name)
        if name == CHECKS[-2][0]:
            print(f"\n{len(CHECKS) - 1 - len(failed)} of {len(CHECKS) - 1} checks before the tests passed.")
    if failed:
        print(f"\nNot passed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def prepare(*, dev: bool) -> None:
    if sys.version_info < (3, 11):  # noqa: UP036 - a person may well start this with an older Python
        sys.exit(f"Kopilka needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
    with alone():
        make(dev=dev)


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """One run.py at a time prepares this folder; a second one waits and finds it done."""
    (HOUSE / ".cache").mkdir(exist_ok=True)
    with (HOUSE / ".cache" / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def make(*, dev: bool) -> None:
    base = f"{sys.version}\n{base_python()}"
    if not (PYTHON.exists() and stamped("python", base)):
        say("making .venv")
        shutil.rmtree(VENV, ignore_errors=True)
        uv("venv", "--quiet", "--no-project", "--python", base_python(), str(VENV))
        stamp("python", base)
    install(
        "runtime", ["requirements.lock"], "--compile-bytecode", "--require-hashes", "-r", "requirements.lock"
    )
    install(
        "data", ["requirements-data.lock"], "--require-hashes", "--no-deps", "-r", "requirements-data.lock"
    )
    # The folder is part of what an editable install is made from: a moved clone must be installed anew.
    made_from = ["pyproject.toml", "requirements_hook.py", "requirements.in"]
    install("project", made_from, "--no-build-isolation", "--no-deps", "-e", ".", extra=str(HOUSE))
    if dev:
        install(
            "dev",
            ["requirements-dev.lock"],
            "--compile-bytecode",
            "--require-hashes",
            "-r",
            "requirements-dev.lock",
        )


def install(step: str, made_from: list[str], *options: str, extra: str = "") -> None:
    content = extra + "".join((HOUSE / name).read_text(encoding="utf-8") for name in made_from)
    if stamped(step, content):
        return
    say(f"installing: {step}")
    uv("pip", "install", "--quiet", "--python", str(PYTHON), *options)
    stamp(step, content)


def stamped(step: str, content: str) -> bool:
    file = STAMPS / step
    return file.exists() and file.read_text(encoding="utf-8") == digest(content)


def stamp(step: str, content: str) -> None:
    STAMPS.mkdir(exist_ok=True)
    (STAMPS / step).write_text(digest(content), encoding="utf-8")


def digest(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()


def uv(*arguments: str) -> None:
    run([uv_binary(), *arguments], environment() | mirror() | {"UV_PYTHON_DOWNLOADS": "never"})


def uv_binary() -> str:
    """The pinned uv in `.cache`, put there by pip's `--target`, which Debian's ban on system-wide pip allows."""
    wanted = (HOUSE / "requirements-uv.lock").read_text(encoding="utf-8")
    binary, made = UV_HOME / "bin" / "uv", UV_HOME / "stamp"
    if binary.exists() and made.exists() and made.read_text(encoding="utf-8") == digest(wanted):
        return str(binary)
    if subprocess.run([base_python(), "-m", "pip", "--version"], capture_output=True, check=False).returncode:
        return shutil.which("uv") or sys.exit(
            "Kopilka needs pip (Debian: apt install python3-pip) or uv on PATH."
        )
    say("fetching uv")
    shutil.rmtree(UV_HOME, ignore_errors=True)
    pip = [base_python(), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    where = ["--target", str(UV_HOME), "--require-hashes", "-r", "requirements-uv.lock"]
    run([*pip, *where], environment() | {"PIP_ROOT_USER_ACTION": "ignore"})
    made.write_text(digest(wanted), encoding="utf-8")
    return str(binary)


def run(command: list[str], env: dict[str, str]) -> None:
    code = subprocess.run(command, cwd=HOUSE, env=env, check=False).returncode
    if code:
        sys.exit(f"\nrun.py: this failed with code {code}, nothing after it was done:\n  {' '.join(command)}")


def base_python() -> str:
    return getattr(sys, "_base_executable", None) or sys.executable


def environment() -> dict[str, str]:
    """The environment without what would lead pip, uv or Python to another place than this folder."""
    dropped = {"PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "CONDA_PREFIX"}
    dropped |= {
        f"PIP_{name}" for name in ("TARGET", "PREFIX", "ROOT", "USER", "REQUIRE_VIRTUALENV", "CONSTRAINT")
    }
    dropped |= {
        f"UV_{name}" for name in ("PYTHON", "TARGET", "PREFIX", "SYSTEM_PYTHON", "CONSTRAINT", "NO_CACHE")
    }
    return {name: value for name, value in os.environ.items() if name not in dropped}


def mirror() -> dict[str, str]:
    """Where pip is told to use a firm's own index, uv is told the same: it does not read pip's settings."""
    found = {}
    for option, name in (("index-url", "UV_DEFAULT_INDEX"), ("cert", "SSL_CERT_FILE")):
        for scope in ("global", ":env:"):
            command = [base_python(), "-m", "pip", "config", "get", f"{scope}.{option}"]
            answer = subprocess.run(command, capture_output=True, text=True, check=False)
            if answer.returncode == 0 and name not in os.environ:
                found[name] = answer.stdout.strip()
    return found


def say(*words: str) -> None:
    print(f"[{time.strftime('%H:%M:%S')}]", *words, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
