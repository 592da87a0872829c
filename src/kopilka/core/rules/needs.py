"""What a programme version asks to know of a member: nothing is loaded that no rule reads."""

from collections.abc import Iterator
from datetime import date, timedelta

import msgspec

from kopilka.core.programme.document import Programme
from kopilka.values.period import Span

FAR_BACK = date(1, 1, 1)


class Needs(msgspec.Struct, frozen=True):
    """`persons`: birthdays and attributes; `perks`; `coupons`: the member's own; `days` and `past`: how far back kept
    purchases by day, and their lines, are read (None: not at all; a span without end for all of them).
    """

    persons: bool = False
    perks: bool = False
    coupons: bool = False
    days: Span | None = None
    past: Span | None = None

    def joined(self, other: "Needs") -> "Needs":
        """What both need."""
        return Needs(
            self.persons or other.persons,
            self.perks or other.perks,
            self.coupons or other.coupons,
            longer(self.days, other.days),
            longer(self.past, other.past),
        )


NOTHING = Needs()
EVER = Span(days=36_600)
"""Long enough for everything that is kept."""


def longer(one: Span | None, other: Span | None) -> Span | None:
    """The longer of two spans; None is no span at all."""
    if one is None or other is None:
        return one or other
    return max(one, other, key=lambda span: span.days + 31 * span.months)


def since(span: Span | None, today: date) -> date | None:
    """The first day of a span that ends today, a day more for other zones; None without a span."""
    if span is None:
        return None
    try:
        return span.before(today) - timedelta(days=2)
    except (OverflowError, ValueError):
        return FAR_BACK


def needs_of(programme: Programme) -> Needs:
    """What the conditions and effects of a programme ask for (their method `needs`), joined."""
    found = Needs(perks=bool(programme.perks), coupons=any(row.auto for row in programme.coupons.values()))
    written = [(rule.when, rule.effects) for rule in programme.rules]
    for part in _parts((*written, () if programme.spend is None else programme.spend.when)):
        asked = getattr(part, "needs", None)
        if asked is not None:
            found = found.joined(asked())
    return found


def _parts(part: object) -> Iterator[object]:
    if isinstance(part, tuple):
        for inner in part:
            yield from _parts(inner)
    elif isinstance(part, msgspec.Struct):
        yield part
        for name in part.__struct_fields__:
            yield from _parts(getattr(part, name))
