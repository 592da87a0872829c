"""Customers, programmes and reference lists, with the vendor's own client."""

from collections.abc import Iterator

import pytest
from crm_site import Site, done, refused
from trading import Trading, trading


@pytest.fixture(scope="module")
def shop(shared_database: str) -> Iterator[Trading]:
    with trading(shared_database) as shop:
        yield shop


@pytest.fixture
def site(shop: Trading) -> Site:
    return Site(shop)


def test_a_customer_is_kept_as_the_site_tells_them(site: Site) -> None:
    customer = {
        "externalId": "k-1", "firstName": "Анна", "email": "a@example.com", "phones": [{"number": "+79990000001"}],
        "address": {"city": "Москва"}, "tags": [{"name": "vip"}], "vip": True,
    }  # fmt: skip
    id_ = done(site.client.customer_create(customer, "shop"))["id"]
    by_external = done(site.client.customer("k-1", site="shop"))["customer"]

    assert customer.items() <= by_external.items()
    assert (id_, "shop") == (by_external["id"], by_external["site"])
    assert by_external == done(site.client.customer(id_, "id"))["customer"]
    assert by_external == done(site.client.customer("k-1"))["customer"]
    done(site.client.customer_edit({"externalId": "k-1", "lastName": "Орлова"}, site="shop"))
    done(site.client.customer_edit({"id": id_, "firstName": "Яна"}, "id"))
    after = done(site.client.customer("k-1"))["customer"]
    assert ("Яна", "Орлова", "a@example.com") == tuple(
        after[name] for name in ("firstName", "lastName", "email")
    )
    assert {"externalId": "Покупатель с таким externalId уже есть"} == refused(
        site.client.customer_create(customer, "shop")
    )["errors"]


def test_customers_are_found_by_numbers_names_and_phones(site: Site) -> None:
    rows = [
        {"externalId": f"k-{n}", "firstName": name, "email": f"{n}@example.com", "phones": [{"number": f"+7999000010{n}"}]}
        for n, name in enumerate(["Анна", "Борис", "Вера"])
    ]  # fmt: skip
    uploaded = done(site.client.customers_upload(rows, "shop"))["uploadedCustomers"]
    again = done(site.client.customers_upload(rows[:1], "shop"))["uploadedCustomers"]

    assert ["k-0", "k-1", "k-2"] == [row["externalId"] for row in uploaded]
    assert uploaded[:1] == again
    for filters, wanted in (
        ({"ids": [uploaded[1]["id"]]}, ["k-1"]),
        ({"externalIds": ["k-0", "k-2"]}, ["k-0", "k-2"]),
        ({"name": "бор"}, ["k-1"]),
        ({"email": "2@Example.com"}, ["k-2"]),
        ({"phone": "89990000100"}, ["k-0"]),
        ({"sites": ["second"]}, []),
        ({"dateFrom": "2099-01-01"}, []),
        (None, ["k-0", "k-1", "k-2"]),
    ):
        found = done(site.client.customers(filters))["customers"]
        assert wanted == sorted(row["externalId"] for row in found)
    history = done(site.client.customers_history())["history"]
    assert {"k-0", "k-1", "k-2"} == {row["customer"]["externalId"] for row in history}
    newest = max(row["id"] for row in history)
    assert [] == done(site.client.customers_history({"sinceId": newest}))["history"]


def test_a_customer_without_an_external_id_has_a_number(site: Site) -> None:
    id_ = done(site.client.customer_create({"firstName": "Гость"}, "shop"))["id"]
    customer = done(site.client.customer(id_, "id"))["customer"]

    assert ("Гость", False) == (customer["firstName"], "externalId" in customer)
    account = done(
        site.client.loyalty_account_create("shop", {"phoneNumber": "+79990000300", "customer": {"id": id_}})
    )["loyaltyAccount"]
    assert id_ == account["customer"]["id"]


def test_a_name_and_a_birthday_follow_to_the_member(site: Site) -> None:
    account = site.join("k-9", "+79990000309")
    customer = {"externalId": "k-9", "firstName": "Ян", "lastName": "Ли", "birthday": "1990-05-01"}
    done(site.client.customer_edit(customer, site="shop"))

    member = site.shop.seen("member", site.member_id(account))
    assert member is not None
    assert ("Ян Ли", "1990-05-01") == (member.person.name, str(member.person.birthday))
    assert "Ян" == site.account(account["id"])["customer"]["firstName"]


def test_customers_that_are_not_there_are_not_found(shop: Trading, site: Site) -> None:
    other = Site(shop, place="second")
    id_ = done(other.client.customer_create({"externalId": "far"}, "second"))["id"]

    refused(site.client.customer("far"), 404)
    refused(site.client.customer(id_, "id"), 404)
    refused(site.client.customer_edit({"externalId": "far", "firstName": "?"}), 404)
    assert ["by"] == list(refused(site.client.customer("far", "email"))["errors"])


@pytest.mark.parametrize("customer", ["", "[1]", "{", '{"a":"\\u0000"}', '"x"', '{"externalId":[]}'])
def test_a_customer_that_cannot_be_read_is_refused(site: Site, customer: str) -> None:
    answer = site.post("/api/v5/customers/create", {"customer": customer, "site": "shop"})

    assert (400, False) == (answer.status_code, answer.json()["success"])


def test_programmes_are_told_with_their_levels(shop: Trading, site: Site) -> None:
    careful = Site(shop, confirm_registration="yes", confirm_charge="yes", language="en")
    (loyalty,) = done(site.client.loyalty_loyalties())["loyalties"]

    assert ("Клуб", True, False, "RUB") == tuple(
        loyalty[name] for name in ("name", "active", "blocked", "currency")
    )
    assert [("bonus_percent", "Базовый", 0, 5, 5), ("bonus_percent", "Золотой", 5000, 10, 10)] == [
        tuple(level[name] for name in ("type", "name", "sum", "privilegeSize", "privilegeSizePromo"))
        for level in loyalty["levels"]
    ]
    for filters, count in (
        ({"active": 1}, 1), ({"active": 0}, 0), ({"blocked": 0}, 1), ({"blocked": 1}, 0), ({"ids": [loyalty["id"]]}, 1),
        ({"ids": [1]}, 0), ({"sites": ["shop"]}, 1), ({"sites": ["second"]}, 0),
    ):  # fmt: skip
        assert count == len(done(site.client.loyalty_loyalties(filters))["loyalties"])
    assert {"success": True, "loyalty": loyalty, "requiredFields": []} == done(
        site.client.loyalty_loyalty(loyalty["id"])
    )
    theirs = done(careful.client.loyalty_loyalty(loyalty["id"]))
    assert ("Club", True, True, ["phoneNumber"]) == (
        theirs["loyalty"]["name"], theirs["loyalty"]["confirmSmsCharge"], theirs["loyalty"]["confirmSmsRegistration"],
        theirs["requiredFields"],
    )  # fmt: skip
    refused(site.client.loyalty_loyalty(77777), 404)


def test_settings_pages_find_what_they_ask_for(shop: Trading, site: Site) -> None:
    everywhere = Site(shop, place="")
    client = site.client

    assert ("access_selective", ["shop"]) == tuple(
        done(client.api_credentials())[name] for name in ("siteAccess", "sitesAvailable")
    )
    assert ("access_full", ["second", "shop"]) == tuple(
        done(everywhere.client.api_credentials())[name] for name in ("siteAccess", "sitesAvailable")
    )
    assert ["5"] == done(client.api_versions())["versions"]
    assert done(client.system_info())
    assert {"success": True} == done(client.statistic_update())
    for name, key in (
        ("sites", "sites"), ("delivery_types", "deliveryTypes"), ("payment_types", "paymentTypes"),
        ("payment_statuses", "paymentStatuses"), ("statuses", "statuses"), ("status_groups", "statusGroups"),
        ("order_methods", "orderMethods"), ("order_types", "orderTypes"), ("stores", "stores"),
    ):  # fmt: skip
        found = done(getattr(client, name)())[key]
        assert found
        assert all(code == row["code"] and row["name"] for code, row in found.items())
    assert ["base"] == [row["code"] for row in done(client.price_types())["priceTypes"]]
    own = Site(shop, completed_statuses="complete, sold")
    assert "complete" == done(own.client.statuses())["statuses"]["sold"]["group"]


def test_carts_are_acknowledged(site: Site) -> None:
    for answer in (
        site.client.customer_interaction_cart_set("shop", {"customer": {"externalId": "k"}, "items": []}),
        site.client.customer_interaction_cart_clear("shop", {"customer": {"externalId": "k"}}),
        site.client.customer_interaction_cart("shop", "k"),
    ):
        assert done(answer)
    refused(site.client.customer_interaction_cart("nowhere", "k"), 403)
