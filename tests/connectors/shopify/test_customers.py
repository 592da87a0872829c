"""Shopify's customers as members, what they agreed to, and what must be forgotten."""

from collections.abc import Iterator
from itertools import count, permutations
from typing import Any

import pytest
from till_shopify import Body, ShopifyShop, at, line, order, refund
from trading import Trading, trading

from kopilka.connectors.kit.parking import WAITING
from kopilka.connectors.shopify import SHOPIFY
from kopilka.usecases.foreign import ForeignDocument, Search

PEOPLE = count(1)
COCOA = [line(11, "cocoa", 1, 20_000)]


class Told:
    """A connection and one customer of its shop."""

    def __init__(self, shop: Trading, **settings: str) -> None:
        self.shop = shop
        self.connection, secret = shop.connect("shopify", **settings)
        self.tea = ShopifyShop(self.connection, secret)
        n = next(PEOPLE)
        self.phone, self.email = f"+7999500{n:04}", f"olga{n}@example.com"
        self.external = f"shopify:{self.connection.connection_id}:901"

    def customer(self, minutes: int = 0, *, agrees: bool | None = None, **more: Any) -> Body:
        """The customer as they are some minutes after the shop began."""
        body: Body = {
            "id": 901, "email": self.email, "phone": self.phone, "first_name": "Ольга", "last_name": "Ким",
            "created_at": at(0), "updated_at": at(minutes), "verified_email": True, "addresses": [],
        }  # fmt: skip
        if agrees is not None:
            state = "subscribed" if agrees else "unsubscribed"
            body["email_marketing_consent"] = {
                "state": state, "opt_in_level": "single_opt_in", "consent_updated_at": at(minutes)
            }  # fmt: skip
        return body | more

    def tell(self, topic: str, body: Body, event: str = "") -> str:
        assert 200 == self.shop.call(self.tea.call(topic, body, event)).status
        inbox, id_ = self.shop.house.inbox, self.connection.connection_id
        self.shop.work_inbox()
        self.shop.until(lambda: all(item.tries for item in inbox.items(id_)))
        return inbox.items(id_)[0].outcome

    def document(self, kind: str, id_: str) -> ForeignDocument:
        found = self.shop.house.foreign.document(self.connection.connection_id, kind, id_)
        assert found is not None
        return found

    def consent(self) -> tuple[bool, str] | None:
        """What we know of letters, and who said it."""
        seen = self.shop.seen("phone", self.phone)
        assert seen is not None
        return next(((row.given, row.source) for row in seen.consents if row.channel == "email"), None)

    def all_texts(self) -> str:
        """Everything that this connection's documents say."""
        rows = self.shop.rows(
            "SELECT coalesce(string_agg(content::text, ' '), '') FROM personal.foreign_document WHERE connection_id = %s",
            self.connection.connection_id,
        )
        return str(rows[0][0])


@pytest.fixture(scope="module")
def shop(served_database: str) -> Iterator[Trading]:
    with trading(served_database, connectors=[SHOPIFY]) as shop:
        yield shop


def test_nobody_joins_unless_the_connection_says_so(shop: Trading) -> None:
    told = Told(shop)

    assert "not_enrolled" == told.tell("customers/create", told.customer(agrees=True))
    assert None is shop.seen("phone", told.phone)


def test_all_join_where_that_is_set_and_are_found_by_phone_e_mail_and_shop_id(shop: Trading) -> None:
    told = Told(shop, enrol="all")
    assert "" == told.tell("customers/create", told.customer(agrees=True))
    assert "" == told.tell("customers/update", told.customer(5, agrees=True))
    seen = [
        shop.seen(*ref) for ref in (("phone", told.phone), ("email", told.email), ("external", told.external))
    ]

    assert 1 == len({each.member_id for each in seen if each is not None})
    assert None not in seen
    assert seen[0] is not None
    assert ("Ольга Ким", "shop") == (seen[0].person.name, seen[0].shop)
    assert (True, told.connection.connection_id) == told.consent()


def test_who_agreed_to_letters_joins_where_consent_is_asked_for(shop: Trading) -> None:
    told = Told(shop, enrol="consented")

    assert ["not_enrolled"] * 2 == [
        told.tell("customers/create", told.customer()), told.tell("customers/update", told.customer(1, agrees=False))
    ]  # fmt: skip
    assert "" == told.tell("customers/update", told.customer(2, agrees=True))
    assert (True, told.connection.connection_id) == told.consent()
    assert "" == told.tell("customers/update", told.customer(3, agrees=False))
    assert (False, told.connection.connection_id) == told.consent()


def test_a_customer_without_phone_or_e_mail_does_not_join(shop: Trading) -> None:
    told = Told(shop, enrol="all")

    assert "no_contact" == told.tell("customers/create", told.customer(phone=None, email=""))


def test_every_order_of_changes_ends_with_the_newest_word(shop: Trading) -> None:
    ends = set()
    for story in permutations([(1, True), (2, False), (3, True), (4, False)]):
        told = Told(shop)
        shop.member(told.phone)
        for minutes, agrees in story:
            told.tell("customers/update", told.customer(minutes, agrees=agrees))
        consent = told.consent()
        ends.add(None if consent is None else consent[0])

    # Who never agreed before saying no has not said anything that changes what we may do.
    assert ends <= {False, None}


def test_a_shop_never_changes_how_a_member_is_found(shop: Trading) -> None:
    told = Told(shop)
    member = shop.member("+79996000001", email=told.email)
    told.tell("customers/update", told.customer())

    seen = shop.seen("external", told.external)
    assert seen is not None
    assert (member, "Анна Петрова", "+79996000001") == (seen.member_id, seen.person.name, seen.person.phone)
    assert None is shop.seen("phone", told.phone)


def test_orders_from_before_joining_are_booked_when_the_customer_joins(shop: Trading) -> None:
    told = Told(shop, enrol="all")
    who = {"customer": {"id": 901, "email": told.email}}
    assert "unknown_member" == told.tell("orders/paid", order(1, COCOA, state="paid", **who))
    told.tell("customers/create", told.customer())

    seen = shop.seen("phone", told.phone)
    assert seen is not None
    assert 1_000 == shop.balance(seen.member_id)[0]


def test_a_deleted_customer_is_forgotten_and_the_member_stays(shop: Trading) -> None:
    told = Told(shop, enrol="all")
    told.tell("customers/create", told.customer())
    assert "" == told.tell("customers/delete", {"id": 901})
    assert "customer_deleted" == told.tell("customers/update", told.customer(9))

    assert None is not shop.seen("phone", told.phone)
    assert told.email not in told.all_texts()


def test_a_data_request_waits_for_staff(shop: Trading) -> None:
    told = Told(shop)
    member = shop.member(told.phone)
    body = {
        "shop_id": 954889, "shop_domain": "tea.myshopify.com", "orders_requested": [299938, 280263],
        "customer": {"id": 901, "email": told.email, "phone": told.phone}, "data_request": {"id": 9999},
    }  # fmt: skip

    assert "" == told.tell("customers/data_request", body, "one")
    assert "nothing_new" == told.tell("customers/data_request", body, "two")
    (request,) = shop.house.privacy.requests.of_member(member)
    assert ("export", told.connection.connection_id, "901", ["299938", "280263"]) == (
        request.wish, request.connection_id, request.content["customer"], request.content["orders"]
    )  # fmt: skip


def test_a_redaction_forgets_the_customer_and_what_is_parked_and_keeps_the_ledger(shop: Trading) -> None:
    told = Told(shop)
    who = {"customer": {"id": 901, "email": told.email, "phone": told.phone}}
    told.tell("orders/paid", order(1, COCOA, state="paid", **who))
    member = shop.member("+79996000002", external=told.external)
    told.tell("customers/update", told.customer())
    told.tell("orders/paid", order(2, COCOA, state="paid", customer={"id": 777, "phone": "+79996999999"}))
    told.tell("orders/paid", order(3, COCOA, state="paid", customer={"id": 901, "phone": "+79996000003"}))
    assert told.email in told.all_texts()

    body = {
        "shop_id": 1,
        "customer": {"id": 901, "email": told.email, "phone": told.phone},
        "orders_to_redact": [1],
    }
    assert "" == told.tell("customers/redact", body)
    assert told.email not in told.all_texts()
    assert told.phone not in told.all_texts()
    assert "+79996999999" in told.all_texts()
    assert 2_000 == shop.balance(member)[0]
    # What was booked can still be returned; what comes later of the same customer brings no name back.
    told.tell("refunds/create", refund(5, 1, [(11, 1, 20_000)], minutes=9))
    assert 1_000 == shop.balance(member)[0]
    told.tell("orders/updated", order(1, COCOA, minutes=20, state="partially_refunded", **who))
    assert told.email not in told.all_texts()


def test_what_is_parked_for_a_redacted_customer_is_never_booked(shop: Trading) -> None:
    told = Told(shop)
    told.tell("orders/paid", order(1, COCOA, state="paid", customer={"id": 901, "phone": told.phone}))
    told.tell("customers/redact", {"customer": {"id": 901, "phone": told.phone}, "orders_to_redact": ["1"]})
    member = shop.member(told.phone)
    again = order(1, COCOA, minutes=5, state="paid", customer={"id": 901, "phone": told.phone})

    assert "erased" == told.tell("orders/updated", again)
    assert 0 == shop.balance(member)[0]
    assert "erased" == told.document("order", "1").state
    assert told.phone not in told.all_texts()


def test_a_shop_that_is_gone_is_forgotten_whole(shop: Trading) -> None:
    told = Told(shop)
    for n in range(3):
        told.tell(
            "orders/paid", order(n, COCOA, state="paid", customer={"id": n, "phone": f"+7999700{n:04}"})
        )
    told.tell("customers/update", told.customer())

    assert "" == told.tell("shop/redact", {"shop_id": 954889, "shop_domain": "tea.myshopify.com"})
    texts = told.all_texts()
    assert [] == [word for word in ("+7999700", told.phone, told.email, "Ольга") if word in texts]
    search = Search(told.connection.connection_id, WAITING, state="parked")
    assert [] == shop.house.foreign.documents(search)
    requests = shop.house.privacy.requests.open()
    (request,) = [row for row in requests if row.connection_id == told.connection.connection_id]
    assert ("erase_all", 3) == (request.wish, request.content["orders_erased"])
