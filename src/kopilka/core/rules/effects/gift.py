"""Goods that come along at no price."""

from collections.abc import Sequence
from typing import ClassVar

from kopilka.core.programme.fields import Count, Name, Names, Words
from kopilka.core.rules.conditions.member import MEMBERS_ONLY
from kopilka.core.rules.context import ANYTHING, Context
from kopilka.core.rules.decision import Gift
from kopilka.core.rules.effect import Give, Given
from kopilka.core.rules.needs import EVER, NOTHING, Needs
from kopilka.core.rules.reason import Reason, reason_kind
from kopilka.values.quantity import ONE

NO_GIFT_GOODS = reason_kind(
    "no_gift_goods",
    ru="эти товары нельзя дарить: {sku:text}",
    en="these goods are never given as a gift: {sku:text}",
)
HAD_ALREADY = reason_kind(
    "had_already",
    ru="участник уже покупал или получал этот подарок",
    en="the member has bought or been given this before",
)


class GiftGoods(Give, frozen=True):
    """Adds goods to the receipt at 0.00: `pieces` of `sku`, or of the first of `any_of` that may be given. With
    `never_bought` only what the member has never bought, nor been given, before — a sample. Goods of a class that the
    law or the programme does not let be given never are. How many there are to give is the rule's budget of uses.
    """

    NAME: ClassVar[str] = "gift"
    SHORT: ClassVar[str] = "sku"
    TERMS: ClassVar[Words] = {
        "ru": "подарок: [{sku}][{any_of}], {pieces} шт.{never_bought?, если вы его ещё не пробовали|}",
        "en": "a gift: [{sku}][{any_of}], {pieces:count|piece|pieces}{never_bought?, where you have never had it|}",
    }
    ONE_OF: ClassVar[tuple[str, ...]] = ("sku", "any_of")
    sku: Name = ""
    any_of: Names = ()
    pieces: Count = 1
    never_bought: bool = False

    def needs(self) -> Needs:
        return Needs(past=EVER) if self.never_bought else NOTHING

    def give(self, context: Context, rule: str, number: int) -> Sequence[Given] | Reason:
        del number
        wanted = (self.sku,) if self.sku else self.any_of
        allowed = [sku for sku in wanted if _may_be_given(context, sku)]
        if not allowed:
            return NO_GIFT_GOODS(sku=", ".join(wanted))
        if self.never_bought:
            if context.member is None:
                return MEMBERS_ONLY()
            had = _had(context)
            allowed = [sku for sku in allowed if sku not in had]
            if not allowed:
                return HAD_ALREADY()
        return (Gift(rule, allowed[0], self.pieces * ONE),)


def _may_be_given(context: Context, sku: str) -> bool:
    return context.classes.get(context.gift_classes.get(sku, ""), ANYTHING).gift


def _had(context: Context) -> set[str]:
    """What the member has bought or been given, and what is being bought now."""
    had = {line.sku for line in context.receipt.lines}
    if context.member is not None:
        for past in context.member.past:
            had.update([line.sku for line in past.lines])
            had.update(past.gifts)
    return had
