"""What a customer and a cashier are told of ten typical receipts, in both languages, with every plural form."""

from typing import Any

import pytest
from world import START, ZONE, programme_of

from kopilka.core.member.member import Member
from kopilka.core.receipt import Line, Receipt, Shop, SpendRequest
from kopilka.core.rules.decision import Decision
from kopilka.core.rules.engine import Means, evaluate
from kopilka.core.rules.ruleset import Ruleset
from kopilka.words.explanation import CASHIER_MAX, Teller
from kopilka.words.tongue import tongue_of

HEAD = """
programme: club
title: Club
currency: RUB
zone: Europe/Moscow
points:
  bonus: {worth: 1.00, title: {ru: [бонус, бонуса, бонусов], en: [point, points]}, TERMS}
  sticker: {title: {ru: [наклейка, наклейки, наклеек], en: [sticker, stickers]}}
spend: {up_to: 50%}
rules:
"""
SHOP = Shop("s1", ZONE, "club")
BACK = "  - {id: back, earn: 10%}\n"
OFF = "  - {id: off, when: {member: yes}, discount: 10%}\n"
FREE = "  - {id: free, when: {goods_total: {from: 3000}}, free: delivery}\n"
LIFE, WAIT = "life: 30d", "pending: 14d, life: 30d"
STICKERS = "  - {id: stick, earn: {points: 1, per: 100, whole: yes, kind: sticker}}\n"
TELL = "  - {id: tell, message: {cashier: {ru: Предложите пакет, en: Offer a bag}}}\n"
DELIVERY = Line("d", "delivery", 1000, 30_000)


def counted(
    rules: str, money: int, terms: str = "round: down", **facts: Any
) -> tuple[Ruleset, Receipt, Decision]:
    made = Ruleset(programme_of(HEAD.replace("TERMS", terms) + rules))
    member = None if facts.pop("guest", False) else Member("h", "m")
    receipt = Receipt("r", "s1", START, "RUB", (Line("1", "a", 1000, money),), **facts)
    return made, receipt, evaluate(made, receipt, SHOP, member, Means(100_000))


CASES: dict[str, tuple[tuple[str, int, str], dict[str, Any], str, str]] = {
    "one point": (
        (BACK, 1_000, LIFE), {},
        "К оплате 10 ₽. За покупку: +1 бонус, потратить можно по 1 апреля 2026.",
        "To pay: ₽10. For the purchase: +1 point, to be spent by 1 April 2026.",
    ),
    "two points": (
        (BACK, 2_900, LIFE), {},
        "К оплате 29 ₽. За покупку: +2 бонуса, потратить можно по 1 апреля 2026.",
        "To pay: ₽29. For the purchase: +2 points, to be spent by 1 April 2026.",
    ),
    "five points that have to wait": (
        (BACK, 5_000, WAIT), {},
        "К оплате 50 ₽. За покупку: +5 бонусов, тратить можно с 16 марта.",
        "To pay: ₽50. For the purchase: +5 points, spendable from 16 March.",
    ),
    "twenty-one points for ever": (
        (BACK, 21_000, "round: down"), {},
        "К оплате 210 ₽. За покупку: +21 бонус.",
        "To pay: ₽210. For the purchase: +21 points.",
    ),
    "a part paid with one point": (
        (BACK, 11_100, "round: down"), {"spend": SpendRequest(1)},
        "К оплате 110 ₽ (в счёт оплаты 1 бонус). За покупку: +11 бонусов.",
        "To pay: ₽110 (1 point paid). For the purchase: +11 points.",
    ),
    "a discount and points": (
        (OFF + BACK, 200_000, "round: down"), {"spend": SpendRequest(60)},
        "К оплате 1 740 ₽ (скидка 200 ₽, в счёт оплаты 60 бонусов). За покупку: +174 бонуса.",
        "To pay: ₽1,740 (discount ₽200, 60 points paid). For the purchase: +174 points.",
    ),
    "two kinds of points": (
        (BACK + STICKERS, 52_000, "round: down"), {},
        "К оплате 520 ₽. За покупку: +52 бонуса, +5 наклеек.",
        "To pay: ₽520. For the purchase: +52 points, +5 stickers.",
    ),
    "free delivery is near": (
        (FREE, 276_000, "round: down"), {"delivery": DELIVERY},
        "К оплате 3 060 ₽. Ещё 240 ₽ — и бесплатная доставка.",
        "To pay: ₽3,060. ₽240 more, and you get: free delivery.",
    ),
    "a guest": (
        (OFF, 50_000, "round: down"), {"guest": True},
        "К оплате 500 ₽. Скидка 10 %: только для участников: назовите карту или телефон.",
        "To pay: ₽500. A discount of 10%: members only: show a card or tell the phone number.",
    ),
    "kopecks and nothing else": (
        (TELL, 12_345, "round: down"), {},
        "К оплате 123,45 ₽.",
        "To pay: ₽123.45.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("counts", "facts", "ru", "en"), CASES.values(), ids=CASES)
def test_a_customer_is_told(counts: tuple[str, int, str], facts: dict[str, Any], ru: str, en: str) -> None:
    rules, receipt, decision = counted(*counts, **facts)

    said = [teller.spoken(receipt, decision, closed=False).customer for teller in tellers(rules)]

    assert [ru, en] == [plain(text) for text in said]


@pytest.mark.parametrize(
    ("counts", "facts", "expected"),
    [
        ((OFF + BACK, 200_000), {"spend": SpendRequest(60)}, "скидка 200 ₽ · −60 бонусов · +174 бонуса"),
        ((FREE, 276_000), {"delivery": DELIVERY}, "без скидок и бонусов · ещё 240 ₽ — и бесплатная доставка"),
        ((TELL + BACK, 1_000), {}, "Предложите пакет · +1 бонус"),
        ((TELL.replace("Предложите пакет", "я" * 200), 1_000), {}, "я" * 79 + "…"),
    ],
)
def test_a_cashier_is_told_in_one_line(counts: tuple[str, int], facts: dict[str, Any], expected: str) -> None:
    rules, receipt, decision = counted(*counts, **facts)

    said = tellers(rules)[0].spoken(receipt, decision, closed=False).cashier

    assert (expected, True) == (plain(said), len(said) <= CASHIER_MAX)


def test_a_promise_does_not_read_out_what_is_for_the_cashier() -> None:
    told = "free: delivery, message: {cashier: Поздравьте, slip: Спасибо}}"
    rules, receipt, decision = counted(FREE.replace("free: delivery}", told), 276_000, delivery=DELIVERY)

    said = tellers(rules)[0].spoken(receipt, decision, closed=False)

    assert "ещё 240 ₽ — и бесплатная доставка" == plain(said.unlock)


def test_a_closed_receipt_promises_nothing_more() -> None:
    rules, receipt, decision = counted(FREE, 276_000, delivery=DELIVERY)

    said = tellers(rules)[0].spoken(receipt, decision, closed=True)

    assert ("Оплачено 3 060 ₽.", "без скидок и бонусов") == (plain(said.customer), plain(said.cashier))
    assert "ещё 240 ₽ — и бесплатная доставка" == plain(said.unlock)


def test_points_are_called_by_their_own_kind() -> None:
    rules, receipt, decision = counted(
        "  - {id: cup, when: {member: yes}, cost: {points: 10, kind: sticker}, discount: 50%}\n", 1_000
    )

    assert ["скидка 50 %: не хватает баллов: ещё 10 наклеек"] == [
        plain(text) for text in tellers(rules)[0].unlocks(decision)
    ]
    assert receipt.id == "r"


def tellers(rules: Ruleset) -> list[Teller]:
    return [Teller(rules.programme, tongue_of(tag, [rules.programme])) for tag in ("ru", "en")]


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")
