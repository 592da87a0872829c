"""The beginning of a command that is really carried out: heavier imports than `--help` may cost."""

from collections.abc import Callable, Mapping
from pathlib import Path

from kopilka.cli.rooms import Place, Wiring
from kopilka.cli.session import Session


def session(
    language: str, place: Mapping[str, str], wiring: Callable[[], Wiring], *, json: bool, environ: Mapping[str, str]
) -> Session:  # fmt: skip
    """The object that every command is given."""
    where = Place(Path(place["data"]).expanduser(), place["url"])
    return Session(language, where, wiring, json=json, environ=environ)
