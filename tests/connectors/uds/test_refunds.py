"""Refunds: what comes back, what a repeat is, and what is too much; rewards and vouchers."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from till_uds import Company, sale
from trading import CLUB, Trading, trading

from kopilka.connectors.kit.call import Call
from kopilka.usecases.outcomes import Done

MINUTE = timedelta(seconds=61)


@pytest.fixture
def paying(shop: Trading) -> Company:
    """Points may be spent by phone."""
    return Company(shop, points_by_phone="yes")


def sold(company: Company, phone: str, *, points: str = "500", bill: Any = None) -> tuple[str, int]:
    """A member and the operation of their purchase."""
    member = company.shop.member(phone, points=points)
    body = bill or sale(1000, 900, 100)
    return member, company.done("POST", "operations", {**body, "participant": {"phone": phone}})["id"]


def back(company: Company, number: int, amount: float | None = None) -> Any:
    body = None if amount is None else {"partialAmount": amount}
    return company.done("POST", f"operations/{number}/refund", body)


def test_a_full_refund_restores_everything_and_its_repeat_is_the_same(paying: Company, phone: str) -> None:
    member, number = sold(paying, phone)

    first = back(paying, number)
    paying.shop.clock.ahead += timedelta(days=2)
    again = back(paying, number)
    paying.shop.clock.ahead -= timedelta(days=2)

    assert first == again
    assert ("PURCHASE", "REVERSAL", 100, -1000, -900, {"id": number}) == tuple(
        first[name] for name in ("action", "state", "points", "total", "cash", "origin")
    )
    assert "CANCELED" == paying.done("GET", f"operations/{number}")["state"]
    assert (50_000, 50_000) == paying.shop.balance(member)


def test_partial_refunds_come_back_in_proportion_and_the_rest_in_full(paying: Company, phone: str) -> None:
    member, number = sold(paying, phone)

    told = [back(paying, number, 100), back(paying, number, 333.33), back(paying, number)]

    assert [(-100, -90, 10), (-566.67, -510, 56.67)] == [
        (each["total"], each["cash"], each["points"]) for each in (told[0], told[2])
    ]
    assert -1000 == round(sum(each["total"] for each in told), 2)
    assert -900 == round(sum(each["cash"] for each in told), 2)
    assert "CANCELED" == paying.done("GET", f"operations/{number}")["state"]
    assert (50_000, 50_000) == paying.shop.balance(member)


def test_the_same_partial_refund_within_a_minute_is_a_repeat_and_later_a_second_one(
    paying: Company, phone: str
) -> None:
    _, number = sold(paying, phone)

    first, again = back(paying, number, 50), back(paying, number, 50)
    paying.shop.clock.ahead += MINUTE
    second = back(paying, number, 50)
    other = back(paying, number, 51)
    paying.shop.clock.ahead -= MINUTE

    assert first == again
    assert 3 == len({each["id"] for each in (first, second, other)})
    assert "NORMAL" == paying.done("GET", f"operations/{number}")["state"]


def test_repeats_of_a_refund_at_the_same_moment_are_one(paying: Company, phone: str) -> None:
    _, number = sold(paying, phone)

    with ThreadPoolExecutor(5) as pool:
        parts = {each["id"] for each in pool.map(lambda _: back(paying, number, 200), range(5))}
        rest = {each["id"] for each in pool.map(lambda _: back(paying, number), range(5))}

    assert (1, 1) == (len(parts), len(rest))
    told = paying.shop.house.foreign.id_of("operation", number) or ""
    view = paying.shop.house.views.receipt(told.removeprefix("rcp:"))
    assert view is not None
    assert [18_000, 72_000] == [row.refund_minor for row in view.returns]


@pytest.mark.parametrize(
    ("amount", "field"),
    [(1000.01, "partialAmount"), (-1, "partialAmount"), (0, "partialAmount"), ("x", "partialAmount")],
)
def test_what_cannot_come_back_is_refused(paying: Company, phone: str, amount: Any, field: str) -> None:
    _, number = sold(paying, phone)

    got = paying.wrong("POST", f"operations/{number}/refund", {"partialAmount": amount})

    assert (400, "badRequest", field) == got


def test_nothing_more_comes_back_than_was_paid(paying: Company, phone: str) -> None:
    _, number = sold(paying, phone)
    back(paying, number, 600)

    assert (400, "badRequest", "partialAmount") == paying.wrong(
        "POST", f"operations/{number}/refund", {"partialAmount": 400.01}
    )
    back(paying, number, 400)
    assert (400, "badRequest", "id") == paying.wrong("POST", f"operations/{number}/refund")
    assert (400, "badRequest", "partialAmount") == paying.wrong(
        "POST", f"operations/{number}/refund", {"partialAmount": 1}
    )


def test_only_sales_of_the_own_shop_are_refunded(paying: Company, phone: str) -> None:
    _, number = sold(paying, phone)
    reversal = back(paying, number, 10)["id"]

    assert (400, "badRequest", "id") == paying.wrong("POST", f"operations/{reversal}/refund")
    assert (404, "notFound", "id") == paying.wrong("POST", "operations/987654321/refund")
    assert (404, "notFound", "id") == paying.wrong("POST", "operations/x/refund")
    other = Company(paying.shop, place="second")
    assert (404, "notFound", "id") == other.wrong("POST", f"operations/{number}/refund")


def test_a_bill_wholly_paid_by_points_comes_back_in_thousandths(database: str) -> None:
    with trading(database, programme=CLUB.replace("50%", "100%")) as shop:
        company = Company(shop, points_by_phone="yes")
        member, number = sold(company, "+79990000017", bill=sale(400, 0, 400))

        assert (-100, 0, 100) == tuple(
            back(company, number, 100)[name] for name in ("total", "cash", "points")
        )
        back(company, number)
        assert (50_000, 50_000) == shop.balance(member)


# -- rewards ----------------------------------------------------------------------------------------------------


def number_of(company: Company, phone: str) -> int:
    return int(company.done("GET", f"customers/find?phone={phone}")["user"]["participant"]["id"])


def test_points_are_given_and_taken_once_for_repeats(company: Company, phone: str) -> None:
    member = company.shop.member(phone)
    wish = {
        "points": 50.5,
        "participants": [number_of(company, phone)],
        "comment": "День рождения",
        "silent": False,
    }

    answers = [company.ask("POST", "operations/reward", wish) for _ in range(3)]
    taken = company.ask("POST", "operations/reward", {**wish, "points": -20})

    assert [(202, {"accepted": 1})] * 4 == [*answers, taken]
    assert (3_050, 3_050) == company.shop.balance(member)
    company.shop.clock.ahead += MINUTE
    company.done("POST", "operations/reward", wish)
    after = company.shop.balance(member)
    company.shop.clock.ahead -= MINUTE
    assert (8_100, 8_100) == after


def test_repeats_of_a_reward_at_the_same_moment_are_one(company: Company, phone: str) -> None:
    member = company.shop.member(phone)
    wish = {"points": 10, "participants": [number_of(company, phone)]}

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(lambda _: company.done("POST", "operations/reward", wish), range(5)))

    assert (1_000, 1_000) == company.shop.balance(member)


def test_a_reward_is_for_all_or_for_nobody(company: Company, phone: str) -> None:
    member, poor = company.shop.member(phone, points="100"), company.shop.member("+79070000001")
    rich, other = number_of(company, phone), number_of(company, "+79070000001")

    unknown = company.wrong("POST", "operations/reward", {"points": 5, "participants": [rich, 999_999]})
    short = company.wrong("POST", "operations/reward", {"points": -5, "participants": [rich, other]})

    assert (400, "badRequest", "participants[1]") == unknown
    assert (400, "insufficientFunds", "participants[1]") == short
    assert ((10_000, 10_000), (0, 0)) == (company.shop.balance(member), company.shop.balance(poor))


def test_the_comment_of_a_reward_stays_out_of_the_ledger(company: Company, phone: str) -> None:
    company.shop.member(phone)
    wish = {"points": 5, "participants": [number_of(company, phone)], "comment": "Анне Петровой лично"}

    company.done("POST", "operations/reward", wish)

    assert [] == company.shop.rows("SELECT 1 FROM posting WHERE note LIKE '%%Петров%%'")
    assert [(1,)] == company.shop.rows(
        "SELECT count(*)::int FROM personal.foreign_document WHERE kind = 'reward' AND content::text LIKE %s",
        "%Петров%",
    )


# -- vouchers ---------------------------------------------------------------------------------------------------


def test_a_voucher_is_printed_and_claimed(company: Company, phone: str) -> None:
    shop = company.shop
    body = {"nonce": str(uuid4()), "receipt": {"total": 1000, "skipLoyaltyTotal": 200, "number": "77"}}

    told = company.done("POST", "operations/voucher", body)
    again = company.done("POST", "operations/voucher", body)

    assert told == again
    assert (told["code"], 40) == (told["qrCodeText"], told["points"])
    other = {**body, "receipt": {"total": 999}}
    assert (400, "badRequest", "nonce") == company.wrong("POST", "operations/voucher", other)
    member = shop.member(phone)
    assert isinstance(claimed(shop, told["code"], member), Done)
    assert (4_000, 4_000) == shop.balance(member)
    rows = company.done("GET", "operations?max=50")["rows"]
    assert [(1000, 1000, number_of(company, phone))] == [
        (row["total"], row["cash"], row["customer"]["id"]) for row in rows if row["receiptNumber"] == "77"
    ]


def claimed(shop: Trading, code: str, member: str) -> object:
    wish = shop.house.vouchers.claim(code, member, "test")
    return shop.house.vouchers.claimed(code, member, shop.house.desk().run([wish])[0])  # type: ignore[list-item]


def test_a_vouchers_qr_is_drawn_without_a_key(shop: Trading) -> None:
    company = Company(shop, voucher_address="https://shop.example/bonus?code={code}")
    told = company.done("POST", "operations/voucher", {"receipt": {"total": 100}})

    answers = [shop.call(Call("GET", urlsplit(told[name]).path)) for name in ("qrCode128", "qrCode256")]

    assert f"https://shop.example/bonus?code={told['code']}" == told["qrCodeText"]
    assert [(200, "image/png", b"\x89PNG")] * 2 == [
        (each.status, each.kind, each.body[:4]) for each in answers
    ]
    assert len(answers[0].body) < len(answers[1].body)
    assert 404 == shop.call(Call("GET", "/partner/v2/vouchers/nothing/128.png")).status


def test_a_voucher_is_not_paid_by_points(company: Company) -> None:
    got = company.wrong("POST", "operations/voucher", {"receipt": {"total": 100, "points": 10}})

    assert (400, "withdrawNotPermitted", "receipt.points") == got
