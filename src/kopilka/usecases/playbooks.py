"""Ready programmes that a shop switches on as they are or changes: one document for each system, with comments.

A playbook begins with lines that tell what it is, in Russian and English: a sentence each, whom it is for (`Кому:`,
`For:`), a worked example, what to set, what to mind, and the systems that it serves (`Rows:`) where its name does not
say so. A line without a label goes on with the one before it in its language.
"""

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from kopilka.core.programme.fields import Words
from kopilka.core.programme.tree import plain
from kopilka.usecases.programme_text import read_tree

_ROW = re.compile(r"([a-g]\d+)-")
_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
_LABELS = {
    "Кому": ("audience", "ru"), "For": ("audience", "en"), "Пример": ("example", "ru"), "Example": ("example", "en"),
    "Задайте": ("settings", "ru"), "Set": ("settings", "en"), "Учтите": ("mind", "ru"), "Mind": ("mind", "en"),
}  # fmt: skip
LANGUAGES = ("ru", "en")
STEM_MIN, ENDING = 4, 2
"""Letters of a word that must be found, and those at its end that may be others."""


class Playbook(msgspec.Struct, frozen=True):
    """A ready programme as its first lines tell it: title, one sentence, for whom it is, an example, what to set, what
    to mind.
    """

    name: str
    rows: tuple[str, ...]
    title: Words
    about: Words
    audience: Words
    example: Words
    settings: Words
    mind: dict[str, tuple[str, ...]]
    text: str

    def speaks_of(self, wanted: str) -> bool:
        """Whether all words that somebody looks for stand in the name, the rows or any of the sentences, whatever their
        endings (доставка, доставки).
        """
        minds = (line for lines in self.mind.values() for line in lines)
        texts = (*self.title.values(), *self.about.values(), *self.audience.values(), *minds)
        said = " ".join((self.name, *self.rows, *texts)).casefold()
        return all(word[: max(STEM_MIN, len(word) - ENDING)] in said for word in wanted.casefold().split())


@cache
def playbook_names() -> tuple[str, ...]:
    """Names of the playbooks, such as `b1-bonus-card`, by the letter and number of their systems."""
    found = (entry.name for entry in files("kopilka.core.programme").joinpath("playbooks").iterdir())
    return tuple(sorted((name.removesuffix(".yaml") for name in found if name.endswith(".yaml")), key=_place))


def playbook(name: str) -> str:
    """The text of a playbook; an unknown name is a KeyError."""
    if name not in playbook_names():
        raise KeyError(name)
    path = files("kopilka.core.programme").joinpath("playbooks", f"{name}.yaml")
    return path.read_text(encoding="utf-8")


@cache
def described(name: str) -> Playbook:
    """A playbook with what its first lines tell of it; an unknown name is a KeyError."""
    return read_head(name, playbook(name))


def playbooks(rows: str = "", search: str = "") -> list[Playbook]:
    """All playbooks, those of some systems (`a3, b1`; a letter stands for all of its rows), those that tell of words."""
    wanted = [row.upper() for row in re.split(r"[\s,]+", rows) if row]
    found = [described(name) for name in playbook_names()]
    return [
        book
        for book in found
        if (not wanted or any(row == one or (len(one) == 1 and row[0] == one) for one in wanted for row in book.rows))
        and book.speaks_of(search)
    ]  # fmt: skip


def read_head(name: str, text: str) -> Playbook:
    """What a document tells of itself in the comments that it begins with."""
    own = _ROW.match(name)
    rows = [own[1].upper()] if own else []
    told: dict[tuple[str, str], list[str]] = {}
    last = ("", "")
    for line in _head(text):
        label, _, rest = line.partition(": ")
        spoken = "ru" if _CYRILLIC.search(line) else "en"
        if label == "Rows":
            rows = [row for row in re.split(r"[\s,]+", rest) if row]
        elif label in _LABELS:
            last = _LABELS[label]
            told.setdefault(last, []).append(rest)
        elif last[1] == spoken:
            told[last][-1] += f" {line}"
        else:
            last = ("about", spoken)
            told.setdefault(last, []).append(line)

    def first(what: str) -> Words:
        return {tag: told[what, tag][0] for tag in LANGUAGES if (what, tag) in told}

    mind = {tag: tuple(told["mind", tag]) for tag in LANGUAGES if ("mind", tag) in told}
    return Playbook(
        name, tuple(rows), _title(text), first("about"), first("audience"), first("example"), first("settings"), mind, text
    )  # fmt: skip


def _head(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if not line.startswith("#"):
            return
        yield line.lstrip("#").strip()


def _title(text: str) -> Words:
    root = read_tree(text).root
    document: Any = {} if root is None else plain(root)
    title = document.get("title", {}) if isinstance(document, dict) else {}
    if isinstance(title, dict):
        return {str(tag): str(said) for tag, said in title.items()}
    return dict.fromkeys(LANGUAGES, str(title))


def _place(name: str) -> tuple[str, int, str]:
    """Systems by letter and number, so that A10 comes after A9; what belongs to none comes last."""
    own = _ROW.match(name)
    return ("~", 0, name) if own is None else (name[0], int(own[1][1:]), name)
