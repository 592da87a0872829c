"""Programmes of other kinds as UDS sees them: discounts by level, points of another worth, no ladder, campaigns."""

from till_uds import Company, sale
from trading import trading

PHONE = "+79990000017"
HEAD = "programme: club\ntitle: {ru: Клуб, en: Club}\ncurrency: RUB\nzone: Europe/Moscow\n"
LADDER = """
levels:
  by: spend
  over: ever
  ladder: [{id: base, from: 0, title: {ru: Базовый, en: Base}}, {id: gold, from: 5000, title: {ru: Золотой, en: Gold}}]
"""
DISCOUNTS = (
    HEAD
    + "points: {bonus: {worth: 1.00, decimals: 2}}\n"
    + LADDER
    + """
rules: [{id: off, discount: {percent: {base: 10, gold: 15}}}]
spend: {up_to: 30%}
"""
)
SMALL = (
    HEAD
    + """
points: {star: {worth: 0.03, pending: 14d}}
rules: [{id: back, earn: 7%}]
spend: {up_to: 100%}
"""
)
CAMPAIGNS = (
    HEAD
    + "points: {bonus: {worth: 1.00, decimals: 2}}\n"
    + LADDER
    + """
rules:
  - {id: base, earn: 3%}
  - {id: more, when: [{level: [gold]}], earn: 2%}
  - {id: big, when: [{goods_total: {from: 1000}}], earn: 10%}
  - {id: tea, goods: {category: [tea]}, discount: 50%}
"""
)


def test_a_level_discount_is_a_discount(database: str) -> None:
    with trading(database, programme=DISCOUNTS) as shop:
        company = Company(shop, points_by_phone="yes")
        shop.member(PHONE, points="100")
        settings = company.done("GET", "settings")
        tiers = settings["loyaltyProgramSettings"]
        bill = {"total": 1000, "skipLoyaltyTotal": 200, "points": 20}

        calc = company.done("POST", "operations/calc", {"participant": {"phone": PHONE}, "receipt": bill})
        wrong = company.wrong("POST", "operations", sale(1000, 980, 20, phone=PHONE, skipLoyaltyTotal=200))
        told = company.done("POST", "operations", sale(1000, 900, 20, phone=PHONE, skipLoyaltyTotal=200))
        back = company.done("POST", f"operations/{told['id']}/refund")

    assert ("APPLY_DISCOUNT", 10, 15) == (
        settings["baseDiscountPolicy"], tiers["baseMembershipTier"]["rate"], tiers["membershipTiers"][0]["rate"],
    )  # fmt: skip
    assert (10, 0) == tuple(calc["user"]["participant"][name] for name in ("discountRate", "cashbackRate"))
    purchase = calc["purchase"]
    assert (80, 10, 100, 10, 900, 0, 100) == tuple(
        purchase[name]
        for name in (
            "discountAmount", "discountPercent", "netDiscount", "netDiscountPercent", "cash", "cashBack", "maxPoints",
        )
    )  # fmt: skip
    assert (400, "invalidChecksum") == wrong[:2]
    assert (1000, 900, -20) == (told["total"], told["cash"], told["points"])
    assert (-1000, -900, 20) == (back["total"], back["cash"], back["points"])


def test_points_are_told_by_their_worth_rounded_down(database: str) -> None:
    with trading(database, programme=SMALL) as shop:
        company = Company(shop, points_by_phone="yes")
        phone = "+79990000018"
        company.done("POST", "operations", sale(1, 1, phone=phone))
        number = company.done("GET", f"customers/find?phone={phone}")["user"]["participant"]["id"]
        settings = company.done("GET", "settings")["loyaltyProgramSettings"]
        # 7 kopecks are two stars of three; a reward of 0.10 is no whole number of them.
        odd = company.wrong("POST", "operations/reward", {"points": 0.1, "participants": [number]})
        company.done("POST", "operations/reward", {"points": 30, "participants": [number]})
        found = company.done("GET", f"customers/find?phone={phone}&total=20")
        half = company.wrong("POST", "operations", sale(10, 9.9, 0.1, phone=phone))
        told = company.done("POST", "operations", sale(10, 1, 9, phone=phone))

    assert (14, 7, 100) == (
        settings["deferPointsForDays"], settings["baseMembershipTier"]["rate"], settings["maxScoresDiscount"],
    )  # fmt: skip
    assert (400, "badRequest", "points") == odd
    assert (30, 19.98, 1.38) == (
        found["user"]["participant"]["points"], found["purchase"]["maxPoints"], found["purchase"]["cashBack"],
    )  # fmt: skip
    assert (400, "badRequest", "receipt.points") == half
    assert (-9, 1) == (told["points"], told["cash"])


def test_tiers_tell_what_every_purchase_gives_and_calc_the_campaigns(database: str) -> None:
    with trading(database, programme=CAMPAIGNS) as shop:
        company = Company(shop, points_by_phone="yes")
        shop.member(PHONE, points="50")
        settings = company.done("GET", "settings")
        tiers = settings["loyaltyProgramSettings"]
        found = company.done("GET", f"customers/find?phone={PHONE}&total=2000")["purchase"]
        wrong = company.wrong("POST", "operations", sale(100, 99, 1, phone=PHONE))

    assert ("CHARGE_SCORES", 3, 5, {"target": 5000}, 0) == (
        settings["baseDiscountPolicy"], tiers["baseMembershipTier"]["rate"], tiers["membershipTiers"][0]["rate"],
        tiers["membershipTiers"][0]["conditions"]["totalCashSpent"], tiers["maxScoresDiscount"],
    )  # fmt: skip
    assert (260, 0) == (found["cashBack"], found["maxPoints"])
    assert (400, "discountLimitExceed") == wrong[:2]
