"""`just soak`: the long forms of laws, kills and golden replays, which CI runs short. Takes about an hour."""

import os
import subprocess
import sys
from pathlib import Path

LONG = ("tests/laws", "tests/journeys", "tests/connectors")


def main(arguments: list[str]) -> int:
    """Run the long tests; further arguments go to pytest."""
    root = Path(__file__).parents[1]
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", *LONG, *arguments]
    return subprocess.run(command, cwd=root, env={**os.environ, "KOPILKA_SOAK": "20"}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
