"""Beside goods at the till: gifts for points, which become lines at nothing, and what the buyer may choose."""

import msgspec

from kopilka.core.programme.document import Programme
from kopilka.core.programme.rule_checks import together
from kopilka.core.rules.conditions.choice import ChoiceIs
from kopilka.look.offers import GiftWords, gift_title, gift_words
from kopilka.look.visit import Visit
from kopilka.till.basket import Basket, Good
from kopilka.till.services import Services
from kopilka.usecases.commands import RedeemGift, Ref
from kopilka.usecases.outcomes import Refused
from kopilka.usecases.views import MemberView
from kopilka.words.reasons import in_language
from kopilka.words.render import Tongue

SHOWN_MAX = 6


def gifts_for(
    services: Services, programme: Programme, member: MemberView | None, tongue: Tongue
) -> list[GiftWords]:
    """The gifts that this buyer may have now: of many the dearest, which they have saved for."""
    if member is None or not programme.gifts or member.status != "active":
        return []
    found = services.views.gifts(programme.programme, (member.bucket, member.holder_id)) or []
    open_ = sorted((row for row in found if not row.closed), key=lambda row: -row.units)
    return gift_words(open_[:SHOWN_MAX], tongue)


def choices_of(programme: Programme, tag: str) -> list[tuple[str, str]]:
    """What a buyer may choose for a purchase: the words that rules ask for, each with the names of its rules."""
    found: dict[str, list[str]] = {}
    for rule in programme.rules:
        for condition in () if rule.paused else together(rule.when):
            for word in condition.any_of if isinstance(condition, ChoiceIs) else ():
                found.setdefault(word, []).append(in_language(rule.title, tag) or rule.id)
    return [(word, ", ".join(titles)) for word, titles in found.items()]


def give(
    services: Services, visit: Visit, basket: Basket, programme: Programme, gift: str
) -> Basket | Refused:
    """A gift for points, and its line at nothing. The same form sent again is the same gift; the next one follows the
    line of the first.
    """
    offer = programme.gifts.get(gift)
    sku = "" if offer is None else offer.sku
    title = gift_title(programme, gift, visit.language)
    line = Good(sku, title, "0", "1")
    number, staff = basket.goods.count(line), visit.staff
    command = RedeemGift(
        Ref("member", basket.member_id), programme.programme, gift, f"till:{staff.staff_id}",
        f"{basket.receipt_id}:{gift}:{number}",
    )  # fmt: skip
    outcome = services.counter.run([command])[0]
    if isinstance(outcome, Refused):
        return outcome
    if not outcome.replayed:
        services.reception.note(
            staff, "gift.redeemed", outcome.member_id, gift=gift, pieces=1, txn=outcome.txn
        )
    return msgspec.structs.replace(basket, goods=(*basket.goods, line))
