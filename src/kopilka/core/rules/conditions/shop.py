"""The shop of the sale."""

from functools import lru_cache
from typing import ClassVar

from kopilka.core.programme.fields import Names, Words
from kopilka.core.rules.condition import Check
from kopilka.core.rules.context import Context
from kopilka.core.rules.reason import Reason, reason_kind

OTHER_SHOP = reason_kind(
    "other_shop",
    ru="только в магазинах: {wanted:shops}",
    en="only in shops: {wanted:shops}",
)


class ShopIs(Check, frozen=True):
    """The sale happens in one of these shops or shop groups."""

    NAME: ClassVar[str] = "shop"
    SHORT: ClassVar[str] = "any_of"
    TERMS: ClassVar[Words] = {"ru": "магазины: {any_of:shops}", "en": "shops: {any_of:shops}"}
    any_of: Names

    def check(self, context: Context) -> Reason | None:
        shop = context.shop
        if shop.id in self.any_of or any(group in self.any_of for group in shop.groups):
            return None
        return _only(self.any_of)

    def gate(self) -> tuple[str, tuple[str, ...]] | None:
        return ("shop", self.any_of)

    def otherwise(self) -> Reason:
        return _only(self.any_of)


@lru_cache(maxsize=4096)
def _only(wanted: tuple[str, ...]) -> Reason:
    return OTHER_SHOP(wanted=", ".join(wanted))
