"""Starts a PostgreSQL program in the way it insists on: not as root, and ended when its parent ends.

Run as a script of its own by `python -I -S`, between us and the program, because these calls are unsafe after a fork
inside a process that has threads. Standard library only; never imported.

usage: launch.py PARENT_PID same|namespace|UID PROGRAM [ARGUMENT …]
"""

import ctypes
import os
import signal
import sys

CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG = 1
CANNOT = 97


def main(parent: str, identity: str, *program: str) -> None:
    if identity == "namespace":
        # In a user namespace without a mapping we are nobody, and so are our files: the server is content.
        libc = ctypes.CDLL(None, use_errno=True)
        if not hasattr(libc, "unshare") or libc.unshare(CLONE_NEWUSER) != 0:
            sys.exit(CANNOT)
    elif identity != "same":
        os.setgroups([])
        os.setgid(int(identity))
        os.setuid(int(identity))
    if parent != "0":
        end_with_parent(int(parent))
    os.execv(program[0], program)  # noqa: S606 - the list is made by our parent


def end_with_parent(parent: int) -> None:
    """SIGINT is the server's fast shutdown. Where the system has no such call, the next start stops the orphan."""
    libc = ctypes.CDLL(None)
    if hasattr(libc, "prctl"):
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGINT, 0, 0, 0)
        if os.getppid() != parent:
            sys.exit(CANNOT)


if __name__ == "__main__":
    main(*sys.argv[1:])
