"""Situations as they are written: a programme, members, a clock and steps with what each must give, one sentence each.

    programme: b1-bonus-card
    situations:
      - name: A receipt of 1 000 gives 50 bonuses, and they pay for a part of the next one
        members: [anna]
        steps:
          - {close: first, by: anna, sum: 1000, pays: 1000, earns: 50}
          - {close: second, by: anna, sum: 300, spend: 50, pays: 250}

Amounts are in whole money and whole points, moments in the programme's zone. How they are run is in `situations.py`.
"""

import re
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import msgspec

from kopilka.core.programme.tree import Items, Node, Table, plain
from kopilka.usecases.playbooks import playbook, playbook_names
from kopilka.usecases.programme_text import read_tree
from kopilka.usecases.situation_steps import Situation, SituationError, Story


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    programme: str | dict[str, Any]
    situations: tuple[Situation, ...]
    about: str = ""


def situation_names() -> tuple[str, ...]:
    """Names of the situations that come with the playbooks."""
    found = (entry.name for entry in files("kopilka.core.programme").joinpath(*_FOLDER).iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in found if name.endswith(".yaml")))


def shipped_stories(name: str) -> list[Story]:
    """The situations of one of the shipped files."""
    path = files("kopilka.core.programme").joinpath(*_FOLDER, f"{name}.yaml")
    return read_situations(path.read_text(encoding="utf-8"), name)


def read_situations(
    text: str, source: str, find: Callable[[str], str | None] = lambda _: None
) -> list[Story]:
    """Read a file of situations. Its programme stands in it, or is called by a name: `find` gives the text of it;
    without one, it is a playbook's.
    """
    written = read_tree(text)
    if written.root is None or written.mistakes:
        first = written.mistakes[0]
        raise SituationError(f"{source}:{first.line}: {first.code}", written.mistakes, source)
    try:
        found = msgspec.convert(plain(written.root), _File)
    except msgspec.ValidationError as error:
        what, _, path = str(error).partition(" - at `$")
        place = f"{source}:{_line(written.root, path.rstrip('`'))}"
        raise SituationError(f"{place}: {what[:1].lower()}{what[1:]}") from error
    named = found.programme
    if isinstance(named, dict):
        document: str | None = msgspec.json.encode(named).decode()
    else:
        document = find(named)
        if document is None and named in playbook_names():
            document = playbook(named)
    if document is None:
        raise SituationError(f"{source}: no programme {named}")
    called = named if isinstance(named, str) else ""
    return [Story(source, situation, document, called) for situation in found.situations]


def programme_of(story: Story, programme_id: str) -> str:
    """The programme's text under an id of its own, with the situation's changes."""
    document: Any = plain(_root(story.programme))
    document["programme"] = programme_id
    for path, value in story.situation.change.items():
        _put(document, path.split("."), value, story.title)
    return msgspec.json.encode(document).decode()


def _line(root: Node, path: str) -> int:
    """The line of what stands at a path such as `.situations[0].steps[2]`, or of the nearest thing around it."""
    node = root
    for key, number in re.findall(r"\.(\w+)|\[(\d+)\]", path):
        below = None
        if key and isinstance(node, Table):
            below = node.get(key)
        elif number and isinstance(node, Items) and int(number) < len(node.items):
            below = node.items[int(number)]
        if below is None:
            break
        node = below
    return node.line


_FOLDER = ("playbooks", "situations")


def _root(text: str) -> Any:
    root = read_tree(text).root
    if root is None:
        raise SituationError("the programme cannot be read")
    return root


def _put(document: Any, keys: list[str], value: Any, title: str) -> None:
    """Set a value in a document; items of a list are named by their id."""
    for key in keys[:-1]:
        below = _below(document, key)
        if below is None:
            if not isinstance(document, dict):
                raise SituationError(f"{title}: nothing is called {key}")
            below = document[key] = {}
        document = below
    if not isinstance(document, dict):
        raise SituationError(f"{title}: {keys[-1]} cannot be set")
    document[keys[-1]] = value


def _below(document: Any, key: str) -> Any:
    if isinstance(document, list):
        return next((item for item in document if isinstance(item, dict) and item.get("id") == key), None)
    found = document.get(key)
    return found if isinstance(found, dict | list) else None
