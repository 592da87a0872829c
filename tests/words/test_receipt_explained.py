"""One receipt with something of everything: its whole explanation, word for word in both languages."""

from pathlib import Path

import pytest
from world import START, ZONE, programme_of

from kopilka.core.member.member import Member
from kopilka.core.receipt import Line, Receipt, Shop, SpendRequest
from kopilka.core.rules.engine import Means, evaluate
from kopilka.core.rules.explain.tree import explain
from kopilka.core.rules.ruleset import Ruleset
from kopilka.words.explanation import Teller
from kopilka.words.tongue import tongue_of

PROGRAMME = """
programme: club
title: {ru: Клуб, en: Club}
currency: RUB
zone: Europe/Moscow
points:
  bonus: {worth: 1.00, life: 30d, title: {ru: [бонус, бонуса, бонусов], en: [point, points]}}
  stamp: {title: {ru: [наклейка, наклейки, наклеек], en: [sticker, stickers]}}
levels: {by: spend, ladder: [{id: base, from: 0, title: {ru: Базовый, en: Base}}, {id: gold, from: 5000, title: {ru: Золотой, en: Gold}}]}
coupons:
  spring: {title: {ru: Весна, en: Spring}, life: 30d}
  hello: {code: HELLO, title: {ru: Привет, en: Hello}, until: 2026-01-31}
perks: {early: {title: {ru: Ранний доступ, en: Early access}}}
spend: {up_to: 50%}
lanes: {discounts: {choose: all}}
rules:
  - {id: card, title: {ru: По карте, en: By card}, when: {member: yes}, discount: {percent: {base: 10, gold: 20}}, caps: {receipt: 150}, priority: 2}
  - {id: third, title: {ru: Третий в подарок, en: Third free}, goods: {tag: tea}, nth_item: {every: 3}, priority: 1}
  - {id: club, title: {ru: Клубная цена, en: Club price}, when: {member: yes}, price: {list: {cheese: 890}}}
  - {id: promo, title: {ru: Промокод, en: Promo code}, when: {coupon: hello}, discount: 5%}
  - {id: free, title: {ru: Доставка даром, en: Free delivery}, when: {goods_total: {from: 5000}}, free: delivery}
  - {id: back, title: {ru: Кешбэк, en: Cashback}, earn: {percent: {base: 5, gold: 10}}, caps: {receipt_points: 60}}
  - {id: stick, title: {ru: Наклейки, en: Stickers}, earn: {points: 1, per: 300, whole: yes, kind: stamp}}
  - {id: double, title: {ru: Двойные за чай, en: Double for tea}, goods: {tag: tea}, multiply: 2}
  - {id: next, title: {ru: Купон, en: Coupon}, when: {goods_total: {from: 1000}}, coupon: spring}
  - {id: vip, title: {ru: Привилегия, en: Perk}, when: {goods_total: {from: 1000}}, perk: {of: early, for: 30d}}
  - {id: cup, title: {ru: Кружка за наклейки, en: Cup for stickers}, cost: {points: 10, kind: stamp}, gift: {sku: cup}}
  - {id: tell, title: {ru: Подсказка, en: Hint}, when: {goods_total: {from: 1000}}, message: {cashier: {ru: Предложите пакет, en: Offer a bag}}}
  - {id: off, paused: yes, title: {ru: Летняя, en: Summer}, discount: 50%}
"""
SHOP = Shop("s1", ZONE, "club")
LINES = (
    Line("1", "cheese", 1000, 98_000, title="Сыр"),
    Line("2", "tea", 3000, 60_000, title="Чай", tags=("tea",)),
    Line("3", "cig", 1000, 20_000, title="Сигареты", product_class="tobacco"),
    Line("4", "bread", 333, 9_990, title="Хлеб", given_minor=990),
)


@pytest.mark.parametrize("tag", ["ru", "en"])
def test_a_receipt_is_explained_whole(tag: str) -> None:
    rules = Ruleset(programme_of(PROGRAMME))
    delivery, wish = Line("d", "delivery", 1000, 29_900), SpendRequest(100)
    receipt = Receipt("r", "s1", START, "RUB", LINES, delivery, codes=("HELLO", "XXX"), spend=wish)
    decision = evaluate(rules, receipt, SHOP, Member("h", "m", "base", 0), Means(80, funds={"stamp": 12}))

    tree = explain(rules, receipt, decision, SHOP, {"cup": "Кружка"})

    said = Teller(rules.programme, tongue_of(tag, [rules.programme])).trace(tree).replace("\u00a0", " ")
    expected = Path(__file__).with_name(f"receipt_explained.{tag}.txt").read_text(encoding="utf-8")
    assert expected == said.replace("\u202f", " ") + "\n"
