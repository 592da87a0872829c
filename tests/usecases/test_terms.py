"""Public terms: every kind of condition and effect can be said, from its own fields alone."""

import re
from datetime import time
from typing import ClassVar

import pytest
from world import programme_of

from kopilka.core.programme.document import Condition, Goods
from kopilka.core.programme.fields import Names, Thousandths
from kopilka.core.programme.registry import Registry
from kopilka.core.programme.sayings import Sayings
from kopilka.core.programme.shapes import fields_of
from kopilka.core.rules.registry import CONDITIONS, EFFECTS, REGISTRY
from kopilka.usecases.playbooks import playbook, playbook_names
from kopilka.words.languages import LANGUAGES
from kopilka.words.render import Tongue, render
from kopilka.words.terms import terms_in
from kopilka.words.tongue import tongue_of

HEAD = """
programme: club
title: {ru: Клуб, en: Club}
currency: RUB
zone: Europe/Moscow
points:
  bonus: {worth: 1.00, life: 1y, pending: 14d, title: {ru: [бонус, бонуса, бонусов], en: [point, points]}}
  stamp: {title: {ru: [наклейка, наклейки, наклеек], en: [sticker, stickers]}}
levels:
  by: spend
  over: 12m
  warn: 14d
  ladder: [{id: base, from: 0, title: {ru: Базовый, en: Base}}, {id: gold, from: 1000, title: {ru: Золотой, en: Gold}}]
coupons:
  spring: {title: {ru: Весна, en: Spring}, life: 30d}
  hello: {code: HELLO, per_member: 1, until: 2026-12-31}
perks: {early: {title: {ru: Ранний доступ, en: Early access}}}
gifts: {cup: {points: 10, kind: stamp, title: {ru: Кружка, en: Cup}, stock: 50}}
holidays: [2026-05-09]
classes: {outlet: {discount: no, earn: no}}
spend: {up_to: 30%, in: {outlet: 10%}, least: 10, step: 5}
returns: {grace: 3d}
rules:
"""
SAID: dict[str, tuple[str, str, str]] = {
    "level": ("level: gold", "уровень Золотой", "level Gold"),
    "goods_total": ("goods_total: {from: 3000, goods: {category: [beer, wine]}}", "товары из категорий: «beer» или «wine» на сумму от 3 000 ₽", "goods of categories: “beer” or “wine” for ₽3,000 or more"),
    "card": ("card: [gold]", "карта вида «gold»", "a card of type “gold”"),
    "shop": ("shop: outlet", "магазины: outlet", "shops: outlet"),
    "channel": ("channel: [site, app]", "покупка на сайте или в приложении", "bought on the site or in the app"),
    "member": ("member: yes", "для участников программы", "for members"),
    "first_purchase": ("first_purchase: no", "начиная со второй покупки", "from the second purchase on"),
    "coupon": ("coupon: spring", "по купону Весна", "with coupon Spring"),
    "tag": ("tag: [vip, b2b]", "сегмент «vip» или «b2b»", "the segment “vip” or “b2b”"),
    "attribute": ("attribute: {name: pet, any_of: [cat]}", "в анкете указано «pet»: «cat»", "the profile says “pet”: “cat”"),
    "goods_count": ("goods_count: {from: 2, below: 5}", "товары в количестве от 2, но меньше 5", "goods: 2 pieces or more but less than 5 pieces"),
    "promo": ("promo: no", "в чеке нет уже уценённых товаров", "the receipt has no goods on sale"),
    "receipt_number": ("receipt_number: {every: 5, per: month}", "покупка, каждая 5-я за месяц", "purchase, every 5 of the month"),
    "days_since_purchase": ("days_since_purchase: {from: 30, below: 61}", "с прошлой покупки прошло не меньше 30 дней, но меньше 61 дня", "at least 30 days but less than 61 days since the last purchase"),
    "history": ("history: {never: yes, goods: {category: tea}}", "раньше вы не покупали товары из категорий: «tea»", "you have not bought goods of categories: “tea” before"),
    "birthday": ("birthday: {before: 1, after: 5}", "день рождения, за 1 день до него, 5 дней после него", "your birthday, 1 day before it, 5 days after it"),
    "tenure": ("tenure: {from: 1y}", "вы в программе не меньше 1 года", "you have been a member for at least 1 year"),
    "perk": ("perk: early", "есть привилегия «Ранний доступ»", "you hold the perk Early access"),
    "calendar": ("calendar: {weekdays: [mon, tue], hours: [{from: '22:00', until: '02:00'}], holidays: no}", "время: понедельник или вторник 22:00–2:00 кроме праздников", "time: Monday or Tuesday 22:00–2:00 except holidays"),
    "till": ("till: '7'", "касса «7»", "till “7”"),
    "payment": ("payment: [card, cash]", "оплата картой или наличными", "paid by card or in cash"),
    "choice": ("choice: {any_of: earn, unset: yes}", "ваш выбор — копить баллы или ничего не выбрано", "your choice: to collect points or nothing chosen"),
    "action": ("action: review", "за действие «review»", "for “review”"),
    "all": ("all: [{member: yes}, {level: gold}]", "для участников программы и уровень Золотой", "for members and level Gold"),
    "any": ("any: [{member: no}, {level: gold}]", "для гостей без карты или уровень Золотой", "for guests without a card or level Gold"),
    "not": ("not: [{channel: site}]", "кроме: покупка на сайте", "except: bought on the site"),
}  # fmt: skip
GIVES: dict[str, tuple[str, str, str]] = {
    "price": ("price: {list: {a: 5, b: 7}}", "особая цена: 2 товара", "a price of its own for 2 articles"),
    "discount": ("discount: {percent: {from: {0: 3, 3000: 7}}}", "скидка 3 %, при покупке от 3 000 ₽ — 7 %", "a discount of 3%, 7% for a purchase from ₽3,000"),
    "nth_item": ("nth_item: {every: 3}", "из каждых 3 товаров 1 из самых дешёвых бесплатно", "of every 3 items 1 of the cheapest free"),
    "bundle": ("bundle: {buy: {count: 2}, get: {count: 1}, price: 1, times: 3}", "за каждые 2 шт. — ещё 1 шт. по 1 ₽, не больше 3 раз", "for every 2 pieces another 1 piece for ₽1, at most 3 times"),
    "set": ("set: {parts: [{goods: {sku: a}}, {count: 2, goods: {sku: b}}], price: 500}", "вместе 1 шт. артикулы: «a» и 2 шт. артикулы: «b» за 500 ₽", "1 piece articles: “a” and 2 pieces articles: “b” together for ₽500"),
    "free": ("free: {percent: 50}", "доставка дешевле на 50 %", "delivery for 50% less"),
    "earn": ("earn: {points: 1, per: 100, whole: yes, kind: stamp}", "1 наклейка за каждые 100 ₽ (только за полные)", "1 sticker for every ₽100 (whole ones only)"),
    "multiply": ("multiply: 2", "баллы за эти товары × 2", "points × 2 for these goods"),
    "gift": ("gift: {sku: cup, never_bought: yes}", "подарок: «cup», 1 шт., если вы его ещё не пробовали", "a gift: “cup”, 1 piece, where you have never had it"),
    "coupon": ("coupon: spring", "купон «Весна»", "a coupon: Spring"),
    "perk": ("perk: {of: early, for: 30d}", "привилегия «Ранний доступ» на 30 дней", "a perk: Early access for 30 days"),
    "message": ("message: {cashier: {ru: Пакет?, en: A bag?}}", "Пакет?", "A bag?"),
}  # fmt: skip
BARE = re.compile(r"[{}\[\]]|\b[a-z]+_[a-z_]+\b|\(p\d")


class Wind(Condition, frozen=True):
    """A condition that says nothing of itself yet."""

    SHORT: ClassVar[str] = "over"
    over: Thousandths = 0
    hour: time | None = None
    place: Names = ()
    goods: Goods | None = None


def spoken(text: str, what: str) -> list[str]:
    programme = programme_of(HEAD + text)
    sayings, rule = Sayings(programme, REGISTRY), programme.rules[-1]
    found = sayings.effect(rule.effects[0]) if what == "effect" else sayings.condition(rule.when[0])
    return [
        plain(render(found.words[tag], found.params, tongue_of(tag, [programme]))) for tag in ("ru", "en")
    ]


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize("name", CONDITIONS)
def test_every_condition_is_said(name: str) -> None:
    text, ru, en = SAID[name]

    on = ", on: action" if name == "action" else ""
    assert [ru, en] == spoken(f"  - {{id: a{on}, when: {{{text}}}, earn: {{points: 1}}}}", "condition")


@pytest.mark.parametrize("name", EFFECTS)
def test_every_effect_is_said(name: str) -> None:
    text, ru, en = GIVES[name]

    base = "  - {id: base, earn: 5}\n" if name == "multiply" else ""
    assert [ru, en] == spoken(f"{base}  - {{id: a, when: {{member: yes}}, {text}}}", "effect")


@pytest.mark.parametrize("kind", [*CONDITIONS.values(), *EFFECTS.values()], ids=lambda kind: kind.__name__)
def test_terms_name_only_fields_that_are_there(kind: type) -> None:
    fields = {name for field in fields_of(kind) for name in (field.name, field.key)}
    terms = getattr(kind, "TERMS", {})

    assert set(LANGUAGES) == set(terms)
    for text in terms.values():
        assert set(re.findall(r"\{(\w+)", text)) | set(re.findall(r"\[!(\w+)", text)) <= fields


def test_a_condition_without_words_of_its_own_is_said_by_its_keys() -> None:
    programme = programme_of(HEAD + "  - {id: a, earn: 5}")
    sayings = Sayings(programme, Registry({**CONDITIONS, "wind": Wind}, EFFECTS))
    goods = Goods(category=("beer",), without=Goods(promo=True))

    found = sayings.condition(Wind(1500, time(9, 30), ("a", "b"), goods))

    expected = (
        "wind: за 1,5, hour 9:30, place «a» или «b», товары из категорий: «beer» и кроме уже со скидкой"
    )
    assert expected == plain(render(found.words["ru"], found.params, Tongue(language="ru")))


@pytest.mark.parametrize("name", playbook_names())
@pytest.mark.parametrize("tag", LANGUAGES)
def test_the_terms_of_a_playbook_are_whole_sentences(name: str, tag: str) -> None:
    programme = programme_of(playbook(name))

    terms = terms_in(programme, tongue_of(tag, [programme]))

    lines = [
        line
        for section in terms.sections
        for row in section.promises
        for line in (row.title, *row.lines)
        if line
    ]
    assert lines
    assert [] == [line for line in lines if BARE.search(line) or line[:1] != line[:1].upper()]


def test_terms_of_a_whole_programme() -> None:
    rules = "  - {id: back, title: {ru: Кэшбэк, en: Cashback}, earn: {percent: {base: 5, gold: 10}}, caps: {member: {per: month, points: 100}}}\n"
    programme = programme_of(HEAD + rules)

    text = plain(terms_in(programme, tongue_of("ru", [programme])).text())

    for line in (
        "  Кэшбэк\n  — Базовый — 5 %, Золотой — 10 % от оплаченного в виде бонусов.\n  — Не больше 100 бонусов в месяц одному участнику.",
        "  Золотой\n  — Когда куплено на 1 000 ₽.", "  — В счёт идут покупки за 1 год.", "  — Предупредим за 14 дней.",
        "  Бонус\n  — 1 бонус = 1 ₽.\n  — Тратить можно через 14 дней после покупки.\n  — Сгорают через 1 год после этого.",
        "  — Баллами можно оплатить не больше 30 % покупки.\n  — Outlet: не больше 10 %.",
        "  HELLO\n  — Промокод HELLO.\n  — Одному участнику — не больше 1 раза.\n  — Действует по 31 декабря 2026 включительно.",
        "  Кружка\n  — Стоит 10 наклеек.\n  — Количество ограничено.",
        "  — Сгоревшим за это время даём ещё 3 дня.", "  — По закону не участвуют: подарочные сертификаты, табак, никотиновая продукция.",
        "  — Outlet: без скидок и баллы не начисляются.",
    ):  # fmt: skip
        assert line in text, line
