"""Bills and sales by the wire: numbers, who is named how, what may be spent, repeats."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from till_uds import Company, sale
from trading import Trading

from kopilka.core.receipt import Line
from kopilka.usecases.commands import Ref


def code_of(shop: Trading, member: str) -> str:
    return shop.house.verifications.show_code(member).code


def test_a_bill_is_counted_as_published(company: Company, phone: str) -> None:
    shop = company.shop
    member = shop.member(phone, points="150.50")
    bill = {"total": 1000.00, "skipLoyaltyTotal": 200.00, "points": 100}

    got = company.done("POST", "operations/calc", {"code": code_of(shop, member), "receipt": bill})

    assert {
        "maxPoints": 150.5, "total": 1000, "skipLoyaltyTotal": 200, "unredeemableTotal": 0, "discountAmount": 0,
        "discountPercent": 0, "points": 100, "pointsPercent": 10, "netDiscount": 100, "netDiscountPercent": 10,
        "certificatePoints": 0, "cash": 900, "cashTotal": 900, "cashBack": 35, "extras": {}, "maxScoresDiscount": 50,
    } == got["purchase"]  # fmt: skip
    user = got["user"]
    tier = {"uid": "base", "name": "Базовый", "rate": 5, "maxScoresDiscount": 50}
    assert ("Анна Петрова", phone, []) == (user["displayName"], user["phone"], user["tags"])
    assert (150.5, 0, 5, 0) == tuple(
        user["participant"][name] for name in ("points", "discountRate", "cashbackRate", "cashSpent")
    )
    assert tier == {name: user["participant"]["membershipTier"][name] for name in tier}


def test_money_is_written_with_two_places(company: Company, phone: str) -> None:
    company.shop.member(phone)

    body = company.answer("GET", f"customers/find?phone={phone}&total=999.995").body

    assert b'"total":1000.00,' in body
    assert b'"cash":1000.00,' in body


@pytest.mark.parametrize(
    ("bill", "most", "back"),
    [
        ({"total": 1000}, 400, 50),
        ({"total": 100}, 50, 5),
        ({"total": 1000, "unredeemableTotal": 700}, 150, 50),
        ({"total": 1000, "unredeemableTotal": 300, "skipLoyaltyTotal": 500}, 100, 25),
        ({"total": 1000, "skipLoyaltyTotal": 1000}, 0, 0),
        ({"total": 0.01}, 0, 0),
        ({"total": 99.99}, 49.99, 4.99),
    ],
)
def test_parts_of_a_bill_limit_points_and_cashback(
    company: Company, phone: str, bill: dict[str, float], most: float, back: float
) -> None:
    member = company.shop.member(phone, points="400")

    got = company.done("POST", "operations/calc", {"code": code_of(company.shop, member), "receipt": bill})

    assert (most, back) == (got["purchase"]["maxPoints"], got["purchase"]["cashBack"])


def test_a_sale_by_code_is_told_and_consumes_the_code(company: Company, phone: str) -> None:
    shop = company.shop
    member = shop.member(phone, points="150.50")
    code = code_of(shop, member)
    body = sale(1000, 900, 100, code=code, nonce=str(uuid4()), number="42", skipLoyaltyTotal=200)
    body["cashier"] = {"externalId": "k-2", "name": "Ольга"}

    told = company.done("POST", "operations", body)

    assert ("PURCHASE", "NORMAL", -100, 0, "42", 1000, 900, None) == tuple(
        told[name]
        for name in (
            "action",
            "state",
            "points",
            "certificatePoints",
            "receiptNumber",
            "total",
            "cash",
            "origin",
        )
    )
    assert ("Ольга", "Магазин 1") == (told["cashier"]["displayName"], told["branch"]["displayName"])
    assert ("Анна Петрова", "base") == (
        told["customer"]["displayName"], told["customer"]["membershipTier"]["uid"],
    )  # fmt: skip
    assert (8_550, 8_550) == shop.balance(member)
    assert (404, "notFound", "code") == company.wrong("GET", f"customers/find?code={code}")
    assert (404, "notFound", "code") == company.wrong("POST", "operations", sale(10, 10, code=code))
    assert told == company.done("GET", f"operations/{told['id']}")


def test_a_repeat_of_a_nonce_gets_the_stored_operation_even_without_the_code(
    company: Company, phone: str
) -> None:
    member = company.shop.member(phone, points="100")
    body = sale(500, 450, 50, code=code_of(company.shop, member), nonce=str(uuid4()))
    first = company.done("POST", "operations", body)
    company.shop.clock.ahead += timedelta(hours=30)

    again = company.done("POST", "operations", body)
    company.shop.clock.ahead -= timedelta(hours=30)

    assert first == again
    assert (7_250, 7_250) == company.shop.balance(member)
    other = {**body, "receipt": {**body["receipt"], "total": 501, "cash": 451}}
    assert (400, "badRequest", "nonce") == company.wrong("POST", "operations", other)


def test_a_nonce_of_another_buyer_is_refused(company: Company, phone: str) -> None:
    company.shop.member(phone)
    company.shop.member("+79060000001")
    nonce = "any text will do"
    company.done("POST", "operations", sale(100, 100, phone=phone, nonce=nonce))

    got = company.wrong("POST", "operations", sale(100, 100, phone="+79060000001", nonce=nonce))

    assert (400, "badRequest", "nonce") == got


def test_repeats_at_the_same_moment_are_one_sale(company: Company, phone: str) -> None:
    member = company.shop.member(phone, points="200")
    body = sale(100, 50, 50, code=code_of(company.shop, member), nonce=str(uuid4()))

    with ThreadPoolExecutor(6) as pool:
        told = list(pool.map(lambda _: company.done("POST", "operations", body), range(6)))

    assert [told[0]["id"]] * 6 == [each["id"] for each in told]
    assert (15_250, 15_250) == company.shop.balance(member)


def test_one_code_pays_for_one_of_many_sales_at_once(company: Company, phone: str) -> None:
    member = company.shop.member(phone, points="200")
    code = code_of(company.shop, member)
    bodies = [sale(100, 50, 50, code=code, nonce=str(uuid4())) for _ in range(6)]

    with ThreadPoolExecutor(6) as pool:
        statuses = list(pool.map(lambda body: company.ask("POST", "operations", body)[0], bodies))

    assert [200] + [404] * 5 == sorted(statuses)


def test_tills_at_once_do_not_spend_more_than_there_is(shop: Trading, phone: str) -> None:
    company = Company(shop, points_by_phone="yes")
    member = shop.member(phone, points="100")
    bodies = [sale(200, 140, 60, phone=phone, nonce=str(uuid4())) for _ in range(5)]

    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda body: company.ask("POST", "operations", body), bodies))

    assert [200] + [400] * 4 == sorted(status for status, _ in answers)
    assert {"insufficientFunds", None} == {content.get("errorCode") for _, content in answers}
    assert (4_700, 4_700) == shop.balance(member)


def test_a_refused_sale_leaves_the_code_and_writes_nothing(company: Company, phone: str) -> None:
    member = company.shop.member(phone, points="10")
    code, nonce = code_of(company.shop, member), str(uuid4())

    got = company.wrong("POST", "operations", sale(100, 80, 20, code=code, nonce=nonce))

    assert (400, "insufficientFunds", "receipt.points") == got
    assert None is company.shop.house.views.receipt(nonce)
    company.done("POST", "operations", sale(100, 90, 10, code=code, nonce=nonce))


def test_an_unknown_phone_is_counted_and_joins_by_buying(company: Company, phone: str) -> None:
    body = {"participant": {"phone": phone}, "receipt": {"total": 100}}

    calc = company.done("POST", "operations/calc", body)
    seen = company.shop.seen("phone", phone)
    told = company.done("POST", "operations", sale(100, 100, phone=phone))
    user = company.done("GET", f"customers/find?phone={phone}")["user"]

    assert (None, None, 5) == (
        calc["user"]["uid"],
        calc["user"]["participant"]["id"],
        calc["purchase"]["cashBack"],
    )
    assert None is seen
    assert (None, 5, told["customer"]["id"]) == (
        user["uid"], user["participant"]["points"], user["participant"]["id"],
    )  # fmt: skip


def test_two_sales_at_once_to_an_unknown_phone_make_one_member(company: Company, phone: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        told = list(
            pool.map(lambda _: company.done("POST", "operations", sale(100, 100, phone=phone)), range(4))
        )

    assert 1 == len({each["customer"]["id"] for each in told})
    assert 4 == len({each["id"] for each in told})


def test_whoever_was_shown_a_code_has_a_uid_that_finds_them_and_cannot_spend(
    company: Company, phone: str
) -> None:
    shop = company.shop
    member = shop.member(phone, points="50")
    before = company.done("GET", f"customers/find?phone={phone}")["user"]["uid"]
    code_of(shop, member)
    uid = company.done("GET", f"customers/find?phone={phone}")["user"]["uid"]

    found = company.done("GET", f"customers/find?uid={uid}&total=100")

    assert None is before
    assert (phone, 0) == (found["user"]["phone"], found["purchase"]["maxPoints"])
    assert 200 == company.ask("POST", "operations", sale(100, 100, uid=uid))[0]
    wrong = company.wrong("POST", "operations", sale(100, 90, 10, uid=uid))
    assert (400, "withdrawNotPermitted", "receipt.points") == wrong
    assert 404 == company.wrong("GET", f"customers/find?uid={uuid4()}")[0]
    assert 404 == company.wrong("GET", "customers/find?uid=nobody")[0]


def test_a_card_holder_has_a_uid(company: Company, phone: str) -> None:
    company.shop.member(phone, card="7700001")

    assert company.done("GET", f"customers/find?phone={phone}")["user"]["uid"]


def test_phones_are_read_as_tills_write_them(company: Company, phone: str) -> None:
    company.shop.member(phone)

    # A plus in an address that nobody has quoted comes as a space.
    for written in (phone, " " + phone[1:], "8" + phone[2:]):
        assert phone == company.done("GET", f"customers/find?phone={written}")["user"]["phone"]


def test_phone_settings_hold(shop: Trading, phone: str) -> None:
    shop.member(phone, points="50")
    closed, usual = Company(shop, purchase_by_phone="no"), Company(shop)
    opened = Company(shop, points_by_phone="yes")

    assert "purchaseByPhoneDisabled" == closed.wrong("POST", "operations", sale(10, 10, phone=phone))[1]
    assert "withdrawNotPermitted" == usual.wrong("POST", "operations", sale(10, 5, 5, phone=phone))[1]
    assert -5 == opened.done("POST", "operations", sale(10, 5, 5, phone=phone))["points"]
    found = [each.done("GET", f"customers/find?phone={phone}&total=10") for each in (usual, opened)]
    assert [0, 5] == [each["purchase"]["maxPoints"] for each in found]


@pytest.mark.parametrize(
    ("bill", "code"),
    [
        (sale(100, 99.98), "invalidChecksum"),
        (sale(100, 100.02), "invalidChecksum"),
        (sale(100, 100, 10), "invalidChecksum"),
        (sale(100, 39.99, 60), "discountLimitExceed"),
        (sale(100, 0, 100), "discountLimitExceed"),
        (sale(5000, 4000, 1000), "insufficientFunds"),
        (sale(100, 50, 50, unredeemableTotal=50), "discountLimitExceed"),
        (sale(100, 90, 10, skipLoyaltyTotal=100), "discountLimitExceed"),
    ],
)
def test_sums_and_limits_are_checked(company: Company, phone: str, bill: Any, code: str) -> None:
    member = company.shop.member(phone, points="500")

    got = company.wrong("POST", "operations", {**bill, "code": code_of(company.shop, member)})

    assert (400, code) == got[:2]


def test_a_kopeck_more_or_less_is_no_mistake(company: Company, phone: str) -> None:
    company.shop.member(phone)

    for cash in (99.99, 100.01, 100.004):
        assert 100 == company.done("POST", "operations", sale(100, cash, phone=phone))["total"]


def test_a_blocked_member_buys_nothing(company: Company, phone: str) -> None:
    shop = company.shop
    shop.member(phone)
    with shop.house.pool.connection() as connection:
        connection.execute(
            "UPDATE member SET status = 'blocked' FROM personal.identifier i WHERE i.member_id = member.member_id"
            " AND i.kind = 'phone' AND i.value = %s", (phone,),
        )  # fmt: skip

    assert "participantIsBlocked" == company.wrong("POST", "operations", sale(10, 10, phone=phone))[1]
    assert "participantIsBlocked" == company.wrong("GET", f"customers/find?phone={phone}")[1]


def test_a_long_code_lives_a_day_and_only_a_code_is_exchanged(company: Company, phone: str) -> None:
    shop = company.shop
    member = shop.member(phone, points="50")
    code = code_of(shop, member)
    long = company.done("GET", f"customers/find?code={code}&exchangeCode=true")["code"]
    assert None is company.done("GET", f"customers/find?phone={phone}&exchangeCode=true")["code"]

    shop.clock.ahead += timedelta(hours=23)
    late = company.wrong("GET", f"customers/find?code={code}")
    told = company.done("POST", "operations", sale(100, 50, 50, code=long))
    shop.clock.ahead -= timedelta(hours=23)

    assert (404, "notFound", "code") == late
    assert len(long) > len(code)
    assert -50 == told["points"]


def test_a_bill_is_kept_as_lines_that_say_what_takes_no_part(company: Company, phone: str) -> None:
    company.shop.member(phone)
    nonce = str(uuid4())

    company.done(
        "POST",
        "operations",
        sale(100, 100, phone=phone, nonce=nonce, skipLoyaltyTotal=20, unredeemableTotal=30),
    )

    view = company.shop.house.views.receipt(nonce)
    assert view is not None
    lines: list[Line] = list(view.stored.sale.receipt.lines)
    assert [
        (5_000, ("discount",)),
        (3_000, ("discount", "spend")),
        (2_000, ("discount", "earn", "spend", "count")),
    ] == [(line.sum_minor, line.barred) for line in lines]
    standing = company.shop.house.views.standings((view.stored.bucket, view.stored.holder_id))
    assert [8_000] == [row.spend_minor for row in standing]


def test_cashiers_of_a_chain_sell_in_their_own_shops(shop: Trading, phone: str) -> None:
    company = Company(shop, cashiers="k-2: second, k-3:shop,, x")
    shop.member(phone)

    told = [
        company.done("POST", "operations", {**sale(10, 10, phone=phone), "cashier": {"externalId": cashier}})
        for cashier in ("k-2", "k-3", "k-4")
    ]

    assert ["Магазин 2", "Магазин 1", "Магазин 1"] == [each["branch"]["displayName"] for each in told]
    assert ["k-2", "k-3", "k-4"] == [each["cashier"]["displayName"] for each in told]
    nobody = Company(shop, place="")
    assert (400, "companyIsInactive", "") == nobody.wrong("GET", "settings")


def test_a_sale_without_nonce_is_a_new_one_each_time(company: Company, phone: str) -> None:
    member = company.shop.member(phone)

    ids = {company.done("POST", "operations", sale(100, 100, phone=phone))["id"] for _ in range(2)}

    assert 2 == len(ids)
    assert (1_000, 1_000) == company.shop.balance(member)


def test_tags_of_a_sale_are_given_to_the_customer(shop: Trading, phone: str) -> None:
    company = Company(shop, tags="vip, гость")
    member = shop.member(phone)
    tags = company.done("GET", "tags")
    ids = {row["name"]: row["id"] for row in tags["rows"]}

    company.done("POST", "operations", {**sale(10, 10, phone=phone), "tags": [ids["vip"]]})

    view = shop.house.views.member(Ref("member", member))
    assert view is not None
    assert (2, ("vip",)) == (tags["total"], view.tags)
    wrong = company.wrong("POST", "operations", {**sale(10, 10, phone=phone), "tags": [999_999]})
    assert (400, "badRequest", "tags") == wrong
