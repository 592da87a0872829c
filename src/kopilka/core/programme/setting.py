"""What must be known of a document before its fields can be read: currency, levels, kinds, the ladder's unit."""

import msgspec

from kopilka.core.programme.document import LevelBy, Levels, PointsKind, Programme, Step
from kopilka.core.programme.shapes import Field, Number, Shape
from kopilka.core.programme.tree import Items, Node, Table, Text
from kopilka.values.errors import BadValueError
from kopilka.values.money import exponent

_DECIMALS = {"0": 0, "1": 1, "2": 2}
_IDS_MAX = 200
"""More levels or kinds are refused anyway, so that looking one up stays cheap."""
TOTAL = "total"
"""The mark of a ladder's `from`: money, receipts or points, as `by` says."""


class Setting(msgspec.Struct, frozen=True):
    """Digits after the point of money and of the ladder's totals, and the ids that may be named."""

    money_digits: int = 2
    levels: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    coupons: tuple[str, ...] = ()
    perks: tuple[str, ...] = ()
    total_mark: str = "money"
    total_digits: int = 2

    def shape(self, struct: type[msgspec.Struct], field: Field) -> Shape:
        """A field's shape here: that of a ladder's step depends on what lifts a member up."""
        return Number(TOTAL) if struct is Step and field.name == "start" else field.shape

    def unit(self, mark: str) -> tuple[str, int | None]:
        """The mark and digits by which a number is read; None where the mark itself knows."""
        if mark == TOTAL:
            return self.total_mark, self.total_digits
        return mark, self.money_digits if mark == "money" else None


def setting_of(root: Table) -> Setting:
    """The setting of a tree; what is wrong or missing in it is told when its field is read."""
    kinds = root.get("points")
    levels = root.get("levels")
    kind_ids = _keys(kinds)
    digits = money_digits(_text(root, "currency"))
    by, named = (_text(levels, "by"), _text(levels, "points")) if isinstance(levels, Table) else ("", "")
    decimals = 0
    if isinstance(kinds, Table):
        decimals = _DECIMALS.get(_text(kinds.get(named or next(iter(kind_ids), "")), "decimals"), 0)
    mark, places = _total(by, digits, decimals)
    coupons, perks = _keys(root.get("coupons")), _keys(root.get("perks"))
    return Setting(digits, _level_ids(levels), kind_ids, coupons, perks, mark, places)


def _keys(table: Node | None) -> tuple[str, ...]:
    return tuple(entry.key.text for entry in table.entries[:_IDS_MAX]) if isinstance(table, Table) else ()


def setting_for(programme: Programme) -> Setting:
    """The setting of a programme, for writing it."""
    digits = money_digits(programme.currency)
    levels: Levels | None = programme.levels
    counted = levels.points if levels is not None else ""
    kind: PointsKind | None = programme.points.get(counted or next(iter(programme.points), ""))
    by = "" if levels is None else levels.by.value
    mark, places = _total(by, digits, 0 if kind is None else kind.decimals)
    ids = () if levels is None else tuple(step.id for step in levels.ladder)
    named = (tuple(programme.points), tuple(programme.coupons), tuple(programme.perks))
    return Setting(digits, ids, *named, mark, places)


def money_digits(currency: str) -> int:
    """Digits after the point of a currency; 2 where it is unknown."""
    try:
        return exponent(currency)
    except BadValueError:
        return 2


def _total(by: str, digits: int, decimals: int) -> tuple[str, int]:
    if by == LevelBy.POINTS.value:
        return "points", decimals
    return ("count", 0) if by in {LevelBy.RECEIPTS.value, LevelBy.TENURE.value} else ("money", digits)


def _text(node: Node | None, key: str) -> str:
    found = node.get(key) if isinstance(node, Table) else None
    return found.text if isinstance(found, Text) else ""


def _level_ids(levels: Node | None) -> tuple[str, ...]:
    ladder = levels.get("ladder") if isinstance(levels, Table) else None
    if not isinstance(ladder, Items):
        return ()
    return tuple(dict.fromkeys(filter(None, (_text(step, "id") for step in ladder.items[:_IDS_MAX]))))
