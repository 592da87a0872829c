"""Bonuses by hand, what moved, what waits and what will burn, with the vendor's own client."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from crm_site import Site, done, refused
from trading import CLUB, Trading, trading

from kopilka.core.receipt import Line, Receipt, SpendRequest
from kopilka.core.settlement.refund import ReturnedLine, ReturnWish
from kopilka.usecases.commands import Act, Close, Ref, Return
from kopilka.usecases.outcomes import Done
from kopilka.values.period import local_day

GIVING = CLUB.replace(
    "rules:\n",
    """rules:
  - {id: hello, on: enrolment, title: Hello, earn: {points: 100}}
  - {id: review, on: action, title: Review, when: {action: review}, earn: {points: 5}}
""",
)


@pytest.fixture(scope="module")
def shop(shared_database: str) -> Iterator[Trading]:
    with trading(shared_database, programme=GIVING) as shop:
        yield shop


@pytest.fixture
def site(shop: Trading) -> Site:
    return Site(shop)


def day(site: Site, days: int) -> str:
    return (local_day(site.shop.clock(), "Europe/Moscow") + timedelta(days=days)).isoformat()


def run(site: Site, command: Any) -> Done:
    (outcome,) = site.shop.house.desk().run([command])
    assert isinstance(outcome, Done), outcome
    return outcome


def test_bonuses_wait_for_their_day_and_burn_after_their_last(site: Site) -> None:
    id_ = site.join("b-1", "+79992000001")["id"]
    starts, ends = day(site, 3), day(site, 10)
    given = done(site.client.loyalty_account_bonus_credit(id_, 50.5, starts, ends, "за отзыв"))[
        "loyaltyBonus"
    ]

    assert {"amount": 50.5, "activationDate": starts, "expireDate": ends} == given
    waiting = done(site.client.loyalty_account_bonus_details(id_, "waiting_activation"))
    assert ({"totalAmount": 50.5}, [{"date": starts, "amount": 50.5}]) == (
        waiting["statistic"], waiting["bonuses"],
    )  # fmt: skip
    burning = done(site.client.loyalty_account_bonus_details(id_, "burn_soon", {"date": ends}))
    assert [{"date": ends, "amount": 50.5}] == burning["bonuses"]
    assert {"limit": 20, "totalCount": 1, "currentPage": 1, "totalPageCount": 1} == burning["pagination"]
    early = done(site.client.loyalty_account_bonus_details(id_, "burn_soon", {"date": day(site, 9)}))
    assert ({"totalAmount": 0}, []) == (early["statistic"], early["bonuses"])
    php = site.get(
        f"/api/v5/loyalty/account/{id_}/bonus/waiting_activation/details",
        {"filter[date]": f"{starts} 00:00:00", "status": "waiting_activation"},
    )
    assert [{"date": starts, "amount": 50.5}] == php.json()["bonuses"]
    assert 100 == site.account(id_)["amount"]


def test_bonuses_taken_are_never_more_than_there_are(site: Site) -> None:
    id_ = site.join("b-2", "+79992000002")["id"]
    done(site.client.loyalty_account_bonus_credit(id_, 20, day(site, 1), None, None))
    more = refused(site.client.loyalty_account_bonus_charge(id_, 100.01, "a mistake"))

    assert ("Errors in the entity format", {"amount": "Недостаточно бонусов на счёте"}) == (
        more["errorMsg"], more["errors"],
    )  # fmt: skip
    assert {"success": True} == done(site.client.loyalty_account_bonus_charge(id_, 100, "a mistake"))
    assert 0 == site.account(id_)["amount"]
    assert isinstance(site.account(id_)["amount"], int)


@pytest.mark.parametrize(
    "amount", ["0", "-5", "0.001", "NaN", "1e400", "99999999999999", "five", "[]", "Infinity", ""]
)
def test_an_amount_that_is_none_is_refused_and_writes_nothing(site: Site, amount: str) -> None:
    phone = "+79992000003"
    known = site.shop.seen("phone", phone)
    id_ = (
        site.join(f"b-3{site.connection.number}", phone)["id"]
        if known is None
        else site.shop.house.foreign.number("member", known.member_id)
    )
    credit = site.post(f"/api/v5/loyalty/account/{id_}/bonus/credit", {"amount": amount})
    charge = site.post(f"/api/v5/loyalty/account/{id_}/bonus/charge", {"amount": amount})

    assert (400, 400) == (credit.status_code, charge.status_code)
    assert amount == "" or ["amount"] == list(credit.json()["errors"])
    assert "Parameter 'amount' is missing" == credit.json()["errorMsg"] or amount
    assert 100 == site.account(id_)["amount"]


def test_go_writes_numbers_with_many_zeros(site: Site) -> None:
    id_ = site.join("b-4", "+79992000004")["id"]
    given = site.post(f"/api/v5/loyalty/account/{id_}/bonus/credit", {"amount": "5.000000"})

    assert b'"amount":5,' in given.content
    assert 105 == site.account(id_)["amount"]


@pytest.mark.parametrize(
    ("starts", "ends", "field"),
    [
        (None, -1, "expireDate"),
        (5, 4, "expireDate"),
        ("31.12.2026", None, "activationDate"),
        (None, "?", "expireDate"),
    ],
)
def test_days_that_cannot_be_are_refused(site: Site, starts: Any, ends: Any, field: str) -> None:
    phone = "+79992000005"
    known = site.shop.seen("phone", phone)
    id_ = (
        site.join("b-5", phone)["id"]
        if known is None
        else site.shop.house.foreign.number("member", known.member_id)
    )
    starts, ends = (day(site, each) if isinstance(each, int) else each for each in (starts, ends))
    answer = refused(site.client.loyalty_account_bonus_credit(id_, 5, starts, ends, None))

    assert [field] == list(answer["errors"])


def test_every_movement_has_its_type(site: Site) -> None:
    account = site.join("b-6", "+79992000006")
    id_, who = account["id"], Ref("member", site.member_id(account))
    done(site.client.loyalty_account_bonus_credit(id_, 10, None, day(site, 0), "short"))
    done(site.client.loyalty_account_bonus_charge(id_, 5, "a mistake"))
    at = site.shop.clock()
    line = Line("1", "tea-100", 2000, 100_000)
    sale = Receipt("till-6", "shop", at, "RUB", (line,), spend=SpendRequest(units=3000))
    run(site, Close(sale, who, sold=True, client="t", key="k6"))
    wish = ReturnWish(lines=(ReturnedLine("1", 2000),))
    run(site, Return("till-6", "ret-6", wish, at, "shop", "t"))
    run(site, Act(who, "club", "review", "review-6", at, "t", "a6"))
    site.shop.clock.ahead += timedelta(days=2)
    try:
        rows = done(site.client.loyalty_account_bonus_operations(id_))["bonusOperations"]
    finally:
        site.shop.clock.ahead -= timedelta(days=2)

    types = [(row["type"], row["amount"]) for row in rows]
    assert "burn" == types[0][0]
    assert {
        ("credit_for_event", 100), ("credit_manual", 10), ("charge_manual", -5), ("charge_for_order", -30),
        ("credit_for_order", 48.5), ("cancel_of_charge", 30), ("cancel_of_credit", -48.5), ("credit_manual", 5),
    } <= set(types)  # fmt: skip
    by_type = {row["type"]: row for row in rows}
    assert "welcome" == by_type["credit_for_event"]["event"]["type"]
    number = site.shop.house.foreign.number("receipt", "till-6")
    assert {"id": number, "externalId": "till-6"} == by_type["charge_for_order"]["order"]
    assert "order" not in by_type["charge_manual"]
    assert day(site, 0) == by_type["credit_for_order"]["bonus"]["activationDate"]
    assert "bonus" not in by_type["cancel_of_credit"]


def test_operations_come_newest_first_in_pages_and_by_moment(site: Site) -> None:
    id_ = site.join("b-7", "+79992000007")["id"]
    for amount in range(1, 25):
        done(site.client.loyalty_account_bonus_credit(id_, amount, None, None, None))
    first = done(site.client.loyalty_account_bonus_operations(id_))
    second = done(site.client.loyalty_account_bonus_operations(id_, page=2))

    assert {"limit": 20, "totalCount": 25, "currentPage": 1, "totalPageCount": 2} == first["pagination"]
    amounts = [row["amount"] for row in first["bonusOperations"] + second["bonusOperations"]]
    assert [*range(24, 0, -1), 100] == amounts
    everything = {"createdAtFrom": first["bonusOperations"][-1]["createdAt"], "createdAtTo": day(site, 0)}
    assert (
        20 <= done(site.client.loyalty_account_bonus_operations(id_, everything))["pagination"]["totalCount"]
    )
    tomorrow = {"createdAtFrom": f"{day(site, 1)} 00:00:00"}
    assert [] == done(site.client.loyalty_account_bonus_operations(id_, tomorrow))["bonusOperations"]
    wrong = refused(site.client.loyalty_account_bonus_operations(id_, {"createdAtFrom": "yesterday"}))
    assert ["filter.createdAtFrom"] == list(wrong["errors"])


def test_what_is_due_to_burn_has_its_place_among_operations(site: Site) -> None:
    id_ = site.join("b-10", "+79992000010")["id"]
    done(site.client.loyalty_account_bonus_credit(id_, 7, None, day(site, 1), None))
    site.shop.clock.ahead += timedelta(days=3)
    try:
        whole = done(site.client.loyalty_account_bonus_operations(id_))
        edge = whole["bonusOperations"][0]["createdAt"]
        burnt = done(
            site.client.loyalty_account_bonus_operations(id_, {"createdAtFrom": edge, "createdAtTo": edge})
        )
        before = done(site.client.loyalty_account_bonus_operations(id_, {"createdAtTo": day(site, -2)}))
    finally:
        site.shop.clock.ahead -= timedelta(days=3)

    assert [("burn", -7), ("credit_manual", 7), ("credit_for_event", 100)] == [
        (row["type"], row["amount"]) for row in whole["bonusOperations"]
    ]
    assert (3, 1, ["burn"]) == (
        whole["pagination"]["totalCount"], burnt["pagination"]["totalCount"],
        [row["type"] for row in burnt["bonusOperations"]],
    )  # fmt: skip
    assert ["credit_manual", "credit_for_event"] == [row["type"] for row in before["bonusOperations"]]
    for edge in ("9999-12-31 23:59:59", "0001-01-01", "2026-01-01 00:00:00.5"):
        for name in ("createdAtFrom", "createdAtTo"):
            done(site.client.loyalty_account_bonus_operations(id_, {name: edge}))


def test_a_comment_is_shown_with_its_bonuses_and_not_kept_in_the_ledger(site: Site) -> None:
    account = site.join("b-11", "+79992000011")
    id_ = account["id"]
    done(site.client.loyalty_account_bonus_credit(id_, 10, None, None, "Марфе за\x07 отзыв"))
    done(site.client.loyalty_account_bonus_charge(id_, 3, "ошиблись с Марфой"))
    done(site.client.loyalty_account_bonus_credit(id_, 1, None, None, None))
    rows = done(site.client.loyalty_account_bonus_operations(id_))["bonusOperations"]
    feed = done(site.client.loyalty_bonus_operations(None, 250))["bonusOperations"]
    ledger = site.shop.rows(
        "SELECT (SELECT string_agg(note, ' ') FROM posting), (SELECT string_agg(data::text, ' ') FROM event),"
        " (SELECT string_agg(answer::text, ' ') FROM claim)"
    )[0]

    assert [None, "ошиблись с Марфой", "Марфе за отзыв", None] == [row.get("comment") for row in rows]
    assert ["Марфе за отзыв", "ошиблись с Марфой"] == [row["comment"] for row in feed if "comment" in row]
    assert not any("Марф" in text for text in ledger)
    assert any("RetailCRM" in text for text in ledger)
    other = Site(site.shop)
    assert not any(
        "comment" in row
        for row in done(other.client.loyalty_account_bonus_operations(id_))["bonusOperations"]
    )


def test_the_feed_of_all_accounts_is_read_once_and_wholly(site: Site) -> None:
    ids = [site.join(f"b-8{n}", f"+7999200080{n}")["id"] for n in range(3)]
    for n in range(30):
        done(site.client.loyalty_account_bonus_credit(ids[n % 3], n + 1, None, None, None))
    loyalty = site.account(ids[0])["loyalty"]["id"]
    seen: list[tuple[int, Any, Any]] = []
    cursor = None
    while True:
        page = done(site.client.loyalty_bonus_operations({"loyalties": [loyalty]}, 20, cursor))
        if not page["bonusOperations"]:
            break
        assert {loyalty} == {row["loyalty"]["id"] for row in page["bonusOperations"]}
        seen += [(row["loyaltyAccount"]["id"], row["type"], row["amount"]) for row in page["bonusOperations"]]
        cursor = page["pagination"]["nextCursor"]

    ours = [row for row in seen if row[0] in ids and row[1] == "credit_manual"]
    assert [(ids[n % 3], "credit_manual", n + 1) for n in range(30)] == ours
    done(site.client.loyalty_account_bonus_charge(ids[0], 1, None))
    (new,) = done(site.client.loyalty_bonus_operations(None, 20, cursor))["bonusOperations"]
    assert (ids[0], "charge_manual", -1) == (new["loyaltyAccount"]["id"], new["type"], new["amount"])
    assert [] == done(site.client.loyalty_bonus_operations({"loyalties": [987654]}))["bonusOperations"]
    assert ["cursor"] == list(refused(site.client.loyalty_bonus_operations(None, 20, "???"))["errors"])


def test_details_of_an_unknown_kind_are_not_found(site: Site) -> None:
    id_ = site.join("b-9", "+79992000009")["id"]

    refused(site.client.loyalty_account_bonus_details(id_, "spent"), 404)
