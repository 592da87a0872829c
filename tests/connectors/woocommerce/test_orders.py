"""WooCommerce's orders as receipts: what earns, what comes back, and that the order of deliveries does not matter."""

from collections.abc import Iterator
from itertools import count, permutations
from typing import Any

import pytest
from till_woocommerce import Body, WooShop, at, billing, line, order
from trading import CLUB, Trading, trading

from kopilka.connectors.woocommerce import WOOCOMMERCE
from kopilka.usecases.coupons import Caller, CouponView, Made
from kopilka.usecases.coupons import Wish as CouponWish

PEOPLE = count(1)
TEA, COCOA = 11, 12
LINES = [line(TEA, "tea-100", 2, 45_000, off=9_000), line(COCOA, "cocoa", 1, 20_000)]
DONE = {"date_paid_gmt": at(1), "date_completed_gmt": at(2)}
COUPONS = """
coupons:
  tenner: {title: {ru: Десять процентов, en: Ten percent}}
rules:
  - {id: cashback, title: {ru: Кешбэк, en: Cashback}, earn: {percent: {base: 5, gold: 10}}}
  - {id: tenner, title: {ru: Скидка, en: Discount}, when: {coupon: tenner}, discount: 10%}
"""
RULES = CLUB[CLUB.index("rules:") : CLUB.index("spend:")]


def back(id_: int, total: str) -> Body:
    """A refund as an order shows it."""
    return {"id": id_, "reason": "", "total": total}


class Told:
    """A shop that tells through one connection of a customer of its own; `member` is that customer's where they joined."""

    def __init__(self, shop: Trading, *, joined: bool = True, **settings: str) -> None:
        self.shop = shop
        self.connection, secret = shop.connect("woocommerce", **settings)
        self.tea = WooShop(self.connection, secret)
        n = next(PEOPLE)
        self.phone, self.email = f"+7999600{n:04}", f"vera{n}@example.com"
        self.who = billing(self.phone, self.email)
        self.member = shop.member(self.phone) if joined else ""

    def tell(self, topic: str, body: Body, second: int | None = None) -> str:
        """Tell, and have it worked through; what became of the delivery."""
        assert 200 == self.shop.call(self.tea.call(topic, body, second)).status
        return self.outcomes()[0]

    def outcomes(self) -> list[str]:
        """What became of the deliveries, newest first."""
        inbox, id_ = self.shop.house.inbox, self.connection.connection_id
        self.shop.work_inbox()
        self.shop.until(lambda: all(item.tries for item in inbox.items(id_)))
        return [item.outcome for item in inbox.items(id_)]

    def balance(self) -> int:
        return self.shop.balance(self.member)[0]

    def ledger(self, order_id: int = 1, receipt: str = "") -> tuple[Any, ...]:
        """Balance, the state of the order's receipt, what was paid and given back."""
        view = self.shop.house.views.receipt(f"{self.connection.connection_id}:{order_id}{receipt}")
        if view is None:
            return self.balance(), None
        given = sum(row.refund_minor for row in view.returns)
        return self.balance(), view.stored.sale.state, view.stored.sale.decision.paid_minor, given

    def order(self, status: str, minutes: int, **more: Any) -> Body:
        return order(1, LINES, minutes=minutes, status=status, **{**self.who, **more})


@pytest.fixture(scope="module")
def shop(served_database: str) -> Iterator[Trading]:
    with trading(served_database, connectors=[WOOCOMMERCE]) as shop:
        yield shop


def test_an_order_earns_when_it_is_completed_and_not_before(shop: Trading) -> None:
    told = Told(shop)

    assert "not_paid" == told.tell("order.created", told.order("completed", 2))
    assert "not_paid" == told.tell("order.updated", told.order("processing", 3))
    assert (0, None) == told.ledger()
    assert "" == told.tell("order.updated", told.order("completed", 4))
    assert (5_050, "closed", 101_000, 0) == told.ledger()


def test_an_order_earns_when_it_is_paid_where_that_is_set(shop: Trading) -> None:
    told = Told(shop, earn_on="paid")
    told.tell("order.created", told.order("pending", 0))
    assert "not_paid" == told.tell("order.updated", told.order("on-hold", 1))
    told.tell("order.updated", told.order("processing", 2))
    assert (5_050, "closed", 101_000, 0) == told.ledger()

    assert "" == told.tell("order.updated", told.order("completed", 3))
    assert (5_050, "closed", 101_000, 0) == told.ledger()


def test_a_repeat_of_a_delivery_changes_nothing(shop: Trading) -> None:
    told = Told(shop)
    for _ in range(2):
        told.tell("order.updated", told.order("completed", 3), 7)

    assert [""] == told.outcomes()
    assert "nothing_new" == told.tell("order.updated", told.order("completed", 3), 8)
    assert (5_050, "closed", 101_000, 0) == told.ledger()


def test_two_orders_that_change_in_one_second_have_one_delivery_id_and_both_count(shop: Trading) -> None:
    told = Told(shop)
    first, second = told.order("completed", 3), told.order("completed", 3) | {"id": 2}
    calls = [told.tea.call("order.updated", body, 7) for body in (first, second)]
    assert calls[0].headers["x-wc-webhook-delivery-id"] == calls[1].headers["x-wc-webhook-delivery-id"]

    told.tell("order.updated", first, 7)
    told.tell("order.updated", second, 7)
    assert 10_100 == told.balance()


def test_an_older_telling_never_overwrites_a_newer_one(shop: Trading) -> None:
    told = Told(shop, earn_on="paid")
    told.tell("order.updated", told.order("cancelled", 9, date_paid_gmt=at(1)))

    assert "nothing_new" == told.tell("order.updated", told.order("processing", 3))
    assert (0, "closed", 101_000, 101_000) == told.ledger()


def test_each_refund_comes_back_once_spread_over_what_is_left(shop: Trading) -> None:
    told = Told(shop)
    told.tell("order.updated", told.order("completed", 3))
    one, two = back(71, "-101.00"), back(72, "-202.00")
    told.tell("order.updated", told.order("completed", 5, **DONE, refunds=[one]))
    assert (4_545, "closed", 101_000, 10_100) == told.ledger()
    told.tell("order.updated", told.order("completed", 6, **DONE, refunds=[two, one]))
    told.tell("order.updated", told.order("completed", 7, **DONE, refunds=[two, one]))
    assert (3_535, "closed", 101_000, 30_300) == told.ledger()

    told.tell("order.updated", told.order("refunded", 8, **DONE, refunds=[back(73, "-707.00"), two, one]))
    assert (0, "closed", 101_000, 101_000) == told.ledger()


def test_delivery_fees_and_taxes_are_paid_and_delivery_and_fees_do_not_earn(shop: Trading) -> None:
    told = Told(shop)
    cocoa = line(COCOA, "cocoa", 1, 10_000) | {"subtotal_tax": "20.00", "total_tax": "20.00"}
    more = {
        "line_items": [cocoa],
        "shipping_lines": [{"id": 1, "method_title": "Почта", "total": "300.00", "total_tax": "60.00"}],
        "fee_lines": [{"id": 2, "name": "Упаковка", "total": "50.00", "total_tax": "0.00"},
                      {"id": 3, "name": "Скидка постоянным", "total": "-12.00", "total_tax": "0.00"}],
    }  # fmt: skip
    told.tell("order.updated", told.order("completed", 3) | more)

    assert (540, "closed", 10_800 + 36_000 + 5_000, 0) == told.ledger()


def test_a_cancelled_order_earns_nothing_and_one_that_was_paid_gives_everything_back(shop: Trading) -> None:
    told = Told(shop)
    assert "not_paid" == told.tell("order.updated", told.order("cancelled", 3))
    assert (0, None) == told.ledger()

    told.tell("order.updated", told.order("completed", 4))
    told.tell("order.updated", told.order("cancelled", 5, **DONE))
    assert (0, "closed", 101_000, 101_000) == told.ledger()


def test_an_order_in_the_bin_is_taken_back_and_one_taken_out_of_it_is_booked_again(shop: Trading) -> None:
    told = Told(shop)
    told.tell("order.updated", told.order("completed", 3, **DONE, refunds=[back(71, "-101.00")]))
    told.tell("order.deleted", {"id": 1})
    assert (0, "closed", 101_000, 101_000) == told.ledger()

    told.tell("order.restored", told.order("completed", 9, **DONE, refunds=[back(71, "-101.00")]))
    assert (4_545, "closed", 101_000, 10_100) == told.ledger(receipt=":1")
    told.tell("order.deleted", {"id": 1}, 99)
    assert 0 == told.balance()


def test_another_currency_is_refused_and_never_guessed(shop: Trading) -> None:
    told = Told(shop)

    assert "other_currency" == told.tell("order.updated", told.order("completed", 3, currency="USD"))
    assert (0, None) == told.ledger()


def test_an_order_of_a_stranger_waits_until_they_join(shop: Trading) -> None:
    told = Told(shop, joined=False, enrol="all")
    assert "unknown_member" == told.tell("order.updated", told.order("completed", 3))
    customer = {
        "id": 25, "date_created_gmt": at(0), "date_modified_gmt": at(9), "email": told.email, "first_name": "Вера",
        "last_name": "Им", "role": "customer", "username": "vera", "billing": {"phone": told.phone, "email": ""},
        "meta_data": [],
    }  # fmt: skip
    assert "" == told.tell("customer.created", customer)
    seen = shop.seen("external", f"woocommerce:{told.connection.connection_id}:25")
    assert seen is not None
    told.member = seen.member_id

    assert (told.phone, "Вера Им") == (seen.person.phone, seen.person.name)
    assert (5_050, "closed", 101_000, 0) == told.ledger()


def test_a_field_of_a_plugin_says_who_agreed(shop: Trading) -> None:
    told = Told(shop, joined=False, enrol="consented", consent_field="newsletter")
    customer: Body = {"id": 25, "date_modified_gmt": at(1), "email": told.email, "billing": []}
    assert "not_enrolled" == told.tell("customer.created", customer)
    no, yes = ({"meta_data": [{"id": 1, "key": "newsletter", "value": said}]} for said in ("no", "yes"))
    assert "not_enrolled" == told.tell("customer.updated", customer | no | {"date_modified_gmt": at(2)})
    assert "" == told.tell("customer.updated", customer | yes | {"date_modified_gmt": at(3)})
    assert "older_event" == told.tell(
        "customer.updated", customer | no | {"date_modified_gmt": at(2), "username": "v"}
    )

    seen = shop.seen("email", told.email)
    assert seen is not None
    assert [("advertising", "email", True)] == [
        (row.purpose, row.channel, row.given) for row in seen.consents
    ]
    assert "" == told.tell("customer.deleted", {"id": 25})


def test_a_deleted_customers_later_events_are_left_alone(shop: Trading) -> None:
    told = Told(shop)
    told.tell("customer.deleted", {"id": 25})

    assert "customer_deleted" == told.tell("customer.updated", {"id": 25, "email": told.email})


@pytest.mark.parametrize(
    "topic", ["coupon.created", "coupon.updated", "coupon.deleted", "coupon.restored", "product.updated"]
)
def test_topics_that_change_nothing_here_are_ignored(shop: Trading, topic: str) -> None:
    told = Told(shop)

    assert "topic_ignored" == told.tell(topic, {"id": 1, "code": "spring"})


@pytest.mark.parametrize("last", ["edited", "cancelled"])
def test_every_order_of_deliveries_ends_with_the_same_ledger(shop: Trading, last: str) -> None:
    refunds, ends = [back(71, "-101.00")], set()
    for story in permutations(["created", "paid", "completed", last]):
        told = Told(shop)
        end = {"status": "cancelled"} if last == "cancelled" else {"customer_note": "Спасибо"}
        bodies = {
            "created": ("order.created", told.order("pending", 0)),
            "paid": ("order.updated", told.order("processing", 2)),
            "completed": ("order.updated", told.order("completed", 3)),
            last: ("order.updated", told.order("completed", 5, **DONE, refunds=refunds) | end),
        }
        for name in story:
            told.tell(*bodies[name])
        ends.add(told.ledger())

    assert {
        (0, "closed", 101_000, 101_000) if last == "cancelled" else (4_545, "closed", 101_000, 10_100)
    } == ends


def test_a_coupon_of_ours_that_was_used_in_the_shop_is_used_up(database: str) -> None:
    with trading(
        database, programme=CLUB.replace(RULES, COUPONS.strip() + "\n"), connectors=[WOOCOMMERCE]
    ) as shop:
        told = Told(shop)
        made = shop.house.coupons.make(CouponWish("club", "tenner", 1), Caller("test", "one"))
        assert isinstance(made, Made)
        code = made.coupons[0].coupon.code
        now = shop.clock().replace(tzinfo=None).isoformat()
        lines = [line(TEA, "tea-100", 1, 10_000, off=1_500), line(COCOA, "cocoa", 1, 20_000, off=3_000)]
        coupons = [
            {"id": 1, "code": code.lower(), "discount": "30.00"},
            {"id": 2, "code": "shop's own", "discount": "15.00"},
        ]
        more = {"date_paid_gmt": now, "line_items": lines, "coupon_lines": coupons}
        told.tell("order.updated", told.order("completed", 3) | more)

        view = shop.house.views.receipt(f"{told.connection.connection_id}:1")
        coupon = shop.house.coupons.find(code)
        assert view is not None
        assert isinstance(coupon, CouponView)
        decision = view.stored.sale.decision
        assert "used" == coupon.coupon.state
        assert (25_500, 1_500) == (decision.paid_minor, decision.given_minor)
        # Ours takes a tenth of what the shop's own coupon has left; the shop took both from the first price.
        assert {str(TEA): -50, str(COCOA): -100} == view.stored.sale.variance
