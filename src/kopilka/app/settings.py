"""Settings of an installation: from the environment, with defaults that need nothing."""

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Where the data is, where to listen, how many processes answer. Without `database_url` our own PostgreSQL runs
    over `data`.
    """

    data: Path = Path("data")
    database_url: str = ""
    host: str = "127.0.0.1"
    port: int = 8080
    workers: int = 2


class BadSettingError(Exception):
    """A setting in the environment cannot be read."""


def settings_from(environment: Mapping[str, str] = os.environ) -> Settings:
    """DATABASE_URL, KOPILKA_DATA, KOPILKA_HOST, KOPILKA_PORT, KOPILKA_WORKERS."""
    usual = Settings()
    return Settings(
        data=Path(environment.get("KOPILKA_DATA", str(usual.data))),
        database_url=environment.get("DATABASE_URL", ""),
        host=environment.get("KOPILKA_HOST", usual.host),
        port=_number(environment, "KOPILKA_PORT", usual.port, 65_535),
        workers=_number(environment, "KOPILKA_WORKERS", usual.workers, 256),
    )


def _number(environment: Mapping[str, str], name: str, usual: int, most: int) -> int:
    text = environment.get(name, "") or str(usual)
    if not (text.isascii() and text.isdigit() and int(text) <= most):
        raise BadSettingError(f"{name} must be a number from 0 to {most}, not {text!r}")
    return int(text)
