"""Codes that members show at tills, and vouchers that they bring from them."""

from datetime import timedelta
from typing import Any

from kopilka.core.receipt import Line, Receipt
from kopilka.usecases.vouchers import Voucher


def enrolled(shop: Any, phone: str) -> str:
    body = {"programme": "club", "person": {"phone": phone}}
    answer = shop.post("/v1/members", body, idempotency_key=phone)
    assert 201 == answer.status_code, answer.text
    return str(answer.json()["id"])


def printed(shop: Any, id_: str, *, life: timedelta = timedelta(days=1)) -> Voucher:
    at = shop.house.clock() - timedelta(minutes=1)
    receipt = Receipt(id_, "s1", at, "RUB", (Line("1", "bill", 1000, 100_000),))
    found: Voucher = shop.house.vouchers.issue(receipt, "con_till", life)
    return found


def test_a_member_shows_a_code_for_45_minutes(shop: Any) -> None:
    member = enrolled(shop, "+79990001001")

    answer = shop.post(f"/v1/members/{member}/code", {})

    assert 201 == answer.status_code, answer.text
    assert (6, True) == (len(answer.json()["code"]), answer.json()["code"].isdigit())
    assert member == shop.house.verifications.owner_of(answer.json()["code"])
    assert {member} == shop.house.verifications.shown_to([member, "mem_nobody"])
    assert "unknown_member" == shop.post("/v1/members/mem_nobody/code", {}).json()["code"]


def test_a_blocked_member_gets_no_code(shop: Any) -> None:
    member = enrolled(shop, "+79990001002")
    shop.call("PATCH", f"/v1/members/{member}", {"status": "blocked"})

    assert "member_blocked" == shop.post(f"/v1/members/{member}/code", {}).json()["code"]
    assert set() == shop.house.verifications.shown_to([member])


def test_a_voucher_gives_its_points_once(shop: Any) -> None:
    one, other = enrolled(shop, "+79990001003"), enrolled(shop, "+79990001004")
    code = printed(shop, "voucher-1").code

    first = shop.post(f"/v1/members/{one}/vouchers", {"code": f" {code.upper()} "})
    again = shop.post(f"/v1/members/{one}/vouchers", {"code": code})
    stolen = shop.post(f"/v1/members/{other}/vouchers", {"code": code})

    assert 200 == first.status_code, first.text
    assert first.json() == again.json()
    assert "true" == again.headers["idempotent-replay"]
    assert any(float(units) > 0 for units in first.json()["earned"].values())
    assert (409, "voucher_used") == (stolen.status_code, stolen.json()["code"])
    assert one == shop.house.views.receipt("voucher-1").stored.sale.member_id


def test_a_voucher_ends_and_a_wrong_code_is_nobodys(shop: Any) -> None:
    member = enrolled(shop, "+79990001005")
    late = printed(shop, "voucher-2", life=timedelta(seconds=-1)).code

    codes = [
        shop.post(f"/v1/members/{member}/vouchers", {"code": code}).json()["code"] for code in (late, "x")
    ]

    assert ["voucher_expired", "unknown_voucher"] == codes


def test_a_repeated_voucher_of_a_receipt_is_the_same(shop: Any) -> None:
    assert printed(shop, "voucher-3").code == printed(shop, "voucher-3").code
