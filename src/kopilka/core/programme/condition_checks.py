"""One condition by itself: whether it can be met at all, and whether it asks for anything."""

from collections.abc import Iterator
from datetime import date

import msgspec

from kopilka.core.programme.document import Condition, Programme
from kopilka.core.programme.finding import Finding, found
from kopilka.core.programme.mistakes import error
from kopilka.core.programme.registry import Registry
from kopilka.core.programme.visit import visit
from kopilka.values.period import Span

_SOME_DAY = date(2000, 1, 1)


def check_conditions(programme: Programme, registry: Registry) -> Iterator[Finding]:
    """Everything wrong with single conditions, wherever they stand."""
    for visited in visit(programme, registry):
        value = visited.value
        if isinstance(value, msgspec.Struct) and not isinstance(value, Span):
            yield from _bounds(value, visited.path)
        if isinstance(value, Condition):
            yield from _numbers(value, visited.path)
            yield from _never(value, visited.path)
            if value.__struct_fields__ and getattr(value, "NAME", "") in _ASKS and value == type(value)():
                yield found(error("asks_nothing", visited.path))


_ASKS = frozenset(("calendar", "receipt_number"))
"""Conditions that every purchase meets where nothing is said."""


def _bounds(value: msgspec.Struct, path: str) -> Iterator[Finding]:
    """From a bound up to one that is not above it there is nothing; both of two days belong to what is meant."""
    start = getattr(value, "start", None)
    below, until = getattr(value, "below", None), getattr(value, "until", None)
    if start is None:
        return
    if below is not None and _size(below) <= _size(start):
        yield found(error("never_met", f"{path}.below"), path)
    if isinstance(start, date) and isinstance(until, date) and until < start:
        yield found(error("never_met", f"{path}.until"), path)


def _size(bound: int | Span) -> int:
    return bound if isinstance(bound, int) else (bound.after(_SOME_DAY) - _SOME_DAY).days


def _numbers(value: Condition, path: str) -> Iterator[Finding]:
    if getattr(value, "every", None) == 0:
        yield found(error("zero", f"{path}.every"), path)
    number = getattr(value, "number", ())
    if isinstance(number, tuple) and 0 in number:
        yield found(error("zero", f"{path}.number"), path)


def _never(value: Condition, path: str) -> Iterator[Finding]:
    """What was never bought was not bought so often."""
    if getattr(value, "never", False):
        for key in ("receipts", "pieces", "sum"):
            if getattr(value, key, None) is not None:
                yield found(error("two_amounts", f"{path}.{key}", one="never", other=key), path)
