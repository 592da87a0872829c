"""The nursery's first moment: its process loads the program for the workers while ours still reads its own command line
and the database starts. Nothing heavy is imported here.
"""

import subprocess
import sys

_early: "list[subprocess.Popen[bytes]]" = []


def begin_early() -> None:
    """Start the nursery before it is known what it shall serve; `begin` hands it out. One that is never asked for ends
    with us.
    """
    _early.append(_started())


def begin() -> "subprocess.Popen[bytes]":
    """A nursery: the one that was begun early, or a new one. It ends when we are gone."""
    return _early.pop() if _early else _started()


def _started() -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "kopilka.app.nursery"],
        stdin=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C in our terminal is for us; we stop it ourselves
    )
