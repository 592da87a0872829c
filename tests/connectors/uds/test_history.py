"""The list of operations: purchases, returns and points by hand, newest first, each shop's own."""

from typing import Any

import pytest
from till_uds import Company, sale
from trading import Trading, trading

from kopilka.usecases.commands import Adjust, Ref
from kopilka.usecases.erase_member import Erased, ErasureWish
from kopilka.usecases.outcomes import Done


def walked(company: Company, path: str, size: int) -> list[Any]:
    """All rows of a list, page by page."""
    found: list[Any] = []
    cursor = ""
    while True:
        page = company.done("GET", f"{path}?max={size}" + (f"&cursor={cursor}" if cursor else ""))
        assert len(page["rows"]) <= size
        found += page["rows"]
        cursor = page["cursor"]
        if not cursor:
            return found


def number_of(company: Company, phone: str) -> int:
    return int(company.done("GET", f"customers/find?phone={phone}")["user"]["participant"]["id"])


def by_staff(shop: Trading, member: str, units: int) -> None:
    wish = Adjust(Ref("member", member), "bonus", units, "sorry", "olga", f"{member}-{units}")
    assert isinstance(shop._desk.run([wish])[0], Done)


def test_lists_are_walked_by_cursor_and_by_offset(database: str) -> None:
    with trading(database) as shop:
        company, other = Company(shop), Company(shop, place="second")
        for n in range(7):
            shop.member(f"+7999000000{n}")
        sold = [
            company.done("POST", "operations", sale(100 + n, 100 + n, phone=f"+7999000000{n}"))["id"]
            for n in range(5)
        ]
        hidden = other.done("POST", "operations", sale(9, 9, phone="+79990000006"))["id"]
        part = company.done("POST", f"operations/{sold[1]}/refund", {"partialAmount": 10})["id"]
        rest = company.done("POST", f"operations/{sold[1]}/refund")["id"]
        company.done(
            "POST", "operations/reward", {"points": 3, "participants": [number_of(company, "+79990000001")]}
        )
        reward = company.done("GET", "operations?max=1")["rows"][0]["id"]

        expected = [reward, rest, part, *reversed(sold)]
        for size in (1, 2, 3, 50):
            assert expected == [row["id"] for row in walked(company, "operations", size)]
            assert 7 == len({row["participant"]["id"] for row in walked(company, "customers", size)})
        page = company.done("GET", "operations?max=2&offset=1")
        assert ([rest, part], 0) == ([row["id"] for row in page["rows"]], page["total"])
        assert 3 == len(company.done("GET", "customers?max=3&offset=4")["rows"])
        assert [hidden] == [row["id"] for row in walked(other, "operations", 10)]
        assert (404, "notFound", "id") == other.wrong("GET", f"operations/{sold[0]}")


def test_points_by_hand_are_operations_with_numbers_that_stay(shop: Trading, phone: str) -> None:
    company, member = Company(shop), shop.member(phone, points="100")
    number = number_of(company, phone)
    company.done(
        "POST", "operations/reward", {"points": 50.5, "participants": [number], "comment": "Спасибо"}
    )
    by_staff(shop, member, -2_025)

    taken, given, gift = company.done("GET", "operations?max=3")["rows"]

    assert [-20.25, 50.5, 100] == [row["points"] for row in (taken, given, gift)]
    assert ("UNKNOWN", "NORMAL", 0, 0, None, number, None, "Магазин 1") == (
        given["action"], given["state"], given["total"], given["cash"], given["origin"], given["customer"]["id"],
        taken["branch"], given["branch"]["displayName"],
    )  # fmt: skip
    for row in (taken, given, gift):
        assert row == company.done("GET", f"operations/{row['id']}")
    assert [taken, given, gift] == company.done("GET", "operations?max=3")["rows"]
    assert (400, "badRequest", "id") == company.wrong("POST", f"operations/{given['id']}/refund")


@pytest.mark.parametrize("closed", [False, True])
def test_points_that_another_shop_gave_are_its_own_and_those_of_staff_everybodys(
    shop: Trading, phone: str, *, closed: bool
) -> None:
    company, other = Company(shop), Company(shop, place="second")
    member = shop.member(phone)
    number = number_of(company, phone)
    other.done("POST", "operations/reward", {"points": 7, "participants": [number]})
    by_staff(shop, member, 1_100)
    if closed:
        shop.house.connections.close(other.connection.connection_id)
        other = Company(shop, place="second")
    staffs, others = other.done("GET", "operations?max=2")["rows"]

    assert (11, 7) == (staffs["points"], others["points"])
    assert [11] == [row["points"] for row in company.done("GET", "operations?max=1")["rows"]]
    assert others["id"] not in {row["id"] for row in walked(company, "operations", 50)}
    assert (404, "notFound", "id") == company.wrong("GET", f"operations/{others['id']}")
    assert staffs == company.done("GET", f"operations/{staffs['id']}")
    assert others == other.done("GET", f"operations/{others['id']}")


def test_operations_of_a_person_who_was_erased_stay_without_a_name(shop: Trading, phone: str) -> None:
    company, member = Company(shop), shop.member(phone)
    company.done("POST", "operations", sale(100, 100, phone=phone))
    by_staff(shop, member, 900)
    before = company.done("GET", "operations?max=2")["rows"]
    erased = shop.house.privacy.erasures.erase(ErasureWish(member, "test"))
    assert isinstance(erased, Erased)

    told = company.done("GET", "operations?max=50")["rows"]
    after = [row for row in told if row["id"] in {row["id"] for row in before}]

    assert [{**row, "customer": None} for row in before] == after
    for row in after:
        assert row == company.done("GET", f"operations/{row['id']}")
