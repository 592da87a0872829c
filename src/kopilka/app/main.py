"""The console script's entry: `kopilka …`. Everything heavy is imported when a command needs it."""

import os
import sys
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from kopilka.app.begin import begin_early

if TYPE_CHECKING:
    from kopilka.cli.rooms import Wiring


def main() -> int:
    """Carry out the command line of this process."""
    if "serve" in sys.argv[1:]:
        begin_early()
    run = import_module("kopilka.cli.main").run
    return int(run(sys.argv[1:], os.environ, wiring))


@cache
def wiring() -> "Wiring":
    """Everything that the command line needs wired."""
    made: Wiring = import_module("kopilka.app.wiring").AppWiring()
    return made


if __name__ == "__main__":
    sys.exit(main())
