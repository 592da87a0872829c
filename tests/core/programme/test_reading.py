"""What documents are read as: the example of the house, exact scalars, short forms."""

import json
from collections.abc import Callable
from datetime import date, time

import msgspec
import pytest

from kopilka.core.programme.document import (
    Goods,
    LevelOver,
    Levels,
    PointsKind,
    Programme,
    Rule,
    Spending,
    Step,
    Trigger,
)  # fmt: skip
from kopilka.core.programme.fields import ByLevel, ByTotal, Flat
from kopilka.core.programme.places import key_path
from kopilka.core.programme.reader import Reading
from kopilka.core.programme.tree import plain, tree
from kopilka.core.rules.conditions.card import CardIs
from kopilka.core.rules.conditions.first_purchase import FirstPurchase
from kopilka.core.rules.conditions.goods_total import GoodsTotal
from kopilka.core.rules.conditions.level import LevelIs
from kopilka.core.rules.conditions.logic import AnyOf, NoneOf
from kopilka.core.rules.conditions.member import IsMember
from kopilka.core.rules.effects.discount import Discount
from kopilka.core.rules.effects.earn import Earn, RoundEach
from kopilka.core.rules.effects.free import Free
from kopilka.core.rules.effects.price import Price
from kopilka.usecases.playbooks import playbook
from kopilka.usecases.programme_text import read_tree
from kopilka.values.period import Span
from kopilka.values.rounding import Rounding

Read = Callable[[bytes | str], Reading]
Made = Callable[[str], Programme]
HEAD = (
    "programme: p\ntitle: P\ncurrency: RUB\nzone: Europe/Moscow\npoints: {bonus: {worth: 1}}\nspend: {up_to: 30%}\n"
    "levels: {ladder: [{id: base, from: 0}, {id: gold, from: 1}]}\n"
)


def test_the_example_reads_exactly(made: Made) -> None:
    expected = Programme(
        programme="beer-club",
        title={"ru": "Пивной клуб", "en": "Beer Club"},
        currency="RUB",
        zone="Europe/Moscow",
        points={
            "bonus": PointsKind(worth=100, round=Rounding.DOWN, pending=Span(days=14), life=Span(days=365))
        },
        levels=Levels(
            (Step("bronze", 0), Step("silver", 3_000_000), Step("gold", 10_000_000)), over=Span(days=365)
        ),
        rules=(
            Rule("cashback", effects=(Earn(percent=ByLevel({"bronze": 500, "silver": 1000, "gold": 1500})),)),
            Rule("silver-delivery", when=(LevelIs(("silver",)), GoodsTotal(300_000)), effects=(Free(),)),
        ),
        spend=Spending(up_to=3000, inside={"outlet": 1000}),
    )

    assert expected == made(playbook("beer-club"))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("goods: {sku: 010, brand: no, tag: [yes, on], category: 1.00}, earn: 5",
         Rule("a", goods=Goods(sku=("010",), brand=("no",), tag=("yes", "on"), category=("1.00",)), effects=(Earn(Flat(500)),))),
        ("goods: {sku: 14:00, brand: 0x1F, tag: 1_000, category: 2026-01-01}, earn: 010",
         Rule("a", goods=Goods(sku=("14:00",), brand=("0x1F",), tag=("1_000",), category=("2026-01-01",)), effects=(Earn(Flat(1000)),))),
        ("on: enrolment, earn: {points: 1.5}", Rule("a", on=Trigger.ENROLMENT, effects=(Earn(points=Flat(150)),))),
        ("paused: yes, earn: 7.50", Rule("a", paused=True, effects=(Earn(Flat(750)),))),
        ("paused: FALSE, earn: 30 %", Rule("a", effects=(Earn(Flat(3000)),))),
        ("priority: -5, earn: '5'", Rule("a", priority=-5, effects=(Earn(Flat(500)),))),
    ],
)  # fmt: skip
def test_scalars_mean_what_was_written(written: str, expected: Rule, made: Made) -> None:
    assert (expected,) == made(f"{HEAD}rules: [{{id: a, {written}}}]").rules


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("level: gold", (LevelIs(("gold",)),)),
        ("level: [base, gold]", (LevelIs(("base", "gold")),)),
        ("level: {any_of: gold}", (LevelIs(("gold",)),)),
        ("card: []", (CardIs(),)),
        ("card:", (CardIs(),)),
        ("goods_total: 199.90", (GoodsTotal(19_990),)),
        ("goods_total: {from: 1, below: 2, goods: {class: [beer], not: {promo: yes}}}",
         (GoodsTotal(100, 200, Goods(product_class=("beer",), without=Goods(promo=True))),)),
        ("first_purchase: yes\n      member: no", (FirstPurchase(), IsMember(known=False))),
        ("any: {member: yes, level: gold}", (AnyOf((IsMember(), LevelIs(("gold",)))),)),
        ("any: [{level: gold}, {level: base}]", (AnyOf((LevelIs(("gold",)), LevelIs(("base",)))),)),
        ("not: {of: {level: gold}}", (NoneOf((LevelIs(("gold",)),)),)),
    ],
)  # fmt: skip
def test_a_condition_may_be_written_short(written: str, expected: tuple[object, ...], made: Made) -> None:
    programme = made(f"{HEAD}rules:\n  - id: a\n    earn: 5\n    when:\n      {written}\n")

    assert expected == programme.rules[0].when


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("earn: {gold: 5}", (Earn(ByLevel({"gold": 500})),)),
        ("earn: {from: {3000: 7, 0: 3}}", (Earn(ByTotal(((0, 300), (300_000, 700)))),)),
        ("earn: {percent: {from: {0: 3}}, round: line, with_points_part: yes, pending: 2w, life: ever}",
         (Earn(ByTotal(((0, 300),)), round=RoundEach.LINE, with_points_part=True, pending=Span(days=14)),)),
        ("earn: [5, {points: 10, per: 100}]", (Earn(Flat(500)), Earn(points=Flat(1000), per=10_000))),
        ("discount: {amount: 300.50}", (Discount(amount=Flat(30_050)),)),
        ("price: {raffaello: 199}", (Price({"raffaello": 19_900}),)),
        ("price: {list: {raffaello: 199}, closes: no}", (Price({"raffaello": 19_900}, closes=False),)),
        ("free: {percent: 50}", (Free(percent=Flat(5000)),)),
        ("free:", (Free(),)),
    ],
)  # fmt: skip
def test_an_effect_may_be_written_short(written: str, expected: tuple[object, ...], made: Made) -> None:
    assert expected == made(f"{HEAD}rules:\n  - id: a\n    {written}\n").rules[0].effects


def test_conditions_may_be_a_list(made: Made) -> None:
    programme = made(HEAD + "rules: [{id: a, earn: 5, when: [{level: gold}, {level: base, member: yes}]}]")

    assert (LevelIs(("gold",)), LevelIs(("base",)), IsMember()) == programme.rules[0].when


def test_days_hours_quantities_and_windows_are_read(made: Made) -> None:
    programme = made(
        HEAD
        + "rules: [{id: a, earn: 5, when: {probe: {weight: 0.5, day: 2026-03-08, hour: 9:05, over: calendar_year}}}]"
    )

    expected = {"weight": 500, "day": date(2026, 3, 8), "hour": time(9, 5), "over": LevelOver.CALENDAR_YEAR}
    assert expected == msgspec.structs.asdict(programme.rules[0].when[0])


@pytest.mark.parametrize(
    ("by", "written", "expected"),
    [("spend", "30000.50", 3_000_050), ("receipts", "30", 30), ("points, points: bonus", "30.5", 305)],
)
def test_a_ladder_counts_in_the_unit_of_its_criterion(
    by: str, written: str, expected: int, made: Made
) -> None:
    head = HEAD.replace("worth: 1", "worth: 1, decimals: 1").replace("{ladder", f"{{by: {by}, ladder")

    programme = made(
        head.replace("from: 1}", f"from: {written}}}") + "rules: [{id: a, when: {level: gold}, earn: 5}]"
    )

    assert programme.levels is not None
    assert expected == programme.levels.ladder[1].start


@pytest.mark.parametrize(("currency", "expected"), [("RUB", 150), ("JPY", None), ("KWD", 1500)])
def test_money_has_the_digits_of_its_currency(currency: str, expected: int | None, read: Read) -> None:
    reading = read(
        HEAD.replace("RUB", currency) + "rules: [{id: a, when: {member: yes}, discount: {amount: 1.50}}]"
    )

    found = reading.programme and reading.programme.rules[0].effects[0]
    assert (None if expected is None else Discount(amount=Flat(expected))) == found


def test_a_bare_text_stands_for_every_language(made: Made) -> None:
    programme = made(HEAD.replace("worth: 1", "worth: 1, title: балл") + "rules: [{id: a, earn: 5}]")

    assert {"und": "P"} == programme.title
    assert {"und": ("балл",)} == programme.points["bonus"].title


def test_json_reads_as_yaml_does(read: Read) -> None:
    text = playbook("c1-beer-club")
    root = read_tree(text).root
    assert root is not None

    as_json = json.dumps(plain(root), ensure_ascii=False, indent="\t")

    assert read(text).programme == read(as_json).programme == read("\ufeff" + as_json).programme


def test_anchors_repeat_what_they_name(made: Made) -> None:
    programme = made(HEAD + "rules: [{id: a, earn: &five {percent: 5}}, {id: b, earn: *five}]")

    assert programme.rules[0].effects == programme.rules[1].effects


def test_a_tree_of_a_plain_value_stands_at_no_line(registry: object) -> None:
    assert {"a": ["1", "true", None, "x"]} == plain(tree({"a": [1, True, None, "x"]}))


@pytest.mark.parametrize(
    ("key", "expected"), [("gold", "rules[0].gold"), ("a.b", 'rules[0]["a.b"]'), ('a"]', 'rules[0]["a\')"]')]
)
def test_a_path_stays_readable_whatever_its_keys(key: str, expected: str) -> None:
    assert expected == key_path("rules[0]", key)
