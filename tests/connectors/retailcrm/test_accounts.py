"""The list of accounts with every filter, with the vendor's own client and as other clients write it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from crm_site import Site, done, refused
from trading import Trading, trading

from kopilka.core.receipt import Line, Receipt
from kopilka.usecases.commands import Close, Ref
from kopilka.usecases.members import MemberChange, PersonChange
from kopilka.values.period import local_day


@pytest.fixture(scope="module")
def shop(shared_database: str) -> Iterator[Trading]:
    with trading(shared_database) as shop:
        yield shop


@pytest.fixture(scope="module")
def site(shop: Trading) -> Site:
    """Four members and one who waits for a code: Anna has bonuses, Boris is gold, Vera is blocked, Glory is from the till."""
    site = Site(shop)
    for name, last in (("Анна", "Петрова"), ("Борис", "Орлов"), ("Вера", "Ли")):
        done(site.client.customer_create({"externalId": name, "firstName": name, "lastName": last}, "shop"))
    anna = site.join("Анна", "+79993000001", cardNumber="3001", customFields={"size": "M", "vip": True})
    boris, vera = site.join("Борис", "+79993000002"), site.join("Вера", "+79993000003")
    ends = (local_day(shop.clock(), "Europe/Moscow") + timedelta(days=20)).isoformat()
    done(site.client.loyalty_account_bonus_credit(anna["id"], 300, None, ends, None))
    sale = Receipt("big", "shop", shop.clock(), "RUB", (Line("1", "tea-100", 1000, 600_000),))
    shop.house.desk().run([Close(sale, Ref("member", site.member_id(boris)), client="t", key="big")])
    shop.house.members.change(
        site.member_id(vera), MemberChange(status="blocked"), PersonChange(), (), "stf_1"
    )
    shop.member("+79993000004", card="3004")
    shop.house.connections.get(site.connection.connection_id)
    return site


@pytest.fixture(scope="module")
def names(site: Site) -> dict[int, str]:
    rows = done(site.client.loyalty_accounts())["loyaltyAccounts"]
    return {
        row["id"]: {"1": "anna", "2": "boris", "3": "vera", "4": "till"}[row["phoneNumber"][-1]]
        for row in rows
    }


def listed(site: Site, names: dict[int, str], filters: Any) -> list[str]:
    return [names[row["id"]] for row in done(site.client.loyalty_accounts(filters))["loyaltyAccounts"]]


CASES: list[tuple[dict[str, Any], list[str]]] = [
    ({}, ["till", "vera", "boris", "anna"]),
    ({"status": "activated"}, ["till", "boris", "anna"]),
    ({"status": "deactivated"}, ["vera"]),
    ({"status": "not_confirmed"}, []),
    ({"customer": "петров"}, ["till", "anna"]),
    ({"customerExternalId": "Борис"}, ["boris"]),
    ({"customerExternalId": "Борис", "sites": ["shop"]}, ["boris"]),
    ({"customerExternalId": "Борис", "sites": ["second"]}, []),
    ({"customerExternalId": "Кто"}, []),
    ({"phoneNumber": "8 999 300-00-01"}, ["anna"]),
    ({"phoneNumber": "3000001"}, ["anna"]),
    ({"phoneNumber": "99930000"}, ["till", "vera", "boris", "anna"]),
    ({"phoneNumber": "11"}, []),
    ({"cardNumber": "3001"}, ["anna"]),
    ({"cardNumber": "30"}, []),
    ({"sites": ["shop"]}, ["till", "vera", "boris", "anna"]),
    ({"sites": ["second"]}, []),
    ({"minAmount": 300}, ["boris", "anna"]),
    ({"minAmount": "300.01"}, []),
    ({"minAmount": 1, "maxAmount": 300}, ["boris", "anna"]),
    ({"maxAmount": 0}, ["till", "vera"]),
    ({"minOrdersSum": 6000}, ["boris"]),
    ({"maxOrdersSum": 5999.99}, ["till", "vera", "anna"]),
    ({"createdAtFrom": "2020-01-01 00:00:00"}, ["till", "vera", "boris", "anna"]),
    ({"createdAtTo": "2020-01-01 00:00:00"}, []),
    ({"createdAtFrom": "2099-01-01"}, []),
    ({"burnDateFrom": "2020-01-01", "burnDateTo": "2099-01-01"}, ["anna"]),
    ({"burnDateTo": "2020-01-01"}, []),
    ({"customFields": {"size": "M"}}, ["anna"]),
    ({"customFields": {"vip": "1"}}, ["anna"]),
    ({"customFields": {"size": "L"}}, []),
    ({"status": "activated", "phoneNumber": "99930000", "minAmount": 1}, ["boris", "anna"]),
    ({"ids": []}, ["till", "vera", "boris", "anna"]),
]


@pytest.mark.parametrize(("filters", "wanted"), CASES, ids=[str(filters) for filters, _ in CASES])
def test_a_filter_finds_whom_it_means(
    site: Site, names: dict[int, str], filters: dict[str, Any], wanted: list[str]
) -> None:
    assert wanted == listed(site, names, filters)


def test_filters_by_number_find_whom_they_mean(site: Site, names: dict[int, str]) -> None:
    by_name = {name: id_ for id_, name in names.items()}
    boris = site.account(by_name["boris"])
    loyalty, level = boris["loyalty"]["id"], boris["level"]["id"]

    assert "Золотой" == boris["level"]["name"]
    assert ["boris"] == listed(site, names, {"level": level})
    assert ["boris"] == listed(site, names, {"customerId": boris["customer"]["id"]})
    assert ["boris", "anna"] == listed(site, names, {"ids": [by_name["boris"], by_name["anna"]]})
    assert ["anna"] == listed(site, names, {"id": by_name["anna"]})
    assert ["vera"] == listed(site, names, {"ids": list(names), "status": "deactivated"})
    assert 4 == len(listed(site, names, {"loyalties": [loyalty]}))
    assert [] == listed(site, names, {"loyalties": [loyalty + 1000]})
    till = site.account(by_name["till"])
    assert "externalId" not in till["customer"]
    assert ["till"] == listed(site, names, {"customerId": till["customer"]["id"]})
    told = done(site.client.customer(till["customer"]["id"], "id"))["customer"]
    assert ("Анна", [{"number": "+79993000004"}]) == (told["firstName"], told["phones"])


def test_both_styles_of_arrays_mean_the_same(site: Site, names: dict[int, str]) -> None:
    by_name = {name: id_ for id_, name in names.items()}
    for style in ("filter[sites][0]", "filter[sites][]", "filter[sites][7]"):
        query = [(style, "shop"), ("filter[customerExternalId]", "Анна"), ("cms_source", "WordPress")]
        rows = site.get("/api/v5/loyalty/accounts", query).json()["loyaltyAccounts"]
        assert [by_name["anna"]] == [row["id"] for row in rows]


def test_pages_follow_each_other(shop: Trading, names: dict[int, str]) -> None:
    other = Site(shop, place="second")
    careful = Site(shop, confirm_registration="yes")
    for n in range(25):
        careful.join(f"w{n}", f"+799940000{n:02}")
    first = done(careful.client.loyalty_accounts({"status": "not_confirmed"}))
    second = done(careful.client.loyalty_accounts({"status": "not_confirmed"}, page=2))
    everybody = done(careful.client.loyalty_accounts(None, 50))

    assert ({"limit": 20, "totalCount": 25, "currentPage": 2, "totalPageCount": 2}, 20, 5) == (
        second["pagination"], len(first["loyaltyAccounts"]), len(second["loyaltyAccounts"]),
    )  # fmt: skip
    assert 29 == everybody["pagination"]["totalCount"] == len(everybody["loyaltyAccounts"])
    straddling = done(careful.client.loyalty_accounts(None, 20, 2))["loyaltyAccounts"]
    assert everybody["loyaltyAccounts"][20:29] == straddling
    numbers = [row["id"] for row in everybody["loyaltyAccounts"]]
    assert sorted(set(numbers)) == sorted(numbers)
    assert 4 == done(other.client.loyalty_accounts())["pagination"]["totalCount"]
    assert [24, 23] == [
        int(row["phoneNumber"][-2:]) for row in done(careful.client.loyalty_accounts({"phoneNumber": "+7999400002"}))["loyaltyAccounts"]
    ][:2]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": "10"}, "limit"), ({"limit": "x"}, "limit"), ({"limit[]": "20"}, "limit"), ({"page": "0"}, "page"),
        ({"page": "-1"}, "page"), ({"page": "99999999999"}, "page"), ({"filter[status]": "on"}, "filter.status"),
        ({"filter[minAmount]": "much"}, "filter.minAmount"), ({"filter[minAmount]": "1e999999999"}, "filter.minAmount"),
        ({"filter[createdAtFrom]": "x"}, "filter.createdAtFrom"), ({"filter[burnDateTo]": "x"}, "filter.burnDateTo"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_named(site: Site, query: dict[str, str], field: str) -> None:
    answer = site.get("/api/v5/loyalty/accounts", query)

    assert (400, [field]) == (answer.status_code, list(answer.json()["errors"]))


def test_a_scalar_filter_and_strange_filters_ask_for_nothing(site: Site, names: dict[int, str]) -> None:
    for query in (
        [("filter", "None")],
        [("filter[nonsense]", "1")],
        [("filter[ids]", "")],
        [("filter[customer][x]", "1")],
    ):
        answer = site.get("/api/v5/loyalty/accounts", query)
        assert 200 == answer.status_code
        assert len(names) <= answer.json()["pagination"]["totalCount"]
    assert 404 == site.get("/api/v5/loyalty/account/99999999999999999999").status_code
    assert ["id"] == list(refused(site.client.loyalty_account("%00"))["errors"])
