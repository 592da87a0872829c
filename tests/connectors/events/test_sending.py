"""Events reach real receivers: signed so that others' libraries verify them, in order, until they answer."""

from datetime import timedelta
from typing import Any

import pytest
from cloudevents.core.bindings.http import HTTPMessage, from_http_event
from receivers import Receiver
from standardwebhooks import Webhook, WebhookVerificationError
from svix.webhooks import Webhook as SvixWebhook
from telling import Telling

from kopilka.connectors.events.formats import FORMATS, Format, Letter
from kopilka.usecases.deliveries import PAUSES
from kopilka.usecases.manifest import Text
from kopilka.usecases.seal import Seal

pytestmark = pytest.mark.usefixtures("inside")


def test_a_sale_is_told_and_signed(house: Telling, site: Receiver) -> None:
    made, secret = house.subscribe(site.url, "receipt.closed")
    house.member("1")
    house.run(house.sale("1", 200))

    house.tell()

    assert ["receipt.closed"] == [came.json["type"] for came in site.got]
    came = site.got[0]
    assert came.json == Webhook(secret).verify(came.body, came.headers)
    SvixWebhook(secret).verify(came.body, came.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(came.body + b" ", came.headers)
    assert "delivered" == house.log(made)[0].state


@pytest.mark.parametrize("format_", ["cloudevents", "cloudevents-binary", "standard"])
def test_each_format_is_read_by_the_libraries_that_define_it(
    house: Telling, site: Receiver, format_: str
) -> None:
    _, secret = house.subscribe(site.url, "receipt.closed", format_=format_)
    member = house.member("1")
    house.run(house.sale("1", 200, id_="rcp_known"))

    house.tell()

    came = site.got[0]
    told = Webhook(secret).verify(came.body, came.headers)
    SvixWebhook(secret).verify(came.body, came.headers)
    data = told["data"] if format_ != "cloudevents-binary" else told
    assert (member, "rcp_known", 20000) == (data["member"], data["receipt"], data["paid_minor"])
    if format_ != "standard":
        event = from_http_event(HTTPMessage(came.headers, came.body))
        assert ("1.0", "receipt.closed", member) == (
            event.get_specversion(),
            event.get_type(),
            event.get_subject(),
        )
        assert came.id == event.get_id()
        assert data == event.get_data()


def test_what_follows_from_a_sale_is_told_after_it_under_names_of_its_own(
    house: Telling, site: Receiver
) -> None:
    house.member("1")
    house.run(house.sale("1", 200))
    house.subscribe(site.url)
    house.run(house.sale("1", 100, spend=True))

    house.tell()

    assert ["receipt.closed", "points.accrued", "points.spent"] == [came.json["type"] for came in site.got]
    assert 3 == len({came.id for came in site.got})
    assert {"bonus": 1000} == site.got[2].json["data"]["units"]
    assert 450 == site.got[1].json["data"]["points"][0]["units"]


def test_a_failure_is_tried_again_after_longer_and_longer_pauses(house: Telling, site: Receiver) -> None:
    made, _ = house.subscribe(site.url)
    site.answer = lambda _: (503, {}, "not today")
    house.member("1")
    house.hand_on()
    tries = []
    for pause in (0, *PAUSES):
        house.later(pause - 2)
        house.send()
        too_early = len(site.came)
        house.later(2 + pause / 9)
        house.send()
        tries.append((too_early, len(site.came)))

    assert [(n, n + 1) for n in range(1, 8)] == tries[1:]
    assert len({came.id for came in site.came}) == 1
    assert ("stopped", "last_try") == (house.state(made).state, house.state(made).reason)
    delivery = house.log(made)[0]
    assert ("waiting", 8, 503, "not today") == (
        delivery.state,
        delivery.tries,
        delivery.status,
        delivery.note,
    )


def test_what_was_stopped_goes_on_in_order_when_resumed(house: Telling, site: Receiver) -> None:
    made, _ = house.subscribe(site.url, "receipt.closed")
    house.member("1")
    site.answer = lambda _: 410
    house.run(house.sale("1", id_="a"))
    house.tell()
    stopped = house.state(made)
    house.run(house.sale("1", id_="b"), house.sale("1", id_="c"))
    house.later(90_000)
    house.tell()
    assert 1 == len(site.came)
    site.answer = lambda _: 200

    house.house.subscriptions.resume(made.subscription_id)
    house.tell()

    assert ("stopped", "gone", "active") == (stopped.state, stopped.reason, house.state(made).state)
    assert ["a", "b", "c"] == [came.json["data"]["receipt"] for came in site.got]


def test_a_paused_subscription_gets_everything_later(house: Telling, site: Receiver) -> None:
    made, _ = house.subscribe(site.url, "receipt.closed")
    house.member("1")
    house.house.subscriptions.pause(made.subscription_id)
    house.run(house.sale("1", id_="a"))
    house.tell()
    assert ([], 0) == (site.came, house.waiting(made))

    house.house.subscriptions.resume(made.subscription_id)
    house.tell()

    assert ["a"] == [came.json["data"]["receipt"] for came in site.got]


def test_a_receiver_that_is_down_is_not_called_for_every_member(house: Telling, site: Receiver) -> None:
    made, _ = house.subscribe(site.url, "receipt.closed")
    for number in range(40):
        house.member(str(number))
        house.run(house.sale(str(number)))
    site.answer = lambda _: 500

    house.tell()
    first = len(site.came)
    house.later(6)
    house.send()
    house.later(6)
    house.send()

    assert 16 == first
    assert 17 == len(site.came)
    assert (17, "active") == (house.state(made).failures, house.state(made).state)
    site.answer = lambda _: 200
    house.later(331)
    house.send()
    assert 40 == len({came.id for came in site.got}) == len(site.got)
    assert (0, None) == (house.state(made).failures, house.state(made).retry_at)


def test_one_members_trouble_holds_up_nobody_else(house: Telling, site: Receiver) -> None:
    made, _ = house.subscribe(site.url, "receipt.closed")
    for card in ("1", "2"):
        house.member(card)
    site.answer = lambda came: 500 if came.json["data"]["receipt"] == "bad" else 200
    house.run(house.sale("1", id_="bad"), house.sale("1", id_="after"), house.sale("2", id_="b"))
    house.tell()

    assert ["b"] == [came.json["data"]["receipt"] for came in site.got]
    bad = house.log(made, "waiting")[0]
    assert house.house.deliveries.skip(made.subscription_id, bad.event_id) is None
    house.send()
    assert ["b", "after"] == [came.json["data"]["receipt"] for came in site.got]
    again = house.house.deliveries.skip(made.subscription_id, bad.event_id)
    assert "not_waiting" == getattr(again, "code", "")


def test_a_receiver_may_ask_to_be_left_alone(house: Telling, site: Receiver) -> None:
    house.subscribe(site.url)
    site.answer = lambda _: (429, {"retry-after": "120"}, "")
    house.member("1")
    house.tell()
    house.later(100)
    house.send()
    early = len(site.came)
    house.later(21)
    house.send()

    assert (1, 2) == (early, len(site.came))


def test_a_changed_secret_signs_beside_the_former_one_for_a_day(house: Telling, site: Receiver) -> None:
    made, old = house.subscribe(site.url, "receipt.closed")
    house.member("1")
    rotated = house.house.subscriptions.rotate(made.subscription_id)
    assert isinstance(rotated, tuple)
    house.run(house.sale("1"))
    house.tell()
    for secret in (old, rotated[1]):
        Webhook(secret).verify(site.got[0].body, site.got[0].headers)
        SvixWebhook(secret).verify(site.got[0].body, site.got[0].headers)
    assert 2 == len(site.got[0].headers["webhook-signature"].split(" "))

    house.later(86_500)
    house.run(house.sale("1"))
    house.tell()

    assert 1 == len(site.got[1].headers["webhook-signature"].split(" "))


def test_events_are_replayed_from_any_moment_also_from_before_the_subscription(
    house: Telling, site: Receiver
) -> None:
    house.member("1")
    house.run(house.sale("1", id_="long-ago"))
    house.later(3600)
    since = house.clock()
    house.run(house.sale("1", id_="before"))
    house.hand_on()
    made, _ = house.subscribe(site.url, "receipt.closed")
    house.run(house.sale("1", id_="after"))
    house.tell()
    assert ["after"] == [came.json["data"]["receipt"] for came in site.got]

    again = house.house.deliveries.replay(made.subscription_id, since)
    house.tell()

    assert 2 == again
    assert ["after", "before", "after"] == [came.json["data"]["receipt"] for came in site.got]
    assert site.got[0].id == site.got[2].id
    refused = house.house.deliveries.replay(made.subscription_id, house.clock() + timedelta(minutes=5))
    assert "in_the_future" == getattr(refused, "code", "")


def test_a_test_shows_what_was_sent_and_what_came_back(house: Telling, site: Receiver) -> None:
    made, secret = house.subscribe(site.url)
    site.answer = lambda _: (418, {"x-kettle": "yes"}, "I am a teapot")

    tried = house.house.trial.send(made.subscription_id, "points.accrued")

    assert (418, "I am a teapot", "yes") == (tried.status, tried.answer, tried.answer_headers["x-kettle"])  # type: ignore[union-attr]
    assert "points.accrued" == Webhook(secret).verify(tried.body, dict(tried.headers))["type"]  # type: ignore[union-attr]
    assert site.came[0].id.startswith("evt_test_")
    assert 0 == house.waiting(made)


def test_old_deliveries_are_forgotten_and_what_waits_is_not(house: Telling, site: Receiver) -> None:
    made, _ = house.subscribe(site.url, "receipt.closed")
    house.member("1")
    house.member("2")
    site.answer = lambda came: 500 if came.json["data"]["receipt"] == "bad" else 200
    house.run(house.sale("1", id_="good"), house.sale("2", id_="bad"))
    house.tell()
    house.later(31 * 86_400)

    pruned = house.house.deliveries.prune()

    assert (1, ["waiting"]) == (pruned, [row.state for row in house.log(made)])


def test_a_deleted_subscription_hears_nothing(house: Telling, site: Receiver) -> None:
    made, _ = house.subscribe(site.url)
    house.member("1")
    house.hand_on()

    house.house.subscriptions.delete(made.subscription_id)
    house.member("2")
    house.tell()

    assert [] == site.came
    assert [(0,)] == house.rows("SELECT count(*) FROM delivery")
    assert [] == house.house.subscriptions.all()


def test_secrets_are_sealed_and_long_enough(house: Telling, site: Receiver) -> None:
    _, secret = house.subscribe(site.url)

    kept: Any = house.rows("SELECT secret_sealed FROM subscription")[0][0]

    assert secret.startswith("whsec_")
    assert secret.encode() not in bytes(kept)
    assert 32 <= len(secret) <= 60


def test_a_secret_that_cannot_be_opened_stops_and_is_told(
    house: Telling, site: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, _ = house.subscribe(site.url)
    house.member("1")
    house.hand_on()
    monkeypatch.setattr(house.house.subscriptions, "_seal", Seal("another key than that which sealed"))
    house.send()

    assert ("stopped", "broken_seal") == (house.state(made).state, house.state(made).reason)
    assert "broken_seal" == getattr(house.house.trial.send(made.subscription_id), "code", "")
    house.house.subscriptions.rotate(made.subscription_id, hours=0)
    house.house.subscriptions.resume(made.subscription_id)
    house.send()
    assert 1 == len(site.got)


def test_an_event_that_cannot_be_written_is_a_failure_like_others(
    house: Telling, site: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_(*_: object) -> Letter:
        raise ValueError

    made, _ = house.subscribe(site.url)
    house.member("1")
    monkeypatch.setitem(FORMATS, "cloudevents", Format("cloudevents", Text("", ""), break_))
    house.tell()

    assert [("waiting", 1, "not_written")] == [(row.state, row.tries, row.note) for row in house.log(made)]
