"""What happened to orders and customers since a module last asked, as modules ask for it."""

import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from crm_site import Site, done, refused
from trading import Trading, trading

from kopilka.app.compose import House
from kopilka.usecases.erase_member import Erased, ErasureWish
from kopilka.usecases.foreign import Change, ChangeSearch, ForeignDocument

Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def shop(shared_database: str) -> Iterator[Trading]:
    with trading(shared_database) as shop:
        yield shop


@pytest.fixture
def site(shop: Trading) -> Site:
    return Site(shop)


def placed(site: Site, name: str, **more: Any) -> int:
    item = {
        "offer": {"externalId": "tea-100"},
        "quantity": 2,
        "initialPrice": 450,
        "externalIds": [{"code": "w", "value": "7_1"}],
    }
    order = {
        "externalId": name,
        "firstName": "Анна",
        "customer": {"externalId": "h-1"},
        "items": [item],
        **more,
    }
    return int(done(site.client.order_create(order, "shop"))["id"])


def history(site: Site, filters: dict[str, Any] | None = None, page: int = 1) -> Rows:
    return list(done(site.client.orders_history(filters, 20, page))["history"])


def told(rows: Rows) -> list[tuple[Any, Any, Any]]:
    return [(row["field"], row["oldValue"], row["newValue"]) for row in rows]


def test_a_new_order_is_told_whole_and_an_edit_field_by_field(site: Site) -> None:
    id_ = placed(
        site, "h-1", customFields={"gift": "no"}, delivery={"cost": 100, "address": {"city": "Омск"}}
    )
    (made,) = history(site)
    items = [
        {"id": made["order"]["items"][0]["id"], "quantity": 3},
        {"offer": {"externalId": "cocoa"}, "quantity": 1, "initialPrice": 50, "productName": "Какао"},
    ]
    change = {
        "externalId": "h-1", "firstName": "Анна", "status": "assembling", "customFields": {"gift": "yes"}, "items": items,
        "delivery": {"cost": 100.0, "code": "courier", "address": {"city": "Томск"}},
    }  # fmt: skip
    done(site.client.order_edit(change, "externalId", "shop"))
    rows = history(site, {"sinceId": made["id"]})

    assert (True, "api", {"current": True}, "status", None, {"code": "new"}) == tuple(
        made[name] for name in ("created", "source", "apiKey", "field", "oldValue", "newValue")
    )
    assert (id_, "h-1", "shop", "new", "Анна", f"{id_}A") == tuple(
        made["order"][name] for name in ("id", "externalId", "site", "status", "firstName", "number")
    )
    assert [("tea-100", 2)] == [
        (row["offer"]["externalId"], row["quantity"]) for row in made["order"]["items"]
    ]
    assert [
        ("status", {"code": "new"}, {"code": "assembling"}), ("custom_gift", "no", "yes"),
        ("delivery_address.city", "Омск", "Томск"), ("delivery_type", None, {"code": "courier"}),
        ("order_product.quantity", 2, 3), ("order_product", None, {"id": rows[-1]["item"]["id"]}),
    ] == told(rows)  # fmt: skip
    assert ("cocoa", 1, "Какао") == (
        rows[-1]["item"]["offer"]["externalId"], rows[-1]["item"]["quantity"], rows[-1]["item"]["productName"],
    )  # fmt: skip
    assert {(id_, "h-1", "shop", "assembling")} == {
        tuple(row["order"][name] for name in ("id", "externalId", "site", "status")) for row in rows
    }
    assert sorted({row["id"] for row in rows}) == [row["id"] for row in rows]
    assert made["id"] < rows[0]["id"]


def test_bonuses_payments_and_goods_that_go_are_told(site: Site) -> None:
    account = site.join("h-1", "+79060000001")
    done(site.client.loyalty_account_bonus_credit(account["id"], 300, None, None, None))
    placed(site, "h-2", privilegeType="loyalty_level")
    last = history(site)[-1]["id"]
    done(site.client.orders_loyalty_apply({"externalId": "h-2"}, "shop", 100))
    named = {"externalId": "p-1", "type": "cash", "order": {"externalId": "h-2"}}
    id_ = done(site.client.order_payment_create(named, "shop"))["id"]
    done(site.client.order_payment_edit({"externalId": "p-1", "status": "paid"}, site="shop"))
    rows = history(site, {"sinceId": last})

    assert [
        ("bonuses", None, "100"), ("bonuses_charge_total", 0, 100), ("bonuses_credit_total", 45, 40),
        ("payments", None, {"id": id_}), ("payments.status", None, {"code": "paid"}),
    ] == told(rows)  # fmt: skip
    assert ("p-1", "paid") == (rows[-1]["payment"]["externalId"], rows[-1]["payment"]["status"])
    done(site.client.order_edit({"externalId": "h-2", "status": "complete"}, "externalId", "shop"))
    done(site.client.order_edit({"externalId": "h-2", "items": []}, "externalId", "shop"))
    gone = history(site, {"sinceId": rows[-1]["id"]})
    assert [
        ("status", {"code": "new"}, {"code": "complete"}), ("order_product", {"id": gone[1]["item"]["id"]}, None),
        ("bonuses_charge_total", 100, 0), ("bonuses_credit_total", 40, 0),
    ] == told(gone)  # fmt: skip


def test_what_changes_nothing_is_not_told(site: Site) -> None:
    placed(site, "h-3", discountManualAmount=10)
    last = history(site)[-1]["id"]
    same = {
        "externalId": "h-3",
        "status": "new",
        "discountManualAmount": "10.00",
        "lastName": "",
        "customFields": [],
    }
    done(site.client.order_edit(same, "externalId", "shop"))

    assert [] == history(site, {"sinceId": last})


def test_a_module_that_goes_on_from_the_last_id_reads_everything_once(site: Site, shop: Trading) -> None:
    for n in range(30):
        placed(site, f"m-{n}")
    first = done(site.client.orders_history())
    read: Rows = []
    filters: dict[str, Any] = {"startDate": (shop.clock() - timedelta(days=1)).strftime("%Y-%m-%d %H:%M:%S")}
    while page := history(site, filters):  # as the module for WooCommerce does
        read += page
        filters["sinceId"] = page[-1]["id"]

    assert {"limit": 20, "totalCount": 30, "currentPage": 1, "totalPageCount": 2} == first["pagination"]
    assert [f"m-{n}" for n in range(30)] == [row["order"]["externalId"] for row in read]
    assert read[20:] == history(site, page=2)
    assert (
        [read[7]]
        == history(site, {"orderExternalId": "m-7"})
        == history(site, {"orderId": read[7]["order"]["id"]})
    )
    tomorrow = (shop.clock() + timedelta(days=1)).strftime("%Y-%m-%d")
    assert [] == history(site, {"startDate": tomorrow}) == history(site, {"orderId": 999_999_999})
    assert read[:20] == history(site, {"endDate": tomorrow})
    assert [] == history(Site(shop)), "another key's orders"


@pytest.mark.parametrize("filters", [{"sinceId": "last"}, {"startDate": "yesterday"}, {"endDate": "31.12"}])
def test_what_cannot_be_asked_is_named(site: Site, filters: dict[str, str]) -> None:
    (name,) = filters

    assert [f"filter.{name}"] == list(refused(site.client.orders_history(filters))["errors"])
    assert [] == history(site, {"sinceId": "9" * 40})


def test_customers_have_a_history_too(site: Site) -> None:
    customer = {
        "externalId": "k-1",
        "firstName": "Анна",
        "phones": [{"number": "8 906 1"}],
        "address": {"city": "Омск"},
    }
    id_ = done(site.client.customer_create(customer, "shop"))["id"]
    (made,) = done(site.client.customers_history())["history"]
    change = {
        "externalId": "k-1",
        "firstName": "Аня",
        "address": {"city": "Томск"},
        "phones": [{"number": "8 906 1"}],
    }
    done(site.client.customer_edit(change, "externalId", "shop"))
    rows = done(site.client.customers_history({"sinceId": made["id"]}))["history"]

    assert [("id", None, id_)] == told([made])
    assert (True, "Анна", "k-1") == (
        made["created"], made["customer"]["firstName"], made["customer"]["externalId"],
    )  # fmt: skip
    assert [("first_name", "Анна", "Аня"), ("address.city", "Омск", "Томск")] == told(rows)
    assert {(id_, "k-1", "shop")} == {
        (row["customer"]["id"], row["customer"]["externalId"], row["customer"]["site"]) for row in rows
    }
    assert [] == done(site.client.customers_history({"sinceId": rows[-1]["id"]}))["history"]
    assert rows == done(site.client.customers_history({"customerId": id_}))["history"][1:]


def test_a_reader_who_goes_on_from_the_last_number_misses_no_writer(shop: Trading) -> None:
    site = Site(shop)
    connection_id, at = site.connection.connection_id, shop.clock()
    writers, each = 4, 40

    def write(number: int) -> None:
        with closing(House(shop.house.pool.conninfo)) as mine:
            for n in range(each):
                document = ForeignDocument(connection_id, "order", f"shop:{number}-{n}", {}, at)
                assert mine.foreign.put(document, [Change("status", None, n), Change("phone", None, n)])

    threads = [threading.Thread(target=write, args=(number,)) for number in range(writers)]
    for thread in threads:
        thread.start()
    seen: list[int] = []
    while True:
        finished = not any(thread.is_alive() for thread in threads)
        search = ChangeSearch(connection_id, "order", seen[-1] if seen else 0, limit=7)
        rows = shop.house.foreign.changes(search)[1]
        seen += [row.number for row in rows]
        if finished and not rows:
            break

    assert writers * each * 2 == len(seen) == len(set(seen))
    assert sorted(seen) == seen


def test_a_writer_who_was_slower_leaves_no_change(shop: Trading) -> None:
    site = Site(shop)
    document = ForeignDocument(site.connection.connection_id, "order", "shop:r", {}, shop.clock())
    assert shop.house.foreign.put(document, [Change("status", None, "first")])

    assert not shop.house.foreign.put(document, [Change("status", None, "second")])
    rows = shop.house.foreign.changes(ChangeSearch(site.connection.connection_id, "order"))[1]
    assert ["first"] == [row.new for row in rows]


def test_changes_are_forgotten_with_their_age_and_numbers_never_come_again(site: Site, shop: Trading) -> None:
    placed(site, "old")
    last = history(site)[-1]["id"]
    shop.clock.ahead += timedelta(days=91)
    try:
        shop.house.foreign.forget()
        assert [] == history(site)
        placed(site, "new")
    finally:
        shop.clock.ahead -= timedelta(days=91)

    assert ["new"] == [row["order"]["externalId"] for row in history(site, {"sinceId": last})]


def test_what_changed_goes_with_the_person(site: Site, shop: Trading) -> None:
    account = site.join("gone", "+79060000009", cardNumber="9060009")
    placed(site, "g-1", firstName="Глафира", customer={"externalId": "gone"})
    done(site.client.order_edit({"externalId": "g-1", "firstName": "Аглая"}, "externalId", "shop"))
    done(site.client.loyalty_account_bonus_credit(account["id"], 5, None, None, "Глафире за отзыв"))
    placed(site, "g-2", phone="+79060000009", customer={})
    done(site.client.order_edit({"externalId": "g-2", "phone": "+79060000010"}, "externalId", "shop"))
    assert ("phone", "+79060000009", "+79060000010") == told(history(site))[-1]
    erased = shop.house.privacy.erasures.erase(ErasureWish(site.member_id(account), "test"))

    assert isinstance(erased, Erased)
    assert [] == history(site, {"orderExternalId": "g-1"})
    left = shop.rows(
        "SELECT (SELECT coalesce(string_agg(content::text, ' '), '') FROM personal.foreign_change WHERE connection_id = %s),"
        " (SELECT coalesce(string_agg(content::text, ' '), '') FROM personal.foreign_document WHERE connection_id = %s)",
        site.connection.connection_id, site.connection.connection_id,
    )[0]  # fmt: skip
    assert not any(name in text for text in left for name in ("Глафир", "Аглая", "9060000009"))
