"""The programme as tills read it first, and its tags."""

from kopilka.connectors.kit.numbers import number
from kopilka.connectors.uds.ask import Ask
from kopilka.connectors.uds.handling import Table
from kopilka.connectors.uds.manifest import PROMO_CODE, WRITE_INVOICE, YES
from kopilka.connectors.uds.mapping import tags_out
from kopilka.connectors.uds.mapping_tiers import deferred_days


async def settings(ask: Ask) -> object:
    """Settings of the company."""
    await ask.open()
    terms, programme = ask.terms, ask.rules.programme
    title = programme.title.get(ask.language) or next(iter(programme.title.values()), ask.connection.title)
    return {
        "id": ask.connection.number, "name": title, "promoCode": ask.setting(PROMO_CODE.name),
        "currency": programme.currency, "baseDiscountPolicy": terms.policy,
        "loyaltyProgramSettings": {
            "baseMembershipTier": terms.told(terms.tiers[0]),
            "membershipTiers": [terms.told(tier) for tier in terms.tiers[1:]],
            "referralCashbackRates": [0, 0, 0], "cashierAward": 0, "referralReward": 0, "receiptLimit": None,
            "deferPointsForDays": deferred_days(ask.rules), "firstPurchasePoints": None,
            "maxScoresDiscount": number(terms.share, 2),
        },
        "purchaseByPhone": ask.purchase_by_phone, "usePointsByPhone": ask.points_by_phone,
        "writeInvoice": ask.setting(WRITE_INVOICE.name) == YES, "slug": programme.programme,
    }  # fmt: skip


async def tags(ask: Ask) -> object:
    """All tags that tills may set."""
    found = await (await ask.open()).tags()
    return {"rows": tags_out(found), "total": len(found)}


ROUTES: Table = (("GET", "settings", settings), ("GET", "tags", tags))
