"""Scales: one number, a number by level, or a number that grows with the receipt or the member's past."""

from collections.abc import Mapping

from kopilka.core.programme.fields import ByLevel, BySpent, ByTotal, Flat, Scale
from kopilka.core.programme.places import Places, key_path
from kopilka.core.programme.setting import Setting
from kopilka.core.programme.text_reader import read_number_node, read_plain
from kopilka.core.programme.tree import Node, Table

GROWING: Mapping[str, type[ByTotal | BySpent]] = {"from": ByTotal, "spent": BySpent}
"""Scales that grow, by the key that a document calls them."""


def read_scale(places: Places, setting: Setting, mark: str, node: Node, path: str) -> Scale:
    """`5`, `{silver: 10, gold: 15}`, `{from: {0: 3, 3000: 7}}` or `{spent: {0: 3, 150000: 7}}`."""
    if not isinstance(node, Table):
        return Flat(read_number_node(places, setting, mark, node, path))
    for key, kind in GROWING.items():
        steps = node.get(key)
        if steps is not None:
            if len(node.entries) > 1:
                places.report("mixed_scale", path, node)
            return kind(_steps(places, setting, mark, steps, key_path(path, key)))
    if not node.entries:
        places.report("empty_scale", path, node)
    values = {}
    for entry in node.entries:
        place = key_path(path, entry.key.text)
        places.put(place, entry.key)
        level = read_plain(places, setting, "level", entry.key, place)
        values[level] = read_number_node(places, setting, mark, entry.value, place)
    return ByLevel(values)


def _steps(places: Places, setting: Setting, mark: str, node: Node, path: str) -> tuple[tuple[int, int], ...]:
    if not isinstance(node, Table):
        places.report("expected_steps", path, node)
        return ()
    if not node.entries:
        places.report("empty_scale", path, node)
    steps: dict[int, int] = {}
    for entry in node.entries:
        place = key_path(path, entry.key.text)
        places.put(place, entry.key)
        start = read_number_node(places, setting, "money", entry.key, place)
        if start in steps:
            places.report("duplicate_step", place, entry.key, key=entry.key.text)
        steps[start] = read_number_node(places, setting, mark, entry.value, place)
    return tuple(sorted(steps.items()))
