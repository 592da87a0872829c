"""Whole stories with the vendor's own client, over a socket."""

from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest
import retailcrm  # type: ignore[import-untyped]
from trading import Trading, trading


@pytest.fixture(scope="module")
def shop(shared_database: str) -> Iterator[Trading]:
    with trading(shared_database) as shop:
        yield shop


def said(response: Any) -> dict[str, Any]:
    """What a call that went well has answered."""
    assert response.is_successful(), (response.get_status_code(), response.get_response())
    told: dict[str, Any] = response.get_response()
    assert told["success"] is True
    return told


def joined(client: Any, phone: str, name: str, bonuses: int) -> int:
    """An account with some bonuses."""
    said(
        client.customer_create(
            {"externalId": name, "firstName": "Анна", "phones": [{"number": phone}]}, "shop"
        )
    )
    account = {"phoneNumber": phone, "customer": {"externalId": name}}
    id_: int = said(client.loyalty_account_create("shop", account))["loyaltyAccount"]["id"]
    said(client.loyalty_account_activate(id_))
    said(client.loyalty_account_bonus_credit(id_, bonuses, None, None, "подарок"))
    return id_


def operations(client: Any, id_: int) -> list[tuple[str, float]]:
    rows = said(client.loyalty_account_bonus_operations(id_))["bonusOperations"]
    return [(row["type"], row["amount"]) for row in rows]


def order_of(name: str, **more: Any) -> dict[str, Any]:
    item = {"offer": {"externalId": "tea-100"}, "quantity": 2, "initialPrice": 450}
    return {"customer": {"externalId": name}, "privilegeType": "loyalty_level", "items": [item], **more}


def test_a_member_joins_spends_earns_and_sends_back(shop: Trading) -> None:
    _, key = shop.connect("retailcrm", rate="0")
    client = retailcrm.v5(shop.url, key)
    id_ = joined(client, "+79040000001", "c-1", 300)

    counted = said(client.loyalty_calculate(order_of("c-1"), "shop", 100))
    placed = said(client.order_create(order_of("c-1", externalId="o-1", status="new"), "shop"))
    applied = said(client.orders_loyalty_apply({"externalId": "o-1"}, "shop", 100))
    amount = said(client.loyalty_account(id_))["loyaltyAccount"]["amount"]
    assert (40, 40, 200) == (
        counted["order"]["bonusesCreditTotal"], applied["order"]["bonusesCreditTotal"], amount,
    )  # fmt: skip
    assert placed["id"] == placed["order"]["id"] == applied["order"]["id"]

    said(client.order_edit({"externalId": "o-1", "status": "complete"}, site="shop"))
    one_less = [{"offer": {"externalId": "tea-100"}, "quantity": 1}]
    said(client.order_edit({"externalId": "o-1", "items": one_less}, site="shop"))
    assert [
        ("cancel_of_credit", -20), ("cancel_of_charge", 50), ("credit_for_order", 40), ("charge_for_order", -100),
        ("credit_manual", 300),
    ] == operations(client, id_)  # fmt: skip

    said(client.orders_loyalty_cancel_bonus_operations({"externalId": "o-1"}, "shop"))
    account = said(client.loyalty_account(id_))["loyaltyAccount"]
    assert (300, 0) == (account["amount"], account["ordersSum"])
    shop.sound()


def test_orders_are_read_listed_and_told_by_status(shop: Trading) -> None:
    _, key = shop.connect("retailcrm", rate="0")
    client = retailcrm.v5(shop.url, key)
    joined(client, "+79040000002", "c-1", 10)
    ids = [said(client.order_create(order_of("c-1", externalId=f"l-{i}"), "shop"))["id"] for i in range(3)]
    said(client.order_edit({"id": ids[1], "status": "complete"}, "id", "shop"))

    listed = said(client.orders())
    assert (3, {"l-0", "l-1", "l-2"}) == (
        listed["pagination"]["totalCount"], {row["externalId"] for row in listed["orders"]},
    )  # fmt: skip
    one = said(client.orders({"externalIds": ["l-1"]}))["orders"]
    assert [("l-1", "complete", [])] == [(row["externalId"], row["status"], row["payments"]) for row in one]
    found = said(client.orders_statuses([ids[0]], ["l-1"]))["orders"]
    assert [("l-0", "new", "new"), ("l-1", "complete", "complete")] == [
        (row["externalId"], row["status"], row["group"]) for row in found
    ]
    assert ids[2] == said(client.order(ids[2], "id"))["order"]["id"]
    by_number = {"ids": ids[:2], "customerExternalId": "c-1", "extendedStatus": ["new"]}
    assert ["l-0"] == [row["externalId"] for row in said(client.orders(by_number))["orders"]]
    assert [] == said(client.orders({"ids": ids, "numbers": ["77"]}))["orders"]


def test_payments_come_change_and_go(shop: Trading) -> None:
    _, key = shop.connect("retailcrm", rate="0")
    client = retailcrm.v5(shop.url, key)
    said(client.order_create(order_of("nobody", externalId="p-1"), "shop"))
    named = {"externalId": "pay-1", "type": "cash", "amount": 900, "order": {"externalId": "p-1"}}
    id_ = said(client.order_payment_create(named, "shop"))["id"]
    again = said(client.order_payment_create(named, "shop"))["id"]
    said(client.order_payment_edit({"externalId": "pay-1", "status": "paid"}, site="shop"))

    payments = said(client.order("p-1", site="shop"))["order"]["payments"]
    assert ({str(id_)}, "paid", "cash", id_) == (
        set(payments), payments[str(id_)]["status"], payments[str(id_)]["type"], again,
    )  # fmt: skip
    said(client.order_payment_edit({"id": id_, "type": "online"}, "id", "shop"))
    said(client.order_payment_delete(id_))
    said(client.order_payment_delete(id_))
    assert [] == said(client.order("p-1", site="shop"))["order"]["payments"]
    assert 404 == client.order_payment_edit({"externalId": "pay-1"}, site="shop").get_status_code()


def test_charging_waits_for_the_code(shop: Trading) -> None:
    _, key = shop.connect("retailcrm", rate="0", confirm_charge="yes")
    client = retailcrm.v5(shop.url, key)
    id_ = joined(client, "+79040000003", "c-1", 300)
    said(client.order_create(order_of("c-1", externalId="v-1"), "shop"))
    first = said(client.orders_loyalty_apply({"externalId": "v-1"}, "shop", 100))
    again = said(client.orders_loyalty_apply({"externalId": "v-1"}, "shop", 100))
    check = first["verification"]["checkId"]
    assert (check, 200) == (
        again["verification"]["checkId"], said(client.loyalty_account(id_))["loyaltyAccount"]["amount"],
    )  # fmt: skip

    wrong = client.verification_sms_confirm({"checkId": check, "code": "000"})
    assert (400, False) == (wrong.get_status_code(), wrong.is_successful())
    message = next(m for m in shop.services.verifications.messages() if m.address == "+79040000003")
    code = "".join(sign for sign in message.content if sign.isdigit())
    for _ in range(2):
        assert (
            "verifiedAt"
            in said(client.verification_sms_confirm({"checkId": check, "code": code}))["verification"]
        )
    assert "verification" not in said(client.orders_loyalty_apply({"externalId": "v-1"}, "shop", 100))
    said(client.order_edit({"externalId": "v-1", "status": "complete"}, site="shop"))
    assert 240 == said(client.loyalty_account(id_))["loyaltyAccount"]["amount"]


def test_two_clients_at_once_leave_what_the_last_one_said(shop: Trading) -> None:
    _, key = shop.connect("retailcrm", rate="0")
    client = retailcrm.v5(shop.url, key)
    id_ = joined(client, "+79040000004", "c-1", 1000)
    said(client.order_create(order_of("c-1", externalId="r-1", status="new"), "shop"))
    wrong: list[object] = []

    def tell(number: int) -> None:
        mine = retailcrm.v5(shop.url, key)
        for step in range(6):
            items = [{"offer": {"externalId": "tea-100"}, "quantity": 1 + (number + step) % 4}]
            answers = [
                mine.order_edit({"externalId": "r-1", "items": items}, site="shop"),
                mine.orders_loyalty_apply({"externalId": "r-1"}, "shop", 10 * (number + 1)),
            ]
            wrong.extend(each.get_response() for each in answers if not each.is_successful())

    threads = [Thread(target=tell, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [] == wrong
    order = said(client.order("r-1", site="shop"))["order"]
    account = said(client.loyalty_account(id_))["loyaltyAccount"]
    assert 1000 - order["bonusesChargeTotal"] == account["amount"]
    said(client.orders_loyalty_cancel_bonus_operations({"externalId": "r-1"}, "shop"))
    assert 1000 == said(client.loyalty_account(id_))["loyaltyAccount"]["amount"]
