"""Fields that are one scalar, or words by language: read from their node, with a stand-in after a mistake."""

import re
from typing import Any

from kopilka.core.programme.mistakes import Mistake
from kopilka.core.programme.places import Places, key_path
from kopilka.core.programme.scalars import READ_SIMPLE, is_year_day, read_number
from kopilka.core.programme.setting import Setting
from kopilka.core.programme.shapes import Choice
from kopilka.core.programme.tree import Items, Node, Table, Text
from kopilka.values.period import Span

ANY_LANGUAGE = "und"
"""The tag (BCP 47) of a text that stands for every language."""
TEXT_MAX = 500
_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}\Z")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_STAND_IN: dict[str, Any] = {"bool": False, "span": Span(), "words": {}, "forms": {}}


def text_of(places: Places, node: Node, path: str) -> str | None:
    """The text of a scalar node; None after a mistake."""
    if not isinstance(node, Text):
        places.report("expected_scalar", path, node)
        return None
    if node.nothing or not node.text.strip():
        places.report("empty_value", path, node)
        return None
    if len(node.text) > TEXT_MAX:
        places.report("too_long", path, node, most=TEXT_MAX)
        return None
    if _CONTROL.search(node.text):
        places.report("bad_character", path, node)
        return None
    return node.text


def read_number_node(places: Places, setting: Setting, mark: str, node: Node, path: str) -> int:
    """A number by its mark."""
    text = text_of(places, node, path)
    if text is None:
        return 0
    found = read_number(text, *setting.unit(mark))
    if isinstance(found, Mistake):
        places.refuse(found, path, node)
        return 0
    return found


def read_plain(places: Places, setting: Setting, mark: str, node: Node, path: str) -> str:
    """A text; a level, kind, coupon series or perk must be one of the document's, a day of the year must exist."""
    text = text_of(places, node, path)
    if text is None:
        return ""
    if mark == "level" and text not in setting.levels:
        places.report("unknown_level", path, node, known=setting.levels, value=text)
    elif mark == "kind" and text not in setting.kinds:
        places.report("unknown_kind", path, node, known=setting.kinds, value=text)
    elif mark == "coupon" and text not in setting.coupons:
        places.report("unknown_coupon", path, node, known=setting.coupons, value=text)
    elif mark == "perk" and text not in setting.perks:
        places.report("unknown_perk", path, node, known=setting.perks, value=text)
    elif mark == "year_day" and not is_year_day(text):
        places.report("bad_year_day", path, node, value=text)
    return text


def read_choice(places: Places, shape: Choice, node: Node, path: str) -> Any:
    """One of an enum's values."""
    text = text_of(places, node, path)
    choices = {str(choice.value): choice for choice in shape.of}
    if text is not None and text not in choices:
        places.report("bad_choice", path, node, known=choices, value=text)
    return choices.get(text or "", next(iter(shape.of)))


def read_either(places: Places, choice: Choice, node: Node, path: str) -> Any:
    """A span, or one of a few words."""
    text = text_of(places, node, path)
    choices = {str(option.value): option for option in choice.of}
    if text is None or text in choices:
        return choices.get(text or "", Span())
    found = READ_SIMPLE["span"](text)
    if isinstance(found, Mistake):
        if found.hint:
            places.refuse(found, path, node)
        else:
            places.report("bad_span_or_choice", path, node, known=choices, value=text)
        return Span()
    return found


def read_simple(places: Places, kind: str, node: Node, path: str) -> Any:
    """A yes or no, a span, a day, a time of day, words or forms."""
    if kind in ("words", "forms"):
        return _by_language(places, node, path, forms=kind == "forms")
    text = text_of(places, node, path)
    if text is None:
        return _STAND_IN.get(kind)
    found = READ_SIMPLE[kind](text)
    if isinstance(found, Mistake):
        places.refuse(found, path, node)
        return _STAND_IN.get(kind)
    return found


def _by_language(places: Places, node: Node, path: str, *, forms: bool) -> dict[str, Any]:
    if not isinstance(node, Table):
        said = _said(places, node, path, forms=forms)
        return {ANY_LANGUAGE: said} if said else {}
    found: dict[str, Any] = {}
    for entry in node.entries:
        tag, place = entry.key.text, key_path(path, entry.key.text)
        places.put(place, entry.key)
        if not _TAG.match(tag):
            places.report("bad_language", place, entry.key, value=tag)
            continue
        said = _said(places, entry.value, place, forms=forms)
        if said:
            found[tag] = said
    return found


def _said(places: Places, node: Node, path: str, *, forms: bool) -> str | tuple[str, ...] | None:
    if not forms:
        return text_of(places, node, path)
    if not isinstance(node, Items):
        text = text_of(places, node, path)
        return (text,) if text is not None else None
    texts = [text_of(places, item, f"{path}[{number}]") for number, item in enumerate(node.items)]
    return tuple(text for text in texts if text is not None)
