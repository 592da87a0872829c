"""Scales: one number, a number by level, or a number that grows with the receipt."""

from kopilka.core.programme.fields import ByLevel, ByTotal, Flat, Scale
from kopilka.core.programme.places import Places, key_path
from kopilka.core.programme.setting import Setting
from kopilka.core.programme.text_reader import read_number_node, read_plain
from kopilka.core.programme.tree import Node, Table


def read_scale(places: Places, setting: Setting, mark: str, node: Node, path: str) -> Scale:
    """`5`, `{silver: 10, gold: 15}` or `{from: {0: 3, 3000: 7}}`."""
    if not isinstance(node, Table):
        return Flat(read_number_node(places, setting, mark, node, path))
    steps = node.get("from")
    if steps is not None:
        if len(node.entries) > 1:
            places.report("mixed_scale", path, node)
        return _by_total(places, setting, mark, steps, key_path(path, "from"))
    if not node.entries:
        places.report("empty_scale", path, node)
    values = {}
    for entry in node.entries:
        place = key_path(path, entry.key.text)
        places.put(place, entry.key)
        level = read_plain(places, setting, "level", entry.key, place)
        values[level] = read_number_node(places, setting, mark, entry.value, place)
    return ByLevel(values)


def _by_total(places: Places, setting: Setting, mark: str, node: Node, path: str) -> Scale:
    if not isinstance(node, Table):
        places.report("expected_steps", path, node)
        return ByTotal(())
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
    return ByTotal(tuple(sorted(steps.items())))
