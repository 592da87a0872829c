"""Counting, selling and taking back at the MoySklad till."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from till_moysklad import Client, position, sales
from trading import Trading

from kopilka.connectors.moysklad.mapping_people import guid_of
from kopilka.usecases.commands import Adjust, Ref
from kopilka.usecases.members import MemberChange, PersonChange

STORE = {"meta": {"href": "https://x/retailstore/a1", "id": "a1"}, "name": "Магазин 1"}
TEA = position("tea-100", 2, 100)


def agent(phone: str) -> dict[str, Any]:
    return {"meta": {"href": f"https://x/{phone}", "id": f"c-{phone}"}, "phone": phone}


def asked(phone: str, *positions: dict[str, Any], kind: str = "SPENDING", **more: Any) -> dict[str, Any]:
    return {
        "retailStore": STORE, "agent": agent(phone), "positions": list(positions or (TEA,)),
        "bonusProgram": {"transactionType": kind}, **more,
    }  # fmt: skip


def sold(phone: str, id_: str, *positions: dict[str, Any], spent: float = 0, **more: Any) -> dict[str, Any]:
    return {
        "retailStore": STORE, "agent": agent(phone), "name": f"n-{id_}", "moment": "2026-11-01 12:00:00",
        "meta": {"href": f"https://x/{id_}", "id": id_}, "positions": list(positions or (position("tea-100", 2, 100, 100),)),
        "bonusProgram": {"bonusValueToSpend": spent, "bonusValueToEarn": 0}, "cashSum": 200 - spent, "noCashSum": 0, **more,
    }  # fmt: skip


def back(sale: str, id_: str, *positions: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "retailStore": STORE, "name": f"r-{id_}", "moment": "2026-11-02 12:00:00", "meta": {"id": id_},
        "demand": {"meta": {"id": sale}}, "positions": list(positions or (position("tea-100", 2, 100, 100),)), **more,
    }  # fmt: skip


def sale(shop: Trading, id_: str) -> Any:
    (found,) = [each for each in sales(shop) if each.receipt.id.endswith(f":{id_}")]
    return found


def test_without_a_wish_the_most_is_spent(shop: Trading, client: Client, phone: str) -> None:
    shop.member(phone, points="500")

    told = client.post("retaildemand/recalc", asked(phone))[1]

    assert {
        "transactionType": "SPENDING", "agentBonusBalance": 500, "bonusValueToSpend": 100, "bonusValueToEarn": 5,
        "agentBonusBalanceAfter": 405, "paidByBonusPoints": 100, "receiptExtraInfo": "Списано 100 бонусов\nНачислено 5 бонусов",
    } == told["bonusProgram"]  # fmt: skip
    assert [(2, 50, 50)] == [
        (r["quantity"], r["discountPercent"], r["discountedPrice"]) for r in told["positions"]
    ]
    assert not told["needVerification"]


def test_earning_spends_nothing(shop: Trading, client: Client, phone: str) -> None:
    shop.member(phone, points="500")

    told = client.post("retaildemand/recalc", asked(phone, kind="EARNING", preferredBonusToSpend=50))[1]

    bonus = told["bonusProgram"]
    assert ("EARNING", 0, 10, 510) == (
        bonus["transactionType"], bonus["bonusValueToSpend"], bonus["bonusValueToEarn"], bonus["agentBonusBalanceAfter"],
    )  # fmt: skip
    assert [(0, 100)] == [(r["discountPercent"], r["discountedPrice"]) for r in told["positions"]]


def test_more_than_there_is_or_than_is_allowed_is_cut(shop: Trading, client: Client, phone: str) -> None:
    shop.member(phone, points="30")

    told = client.post("retaildemand/recalc", asked(phone, preferredBonusToSpend=1_000_000))[1]

    assert 30 == told["bonusProgram"]["bonusValueToSpend"]


def test_serial_numbers_go_with_their_pieces(shop: Trading, client: Client, phone: str) -> None:
    shop.member(phone, points="10")
    told = client.post("retaildemand/recalc", asked(phone, position("p1", 3, 33.33, sn=["a", "b", "c"])))[1]

    rows = [(r["quantity"], r["discountedPrice"], r["sn"]) for r in told["positions"]]
    assert [(2, 30.00, ["a", "b"]), (1, 29.99, ["c"])] == rows


def test_weighed_goods_and_packs_come_out_to_the_kopeck(shop: Trading, client: Client, phone: str) -> None:
    shop.member(phone, points="77.77")
    pack = {"id": "k", "name": "Ящик", "quantity": 6.0, "barcode": {"ean13": "4600000000001"}}
    told = client.post(
        "retaildemand/recalc", asked(phone, position("ham", 0.457, 899.9), position("box", 7, 0.1, pack=pack))
    )[1]

    total = sum(round(r["quantity"] * r["discountedPrice"] * 100 + 1e-6) for r in told["positions"])
    assert 41125 + 70 - 7777 == total
    assert all(pack == r["pack"] for r in told["positions"] if r["assortment"]["meta"]["id"] == "box")


def test_a_buyer_who_is_no_member_pays_the_price(client: Client, phone: str) -> None:
    told = client.post("retaildemand/recalc", asked(phone))[1]

    assert (0, 0, 0) == tuple(
        told["bonusProgram"][k] for k in ("agentBonusBalance", "bonusValueToSpend", "bonusValueToEarn")
    )
    assert [100] == [r["discountedPrice"] for r in told["positions"]]


def test_counting_writes_nothing(shop: Trading, client: Client, phone: str) -> None:
    shop.member(phone, points="500")
    before = shop.rows(
        "SELECT (SELECT count(*) FROM receipt), (SELECT count(*) FROM personal.foreign_document)"
    )
    client.post("retaildemand/recalc", asked(phone))

    assert before == shop.rows(
        "SELECT (SELECT count(*) FROM receipt), (SELECT count(*) FROM personal.foreign_document)"
    )


def test_spending_is_to_be_confirmed_where_the_shop_wants_it(shop: Trading, phone: str) -> None:
    client = Client(shop, *shop.connect("moysklad", confirm_spending="yes"))
    shop.member(phone, points="50")

    needs = [
        client.post("retaildemand/recalc", asked(phone, kind=kind))[1]["needVerification"]
        for kind in ("SPENDING", "EARNING")
    ]
    assert [True, False] == needs


def test_a_sale_is_booked_as_it_was_counted(shop: Trading, client: Client, phone: str) -> None:
    member = shop.member(phone, points="10")
    told = client.post("retaildemand/recalc", asked(phone, position("p1", 3, 33.33), position("p1", 1, 5)))[1]
    bonus = told["bonusProgram"]
    body = sold(phone, "d-" + phone, *told["positions"], spent=bonus["bonusValueToSpend"], cashSum=94.99)

    assert (201, {}) == client.post("retaildemand", body)
    assert {} == sale(shop, "d-" + phone).variance
    assert round(bonus["agentBonusBalanceAfter"] * 100) == shop.balance(member)[0]


def test_a_repeated_sale_counts_once(shop: Trading, client: Client, phone: str) -> None:
    member = shop.member(phone)
    body = sold(phone, "r-" + phone)

    with ThreadPoolExecutor(4) as pool:
        assert [201] * 6 == list(pool.map(lambda _: client.post("retaildemand", body)[0], range(6)))
    assert 1000 == shop.balance(member)[0]


def test_a_sale_without_an_id_is_the_same_sale_when_it_has_one(
    shop: Trading, client: Client, phone: str
) -> None:
    member = shop.member(phone)
    bare = sold(phone, phone) | {"meta": {"href": "", "id": ""}}
    first = client.post("retaildemand", bare)[0]
    statuses = [
        first,
        client.post("retaildemand", bare)[0],
        client.post("retaildemand", sold(phone, phone))[0],
    ]
    statuses.append(client.post("retaildemand", bare)[0])

    assert [201] * 4 == statuses
    assert 1000 == shop.balance(member)[0]


def test_the_same_id_with_other_goods_is_a_conflict(shop: Trading, client: Client, phone: str) -> None:
    shop.member(phone)
    client.post("retaildemand", sold(phone, "x-" + phone))
    status, told = client.post("retaildemand", sold(phone, "x-" + phone, position("cocoa", 1, 5, 5)))

    assert (409, 3001) == (status, told["errors"][0]["code"])


def test_a_balance_that_is_gone_meanwhile_is_overspent_and_reported(
    shop: Trading, client: Client, phone: str
) -> None:
    member = shop.member(phone, points="50")
    told = client.post("retaildemand/recalc", asked(phone, preferredBonusToSpend=50))[1]
    shop._desk.run([Adjust(Ref("member", member), "bonus", -5000, "gone", "test", "gone" + phone)])

    assert (
        201
        == client.post("retaildemand", sold(phone, "g-" + phone, *told["positions"], spent=50, cashSum=150))[
            0
        ]
    )
    booked = sale(shop, "g-" + phone)
    assert (5000, 15000) == (booked.decision.spent.units, booked.decision.paid_minor)
    assert booked.variance
    assert shop.balance(member)[0] == -5000 + 1000


def test_a_sale_from_a_clock_ahead_is_booked_now_and_once(shop: Trading, client: Client, phone: str) -> None:
    member = shop.member(phone)
    body = sold(phone, "f-" + phone, moment="2030-01-01 00:00:00")

    assert [201, 201] == [client.post("retaildemand", body)[0] for _ in range(2)]
    assert 1000 == shop.balance(member)[0]


def test_a_member_blocked_meanwhile_gets_nothing_and_the_sale_is_booked(
    shop: Trading, client: Client, phone: str
) -> None:
    member = shop.member(phone)
    shop.house.members.change(member, MemberChange(status="blocked"), PersonChange(), (), "test")

    assert (412, 2003) == (client.post("retaildemand/recalc", asked(phone))[0], client.post("retaildemand/recalc", asked(phone))[1]["errors"][0]["code"])  # fmt: skip
    assert [201, 201] == [client.post("retaildemand", sold(phone, "b-" + phone))[0] for _ in range(2)]
    assert "" == sale(shop, "b-" + phone).member_id


def test_payments_are_kept_with_certificates_in_kopecks(shop: Trading, client: Client, phone: str) -> None:
    shop.member(phone)
    cards = [{"id": "g1", "name": "0001", "paymentSum": 5000}]
    client.post("retaildemand", sold(phone, "p-" + phone, cashSum=100, noCashSum=50.00, giftCards=cards))

    payments = [(row.kind, row.amount_minor) for row in sale(shop, "p-" + phone).receipt.payments]
    assert [("cash", 10000), ("card", 5000), ("certificate", 5000)] == payments


def test_goods_come_back_in_parts_and_the_points_with_them(shop: Trading, client: Client, phone: str) -> None:
    member = shop.member(phone, points="50")
    goods = position("tea-100", 2, 100, 75)
    client.post("retaildemand", sold(phone, "s-" + phone, goods, spent=50, cashSum=150))
    assert 750 == shop.balance(member)[0]
    part = position("tea-100", 1, 100, 75)
    one = back("s-" + phone, "b1-" + phone, part, cashSum=75, noCashSum=0)

    assert [201, 201] == [client.post("retailsalesreturn", one)[0] for _ in range(2)]
    assert 2875 == shop.balance(member)[0]
    assert 201 == client.post("retailsalesreturn", back("s-" + phone, "b2-" + phone, part, noCashSum=7500))[0]
    assert 5000 == shop.balance(member)[0]
    status, told = client.post("retailsalesreturn", back("s-" + phone, "b3-" + phone, part))
    assert (409, "positions") == (status, told["errors"][0]["parameter"])


def test_the_sums_of_a_return_are_believed_in_both_units(shop: Trading, client: Client, phone: str) -> None:
    shop.member(phone)
    client.post("retaildemand", sold(phone, "u-" + phone))
    half = position("tea-100", 1, 100, 100)
    sums = [{"cashSum": 40, "noCashSum": 60}, {"cashSum": 40, "noCashSum": 6000}, {"cashSum": 1}]
    quarter = position("tea-100", 0.5, 100, 100)
    outcomes = []
    for n, each in enumerate(sums):
        part = half if n < 1 else quarter
        total = each if n < 1 else {key: value / 2 for key, value in each.items()}
        assert (201, {}) == client.post(
            "retailsalesreturn", back("u-" + phone, f"u{n}-{phone}", part, **total)
        )
        outcomes.append(client.last.outcome)

    assert ["", "", "sums_differ"] == outcomes


def test_a_return_of_two_halves_is_the_line_that_was_sold(shop: Trading, client: Client, phone: str) -> None:
    member = shop.member(phone, points="10")
    told = client.post("retaildemand/recalc", asked(phone, position("p1", 3, 33.33)))[1]
    client.post("retaildemand", sold(phone, "h-" + phone, *told["positions"], spent=10, cashSum=89.99))
    client.post("retailsalesreturn", back("h-" + phone, "hb-" + phone, *told["positions"]))

    assert 1000 == shop.balance(member)[0]


def test_a_return_that_comes_before_its_sale_is_booked_with_it(
    shop: Trading, client: Client, phone: str
) -> None:
    member = shop.member(phone)
    gone = back("e-" + phone, "eb-" + phone, position("tea-100", 1, 100, 100))
    assert [201, 201] == [client.post("retailsalesreturn", gone)[0] for _ in range(2)]
    assert (0, 0) == shop.balance(member)
    client.post("retaildemand", sold(phone, "e-" + phone))
    client.post("retailsalesreturn", gone)

    assert 500 == shop.balance(member)[0]


def test_a_return_names_a_sale_that_had_no_id_by_its_number(
    shop: Trading, client: Client, phone: str
) -> None:
    member = shop.member(phone)
    client.post("retaildemand", sold(phone, phone) | {"meta": {"href": "", "id": ""}})
    body = back("", "nb-" + phone) | {"demand": {"meta": {"id": ""}, "name": f"n-{phone}"}}
    client.post("retailsalesreturn", body)

    assert 0 == shop.balance(member)[0]


def test_a_return_by_number_may_come_before_its_sale(shop: Trading, client: Client, phone: str) -> None:
    member = shop.member(phone)
    half = position("tea-100", 1, 100, 100)
    body = back("", "eb-" + phone, half) | {"demand": {"meta": {"id": ""}, "name": f"n-{phone}"}}
    client.post("retailsalesreturn", body)
    client.post("retaildemand", sold(phone, phone) | {"meta": {"href": "", "id": ""}})

    assert 500 == shop.balance(member)[0]


def test_numbers_that_begin_anew_are_other_sales(shop: Trading, client: Client, phone: str) -> None:
    member = shop.member(phone)
    for moment in ("2026-11-01 12:00:00", "2026-11-05 12:00:00"):
        client.post("retaildemand", sold(phone, phone, moment=moment) | {"meta": {"href": "", "id": ""}})

    assert 2000 == shop.balance(member)[0]


def test_a_return_without_a_sale_is_recorded_and_guessed_at_by_nobody(
    shop: Trading, client: Client, phone: str
) -> None:
    member = shop.member(phone, points="5")
    body = back("", "st-" + phone, agent={"href": f"https://x/{phone}", "id": f"c-{phone}"}) | {
        "demand": None
    }

    assert [201, 201] == [client.post("retailsalesreturn", body)[0] for _ in range(2)]
    assert 500 == shop.balance(member)[0]
    assert 1 == shop.rows("SELECT count(*) FROM stray_return WHERE return_id LIKE %s", f"%:st-{phone}")[0][0]


def test_a_gift_card_is_honestly_not_found(client: Client) -> None:
    status, told = client.get("giftcard", name="0001", retailStoreId="a1")

    assert (404, 4001, "name") == (status, told["errors"][0]["code"], told["errors"][0]["parameter"])


@pytest.mark.parametrize(
    ("change", "code", "parameter"),
    [
        ({"positions": []}, 1001, "positions"),
        ({"positions": {}}, 1005, "positions"),
        ({"positions": [7]}, 1005, "positions[0]"),
        ({"positions": [position("", 1, 1)]}, 1001, "positions[0].assortment.meta.id"),
        ({"positions": [position("a", 0, 1)]}, 1003, "positions[0].quantity"),
        ({"positions": [position("a", -1, 1)]}, 1003, "positions[0].quantity"),
        ({"positions": [position("a", 1, -0.01)]}, 1003, "positions[0].price"),
        ({"positions": [position("a", 1e9, 1e9)]}, 1003, "positions[0].quantity"),
        ({"positions": [position("a", 1, 1) | {"price": "дорого"}]}, 1003, "positions[0].price"),
        ({"positions": [position("a", 1, 1) | {"price": True}]}, 1003, "positions[0].price"),
        ({"positions": [position("a", 1, 1) | {"price": None}]}, 1001, "positions[0].price"),
        ({"positions": [position("a", 1, 1)] * 1001}, 1007, "positions"),
        ({"bonusProgram": None}, 1001, "bonusProgram"),
        ({"preferredBonusToSpend": -1}, 1003, "preferredBonusToSpend"),
        ({"agent": None}, 1001, "agent"),
    ],
)
def test_a_mistake_in_counting_is_named(
    client: Client, phone: str, change: dict[str, Any], code: int, parameter: str
) -> None:
    status, told = client.post("retaildemand/recalc", asked(phone) | change)

    assert (400, code, parameter) == (status, told["errors"][0]["code"], told["errors"][0]["parameter"])


def test_a_sale_that_nothing_names_is_refused(client: Client, phone: str) -> None:
    body = sold(phone, "z") | {"meta": {"href": "", "id": ""}, "name": None}
    status, told = client.post("retaildemand", body)

    assert (400, "name") == (status, told["errors"][0]["parameter"])


def test_a_thousand_positions_are_counted(shop: Trading, client: Client, phone: str) -> None:
    shop.member(phone, points="100")
    told = client.post("retaildemand/recalc", asked(phone, *[position(f"g{n}", 1, 1) for n in range(1000)]))[
        1
    ]

    assert 100 == told["bonusProgram"]["bonusValueToSpend"]


def test_one_member_is_known_by_our_guid_everywhere(shop: Trading, client: Client, phone: str) -> None:
    member = shop.member(phone, points="40")
    body = asked(phone) | {"agent": {"meta": {"href": f"https://x/syncid/{guid_of(member)}", "id": ""}}}

    assert 40 == client.post("retaildemand/recalc", body)[1]["bonusProgram"]["agentBonusBalance"]
