"""Joining through a site, with the vendor's own client: at once or by a code, and whose points are whose."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from crm_site import Site, done, refused
from trading import Trading, trading

from kopilka.usecases.members import MemberChange, PersonChange

JOINED = "The customer is in this loyalty program already"


@pytest.fixture(scope="module")
def shop(shared_database: str) -> Iterator[Trading]:
    with trading(shared_database) as shop:
        yield shop


@pytest.fixture(scope="module")
def site(shop: Trading) -> Site:
    return Site(shop)


@pytest.fixture(scope="module")
def careful(shop: Trading) -> Site:
    return Site(shop, confirm_registration="yes")


def test_a_customer_joins_at_once_where_no_code_is_wanted(site: Site) -> None:
    customer = {"externalId": "c-1", "firstName": "Анна", "lastName": "Петрова", "email": "Anna@Example.com"}
    number = done(site.client.customer_create(customer, "shop"))["id"]
    response = site.client.loyalty_account_create(
        "shop", {"phoneNumber": "8 (999) 100-00-01", "cardNumber": "2222 3333", "customer": {"id": number}}
    )
    account = done(response)["loyaltyAccount"]

    assert ("shop", []) == (response.get_response()["site"], response.get_response()["warnings"])
    assert (True, "activated", "+79991000001", "22223333") == (
        account["active"], account["status"], account["phoneNumber"], account["cardNumber"],
    )  # fmt: skip
    assert (number, "c-1", "shop", "Анна", "Петрова") == tuple(
        account["customer"][name] for name in ("id", "externalId", "site", "firstName", "lastName")
    )
    assert (0, 0, 5000, []) == tuple(
        account[name] for name in ("amount", "ordersSum", "nextLevelSum", "customFields")
    )
    assert ("bonus_percent", "Базовый", 5, 5) == tuple(
        account["level"][name] for name in ("type", "name", "privilegeSize", "privilegeSizePromo")
    )
    assert isinstance(account["amount"], int)
    assert "lastCheckId" not in account
    member = site.shop.seen("member", site.member_id(account))
    assert member is not None
    assert ("Анна Петрова", "anna@example.com") == (member.person.name, member.person.email)


def test_a_repeat_of_joining_is_told_in_the_words_that_modules_compare(site: Site) -> None:
    account = site.join("c-2", "+79991000002")
    again = site.client.loyalty_account_create(
        "shop", {"phoneNumber": "+79991000002", "customer": {"externalId": "c-2"}}
    )

    assert {"loyalty": JOINED} == refused(again)["errors"]
    wanted = {"customerExternalId": "c-2", "sites": ["shop"]}
    (found,) = done(site.client.loyalty_accounts(wanted))["loyaltyAccounts"]
    assert account == found


def test_activating_an_active_account_repeats_its_answer(site: Site) -> None:
    account = site.join("c-3", "+79991000003")
    first, second = (done(site.client.loyalty_account_activate(account["id"])) for _ in range(2))

    assert first == second
    assert account == first["loyaltyAccount"]
    assert "verification" not in first


def test_a_member_from_the_till_is_the_same_person_online(site: Site) -> None:
    member_id = site.shop.member("+79991000004", points="70", card="4400")
    account = site.join("c-4", "79991000004", cardNumber="4401")

    assert (member_id, 70) == (site.member_id(account), account["amount"])
    cards = {row.value for row in site.shop.seen("member", member_id).cards()}  # type: ignore[union-attr]
    assert {"4400", "4401"} == cards


def test_another_customer_cannot_join_with_somebodys_phone_or_card(site: Site) -> None:
    site.join("c-5", "+79991000005", cardNumber="5500")
    thief = {"customer": {"externalId": "c-6"}}

    phone = site.client.loyalty_account_create("shop", {"phoneNumber": "+79991000005", **thief})
    card = site.client.loyalty_account_create(
        "shop", {"phoneNumber": "+79991000006", "cardNumber": "5500", **thief}
    )
    assert ["phoneNumber"] == list(refused(phone)["errors"])
    assert ["cardNumber"] == list(refused(card)["errors"])
    assert site.shop.seen("phone", "+79991000006") is None


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"phoneNumber": "not a phone", "customer": {"externalId": "x"}}, "phoneNumber"),
        ({"customer": {"externalId": "x"}}, "phoneNumber"),
        ({"phoneNumber": "+79991009999"}, "customer"),
        ({"phoneNumber": "+79991009999", "customer": {"id": 999999}}, "customer"),
        ({"phoneNumber": "+79991009999", "customer": {"externalId": {}}}, "customer.externalId"),
        ({"phoneNumber": "+79991009999", "customer": {"externalId": "x" * 150}}, "customer.externalId"),
        ({"phoneNumber": [1], "customer": {"externalId": "x"}}, "phoneNumber"),
    ],
)
def test_who_cannot_join_is_told_which_field_is_wrong(
    site: Site, wish: dict[str, object], field: str
) -> None:
    answer = refused(site.client.loyalty_account_create("shop", wish))

    assert ("Errors in the entity format", [field]) == (answer["errorMsg"], list(answer["errors"]))
    assert site.shop.seen("phone", "+79991009999") is None


def test_with_a_code_nobody_is_enrolled_before_it_is_shown(careful: Site) -> None:
    client, phone = careful.client, "+79991000010"
    account = careful.join("d-10", phone, cardNumber="1010", customFields={"size": "M"})
    assert (False, "not_confirmed", 0) == (account["active"], account["status"], account["amount"])
    assert careful.shop.seen("phone", phone) is None
    assert {"loyaltyAccount": "Участие ещё не подтверждено"} == refused(
        client.loyalty_account_bonus_credit(account["id"], 10, None, None, "")
    )["errors"]

    answer = done(client.loyalty_account_activate(account["id"]))
    check = answer["verification"]
    assert ("verify_phone", "not_confirmed") == (check["actionType"], answer["loyaltyAccount"]["status"])
    assert check["checkId"] == answer["loyaltyAccount"]["lastCheckId"]
    assert check == done(client.loyalty_account_activate(account["id"]))["verification"]
    assert check == done(client.verification_sms_status(check["checkId"]))["verification"]

    right = careful.sent_code(phone)
    wrong = {"checkId": check["checkId"], "code": f"{(int(right) + 1) % 10**6:06}"}
    assert {"code": "Неверный код"} == refused(client.verification_sms_confirm(wrong))["errors"]
    told = done(client.verification_sms_confirm({"checkId": check["checkId"], "code": right}))
    assert told["verification"]["verifiedAt"] >= told["verification"]["createdAt"]

    after = careful.account(account["id"])
    assert (True, "activated", phone, "1010", {"size": "M"}) == tuple(
        after[name] for name in ("active", "status", "phoneNumber", "cardNumber", "customFields")
    )
    assert told["verification"]["verifiedAt"] == after["confirmedPhoneAt"]
    assert after == careful.account(after["id"])
    assert done(client.verification_sms_confirm({"checkId": check["checkId"], "code": right}))
    assert after == careful.account(account["id"])


def test_points_of_the_till_are_not_shown_before_the_phone_is_proven(careful: Site) -> None:
    phone = "+79991000011"
    member_id = careful.shop.member(phone, points="500")
    account = careful.join("d-11", phone)
    assert (0, False) == (account["amount"], account["active"])

    check = done(careful.client.loyalty_account_activate(account["id"]))["verification"]
    done(
        careful.client.verification_sms_confirm(
            {"checkId": check["checkId"], "code": careful.sent_code(phone)}
        )
    )

    after = careful.account(account["id"])
    assert (500, member_id) == (after["amount"], careful.member_id(after))


def test_a_code_that_went_to_another_phone_proves_nothing(careful: Site) -> None:
    mine, other = "+79991000012", "+79991000013"
    careful.shop.member(other, points="500")
    account = careful.join("d-12", mine)
    check = done(careful.client.loyalty_account_activate(account["id"]))["verification"]
    done(careful.client.loyalty_account_edit(account["id"], {"phoneNumber": other}))
    done(
        careful.client.verification_sms_confirm(
            {"checkId": check["checkId"], "code": careful.sent_code(mine)}
        )
    )

    after = careful.account(account["id"])
    assert ("not_confirmed", other, 0) == (after["status"], after["phoneNumber"], after["amount"])


def test_a_late_code_is_refused_and_another_can_be_sent(careful: Site) -> None:
    phone = "+79991000014"
    account = careful.join("d-14", phone)
    check = done(careful.client.loyalty_account_activate(account["id"]))["verification"]
    code = careful.sent_code(phone)
    careful.shop.clock.ahead += timedelta(minutes=6)

    late = refused(careful.client.verification_sms_confirm({"checkId": check["checkId"], "code": code}))
    assert {"code": "Срок действия кода истёк"} == late["errors"]
    new = careful.post("/api/v5/verification/sms/send", {"verification": {"phone": "8 999 100-00-14"}}).json()
    shown = {"checkId": new["verification"]["checkId"], "code": careful.sent_code(phone)}
    done(careful.client.verification_sms_confirm(shown))
    assert careful.account(account["id"])["active"]


def test_too_many_codes_and_unknown_checks_are_refused(careful: Site) -> None:
    send = {"verification": {"phone": "+79991000015"}}
    answers = [careful.post("/api/v5/verification/sms/send", send).status_code for _ in range(6)]

    assert [200] * 5 + [400] == answers
    assert "Not found" == refused(careful.client.verification_sms_status("no-such"), 404)["errorMsg"]
    unknown = {"checkId": "0f6c2c9e-1111-4222-8333-abcdefabcdef", "code": "1"}
    refused(careful.client.verification_sms_confirm(unknown), 404)
    assert ["code"] == list(refused(careful.client.verification_sms_confirm({"checkId": "x"}))["errors"])


def test_a_code_of_one_connection_is_unknown_to_another(careful: Site, site: Site) -> None:
    sent = careful.post("/api/v5/verification/sms/send", {"verification": {"phone": "+79991000016"}}).json()
    check_id = sent["verification"]["checkId"]

    refused(site.client.verification_sms_status(check_id), 404)
    refused(site.client.verification_sms_confirm({"checkId": check_id, "code": "000000"}), 404)


def test_an_account_is_edited(site: Site) -> None:
    account = site.join("c-20", "+79991000020", cardNumber="2020")
    levels = done(site.client.loyalty_loyalty(account["loyalty"]["id"]))["loyalty"]["levels"]
    change = {"id": account["id"], "phoneNumber": "+79991000021", "cardNumber": "2021",
              "customFields": {"a": 1}, "loyaltyLevelId": levels[1]["id"]}  # fmt: skip
    answer = done(site.client.loyalty_account_edit(account["id"], change))
    after = answer["loyaltyAccount"]

    assert ("+79991000021", "2021", {"a": 1}, "Золотой", []) == (
        after["phoneNumber"], after["cardNumber"], after["customFields"], after["level"]["name"], answer["warnings"],
    )  # fmt: skip
    assert "nextLevelSum" not in after
    assert site.shop.seen("phone", "+79991000020") is None
    down = done(site.client.loyalty_account_edit(account["id"], {"loyaltyLevelId": levels[0]["id"]}))
    assert ("Базовый", []) == (down["loyaltyAccount"]["level"]["name"], down["warnings"])
    site.join("c-22", "+79991000022", cardNumber="2022")
    for wish, field in (
        ({"phoneNumber": "+79991000022"}, "phoneNumber"),
        ({"cardNumber": "2022"}, "cardNumber"),
        ({"loyaltyLevelId": account["id"]}, "loyaltyLevelId"),
        ({"phoneNumber": "?"}, "phoneNumber"),
    ):
        assert [field] == list(refused(site.client.loyalty_account_edit(account["id"], wish))["errors"])


def test_a_blocked_member_is_deactivated_and_stays_so(site: Site) -> None:
    account = site.join("c-30", "+79991000030")
    site.shop.house.members.change(
        site.member_id(account), MemberChange(status="blocked"), PersonChange(), (), "stf_1"
    )

    after = site.account(account["id"])
    assert (False, "deactivated") == (after["active"], after["status"])
    assert ["loyaltyAccount"] == list(refused(site.client.loyalty_account_activate(account["id"]))["errors"])
    refused(site.client.loyalty_account_bonus_credit(account["id"], 5, None, None, ""))


def test_two_sites_of_a_house_share_one_member(shop: Trading, site: Site) -> None:
    other = Site(shop, place="second")
    here = site.join("c-40", "+79991000040")
    wish = {"phoneNumber": "+79991000040", "customer": {"externalId": "c-40"}}
    there = done(other.client.loyalty_account_create("second", wish))["loyaltyAccount"]

    assert here["id"] == there["id"]
    assert ("shop", "second") == (here["customer"]["site"], there["customer"]["site"])
    assert here["customer"]["id"] != there["customer"]["id"]
    values = {
        row.value for row in shop.seen("member", site.member_id(here)).identifiers if row.kind == "external"
    }  # type: ignore[union-attr]
    assert {
        f"retailcrm:{site.connection.connection_id}:shop:c-40",
        f"retailcrm:{other.connection.connection_id}:second:c-40",
    } == values


def test_an_unknown_account_is_not_found(site: Site) -> None:
    for answer in (
        site.client.loyalty_account(424242),
        site.client.loyalty_account("x"),
        site.client.loyalty_account_activate(424242),
        site.client.loyalty_account_bonus_operations(424242),
    ):
        assert "Not found" == refused(answer, 404)["errorMsg"]


def test_who_joins_twice_at_once_is_one_member(site: Site) -> None:
    def create(external_id: str, phone: str) -> int:
        wish = {"phoneNumber": phone, "customer": {"externalId": external_id}}
        answer = site.post("/api/v5/loyalty/account/create", {"loyaltyAccount": wish, "site": "shop"})
        return int(answer.status_code)

    site.shop.member("+79991000080", points="10")
    with ThreadPoolExecutor(8) as pool:
        same = list(pool.map(lambda _: create("c-60", "+79991000060"), range(8)))
        rivals = list(pool.map(lambda n: create(f"c-7{n}", "+79991000070"), range(8)))
        thieves = list(pool.map(lambda n: create(f"c-8{n}", "+79991000080"), range(8)))

    assert {201} <= set(same) <= {201, 400}
    assert [201] + [400] * 7 == sorted(rivals) == sorted(thieves)
    for phone in ("+79991000060", "+79991000070", "+79991000080"):
        member = site.shop.seen("phone", phone)
        assert member is not None
        assert 1 == sum(row.kind == "external" for row in member.identifiers)
