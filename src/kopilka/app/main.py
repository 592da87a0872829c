"""The console script's entry: `kopilka …`. Everything heavy is imported when a command needs it."""

import os
import sys
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from kopilka.cli.main import run

if TYPE_CHECKING:
    from kopilka.cli.rooms import Wiring


def main() -> int:
    """Carry out the command line of this process."""
    return run(sys.argv[1:], os.environ, wiring)


@cache
def wiring() -> "Wiring":
    """Everything that the command line needs wired."""
    made: Wiring = import_module("kopilka.app.wiring").AppWiring()
    return made


if __name__ == "__main__":
    sys.exit(main())
