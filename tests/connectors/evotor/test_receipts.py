"""Receipts of Evotor's terminals, in all published shapes: sales, returns, buyers who join later."""

from datetime import timedelta
from typing import Any

import pytest
from till_evotor import STORE, Cloud, document, event, item, receipt, registered, uuid_from
from trading import Trading

from kopilka.app.post import parked_round
from kopilka.connectors.evotor import EVOTOR
from kopilka.connectors.kit.parking import KEPT, Sweep
from kopilka.core.receipt import Line, Receipt
from kopilka.core.receipt.receipt import SpendRequest
from kopilka.usecases.commands import Close, Hold, Ref
from kopilka.usecases.members import MemberChange, PersonChange
from kopilka.usecases.outcomes import Done

TEA = item("tea-100", 2, 100)


def sale(shop: Trading, id_: str) -> Any:
    view = shop.house.views.receipt(id_)
    assert view is not None
    return view.stored.sale


def joined(shop: Trading) -> None:
    """A whole look for those who have joined."""
    shop.wait(Sweep([EVOTOR], shop.services).all())


def test_a_receipt_becomes_bonuses(shop: Trading, cloud: Cloud, phone: str) -> None:
    member, id_ = shop.member(phone), uuid_from(phone)

    assert 200 == cloud.send(event(receipt(id_, TEA, item("cocoa", 0.455, 99.9), extras={"phone": phone})))
    assert (b"{}", [""]) == (cloud.last.body, cloud.outcomes())
    booked = sale(shop, id_)
    assert (24545, "shop", [("card", 24545)]) == (
        booked.decision.paid_minor, booked.receipt.shop, [(row.kind, row.amount_minor) for row in booked.receipt.payments],
    )  # fmt: skip
    assert 1227 == shop.balance(member)[0]


@pytest.mark.parametrize("shape", ["event", "receipt", "list", "document"])
def test_every_published_shape_is_the_same_sale(shop: Trading, cloud: Cloud, phone: str, shape: str) -> None:
    member, id_ = shop.member(phone), uuid_from(phone)
    plain = receipt(id_, TEA, extras={"phone": phone})
    first = {
        **plain,
        "uuid": id_,
        "id": None,
        "storeUuid": STORE,
        "storeId": None,
        "extras": None,
        "fields": {"phone": phone},
    }
    body = {
        "event": event(plain), "receipt": plain, "list": [first],
        "document": [document(id_, registered("tea-100", 2, 200), phone=phone)],
    }[shape]  # fmt: skip

    assert 200 == cloud.send(
        body, "api/v1/inventories/stores/x/documents" if shape == "document" else "api/v1/receipt", "PUT"
    )
    assert (1000, 20000) == (shop.balance(member)[0], sale(shop, id_).decision.paid_minor)


def test_what_the_terminal_took_off_is_given_from_outside(shop: Trading, cloud: Cloud, phone: str) -> None:
    member, ids = shop.member(phone), [uuid_from(phone + str(n)) for n in range(3)]
    extras = {"phone": phone}
    before = receipt(ids[0], item("tea-100", 2, 100, discount=20), extras=extras)
    after = receipt(ids[1], item("tea-100", 2, 100, sumPrice=180, discount=20), extras=extras) | {
        "totalAmount": 180
    }
    cloud.send([event(before), event(after)])
    cloud.send([document(ids[2], registered("tea-100", 2, 200, 180), phone=phone)], "documents")

    assert [(18000, 2000, {})] * 3 == [
        (s.decision.paid_minor, s.receipt.lines[0].given_minor, s.variance)
        for s in (sale(shop, id_) for id_ in ids)
    ]
    assert 2700 == shop.balance(member)[0]


def test_a_repeated_receipt_counts_once_in_every_shape(shop: Trading, cloud: Cloud, phone: str) -> None:
    member, id_ = shop.member(phone), uuid_from(phone)
    plain = receipt(id_, TEA, extras={"phone": phone})
    for body in (event(plain), event(plain), event(plain, "another-event"), [plain], [plain, plain]):
        assert 200 == cloud.send(body)
    cloud.send([document(id_, registered("tea-100", 2, 200), phone=phone)], "documents")

    assert 1000 == shop.balance(member)[0]
    assert {"", "known_already"} >= set(cloud.outcomes())


@pytest.mark.parametrize(
    "extras",
    [
        {"card": "{card}"}, {"discountCardNumber": "{card}"}, {"kopilka": {"card": "{card}"}}, {"loyalty": {"phone": "8{phone}"}},
        {"client_phone": "8{phone}"}, {"email": "Anna{card}@Example.org"}, {"memberId": "{member}"},
    ],
)  # fmt: skip
def test_the_buyer_is_named_by_what_an_application_put_in(
    shop: Trading, cloud: Cloud, phone: str, extras: Any
) -> None:
    member = shop.member(phone, card="5" + phone[1:], email=f"anna5{phone[1:]}@example.org")
    names = {"{card}": "5" + phone[1:], "{phone}": phone[2:], "{member}": member}

    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: filled(each) for key, each in value.items()}
        for name, text in names.items():
            value = value.replace(name, text)
        return value

    cloud.send(event(receipt(uuid_from(phone), TEA, extras=filled(extras))))

    assert 1000 == shop.balance(member)[0]


def test_a_guest_is_a_sale_without_a_member(shop: Trading, cloud: Cloud, phone: str) -> None:
    cloud.send(event(receipt(uuid_from(phone), TEA)))

    assert ("", 20000) == (
        sale(shop, uuid_from(phone)).member_id,
        sale(shop, uuid_from(phone)).decision.paid_minor,
    )


def test_a_receipt_waits_until_its_buyer_joins(shop: Trading, cloud: Cloud, phone: str) -> None:
    ids = [uuid_from(phone + str(n)) for n in range(3)]
    for id_ in ids[:2]:
        cloud.send(event(receipt(id_, TEA, extras={"phone": phone})))
    cloud.send(
        event(receipt(ids[2], item("tea-100", 1, 100), kind="PAYBACK", extras={"baseDocumentUUID": ids[0]}))
    )
    assert ["parked", "parked"] == [each.outcome for each in cloud.items() if each.topic == "SELL"]
    member = shop.member(phone)
    joined(shop)
    shop.until(lambda: shop.balance(member)[0] == 1500)

    assert [member] * 2 == [sale(shop, id_).member_id for id_ in ids[:2]]
    content = "SELECT count(*) FROM personal.foreign_document WHERE content::text LIKE %s"
    assert 0 == shop.rows(content, f"%{phone[1:]}%")[0][0]


def test_the_next_purchase_of_a_new_member_brings_the_earlier_ones_along(
    shop: Trading, cloud: Cloud, phone: str
) -> None:
    cloud.send(event(receipt(uuid_from(phone), TEA, extras={"phone": phone})))
    member = shop.member(phone)
    cloud.send(event(receipt(uuid_from(phone + "2"), TEA, extras={"phone": phone})))

    assert 2000 == shop.balance(member)[0]
    assert 0 == shop.wait(parked_round(shop.front.dealing)())


def test_who_never_joins_was_a_guest(database: str, phone: str) -> None:
    from trading import trading  # noqa: PLC0415 - a house of its own, whose clock may run ahead

    with trading(database) as shop:
        cloud = Cloud(shop, *shop.connect("evotor"))
        cloud.send(event(receipt(uuid_from(phone), TEA, extras={"phone": phone})))
        shop.clock.ahead += KEPT + timedelta(days=1)
        joined(shop)
        shop.until(lambda: shop.house.views.receipt(uuid_from(phone)) is not None)
        assert "" == sale(shop, uuid_from(phone)).member_id


def test_goods_come_back_by_the_sale_that_is_named(shop: Trading, cloud: Cloud, phone: str) -> None:
    member, id_ = shop.member(phone), uuid_from(phone)
    cloud.send([document(id_, registered("tea-100", 2, 200), phone=phone)], "documents")
    back = [document(uuid_from(phone + "b"), registered("tea-100", 1, 100), kind="PAYBACK", base=id_)]
    for _ in range(2):
        cloud.send(back, "documents")

    assert 500 == shop.balance(member)[0]


def test_goods_may_come_back_before_they_are_sold(shop: Trading, cloud: Cloud, phone: str) -> None:
    member, id_ = shop.member(phone), uuid_from(phone)
    cloud.send(
        [document(uuid_from(phone + "b"), registered("tea-100", 1, 100), kind="PAYBACK", base=id_)],
        "documents",
    )
    assert ["unknown_receipt"] == cloud.outcomes()
    cloud.send([document(id_, registered("tea-100", 2, 200), phone=phone)], "documents")

    assert 500 == shop.balance(member)[0]


def test_an_unnamed_sale_is_found_in_its_shift_where_it_is_the_only_one(
    shop: Trading, cloud: Cloud, phone: str
) -> None:
    member = shop.member(phone)
    goods = item(f"unique{phone}", 2, 100)
    other = receipt(uuid_from(phone + "o"), item(f"unique{phone}", 2, 90), shiftId=phone)
    cloud.send([receipt(uuid_from(phone), goods, shiftId=phone, extras={"phone": phone}), other])
    cloud.send(receipt(uuid_from(phone + "b"), item(f"unique{phone}", 1, 100), kind="PAYBACK", shiftId=phone))

    assert 500 == shop.balance(member)[0]


def test_two_sales_that_it_may_be_are_not_guessed_between(shop: Trading, cloud: Cloud, phone: str) -> None:
    member = shop.member(phone)
    two = [receipt(uuid_from(phone + str(n)), TEA, shiftId=phone, extras={"phone": phone}) for n in range(2)]
    cloud.send(two)
    cloud.send(receipt(uuid_from(phone + "b"), TEA, kind="PAYBACK", shiftId=phone))
    assert 2000 == shop.balance(member)[0]
    assert "unknown_receipt" in cloud.outcomes()
    assert [(1,)] == shop.rows(
        "SELECT count(*) FROM stray_return WHERE return_id = %s", uuid_from(phone + "b")
    )

    cloud.send(receipt(uuid_from(phone + "c"), TEA, kind="PAYBACK", shiftId="other", extras={"phone": phone}))
    assert 1000 == shop.balance(member)[0], "of one and the same buyer it is the newest"


def test_an_unnamed_return_waits_for_the_sale_of_its_shift(shop: Trading, cloud: Cloud, phone: str) -> None:
    member = shop.member(phone)
    goods = item(f"late{phone}", 2, 100)
    cloud.send(receipt(uuid_from(phone + "b"), goods, kind="PAYBACK", shiftId=phone))
    cloud.send(receipt(uuid_from(phone), goods, shiftId=phone, extras={"phone": phone}))

    assert 0 == shop.balance(member)[0]


def test_tobacco_earns_nothing(shop: Trading, cloud: Cloud, phone: str) -> None:
    member = shop.member(phone)
    cloud.send(
        event(
            receipt(uuid_from(phone), item("c", 1, 200, itemType="TOBACCO_MARKED"), extras={"phone": phone})
        )
    )

    assert 0 == shop.balance(member)[0]


@pytest.mark.parametrize(
    ("change", "outcome"), [({"type": "BUY"}, "other_type"), ({"infoCheck": True}, "info_check")]
)
def test_what_is_no_sale_is_left_alone(cloud: Cloud, phone: str, change: Any, outcome: str) -> None:
    cloud.send(event(receipt(uuid_from(phone), TEA) | change))

    assert [outcome] == cloud.outcomes()
    assert cloud.shop.house.views.receipt(uuid_from(phone)) is None


def test_a_blocked_member_earns_nothing_and_the_sale_is_booked(
    shop: Trading, cloud: Cloud, phone: str
) -> None:
    member = shop.member(phone)
    shop.house.members.change(member, MemberChange(status="blocked"), PersonChange(), (), "test")
    cloud.send(event(receipt(uuid_from(phone), TEA, extras={"phone": phone})))

    assert (["member_blocked"], "") == (cloud.outcomes(), sale(shop, uuid_from(phone)).member_id)


def test_a_store_that_is_no_shop_yet_waits_for_its_setting(shop: Trading, phone: str) -> None:
    connection, secret = shop.connect("evotor", shop="")
    cloud = Cloud(shop, connection, secret)
    cloud.send(event(receipt(uuid_from(phone), TEA)))

    assert ["NotYetError"] == cloud.outcomes()
    assert [None] == [each.done_at for each in cloud.items()]


def test_stores_are_shops_by_the_setting(shop: Trading, phone: str) -> None:
    cloud = Cloud(shop, *shop.connect("evotor", shop="", stores=f"{STORE.lower()}=second"))
    cloud.send(event(receipt(uuid_from(phone), TEA)))

    assert "second" == sale(shop, uuid_from(phone)).receipt.shop


# -- the application on the terminal has told of the sale by the API ------------------------------------------------


def till_app(shop: Trading, phone: str, *, units: int) -> Receipt:
    lines = (Line("a", "tea-100", 2000, 20000),)
    return Receipt(uuid_from(phone), "shop", shop.clock(), "RUB", lines, spend=SpendRequest(units))


def test_a_sale_that_the_tills_application_told_of_is_not_booked_twice(
    shop: Trading, cloud: Cloud, phone: str
) -> None:
    member = shop.member(phone, points="50")
    asked = Close(till_app(shop, phone, units=5000), Ref("member", member))
    assert isinstance(shop.wait(told(shop, asked)), Done)
    cloud.send(event(receipt(uuid_from(phone), item("x", 2, 100, discount=50), extras={"phone": phone})))

    assert (["known_already"], 750) == (cloud.outcomes(), shop.balance(member)[0])


def test_a_sale_whose_points_are_reserved_waits_for_the_application(
    shop: Trading, cloud: Cloud, phone: str
) -> None:
    member = shop.member(phone, points="50")
    asked = till_app(shop, phone, units=5000)
    assert isinstance(shop.wait(told(shop, Hold(asked, Ref("member", member)))), Done)
    cloud.send(event(receipt(uuid_from(phone), item("x", 2, 100, discount=50), extras={"phone": phone})))
    assert ["NotYetError"] == cloud.outcomes()
    assert isinstance(shop.wait(told(shop, Close(asked, Ref("member", member)))), Done)
    assert 750 == shop.balance(member)[0]


async def told(shop: Trading, command: Any) -> Any:
    return await shop.services.counter.carry_out(command)
