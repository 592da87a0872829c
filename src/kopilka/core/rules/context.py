"""What conditions and effects may look at while one receipt is being decided."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache

import msgspec

from kopilka.core.member.coupon import Coupon
from kopilka.core.member.member import Member, Used
from kopilka.core.programme.document import ClassRule, CouponSeries
from kopilka.core.programme.fields import ByLevel, BySpent, ByTotal, Flat, Scale
from kopilka.core.receipt import BARS, Line, Ranks, Receipt, Shop
from kopilka.core.rules.goods import Filters
from kopilka.values.period import zone


class Context:
    """The receipt under way. `left[i]` is what line i still costs (below zero only where discounts given
    outside exceed it), `net[i]` what of it is paid with money, `start[i]` what it cost when the lane's percents began to count, `gave` the money of
    each rule in earlier lanes. `plain` says that no line has a product class, a floor or a bar, which spares looking
    at them one by one; `floors[i]` is the least that discounts leave of line i, `paid_floors[i]` discounts and points
    together. `coupons` are valid coupons by series, `funds` the units that rules may cost by kind, `charged` what they
    have cost, `gave` names the rules that gave anything.
    `action` is what is being rewarded where that is no purchase; `gift_classes` the product class of goods that rules
    may add, where the catalogue knows one; `holidays` and `series` of coupons are the programme's.
    """

    __slots__ = (
        "_total", "action", "budgets", "charged", "classes", "closed", "coupons", "day", "discountable", "filters", "floors",
        "funds", "gave", "gift_classes", "given", "goods_count", "holidays", "left", "lines", "local", "masks", "member",
        "net", "order", "paid_floors", "plain", "points", "receipt", "seen", "series", "shop", "start", "totals",
    )  # fmt: skip

    def __init__(self, receipt: Receipt, shop: Shop, member: Member | None, filters: Filters) -> None:
        self.receipt = receipt
        self.shop = shop
        self.member = member
        self.filters = filters
        self.lines: tuple[Line, ...] = receipt.lines
        self.goods_count = len(receipt.lines)
        if receipt.delivery is not None:
            self.lines = (*receipt.lines, receipt.delivery)
        self.left: list[int] = []
        self.plain = True
        self.given = receipt.given_minor
        for line in self.lines:
            self.left.append(line.sum_minor - line.given_minor)
            self.given += line.given_minor
            if line.product_class or line.floor_minor or line.alcohol or line.barred or line.apart_minor:
                self.plain = False
        self.floors = self.paid_floors = NO_FLOORS
        self.start = self.totals = self.net = self.left
        self.points = [0] * len(self.lines)
        self.closed: set[int] = set()
        self.gave: dict[str, int] = {}
        self.budgets: Mapping[str, Used] = {}
        self.coupons: Mapping[str, Sequence[Coupon]] = {}
        self.funds: dict[str, int] = {}
        self.charged: dict[str, tuple[str, int]] = {}
        self.action = ""
        self.gift_classes: Mapping[str, str] = {}
        self.holidays: Collection[date] = ()
        self.series: Mapping[str, CouponSeries] = {}
        self.classes: Mapping[str, ClassRule] = {}
        self.discountable: Sequence[int] = range(self.goods_count)
        self.local: datetime = receipt.at.astimezone(zone(shop.zone))
        self.day: date = self.local.date()
        self.order: Sequence[int] = Ranks(self.lines)
        self.masks = [filters.mask(line) for line in self.lines] if filters else NO_MASKS
        self.seen = 0
        for mask in self.masks:
            self.seen |= mask
        self._total: int | None = None

    def under(self, classes: Mapping[str, ClassRule], least: Callable[[Line], int]) -> None:
        """Put the receipt under the class rules of its day; `least` is the law's least price of a line."""
        self.classes = classes
        if not self.plain:
            self.discountable = [i for i in range(self.goods_count) if self.class_of(i).discount]
            both = [max(line.floor_minor, least(line) if line.alcohol else 0) for line in self.lines]
            self.floors = [max(floor, line.apart_minor) for floor, line in zip(both, self.lines, strict=True)]
            self.paid_floors = both

    def paid_floor(self, i: int) -> int:
        """What points must leave of line i."""
        line, floor = self.lines[i], self.paid_floors[i]
        return max(floor, line.apart_minor - (line.sum_minor - self.left[i])) if line.apart_minor else floor

    def class_of(self, i: int) -> ClassRule:
        """What line i may take part in."""
        return rule_of(self.classes, self.lines[i])

    def facts(self, kinds: frozenset[str]) -> tuple[tuple[str, str], ...]:
        """What the gates of rules may ask for, of the kinds named: level, tags, cards, channel, shop and its groups, till,
        coupons. Always in the same order.
        """
        receipt, shop, member = self.receipt, self.shop, self.member
        found = []
        if "channel" in kinds:
            found.append(("channel", receipt.channel))
        if "shop" in kinds:
            found.append(("shop", shop.id))
            found += [("shop", group) for group in shop.groups]
        if "till" in kinds:
            found.append(("till", receipt.till))
        if self.coupons:
            found += [("coupon", series) for series in sorted(self.coupons)]
        if member is not None:
            if "level" in kinds:
                found.append(("level", member.level))
            if "card" in kinds and member.card_types:
                found += [("card", card) for card in sorted(member.card_types)]
            if "tag" in kinds and member.tags:
                found += [("tag", tag) for tag in sorted(member.tags)]
        return tuple(found)

    def meant(self, bit: int) -> bool:
        """Whether a goods filter means any line at all."""
        return bool(self.seen & bit)

    def among(self, scope: Sequence[int], bit: int) -> Sequence[int]:
        """Those lines of a scope that a goods filter means; `bit` is the filter's, 0 means every line."""
        if not bit:
            return scope
        masks = self.masks
        return [i for i in scope if masks[i] & bit]

    def begin_lane(self) -> None:
        """Percents and totals of a lane count from the prices that earlier lanes left, whatever it takes off itself."""
        self.start = self.totals = list(self.left)

    def settled(self) -> None:
        """What was taken off counts in totals from now on."""
        self.totals = self.left
        self._total = None

    def goods_total(self, bit: int = 0) -> int:
        """What the goods that count cost after earlier lanes, without delivery and points, in minor units."""
        if bit == 0 and self._total is not None:
            return self._total
        left = self.totals
        scope = self.among(range(self.goods_count), bit)
        if self.plain:
            total = max(0, sum(left[: self.goods_count]) if bit == 0 else sum([left[i] for i in scope]))
        else:
            total = max(0, sum([left[i] for i in scope if self.class_of(i).count]))
        if bit == 0:
            self._total = total
        return total

    def scale(self, scale: Scale, bit: int = 0) -> int:
        """The number that a scale gives here; 0 where it gives none."""
        if isinstance(scale, Flat):
            return scale.value
        match scale:
            case ByLevel(values=values):
                return values.get(self.member.level, 0) if self.member is not None else 0
            case ByTotal(steps=steps):
                total = self.goods_total(bit)
                found = 0
                for start, value in steps:
                    if total >= start:
                        found = value
                return found
            case BySpent(steps=steps):
                spent = 0 if self.member is None else self.member.spend_minor
                found = 0
                for start, value in steps:
                    if spent >= start:
                        found = value
                return found


NO_MASKS: list[int] = []
NO_FLOORS: list[int] = []
ANYTHING = ClassRule()


def rule_of(classes: Mapping[str, ClassRule], line: Line) -> ClassRule:
    """What a line may take part in: what its class may, without what the till keeps it out of."""
    rule = classes.get(line.product_class, ANYTHING)
    return _without(rule, line.barred) if line.barred else rule


@lru_cache(maxsize=1024)
def _without(rule: ClassRule, barred: tuple[str, ...]) -> ClassRule:
    return msgspec.structs.replace(rule, **{bar: False for bar in barred if bar in BARS})
