"""The key that seals secrets of connections: from the environment, else a file of this installation's data."""

import os
import secrets
from pathlib import Path

from kopilka.usecases.seal import VARIABLE

FILE = "secret.key"
BYTES = 32


def hold_key(data: Path) -> None:
    """Put the key into this process's environment, which its children inherit. Made where there is none; readable by
    its owner alone.
    """
    if os.environ.get(VARIABLE):
        return
    data.mkdir(parents=True, exist_ok=True)
    file = data / FILE
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        pass
    else:
        with os.fdopen(handle, "w", encoding="ascii") as fresh:
            fresh.write(secrets.token_urlsafe(BYTES))
    os.environ[VARIABLE] = file.read_text(encoding="ascii").strip()
