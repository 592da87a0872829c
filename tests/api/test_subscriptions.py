"""Subscriptions through the API: made, changed, paused, tried out, replayed; the log by pages."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from receivers import Receiver, receiver
from standardwebhooks import Webhook

from kopilka.core.event.kinds import KINDS
from kopilka.usecases.deliveries import Policy, Sent

ALL = "/v1/subscriptions"


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    monkeypatch.setenv("KOPILKA_WEBHOOKS_PRIVATE", "1")
    with receiver() as made:
        yield made


def make(shop: Any, site: Receiver, **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = shop.post(ALL, {"address": site.url, **more}).json()
    return made


def happen(shop: Any, *sales: str) -> None:
    for sale in sales:
        shop.post(f"/v1/receipts/{sale}/close", shop.receipt())
    while shop.house.deliveries.fan_out():
        pass


def send(shop: Any, id_: str, status: int) -> None:
    """What a sender would write."""
    load = shop.house.deliveries.take(id_)
    shop.house.deliveries.finish(id_, [Sent(each, status, 5_000, "") for each in load.parcels], Policy())


def test_a_subscription_is_made_shown_changed_and_deleted(shop: Any, site: Receiver) -> None:
    made = make(shop, site, title="CRM", events=["receipt.closed"])
    one = f"{ALL}/{made['id']}"
    seen = shop.get(one).json()
    changed = shop.call("PATCH", one, {"events": [], "format": "standard"}).json()
    listed = shop.get(ALL).json()["subscriptions"]

    assert made["secret"].startswith("whsec_")
    assert "secret" not in seen
    assert ("CRM", ["receipt.closed"], "active", site.url) == (
        seen["title"],
        seen["events"],
        seen["state"],
        seen["address"],
    )
    assert ("CRM", [], "standard") == (changed["title"], changed["events"], changed["format"])
    assert [made["id"]] == [row["id"] for row in listed]
    assert 204 == shop.call("DELETE", one).status_code
    assert (404, []) == (shop.get(one).status_code, shop.get(ALL).json()["subscriptions"])


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"address": "http://example.com/"}, "address_not_https"),
        ({"address": "https://169.254.169.254/"}, "address_private"),
        ({"address": "nowhere"}, "bad_address"),
        ({"address": "https://example.com/", "events": ["nothing"]}, "unknown_event"),
        ({"address": "https://example.com/", "format": "xml"}, "unknown_format"),
        ({"address": "https://example.com/", "secret": "whsec_short"}, "bad_webhook_secret"),
        ({"address": "https://example.com/", "more": 1}, "invalid"),
        ({}, "invalid"),
    ],
)
def test_a_wrong_wish_is_refused(still_shop: Any, body: dict[str, Any], code: str) -> None:
    answer = still_shop.post(ALL, body)

    assert (422, code) == (answer.status_code, answer.json()["code"])
    assert [] == still_shop.get(ALL).json()["subscriptions"]


def test_only_a_key_for_events_of_all_shops_may(shop: Any, site: Receiver) -> None:
    own = shop.key("events", shop="s1")
    free = shop.key("events")

    assert 403 == shop.post(ALL, {"address": site.url}, authorization=f"Bearer {own}").status_code
    assert 201 == shop.post(ALL, {"address": site.url}, authorization=f"Bearer {free}").status_code
    assert 403 == shop.get("/v1/shops", authorization=f"Bearer {free}").status_code


def test_the_log_goes_by_pages_and_a_delivery_is_passed_over(shop: Any, site: Receiver) -> None:
    one = f"{ALL}/{make(shop, site, events=['receipt.closed'])['id']}"
    happen(shop, *"abcde")
    send(shop, one.rpartition("/")[2], 200)
    happen(shop, "f")
    first = shop.get(f"{one}/deliveries?limit=4").json()
    rest = shop.get(f"{one}/deliveries?limit=4&cursor={first['next']}").json()
    waiting = shop.get(f"{one}/deliveries?state=waiting").json()["deliveries"]
    event = f"{one}/deliveries/{waiting[0]['event']}"

    assert (4, 2) == (len(first["deliveries"]), len(rest["deliveries"]))
    assert "next" not in rest
    assert 6 == len({row["event"] for row in first["deliveries"] + rest["deliveries"]})
    assert "f" == shop.get(event).json()["receipt"]
    assert [204, 409] == [shop.post(f"{event}/skip").status_code for _ in range(2)]
    assert 404 == shop.post(f"{one}/deliveries/evt_none/skip").status_code
    assert [400, 400] == [
        shop.get(f"{one}/deliveries?{wrong}").status_code for wrong in ("state=lost", "cursor=x.y")
    ]


def test_what_stopped_is_seen_and_resumed(shop: Any, site: Receiver) -> None:
    one = f"{ALL}/{make(shop, site)['id']}"
    happen(shop, "a")
    send(shop, one.rpartition("/")[2], 410)
    stopped = shop.get(one).json()
    resumed = shop.post(f"{one}/resume").json()
    paused = shop.post(f"{one}/pause").json()

    assert ("stopped", "gone", 1) == (stopped["state"], stopped["reason"], stopped["waiting"])
    assert ["active", "paused"] == [resumed["state"], paused["state"]]


def test_what_was_missed_is_told_and_goes_or_is_skipped(shop: Any, site: Receiver) -> None:
    one = f"{ALL}/{make(shop, site, events=['receipt.closed'])['id']}"
    happen(shop, "a")
    send(shop, one.rpartition("/")[2], 200)
    shop.post(f"{one}/pause")
    happen(shop, "b", "c")
    paused = shop.get(one).json()
    resumed = shop.post(f"{one}/resume?missed=send").json()
    happen(shop)
    caught_up = shop.get(one).json()
    shop.post(f"{one}/pause")
    happen(shop, "d")
    shop.post(f"{one}/resume?missed=skip")
    happen(shop, "e")

    assert ("paused", None) == (paused["state"], paused.get("waiting"))
    assert paused["missed"] >= 2
    assert "missed_since" in paused
    assert "active" == resumed["state"]
    assert (2, None) == (caught_up["waiting"], caught_up.get("missed"))
    waiting = shop.get(f"{one}/deliveries?state=waiting").json()["deliveries"]
    assert ["e"] == [shop.get(f"{one}/deliveries/{row['event']}").json()["receipt"] for row in waiting]
    assert 400 == shop.post(f"{one}/resume?missed=maybe").status_code


def test_a_secret_is_changed_and_a_test_is_signed_by_both(shop: Any, site: Receiver) -> None:
    made = make(shop, site)
    one = f"{ALL}/{made['id']}"
    renewed = shop.post(f"{one}/secret", {"hours": 1}).json()
    tried = shop.post(f"{one}/test", {"event": "points.expired"}).json()

    assert (204, "points.expired") == (tried["status"], site.got[0].json["type"])
    for secret in (made["secret"], renewed["secret"]):
        Webhook(secret).verify(tried["body"], tried["headers"])
    assert "former_secret_until" in shop.get(one).json()
    assert 422 == shop.post(f"{one}/secret", {"hours": 500}).status_code
    assert "unknown_event" == shop.post(f"{one}/test", {"event": "nothing"}).json()["code"]


def test_a_replay_goes_back_before_the_subscription(shop: Any, site: Receiver) -> None:
    happen(shop, "a", "b")
    one = f"{ALL}/{make(shop, site, events=['receipt.closed'])['id']}"
    now = datetime.now(UTC)

    done = shop.post(f"{one}/replay", {"since": (now - timedelta(hours=1)).isoformat()}).json()
    ahead = shop.post(f"{one}/replay", {"since": (now + timedelta(hours=1)).isoformat()}).json()

    while shop.house.deliveries.fan_out():
        pass

    assert "in_the_future" == ahead["code"]
    assert done["events"] >= 2
    assert 2 == shop.get(one).json()["waiting"]


def test_events_are_listed_in_the_readers_language(still_shop: Any) -> None:
    russian = still_shop.get("/v1/events", accept_language="ru").json()["events"]
    english = still_shop.get("/v1/events", accept_language="en").json()["events"]

    assert set(KINDS) == {row["name"] for row in russian}
    assert russian[0]["title"] != english[0]["title"]
