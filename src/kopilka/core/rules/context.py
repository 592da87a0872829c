"""What conditions and effects may look at while one receipt is being decided."""

from collections.abc import Mapping
from datetime import date, datetime

from kopilka.core.member.member import Member, Used
from kopilka.core.programme.document import ClassRule
from kopilka.core.programme.fields import ByLevel, ByTotal, Flat, Scale
from kopilka.core.receipt import Line, Receipt, Shop
from kopilka.core.rules.goods import Matcher
from kopilka.values.period import zone


class Context:
    """The receipt under way. `left[i]` is what line i still costs (below zero only where discounts given
    outside exceed it), `start[i]` what it cost when the lane's percents began to count."""

    __slots__ = (
        "_order", "budgets", "classes", "closed", "day", "discountable", "given", "goods_count", "left",
        "lines", "local", "member", "points", "receipt", "shop", "start",
    )  # fmt: skip

    def __init__(
        self, receipt: Receipt, shop: Shop, member: Member | None, classes: Mapping[str, ClassRule]
    ) -> None:
        self.receipt = receipt
        self.shop = shop
        self.member = member
        self.classes = classes
        self.lines: tuple[Line, ...] = receipt.lines
        self.goods_count = len(receipt.lines)
        if receipt.delivery is not None:
            self.lines = (*receipt.lines, receipt.delivery)
        self.left = [line.sum_minor - line.given_minor for line in self.lines]
        self.start = self.left
        self.points = [0] * len(self.lines)
        self.closed: set[int] = set()
        self.budgets: Mapping[str, Used] = {}
        self.local: datetime = receipt.at.astimezone(zone(shop.zone))
        self.day: date = self.local.date()
        self._order: list[int] | None = None
        self.discountable = [
            i for i, line in enumerate(receipt.lines)
            if not line.product_class or line.product_class not in classes or classes[line.product_class].discount
        ]  # fmt: skip

    @property
    def order(self) -> list[int]:
        """The rank of each line among all, by what it is and not by where it stands."""
        if self._order is None:
            ranked = sorted(range(len(self.lines)), key=lambda i: self.lines[i].rank())
            self._order = [0] * len(ranked)
            for rank, i in enumerate(ranked):
                self._order[i] = rank
        return self._order

    def goods_total(self, goods: Matcher | None = None) -> int:
        """What the goods that count cost after earlier lanes, without delivery and points, in minor units."""
        classes = self.classes
        total = 0
        for i in range(self.goods_count):
            line = self.lines[i]
            name = line.product_class
            if name and name in classes and not classes[name].count:
                continue
            if goods is None or goods(line):
                total += self.left[i]
        return max(0, total)

    def scale(self, scale: Scale, goods: Matcher | None = None) -> int:
        """The number that a scale gives here; 0 where it gives none."""
        match scale:
            case Flat(value=value):
                return value
            case ByLevel(values=values):
                return values.get(self.member.level, 0) if self.member is not None else 0
            case ByTotal(steps=steps):
                total = self.goods_total(goods)
                found = 0
                for start, value in steps:
                    if total >= start:
                        found = value
                return found
