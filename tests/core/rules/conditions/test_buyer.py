"""Who buys: tags, facts of the profile, perks, earlier purchases and how many."""

from datetime import date

import pytest
from checking import answer, bought, past, person

from kopilka.core.member.member import Perk
from kopilka.core.receipt import Line

BUYERS = [
    ("tag: [vip, staff]", {"tags": frozenset({"staff"})}, "met"),
    ("tag: [vip, staff]", {"tags": frozenset({"VIP"})}, "other_tag wanted=vip, staff"),
    ("tag: vip", {}, "other_tag wanted=vip"),
    ("attribute: {name: city, any_of: [Tver, Klin]}", {"attributes": {"city": " klin "}}, "met"),
    (
        "attribute: {name: city, any_of: [Tver, Klin]}",
        {"attributes": {"city": "Omsk"}},
        "other_attribute name=city wanted=Tver, Klin",
    ),
    (
        "attribute: {name: city, any_of: [Tver]}",
        {"attributes": {"town": "Tver"}},
        "attribute_unknown name=city",
    ),
    ("attribute: {name: city}", {"attributes": {"city": "Omsk"}}, "met"),
    ("attribute: {name: city}", {"attributes": {"city": "  "}}, "attribute_unknown name=city"),
    ("perk: consultant", {"perks": (Perk("consultant", date(2026, 3, 4)),)}, "met"),
    (
        "perk: consultant",
        {"perks": (Perk("consultant", date(2026, 3, 5)),)},
        "no_perk wanted=consultant",
    ),
    ("perk: consultant", {"perks": (Perk("consultant", date(2026, 1, 1), date(2026, 3, 4)),)}, "met"),
    (
        "perk: consultant",
        {"perks": (Perk("consultant", date(2026, 1, 1), date(2026, 3, 3)),)},
        "no_perk wanted=consultant",
    ),
    (
        "perk: [consultant, early]",
        {"perks": (Perk("consultant", date(2026, 1, 1), date(2026, 3, 3)), Perk("early", date(2026, 1, 1)))},
        "met",
    ),
]


@pytest.mark.parametrize(("when", "facts", "expected"), BUYERS)
def test_a_fact_of_the_member_decides(when: str, facts: dict[str, object], expected: str) -> None:
    assert expected == answer(when, person(**facts))


FIFTH = "receipt_number: {every: 5}"
NUMBERS = [
    (FIFTH, 4, "met"),
    (FIFTH, 9, "met"),
    (FIFTH, 0, "receipt_number_ahead next=5 number=1"),
    (FIFTH, 5, "receipt_number_ahead next=10 number=6"),
    ("receipt_number: 1", 0, "met"),
    ("receipt_number: 1", 1, "receipt_number_past number=2"),
    ("receipt_number: [2, 4]", 2, "receipt_number_ahead next=4 number=3"),
    ("receipt_number: [4, 2]", 1, "met"),
    ("receipt_number: [4, 2]", 4, "receipt_number_past number=5"),
    ("receipt_number: {from: 3}", 1, "receipt_number_ahead next=3 number=2"),
    ("receipt_number: {from: 3}", 2, "met"),
    ("receipt_number: {from: 2, below: 4}", 2, "met"),
    ("receipt_number: {from: 2, below: 4}", 3, "receipt_number_past number=4"),
    ("receipt_number: {every: 5, from: 6}", 4, "receipt_number_ahead next=10 number=5"),
    ("receipt_number: {every: 5, below: 6}", 5, "receipt_number_past number=6"),
    ("receipt_number: {every: 2, number: [1, 3]}", 0, "receipt_number_past number=1"),
    (FIFTH, -1, "receipt_number_ahead next=5 number=1"),
]


@pytest.mark.parametrize(("when", "kept", "expected"), NUMBERS)
def test_the_purchase_under_way_is_one_more_than_those_kept(when: str, kept: int, expected: str) -> None:
    assert expected == answer(when, person(receipts=kept))


LATELY = bought({"2025-12-31": 1, "2026-02-28": 2, "2026-03-01": 1, "2026-03-02": 1, "2026-03-04": 1})
# 4 March 2026 is a Wednesday
PERIODS = [
    ("day", "receipt_number_past number=2"),
    ("week", "receipt_number_past number=3"),
    ("month", "receipt_number_past number=4"),
    ("year", "receipt_number_past number=6"),
    ("ever", "receipt_number_past number=7"),
]


@pytest.mark.parametrize(("per", "expected"), PERIODS)
def test_purchases_are_counted_anew_each_period(per: str, expected: str) -> None:
    assert expected == answer(f"receipt_number: {{number: 1, per: {per}}}", person(**LATELY))


def test_a_new_month_begins_at_midnight_of_the_shop() -> None:
    when = "receipt_number: {number: 2, per: month}"
    member = person(**bought({"2026-03-31": 1}))

    assert "met" == answer(when, member, at="2026-03-31 23:59:59")
    ahead = "receipt_number_ahead_in_period next=2 number=1"
    assert ahead == answer(when, member, at="2026-04-01 00:00")
    assert "met" == answer(when, member, at="2026-03-31 23:30", zone_name="Asia/Yekaterinburg")


SINCE = [
    ("days_since_purchase: 30", {"2026-02-02": 1}, "met"),
    ("days_since_purchase: 30", {"2026-02-03": 1}, "bought_lately missing=1"),
    ("days_since_purchase: 30", {"2025-01-01": 1, "2026-03-04": 1}, "bought_lately missing=30"),
    ("days_since_purchase: {below: 30}", {"2026-02-03": 1}, "met"),
    ("days_since_purchase: {below: 30}", {"2026-02-02": 1}, "bought_long_ago below=30"),
    ("days_since_purchase: {below: 1}", {"2026-03-04": 1}, "met"),
    ("days_since_purchase: {from: 1}", {"2026-03-04": 1}, "bought_lately missing=1"),
    ("days_since_purchase: 0", {}, "never_bought"),
    ("days_since_purchase: {below: 30}", {}, "never_bought"),
    ("days_since_purchase: {below: 30}", {"2026-03-09": 1}, "met"),
]


@pytest.mark.parametrize(("when", "days", "expected"), SINCE)
def test_days_are_counted_from_the_last_day_with_a_kept_purchase(
    when: str, days: dict[str, int], expected: str
) -> None:
    assert expected == answer(when, person(**bought(days)))


def test_a_day_whose_purchases_were_all_returned_is_no_day_of_purchase() -> None:
    facts = bought({"2026-01-01": 1})
    facts["days"][date(2026, 3, 3)] = [0, 0, 0]

    assert "met" == answer("days_since_purchase: 30", person(**facts))


def test_purchases_before_the_days_that_are_known_are_long_ago() -> None:
    member = person(receipts=3)

    assert "met" == answer("days_since_purchase: 60", member)
    assert "bought_long_ago below=60" == answer("days_since_purchase: {below: 60}", member)


PHONES = "goods: {category: headphones}"
HEARD = Line("a", "h-1", 2000, 250_000, category=("audio", "headphones"))
HALF = Line("b", "h-2", 500, 50_000, category=("headphones",))
BEER = Line("c", "beer", 1000, 10_000)
SMOKE = Line("d", "smoke", 1000, 20_000, product_class="tobacco")
GIFT = Line("e", "gift", 1000, 20_000, product_class="gift")
TWICE = (past("2025-12-05", HEARD, BEER), past("2025-12-04", HALF), past("2026-03-04", BEER))
HISTORIES = [
    (f"history: {{{PHONES}}}", TWICE, "met"),
    (f"history: {{{PHONES}, within: 90d}}", TWICE, "met"),
    (f"history: {{{PHONES}, within: 89d}}", TWICE, "history_receipts_below more=1"),
    (f"history: {{{PHONES}, receipts: {{from: 2}}}}", TWICE, "met"),
    (f"history: {{{PHONES}, within: 90d, receipts: {{from: 2}}}}", TWICE, "history_receipts_below more=1"),
    (f"history: {{{PHONES}, receipts: {{from: 3}}}}", TWICE, "history_receipts_below more=1"),
    (f"history: {{{PHONES}, receipts: {{below: 2}}}}", TWICE, "history_above"),
    (f"history: {{{PHONES}, pieces: {{from: 2.5}}}}", TWICE, "met"),
    (f"history: {{{PHONES}, pieces: {{from: 2.501}}}}", TWICE, "history_pieces_below more=1"),
    (f"history: {{{PHONES}, sum: {{from: 3000}}}}", TWICE, "met"),
    (f"history: {{{PHONES}, sum: {{from: 3000.01}}}}", TWICE, "history_sum_below more=1"),
    (f"history: {{{PHONES}, sum: {{from: 1, below: 3000}}}}", TWICE, "history_above"),
    (f"history: {{{PHONES}, never: yes}}", TWICE, "bought_before"),
    (f"history: {{{PHONES}, never: yes, within: 89d}}", TWICE, "met"),
    (f"history: {{{PHONES}, never: yes}}", (), "met"),
    ("history: {within: 1d}", TWICE, "met"),
    ("history: {never: yes, within: 1d}", (past("2026-03-03", BEER),), "met"),
    ("history: {}", (), "history_receipts_below more=1"),
    ("history: {sum: {from: 100.01}}", (past("2026-03-03", BEER, SMOKE, GIFT),), "history_sum_below more=1"),
    ("history: {goods: {class: tobacco}, never: yes}", (past("2026-03-03", SMOKE),), "met"),
]


@pytest.mark.parametrize(("when", "purchases", "expected"), HISTORIES)
def test_what_was_bought_before_decides(when: str, purchases: tuple[object, ...], expected: str) -> None:
    assert expected == answer(when, person(past=purchases))


GUESTS = [
    "attribute: {name: city}", "receipt_number: 1", "days_since_purchase: {below: 30}", "history: {never: yes}",
    "birthday: ", "tenure: 1d", "first_purchase: yes", "member: yes",
]  # fmt: skip


@pytest.mark.parametrize("when", GUESTS)
def test_a_guest_is_asked_for_a_card(when: str) -> None:
    assert "members_only" == answer(when, None)


@pytest.mark.parametrize("when", ["tag: vip", "card: gold", "level: gold", "perk: early"])
def test_a_guest_has_neither_tags_nor_cards_nor_levels_nor_perks(when: str) -> None:
    assert "met" != answer(when, None)
