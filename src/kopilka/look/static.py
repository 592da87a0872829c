"""Static files with the hash of their content in the name, so that browsers may keep them for ever.

A room with files of its own passes its folder: `Shelf([look_folder(), files("kopilka.till") / "static"])`.
"""

from collections.abc import Iterable, Mapping
from hashlib import blake2b
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

import msgspec

FOREVER: Final = "public, max-age=31536000, immutable"
_MIME: Final[Mapping[str, str]] = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
    "ico": "image/x-icon",
    "webmanifest": "application/manifest+json",
}


class StaticFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file as it is served: at `/static/<hashed>`, with `Cache-Control: FOREVER`."""

    name: str
    hashed: str
    content: bytes
    mime: str


class Shelf:
    """All static files of the house, read once."""

    def __init__(self, folders: Iterable[Traversable], *, prefix: str = "/static/") -> None:
        self.prefix = prefix
        found = [
            _read(entry) for folder in folders for entry in folder.iterdir() if _suffix(entry.name) in _MIME
        ]
        self.files: Mapping[str, StaticFile] = {file.name: file for file in found}
        self.by_hashed: Mapping[str, StaticFile] = {file.hashed: file for file in found}
        if len(self.files) != len(found):
            raise ValueError("two static files share a name")

    def url(self, name: str) -> str:
        """The address of a file; a name that is not there is a KeyError."""
        return self.prefix + self.files[name].hashed


def look_folder() -> Traversable:
    """The folder of the files that every page uses."""
    return files("kopilka.look").joinpath("static")


def _read(entry: Traversable) -> StaticFile:
    content = entry.read_bytes()
    stem, _, suffix = entry.name.rpartition(".")
    digest = blake2b(content, digest_size=6).hexdigest()
    return StaticFile(
        name=entry.name, hashed=f"{stem}.{digest}.{suffix}", content=content, mime=_MIME[suffix]
    )


def _suffix(name: str) -> str:
    return name.rpartition(".")[2]
