"""Webhooks the UDS way: signed so that the client verifies them, with operations and participants as the API tells them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from async_uds_api import UDSClient
from async_uds_api.models import Customer, Operation
from receivers import Receiver, receiver
from till_uds import Company, sale
from trading import Trading, trading

from kopilka.connectors.uds.webhooks import Told, request_id_of, webhook
from kopilka.usecases.subscriptions import Subscription, SubscriptionWish

PHONE = "+79990000017"


@pytest.fixture
def inside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Addresses of the own network are allowed."""
    monkeypatch.setenv("KOPILKA_WEBHOOKS_PRIVATE", "1")


@pytest.fixture
def site() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


@pytest.fixture
def house(database: str) -> Iterator[Trading]:
    with trading(database) as shop:
        yield shop


def subscribed(company: Company, site: Receiver, **wish: Any) -> Subscription:
    asked = SubscriptionWish(site.url, format="uds", connection_id=company.connection.connection_id, **wish)
    made = company.shop.house.subscriptions.create(asked)
    assert isinstance(made, tuple), made
    return made[0]


def test_the_signature_is_the_published_one() -> None:
    at = datetime(2018, 10, 22, 13, 52, 46, 769_000, tzinfo=UTC)
    company = ("123456", "ZWY5ZmI4ZjQtNTgxMC00M2M3LWE2YTYtZGVhMDRmZTAwNzQxCg==")
    made = webhook(Told("operation", {}), company, at, "bf7d19b0-8e3c-4d55-98ba-2783915957b3")
    client = UDSClient(*company)

    headers = made.headers
    assert client.verify_webhook_signature(
        headers["x-requestid"], headers["x-timestamp"], headers["x-signature"]
    )
    assert "2018-10-22T13:52:46.769Z" == headers["x-timestamp"]
    assert client.verify_webhook_signature(
        "bf7d19b0-8e3c-4d55-98ba-2783915957b3", "2018-10-22T13:52:46,769Z", "dc8d4416d3e01a40fd10f1c7bf3f4754"
    )


def test_a_webhook_keeps_its_id_over_tries() -> None:
    assert request_id_of("evt_06a3mqm1ew9xp5d3j4k6t8v0w2") == request_id_of("evt_06a3mqm1ew9xp5d3j4k6t8v0w2")
    assert 36 == len(request_id_of("evt_test_anything"))


@pytest.mark.usefixtures("inside")
def test_what_happens_is_told_as_operations_and_participants(house: Trading, site: Receiver) -> None:
    company = Company(house, points_by_phone="yes")
    subscribed(company, site)
    house.member(PHONE, points="50")
    told = company.done("POST", "operations", sale(100, 90, 10, phone=PHONE, number="42"))
    back = company.done("POST", f"operations/{told['id']}/refund", {"partialAmount": 50})

    house.until(lambda: len(site.got) >= 4)

    paths = ["participant", "operation", "operation", "operation"]
    assert [f"/hook/api/v2/events/{path}" for path in paths] == [came.path for came in site.got]
    client = UDSClient(str(company.connection.number), company.secret)
    for came in site.got:
        named = came.headers
        assert client.verify_webhook_signature(
            named["x-requestid"], named["x-timestamp"], named["x-signature"]
        )
    joined, given, sold, returned = (came.json for came in site.got)
    assert PHONE == Customer.model_validate(joined).phone
    assert ("UNKNOWN", 50) == (Operation.model_validate(given).action.value, given["points"])
    assert given == company.done("GET", f"operations/{given['id']}")
    assert (told["id"], "42", -10) == (sold["id"], sold["receiptNumber"], sold["points"])
    assert back == returned


@pytest.mark.usefixtures("inside")
def test_a_failing_partner_is_asked_three_times_more_every_five_minutes(
    house: Trading, site: Receiver
) -> None:
    company = Company(house)
    made = subscribed(company, site, names=("member.enrolled",))
    site.answer = lambda _: 500
    house.member(PHONE)
    for tries in range(1, 5):
        house.until(lambda wanted=tries: house.rows("SELECT tries FROM delivery") == [(wanted,)])  # type: ignore[misc]
        house.clock.ahead += timedelta(minutes=6)

    house.until(lambda: house.house.subscriptions.backlog(made.subscription_id).waiting == 0)
    assert 4 == len(site.came)
    assert 1 == len({came.headers["x-requestid"] for came in site.came})


@pytest.mark.usefixtures("inside")
def test_a_test_is_signed_by_the_connection(house: Trading, site: Receiver) -> None:
    company = Company(house)
    made = subscribed(company, site)

    for name in ("receipt.closed", "member.enrolled"):
        house.house.trial.send(made.subscription_id, name)

    assert ["/hook/api/v2/events/operation", "/hook/api/v2/events/participant"] == [
        came.path for came in site.got
    ]
    client = UDSClient(str(company.connection.number), company.secret)
    for came in site.got:
        named = came.headers
        assert client.verify_webhook_signature(
            named["x-requestid"], named["x-timestamp"], named["x-signature"]
        )


@pytest.mark.usefixtures("inside")
def test_the_format_needs_a_connection(house: Trading, site: Receiver) -> None:
    refused = house.house.subscriptions.create(SubscriptionWish(site.url, format="uds"))

    assert "required" == getattr(refused, "code", "")
