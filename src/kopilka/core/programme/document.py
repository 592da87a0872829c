"""The programme document: what members get, frozen and complete. Conditions and effects are open kinds that
`core/rules` fills; everything else that a shop owner can say stands here.
"""

from datetime import date
from enum import Enum
from typing import Annotated

import msgspec

from kopilka.core.programme.fields import (
    PERCENT,
    Count,
    Forms,
    KindId,
    MoneyMinor,
    Names,
    Percent,
    PointsHundredths,
    Span,
    Words,
)
from kopilka.values.points import Worth
from kopilka.values.rounding import Rounding


class Condition(msgspec.Struct, frozen=True):
    """Base of every condition under `when`; its kinds and their checks live in `core/rules/conditions`."""


class Effect(msgspec.Struct, frozen=True):
    """Base of every effect of a rule; its kinds and what they propose live in `core/rules/effects`."""


class Lane(Enum):
    """The order in which a receipt is worked through."""

    PRICES = "prices"
    DISCOUNTS = "discounts"
    COUPONS = "coupons"
    DELIVERY = "delivery"
    EARNING = "earning"
    GIFTS = "gifts"


class Chooser(Enum):
    """How rivals inside a lane are settled."""

    BEST = "best"
    PRIORITY = "priority"
    ALL = "all"


class PercentOn(Enum):
    """What a percent is taken of: the price before this lane's discounts, or what earlier rules left."""

    INITIAL = "initial"
    REMAINING = "remaining"


class Trigger(Enum):
    """What a rule waits for."""

    RECEIPT = "receipt"
    ENROLMENT = "enrolment"
    ACTION = "action"
    BIRTHDAY = "birthday"


class PeriodName(Enum):
    """The stretch over which a member's cap counts."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    EVER = "ever"


class LevelBy(Enum):
    """What lifts a member up the ladder."""

    SPEND = "spend"
    RECEIPTS = "receipts"
    POINTS = "points"
    LTV = "ltv"
    TENURE = "tenure"


class LevelOver(Enum):
    """Calendar windows beside a rolling span."""

    EVER = "ever"
    CALENDAR_YEAR = "calendar_year"
    CALENDAR_QUARTER = "calendar_quarter"
    CALENDAR_MONTH = "calendar_month"


class LevelDown(Enum):
    """What happens when the total no longer supports the level: it falls at once, only when the calendar period after
    the one it was won in ends, or never.
    """

    AT_ONCE = "at_once"
    PERIOD_END = "period_end"
    NEVER = "never"


class Deficit(Enum):
    """What a return may take when the points it earned are already spent."""

    ALLOW = "allow"
    BALANCE = "balance"
    PENDING = "pending"


class Treatment(Enum):
    """How the fiscal receipt shows spent points."""

    DISCOUNT = "discount"
    PAYMENT = "payment"


class PointsKind(msgspec.Struct, frozen=True):
    """A kind of points: its worth in money, decimals, rounding, when it becomes active and how long it lives.
    `payout` says that the member may have it paid out in money.
    """

    title: Forms = {}
    worth: MoneyMinor = 0
    decimals: Count = 0
    round: Rounding = Rounding.DOWN
    pending: Span = Span()
    life: Span | None = None
    payout: bool = False

    @property
    def scale(self) -> int:
        """Smallest units in one whole point."""
        return (1, 10, 100)[self.decimals]

    @property
    def rate(self) -> Worth:
        """The exchange rate; only for kinds that are worth money."""
        return Worth(self.worth, self.scale)


class Goods(msgspec.Struct, frozen=True):
    """Which lines are meant. Every given list must match; a category matches anywhere on its path."""

    category: Names = ()
    brand: Names = ()
    sku: Names = ()
    tag: Names = ()
    product_class: Names = ()
    promo: bool | None = None
    without: "Goods | None" = None


class MemberCap(msgspec.Struct, frozen=True):
    """The most that one member gets from a rule within each period."""

    per: PeriodName
    money: MoneyMinor | None = None
    points: PointsHundredths | None = None
    uses: Count | None = None


class Budget(msgspec.Struct, frozen=True):
    """The most that a rule gives to everybody together."""

    money: MoneyMinor | None = None
    points: PointsHundredths | None = None
    uses: Count | None = None


class Caps(msgspec.Struct, frozen=True):
    """Limits on one rule: share of a line's price, money or points of one receipt, a member's, everybody's."""

    line: Percent | None = None
    receipt: MoneyMinor | None = None
    receipt_points: PointsHundredths | None = None
    member: MemberCap | None = None
    budget: Budget | None = None


class Cost(msgspec.Struct, frozen=True):
    """What applying a rule costs the member in points of a kind, such as ten stickers; taken each time it applies."""

    points: PointsHundredths
    kind: KindId = ""


class Rule(msgspec.Struct, frozen=True):
    """Conditions that must all be met, lines that it is about, and what then happens. `cost` is what the member gives
    in points for it; `ahead` is how long before a birthday an `on: birthday` rule gives.
    """

    id: str
    title: Words = {}
    on: Trigger = Trigger.RECEIPT
    when: tuple[Condition, ...] = ()
    goods: Goods | None = None
    effects: tuple[Effect, ...] = ()
    group: str = ""
    priority: int = 0
    percent_on: PercentOn | None = None
    caps: Caps = Caps()
    paused: bool = False
    cost: Cost | None = None
    ahead: Span = Span()


class LaneSettings(msgspec.Struct, frozen=True):
    """How rivals of one lane are settled and what their percents work on."""

    choose: Chooser = Chooser.BEST
    percent_on: PercentOn = PercentOn.REMAINING


class Lanes(msgspec.Struct, frozen=True):
    """Settings of every lane."""

    prices: LaneSettings = LaneSettings()
    discounts: LaneSettings = LaneSettings()
    coupons: LaneSettings = LaneSettings()
    delivery: LaneSettings = LaneSettings()
    earning: LaneSettings = LaneSettings(choose=Chooser.ALL)
    gifts: LaneSettings = LaneSettings(choose=Chooser.ALL)

    def of(self, lane: Lane) -> LaneSettings:
        """The settings of a lane."""
        return getattr(self, lane.value)  # type: ignore[no-any-return]


class TotalCaps(msgspec.Struct, frozen=True):
    """Limits over all rules together: the largest share of a line's price that may come off."""

    line: Percent | None = None
    with_points: bool = False


class ClassRule(msgspec.Struct, frozen=True):
    """What goods of a product class may take part in."""

    discount: bool = True
    earn: bool = True
    spend: bool = True
    count: bool = True
    gift: bool = True


class Step(msgspec.Struct, frozen=True):
    """One level: from which total on it is reached (money, receipts or points by the ladder's criterion)."""

    id: str
    start: int
    title: Words = {}


class Levels(msgspec.Struct, frozen=True):
    """The ladder, lowest level first. A level reached by a receipt holds from the next one. On the way down: `grace` is
    how long a level that is no longer supported is kept, `one_step` lets it fall by one level each time, `warn` is
    how long before a fall the member is told. `months` is the expected life of a customer for `by: ltv`.
    """

    ladder: tuple[Step, ...]
    by: LevelBy = LevelBy.SPEND
    over: Span | LevelOver = LevelOver.EVER
    down: LevelDown = LevelDown.AT_ONCE
    points: KindId = ""
    grace: Span = Span()
    one_step: bool = False
    warn: Span = Span()
    months: Count = 0


class Spending(msgspec.Struct, frozen=True):
    """Paying with points: the largest share of the goods, shares by shop group, step and least amount. `when` says
    under which conditions points pay at all; `keep` is the money that each piece must still cost (0.01 where a till
    takes no zero).
    """

    up_to: Percent
    inside: dict[str, Annotated[int, PERCENT]] = {}
    kind: KindId = ""
    step: PointsHundredths | None = None
    least: PointsHundredths | None = None
    delivery: bool = False
    goods: Goods | None = None
    treat_as: Treatment = Treatment.DISCOUNT
    when: tuple[Condition, ...] = ()
    keep: MoneyMinor = 0


class CouponSeries(msgspec.Struct, frozen=True, rename={"starts": "from"}):
    """A kind of coupon. With `code` it is a public promo code: `uses` is how often it works in all, `per_member` how often
    for one member. Without, codes are generated or given by rules, each good once.
    `from` and `until` are the first and last day on which it works, `life` how long a given coupon lives. `auto`
    applies a member's own coupon without showing its code; `activation` asks for a coupon to be activated first.
    """

    title: Words = {}
    code: str = ""
    uses: Count | None = None
    per_member: Count | None = None
    starts: date | None = None
    until: date | None = None
    life: Span | None = None
    auto: bool = False
    activation: bool = False
    length: Count = 10


class GiftOffer(msgspec.Struct, frozen=True):
    """A gift of the catalogue: what it costs in points of a kind, how many there are, how many one member may have."""

    points: PointsHundredths
    title: Words = {}
    kind: KindId = ""
    stock: Count | None = None
    per_member: Count | None = None
    sku: str = ""


class PerkKind(msgspec.Struct, frozen=True):
    """A privilege that is no money: a personal consultant, early access, an invitation. `note` tells the cashier what
    to do.
    """

    title: Words = {}
    note: Words = {}


class Returns(msgspec.Struct, frozen=True):
    """What a return may take from the balance, and days of grace for points that expired meanwhile."""

    deficit: Deficit = Deficit.ALLOW
    grace: Span = Span()


class Programme(msgspec.Struct, frozen=True):
    """One whole programme document. `holidays` are days that the `calendar` condition may name; `law` is the country
    whose rules for classes of goods hold (`none` for no country's); `floors` are least prices of half a litre by kind
    of alcohol and the day from which they hold, over those of the law.
    """

    programme: str
    title: Words
    currency: str
    zone: str
    points: dict[str, PointsKind]
    rules: tuple[Rule, ...]
    levels: Levels | None = None
    spend: Spending | None = None
    lanes: Lanes = Lanes()
    caps: TotalCaps = TotalCaps()
    classes: dict[str, ClassRule] = {}
    returns: Returns = Returns()
    hold_minutes: Count = 30
    paused: bool = False
    coupons: dict[str, CouponSeries] = {}
    gifts: dict[str, GiftOffer] = {}
    perks: dict[str, PerkKind] = {}
    holidays: tuple[date, ...] = ()
    law: str = "ru"
    floors: dict[str, dict[date, MoneyMinor]] = {}

    def spend_kind(self) -> str:
        """The kind that pays: the one named, else the first that is worth money, else none."""
        if self.spend is None:
            return ""
        return self.spend.kind or next((id_ for id_, kind in self.points.items() if kind.worth), "")
