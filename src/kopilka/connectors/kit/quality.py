"""The quality scale's rules that a connector's folder itself proves; the others are proven by its tests."""

import re
from collections.abc import Callable
from pathlib import Path

from kopilka.usecases.manifest import Manifest, Text, Verified

HEADINGS = {
    "README.md": ("## Connect", "## What it can do", "## Repeats", "## How it was verified", "## Limits"),
    "README.ru.md": ("## Подключение", "## Что умеет", "## Повторы", "## Как проверено", "## Ограничения"),
}
"""Headings that every README has, in this order."""
_SQL = re.compile(r"\b(?:SELECT\s.+\sFROM|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM)\b")
_BUILDS = re.compile(r"\b(?:Line|Receipt|ReturnWish|ReturnedLine)\(")


def described(manifest: Manifest, folder: Path) -> bool:
    """Both READMEs have their headings, and every text of the manifest is there in both languages."""
    for name, headings in HEADINGS.items():
        file = folder / name
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        places = [text.find("\n" + heading) for heading in headings]
        if -1 in places or places != sorted(places):
            return False
    return all(text.ru.strip() and text.en.strip() for text in _texts(manifest)) and bool(manifest.steps)


def one_mapping(_: Manifest, folder: Path) -> bool:
    """Receipts are built in `mapping*.py` alone, and nothing speaks SQL or knows the store."""
    if not (folder / "mapping.py").exists():
        return False
    for file in folder.glob("*.py"):
        text = file.read_text(encoding="utf-8")
        if _SQL.search(text) or "kopilka.store" in text:
            return False
        if not file.name.startswith("mapping") and _BUILDS.search(text):
            return False
    return True


def samples(_: Manifest, folder: Path) -> bool:
    """There is a story to be replayed."""
    return any((folder / "samples").glob("*.yaml"))


def real_client(manifest: Manifest, _: Path) -> bool:
    """Something that we did not write has spoken with it."""
    return manifest.verified in {Verified.CLIENT, Verified.RECORDED}


PROVEN_BY_FOLDER: dict[str, Callable[[Manifest, Path], bool]] = {
    "described": described,
    "one-mapping": one_mapping,
    "samples": samples,
    "real-client": real_client,
}


def _texts(manifest: Manifest) -> list[Text]:
    texts = [manifest.title, manifest.words, manifest.secret.title, manifest.idempotency, *manifest.steps]
    for setting in manifest.settings:
        texts += [setting.title, setting.words]
    return texts
