"""Buyers at the MoySklad till: joining with and without a code, searching, the balance, and whose id is whose."""

from typing import Any

import pytest
from till_moysklad import Client
from trading import Trading

from kopilka.connectors.moysklad.mapping_people import guid_of, member_of
from kopilka.usecases.members import MemberChange, PersonChange

STORE = {"meta": {"href": "https://x/retailstore/a1", "id": "a1"}, "name": "Магазин 1"}


def buyer(phone: str, id_: str = "", **more: Any) -> dict[str, Any]:
    id_ = id_ or f"c-{phone}"
    meta = {"href": f"https://x/entity/counterparty/{id_}", "id": id_}
    return {"retailStore": STORE, "meta": meta, "name": "Анна", "phone": phone, **more}


def found(client: Client, text: str) -> list[dict[str, Any]]:
    status, told = client.get("counterparty", search=text, retailStoreId="a1")
    assert 200 == status
    rows: list[dict[str, Any]] = told["rows"]
    return rows


def error(told: Any) -> tuple[int, str | None]:
    (row,) = told["errors"]
    assert row["error"]
    assert row["error_message"]
    return row["code"], row.get("parameter")


def test_a_buyer_joins_with_everything_that_the_till_knows(shop: Trading, client: Client, phone: str) -> None:
    told = buyer(
        f"8 ({phone[2:5]}) {phone[5:8]}-{phone[8:10]}-{phone[10:]}", "C-1" + phone, discountCardNumber="77" + phone[1:],
        email="Anna@Example.org" + phone[-4:], legalFirstName="Анна", legalLastName="Петрова", legalMiddleName="Ивановна",
        birthDate="1990-05-17 00:00:00", sex="FEMALE", syncId="S-" + phone,
    )  # fmt: skip

    assert (201, {}) == client.post("counterparty", told)
    (row,) = found(client, phone)
    member = shop.seen("phone", phone)
    assert member is not None
    assert {
        "id": guid_of(member.member_id), "name": "Петрова Анна Ивановна", "msId": "c-1" + phone, "phone": phone,
        "discountCardNumber": "77" + phone[1:], "email": "anna@example.org" + phone[-4:], "sex": "FEMALE",
        "birthDate": "1990-05-17 00:00:00",
    } == row  # fmt: skip
    assert member.member_id == member_of(row["id"])
    for id_ in ("c-1" + phone, "s-" + phone, row["id"]):
        assert 200 == client.post("counterparty/detail", {"retailStore": STORE, "meta": {"id": id_}})[0]


def test_a_repeated_joining_changes_nothing(shop: Trading, client: Client, phone: str) -> None:
    before = shop.rows("SELECT count(*) FROM member")[0][0]

    assert [201, 201, 201] == [client.post("counterparty", buyer(phone))[0] for _ in range(3)]
    assert before + 1 == shop.rows("SELECT count(*) FROM member")[0][0]


def test_who_is_a_member_already_is_linked_and_gets_the_card(
    shop: Trading, client: Client, phone: str
) -> None:
    member = shop.member(phone, points="120")
    client.post("counterparty", buyer(phone, "ms-" + phone, discountCardNumber="55" + phone[1:]))

    seen = shop.seen("card", "55" + phone[1:])
    assert seen is not None
    assert member == seen.member_id
    assert (
        120
        == client.post("counterparty/detail", buyer("", "ms-" + phone))[1]["bonusProgram"][
            "agentBonusBalance"
        ]
    )


def test_a_card_of_somebody_else_is_refused(shop: Trading, client: Client, phone: str) -> None:
    shop.member(phone)
    shop.member("+1" + phone[1:], card="66" + phone[1:])
    told = [
        client.post("counterparty", buyer(phone, discountCardNumber=card))
        for card in ("66" + phone[1:], "bad\tcard")
    ]

    assert (409, (2005, "phone")) == (told[0][0], error(told[0][1]))
    assert (400, (1002, "discountCardNumber")) == (told[1][0], error(told[1][1]))


def test_joining_waits_for_the_code_where_the_shop_wants_one(shop: Trading, phone: str) -> None:
    client = Client(shop, *shop.connect("moysklad", confirm_enrol="yes"))

    status, told = client.post("counterparty", buyer(phone, statusCheck="UNCHECKED"))
    assert (412, (28001, "phone")) == (status, error(told))
    assert shop.seen("phone", phone) is None
    status, code = client.post("counterparty/verify", buyer(phone))
    assert (200, 60) == (status, code["timeForRepeat"])
    assert len(code["messageForCashier"]) <= 140
    assert code["verificationCode"] in shop.house.verifications.messages(1)[0].content
    assert phone not in code["messageForCashier"]
    assert 201 == client.post("counterparty", buyer(phone, statusCheck="CHECKED"))[0]


def test_codes_to_one_phone_come_to_an_end(client: Client, phone: str) -> None:
    statuses = [client.post("counterparty/verify", buyer(phone))[0] for _ in range(6)]

    assert [200] * 5 + [412] == statuses
    assert 2006 == client.post("counterparty/verify", buyer(phone))[1]["errors"][0]["code"]


def test_a_member_spends_with_a_code_to_their_own_phone(shop: Trading, client: Client, phone: str) -> None:
    member = shop.member(phone)
    body = {"retailStore": STORE, "counterpartyId": guid_of(member), "phone": "+7 999 111-22-33"}

    status, code = client.post("retaildemand/verify", body)
    message = shop.house.verifications.messages(1)[0]
    assert (200, phone, member) == (status, message.address, message.member_id)
    assert code["verificationCode"] in message.content
    client.post("counterparty", buyer(phone, "cp-" + phone))
    assert 200 == client.post("retaildemand/verify", {**body, "counterpartyId": "cp-" + phone})[0]
    assert 404 == client.post("retaildemand/verify", {**body, "counterpartyId": "nobody"})[0]
    assert 400 == client.post("retaildemand/verify", {"retailStore": STORE})[0]


def test_members_are_found_by_parts_and_by_the_code_that_they_show(
    shop: Trading, client: Client, phone: str
) -> None:
    member = shop.member(phone, card="99" + phone[1:])
    code = shop.house.verifications.show_code(member).code

    for text in (phone, phone[-7:], "8" + phone[2:], "99" + phone[1:], code):
        assert [guid_of(member)] == [row["id"] for row in found(client, text)], text
    assert [] == found(client, "")
    assert [] == found(client, "7")
    assert [] == found(client, "%_%")
    assert len(found(client, "Анна")) <= 20


def test_a_blocked_member_is_not_shown_and_told_so(shop: Trading, client: Client, phone: str) -> None:
    member = shop.member(phone)
    shop.house.members.change(member, MemberChange(status="blocked"), PersonChange(), (), "test")

    assert [] == found(client, phone)
    status, told = client.post("counterparty/detail", buyer(phone))
    assert (412, (2003, "meta")) == (status, error(told))


def test_points_of_sale_are_shops_of_ours(shop: Trading, phone: str) -> None:
    connection, secret = shop.connect("moysklad", shop="", stores="A1=shop; b2 = second")
    client = Client(shop, connection, secret)
    shop.member(phone)

    def status(store: str) -> int:
        body = buyer(phone) | {"retailStore": {"meta": {"id": store}}}
        return client.post("counterparty/detail", body)[0]

    assert [412, 200, 200, 412] == [status(store) for store in ("A2", "b2", "second", "")]
    assert (
        200
        == client.post(
            "counterparty/detail", buyer(phone) | {"retailStore": {"meta": {"href": "https://x/B2"}}}
        )[0]
    )


@pytest.mark.parametrize(
    ("change", "code", "parameter"),
    [
        ({"retailStore": None}, 1001, "retailStore"),
        ({"retailStore": 5}, 1005, "retailStore"),
        ({"meta": None}, 1001, "meta"),
        ({"meta": {}}, 1001, "meta.id"),
        ({"phone": "no digits"}, 2009, "phone"),
        ({"phone": ["+79990000000"]}, 1002, "phone"),
        ({"email": "nobody"}, 2009, "email"),
        ({"name": "x" * 300}, 1006, "name"),
        ({"birthDate": "yesterday"}, 1004, "birthDate"),
        ({"name": "a\u0000b"}, 1000, None),
    ],
)
def test_a_mistake_is_named_and_nothing_is_written(
    client: Client, phone: str, change: dict[str, Any], code: int, parameter: str | None
) -> None:
    before = client.shop.rows("SELECT count(*) FROM member")

    status, told = client.post("counterparty", buyer(phone) | change)

    assert (400, (code, parameter)) == (status, error(told))
    assert before == client.shop.rows("SELECT count(*) FROM member")


def test_who_has_nothing_but_an_id_joins_by_it(shop: Trading, client: Client, phone: str) -> None:
    assert 201 == client.post("counterparty", buyer("", "only-" + phone))[0]

    assert shop.seen("external", "moysklad:only-" + phone) is not None
