"""Privileges of an order under programmes of other kinds: discounts by level, a choice, birthdays, one's own discount."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from till_retailcrm import Site
from trading import Trading, trading

from kopilka.core.receipt import Shop
from kopilka.usecases.members import MemberChange, PersonChange
from kopilka.usecases.programmes import Published, Wanted

HEAD = "programme: {name}\ntitle: {{ru: Клуб, en: Club}}\ncurrency: RUB\nzone: Europe/Moscow\n"
POINTS = "points: {{{name}-bonus: {{worth: 2.00}}}}\n"
LEVELS = """
levels:
  by: spend
  over: ever
  ladder:
    - {id: base, from: 0, title: {ru: Базовый, en: Base}}
    - {id: gold, from: 5000, title: {ru: Золотой, en: Gold}}
rules:
  - {id: by-level, discount: {percent: {base: 3, gold: 10}}}
"""
CHOICE = """
rules:
  - {id: off, when: {member: yes, choice: discount}, discount: 7%}
  - {id: back, when: {choice: {any_of: earn, unset: yes}}, earn: 20%}
spend: {up_to: 50%}
"""
BIRTHDAY = """
rules:
  - {id: party, when: {birthday: {before: 3, after: 3}}, discount: 15%}
  - {id: back, earn: 5%}
spend: {up_to: 50%}
"""
TAGGED = "rules: [{id: friend, when: {tag: friend}, discount: 12%}]\n"
FOR_ALL = """
rules:
  - {id: all, discount: 10%}
  - {id: back, earn: 5%}
"""
PROGRAMMES = {
    "by-levels": HEAD + LEVELS.replace("{", "{{").replace("}", "}}"),
    "by-choice": HEAD + POINTS + CHOICE.replace("{", "{{").replace("}", "}}"),
    "by-day": HEAD + POINTS + BIRTHDAY.replace("{", "{{").replace("}", "}}"),
    "by-tag": HEAD + TAGGED.replace("{", "{{").replace("}", "}}"),
    "for-all": HEAD + POINTS + FOR_ALL.replace("{", "{{").replace("}", "}}"),
}
PHONES = count(1)


@pytest.fixture(scope="module")
def shop(shared_database: str) -> Iterator[Trading]:
    """A house with a shop for each programme, of the same name."""
    with trading(shared_database) as shop:
        for name, text in PROGRAMMES.items():
            published = shop.house.programmes.publish(Wanted(text.format(name=name), 0))
            assert isinstance(published, Published), published
        shops = [Shop(name, "Europe/Moscow", name) for name in PROGRAMMES]
        shop.house.reference.put_shops(shops, shop.clock())
        yield shop


def at(shop: Trading, name: str) -> Site:
    """A site of the shop of a programme, with a member."""
    return Site(shop, f"+7906{next(PHONES):07}", site=name)


def counted(site: Site, privilege: str = "", bonuses: int = 0) -> tuple[dict[str, Any], dict[str, Any]]:
    """The order, and what each privilege gives: (discount, bonuses, whether it is the best)."""
    item = {"offer": {"externalId": "tea-100"}, "quantity": 2, "initialPrice": 500}
    order = {"customer": {"externalId": "c-1"}, "items": [item]} | (
        {"privilegeType": privilege} if privilege else {}
    )
    status, told = site.post("loyalty/calculate", site=site.site, order=order, bonuses=str(bonuses))
    assert status == 200, told
    rows = {
        row["privilegeType"]: (row["discount"], row["creditBonuses"], row["maximum"])
        for row in told["calculations"]
    }
    return told["order"], rows


def test_a_programme_of_discounts_by_level(shop: Trading) -> None:
    site = at(shop, "by-levels")
    order, rows = counted(site, "loyalty_level")
    placed = site.place("1", 2, 500, privilegeType="loyalty_level")[1]["order"]
    refused = site.apply("1", 10)
    site.edit("1", status="complete")
    account = site.get(f"loyalty/account/{site.account}")[1]["loyaltyAccount"]

    assert {"none": (0, 0, False), "loyalty_level": (30, 0, True)} == rows
    assert [{"type": "loyalty_level", "amount": 30}] == order["items"][0]["discounts"]
    assert (970, [{"price": 485, "quantity": 2}], 15) == (
        order["totalSumm"], order["items"][0]["prices"], order["items"][0]["discountTotal"],
    )  # fmt: skip
    assert (970, 970) == (placed["totalSumm"], account["ordersSum"])
    assert (400, "discount") == (refused[0], account["level"]["type"])


def test_a_level_won_meanwhile_does_not_change_an_order_under_way(shop: Trading) -> None:
    site = at(shop, "by-levels")
    site.place("1", 2, 500, privilegeType="loyalty_level")
    site.place("2", 20, 500, privilegeType="loyalty_level")
    site.edit("2", status="complete")
    booked = site.edit("1", status="complete")[1]["order"]
    later = counted(site)[0]

    assert (970, 900, "Золотой") == (booked["totalSumm"], later["totalSumm"], later["loyaltyLevel"]["name"])


def test_a_member_chooses_between_a_discount_and_bonuses(shop: Trading) -> None:
    site = at(shop, "by-choice")
    order, rows = counted(site, "personal_discount")
    earning, _ = counted(site, "loyalty_level")
    unsaid, _ = counted(site)
    site.place("1", 2, 500, privilegeType="personal_discount")
    site.edit("1", status="complete")
    site.place("2", 2, 500, privilegeType="loyalty_level")
    site.edit("2", status="complete")
    amount = site.get(f"loyalty/account/{site.account}")[1]["loyaltyAccount"]["amount"]

    # A bonus is worth two roubles, and 20 % of the money comes back: 100 bonuses are more than 70 roubles off.
    assert {
        "none": (0, 0, False),
        "loyalty_level": (0, 100, True),
        "personal_discount": (70, 0, False),
    } == rows
    assert ([{"type": "personal", "amount": 70}], 7, 930, 0) == (
        order["items"][0]["discounts"], order["personalDiscountPercent"], order["totalSumm"],
        order["bonusesCreditTotal"],
    )  # fmt: skip
    assert 7 == order["customer"]["personalDiscount"]
    assert (100, "loyalty_level") == (earning["bonusesCreditTotal"], unsaid["privilegeType"])
    assert 100 == amount


def test_a_birthday_is_an_event(shop: Trading) -> None:
    site = at(shop, "by-day")
    today = datetime.now(UTC).replace(year=1990).strftime("%Y-%m-%d")
    site.post("customers/c-1/edit", site=site.site, by="externalId", customer={"birthday": today})
    order, rows = counted(site, "loyalty_event")

    assert {"none", "loyalty_level", "loyalty_event"} == set(rows)
    assert [(150, 21, True), (150, 21, False)] == sorted(
        [rows["loyalty_level"], rows["loyalty_event"]], key=lambda row: not row[2]
    )
    assert [{"type": "loyalty_event", "amount": 150}] == order["items"][0]["discounts"]
    assert ("loyalty_event", True) == (order["privilegeType"], order["loyaltyEventDiscount"]["id"] > 0)


def test_a_discount_of_ones_own_is_personal(shop: Trading) -> None:
    site = at(shop, "by-tag")
    before = counted(site)[1]
    member = shop.seen("phone", site.phone)
    assert member is not None
    change = MemberChange(add_tags=("friend",))
    shop.house.members.change(member.member_id, change, PersonChange(), (), "test")
    order, rows = counted(site, "personal_discount")

    assert {"none", "loyalty_level"} == set(before)
    assert (120, 0, False) == rows["personal_discount"]
    assert ([{"type": "personal", "amount": 120}], 12) == (
        order["items"][0]["discounts"], order["personalDiscountPercent"],
    )  # fmt: skip


def test_what_everybody_gets_a_guest_gets(shop: Trading) -> None:
    site = at(shop, "for-all")
    rows = counted(site)[1]

    assert {"none": (100, 0, False), "loyalty_level": (100, 22, True)} == rows


def test_bonuses_worth_more_than_a_rouble(shop: Trading) -> None:
    site = at(shop, "by-choice")
    site.post(f"loyalty/account/{site.account}/bonus/credit", amount="100")
    order, _ = counted(site, "loyalty_level", 30)

    assert (30, [{"type": "bonus_charge", "amount": 60}], 940) == (
        order["bonusesChargeTotal"], order["items"][0]["discounts"], order["totalSumm"],
    )  # fmt: skip


def test_a_privilege_changed_on_completion_is_what_counts(shop: Trading) -> None:
    site = at(shop, "by-choice")
    placed = site.place("1", 2, 500, privilegeType="personal_discount")[1]["order"]
    booked = site.edit("1", privilegeType="loyalty_level", status="complete")[1]["order"]

    assert (930, 1000, 100) == (placed["totalSumm"], booked["totalSumm"], booked["bonusesCreditTotal"])
