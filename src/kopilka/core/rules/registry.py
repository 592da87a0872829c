"""Every kind of condition and effect: adding one is a file and a line here."""

from collections.abc import Mapping
from typing import Final

from kopilka.core.programme.document import Condition, Effect
from kopilka.core.programme.registry import Registry
from kopilka.core.rules.conditions.action import ActionIs
from kopilka.core.rules.conditions.attribute import HasAttribute
from kopilka.core.rules.conditions.birthday import Birthday
from kopilka.core.rules.conditions.calendar import Calendar
from kopilka.core.rules.conditions.card import CardIs
from kopilka.core.rules.conditions.channel import ChannelIs
from kopilka.core.rules.conditions.choice import ChoiceIs
from kopilka.core.rules.conditions.coupon import CouponIs
from kopilka.core.rules.conditions.days_since_purchase import DaysSincePurchase
from kopilka.core.rules.conditions.first_purchase import FirstPurchase
from kopilka.core.rules.conditions.goods_count import GoodsCount
from kopilka.core.rules.conditions.goods_total import GoodsTotal
from kopilka.core.rules.conditions.history import History
from kopilka.core.rules.conditions.level import LevelIs
from kopilka.core.rules.conditions.logic import AllOf, AnyOf, NoneOf
from kopilka.core.rules.conditions.member import IsMember
from kopilka.core.rules.conditions.payment import PaidBy
from kopilka.core.rules.conditions.perk import HasPerk
from kopilka.core.rules.conditions.promo import HasPromo
from kopilka.core.rules.conditions.receipt_number import ReceiptNumber
from kopilka.core.rules.conditions.shop import ShopIs
from kopilka.core.rules.conditions.tag import HasTag
from kopilka.core.rules.conditions.tenure import Tenure
from kopilka.core.rules.conditions.till import TillIs
from kopilka.core.rules.effects.bundle import Bundle
from kopilka.core.rules.effects.coupon import IssueCoupon
from kopilka.core.rules.effects.discount import Discount
from kopilka.core.rules.effects.earn import Earn
from kopilka.core.rules.effects.free import Free
from kopilka.core.rules.effects.gift import GiftGoods
from kopilka.core.rules.effects.message import Tell
from kopilka.core.rules.effects.multiply import Multiply
from kopilka.core.rules.effects.nth_item import NthItem
from kopilka.core.rules.effects.perk import GrantPerk
from kopilka.core.rules.effects.price import Price
from kopilka.core.rules.effects.set import GoodsSet

CONDITIONS: Final[Mapping[str, type[Condition]]] = {
    kind.NAME: kind
    for kind in (
        LevelIs,
        GoodsTotal,
        CardIs,
        ShopIs,
        ChannelIs,
        IsMember,
        FirstPurchase,
        CouponIs,
        HasTag,
        HasAttribute,
        GoodsCount,
        HasPromo,
        ReceiptNumber,
        DaysSincePurchase,
        History,
        Birthday,
        Tenure,
        HasPerk,
        Calendar,
        TillIs,
        PaidBy,
        ChoiceIs,
        ActionIs,
        AllOf,
        AnyOf,
        NoneOf,
    )
}
EFFECTS: Final[Mapping[str, type[Effect]]] = {
    kind.NAME: kind
    for kind in (
        Price,
        Discount,
        NthItem,
        Bundle,
        GoodsSet,
        Free,
        Earn,
        Multiply,
        GiftGoods,
        IssueCoupon,
        GrantPerk,
        Tell,
    )
}
REGISTRY: Final = Registry(CONDITIONS, EFFECTS)
