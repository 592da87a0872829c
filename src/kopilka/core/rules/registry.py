"""Every kind of condition and effect: adding one is a file and a line here."""

from collections.abc import Mapping
from typing import Final

from kopilka.core.programme.document import Condition, Effect
from kopilka.core.programme.registry import Registry
from kopilka.core.rules.conditions.card import CardIs
from kopilka.core.rules.conditions.channel import ChannelIs
from kopilka.core.rules.conditions.coupon import CouponIs
from kopilka.core.rules.conditions.first_purchase import FirstPurchase
from kopilka.core.rules.conditions.goods_total import GoodsTotal
from kopilka.core.rules.conditions.level import LevelIs
from kopilka.core.rules.conditions.logic import AllOf, AnyOf, NoneOf
from kopilka.core.rules.conditions.member import IsMember
from kopilka.core.rules.conditions.shop import ShopIs
from kopilka.core.rules.effects.discount import Discount
from kopilka.core.rules.effects.earn import Earn
from kopilka.core.rules.effects.free import Free
from kopilka.core.rules.effects.price import Price

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
        AllOf,
        AnyOf,
        NoneOf,
    )
}
EFFECTS: Final[Mapping[str, type[Effect]]] = {kind.NAME: kind for kind in (Price, Discount, Free, Earn)}
REGISTRY: Final = Registry(CONDITIONS, EFFECTS)
