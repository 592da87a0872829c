"""The console's pages of events: a receiver made, watched, paused, tested; what failed is seen and passed over."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from browser import Visitor
from receivers import Receiver, receiver
from shopfront import Shopfront

from kopilka.connectors.events.sender import Post, allowed_now
from kopilka.core.receipt import Line, Receipt
from kopilka.usecases.commands import Close
from kopilka.usecases.connections import Wish
from kopilka.usecases.deliveries import Load, Policy, Sent, Slice
from kopilka.usecases.subscriptions import Subscription

Visit = Callable[..., Visitor]
HOME = "/console/events"


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    monkeypatch.setenv("KOPILKA_WEBHOOKS_PRIVATE", "1")
    with receiver() as made:
        yield made


def made(page: Visitor, site: Receiver, **form: str | list[str]) -> str:
    """Make a receiver as the page does; returns its address in the console."""
    page.get(HOME)
    wish = {"address": site.url, "title": "Наша CRM", "format": "cloudevents", "which": "all", **form}
    answer = page.post(HOME, wish)
    assert 200 == answer.status_code, page.text()
    found = re.search(rf"{HOME}/(sub_\w+)/test", answer.text)
    assert found
    return f"{HOME}/{found[1]}"


def told(front: Shopfront) -> Subscription:
    return front.house.subscriptions.all()[0]


def post(page: Visitor, place: str, deed: str, **form: str | list[str]) -> int:
    """Send a form of a receiver's page."""
    page.get(place)
    return page.post(place + deed, form).status_code


def sell(front: Shopfront, id_: str) -> None:
    receipt = Receipt(id_, "tverskaya", front.clock(), "RUB", (Line("1", "4601", 1000, 18_900),))
    front.house.desk().run([Close(receipt)])
    while front.house.deliveries.fan_out():
        pass


def fail(front: Shopfront, status: int | None = 503, note: str = "closed today") -> None:
    """What a sender would write of a receiver that does not take what is due."""
    deliveries, id_ = front.house.deliveries, told(front).subscription_id
    load = deliveries.take(id_)
    assert isinstance(load, Load)
    deliveries.finish(id_, [Sent(each, status, 12_000, note) for each in load.parcels], Policy())


def test_nobody_is_told_yet(visitor: Visit) -> None:
    page = visitor("owner")

    assert 200 == page.get(HOME).status_code
    assert "Пока никто ни о чём не узнаёт" in page.text()
    assert 403 == visitor("marketer").get(HOME).status_code


def test_a_receiver_is_made_and_its_secret_shown_once(
    front: Shopfront, visitor: Visit, site: Receiver
) -> None:
    page = visitor("owner")
    place = made(page, site, which="some", names=["receipt.closed", "points.expired"])
    secret = re.search(r"whsec_[\w+/=]+", page.page.text)

    assert secret
    assert ("receipt.closed", "points.expired") == told(front).names
    assert "whsec_" not in page.get(place).text
    assert "2 вида событий" in page.text()
    assert "добавлен получатель событий" in visitor("owner").get("/console/staff").text


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://example.com/", "Адрес должен начинаться с https://"),
        ("https://192.168.0.1/", "Этот адрес ведёт во внутреннюю сеть"),
        ("что-то", "Это не адрес для отправки"),
    ],
)
def test_a_wrong_address_is_refused_and_what_was_typed_stays(
    front: Shopfront, visitor: Visit, address: str, said: str
) -> None:
    page = visitor("owner")
    page.get(HOME)

    answer = page.post(HOME, {"address": address, "title": "Моё", "format": "cloudevents", "which": "all"})

    assert 422 == answer.status_code
    assert said in page.text()
    assert 'value="Моё"' in answer.text
    assert [] == front.house.subscriptions.all()


def test_the_log_shows_what_failed_and_a_delivery_is_passed_over(
    front: Shopfront, visitor: Visit, site: Receiver
) -> None:
    page = visitor("owner")
    place = made(page, site, which="some", names=["receipt.closed"])
    sell(front, "rcp_one")
    fail(front)
    page.get(place)
    assert "503 Service Unavailable" in page.text()
    assert "следующая попытка через 5 секунд" in page.text()
    found = re.search(rf"{place}/(evt_\w+)", page.page.text)
    assert found

    page.get(f"{place}/{found[1]}")
    assert "closed today" in page.text()
    assert '"receipt": "rcp_one"' in page.text()
    answer = page.post(f"{place}/{found[1]}/skip", {})
    assert 303 == answer.status_code
    page.get(answer.headers["location"])
    assert "пропущено" in page.text()
    assert 409 == page.post(f"{place}/{found[1]}/skip", {}).status_code
    assert "больше не ждёт" in page.text()
    page.get(f"{place}?state=waiting")
    assert "Ничего такого нет" in page.text()


def test_a_receiver_that_is_down_or_gone_is_a_notice(
    front: Shopfront, visitor: Visit, site: Receiver
) -> None:
    page = visitor("owner")
    place = made(page, site)
    for number in range(5):
        sell(front, f"rcp_{number}x")
        fail(front, None, "timeout")
    assert "Получатель не отвечает" in page.get(HOME).text
    assert "нет ответа за 15 секунд" in page.get(place).text
    assert "Неудач подряд: 5" in page.text()
    front.clock.now += timedelta(seconds=6)
    fail(front, 410, "")
    assert "Больше ничего не отправляется" in page.get(HOME).text
    assert "Больше ничего не отправляется" in page.get("/console").text
    assert "Больше ничего не отправляется" not in visitor("marketer").get("/console").text
    post(page, place, "/resume")

    assert ("active", 0) == (told(front).state, told(front).failures)


def test_a_receiver_is_paused_changed_renewed_replayed_and_deleted(
    front: Shopfront, visitor: Visit, site: Receiver
) -> None:
    page = visitor("owner")
    place = made(page, site)
    assert 303 == post(page, place, "/pause")
    assert "paused" == told(front).state
    assert 303 == post(page, place, "/resume")
    wish = {"address": site.url + "/2", "title": "Другая", "format": "standard", "which": "some"}
    assert 303 == post(page, place, "", **wish, names=["level.moved"])
    changed = told(front)
    assert 200 == post(page, place, "/secret")
    renewed = page.page.text
    sell(front, "rcp_again")
    assert 303 == post(page, place, "/replay", since="2026-03-01T00:00")
    assert 422 == post(page, place, "/replay", since="")

    assert [site.url + "/2", "Другая", "standard", ("level.moved",)] == [
        changed.address,
        changed.title,
        changed.format,
        changed.names,
    ]
    assert "whsec_" in renewed
    assert told(front).former_until
    assert 303 == post(page, place, "/delete")
    assert 404 == page.get(place).status_code


def test_what_was_missed_is_shown_and_goes_or_is_skipped(
    front: Shopfront, visitor: Visit, site: Receiver
) -> None:
    page = visitor("owner")
    place = made(page, site, which="some", names=["receipt.closed"])
    sell(front, "rcp_one")
    post(page, place, "/pause")
    for number in range(3):
        sell(front, f"rcp_{number}m")
    page.get(place)
    paused = page.text()
    assert "Осталось событий" in paused
    assert "Что делать с пропущенным?" in paused
    assert "осталось событий: около" in page.get(HOME).text
    assert 303 == post(page, place, "/resume", missed="skip")
    sell(front, "rcp_new")
    skipped = told(front)
    log = [row.state for row in front.house.deliveries.log(skipped.subscription_id, Slice())]  # type: ignore[union-attr]

    assert ["waiting", "skipped"] == log
    assert "пропустил то, что получатель не узнал" in visitor("owner").get("/console/staff").text


def test_a_replay_shows_how_far_it_is(front: Shopfront, visitor: Visit, site: Receiver) -> None:
    page = visitor("owner", "en")
    place = made(page, site)
    sell(front, "rcp_one")
    post(page, place, "/replay", since="2026-01-01T00:00")
    page.get(place)

    assert "everything since 1 Jan 2026, 00:00" in page.text()
    assert "0 %" in page.text()
    sell(front, "rcp_two")
    page.get(place)
    assert "Goes once more" not in page.text()


def test_events_go_the_way_of_a_connected_system(front: Shopfront, visitor: Visit, site: Receiver) -> None:
    page = visitor("owner")
    page.get(HOME)
    assert "UDS" not in page.page.text
    uds = front.house.connections.connect("uds", Wish("Касса у входа"))
    other = front.house.connections.connect("evotor", Wish("Эвотор"))
    assert isinstance(uds, tuple)
    assert isinstance(other, tuple)
    page.get(HOME)
    assert "UDS: операции и участники · Касса у входа" in page.page.text
    assert other[0].connection_id not in page.page.text
    place = made(page, site, format=f"uds:{uds[0].connection_id}")

    assert ("uds", uds[0].connection_id) == (told(front).format, told(front).connection_id)
    page.post(f"{place}/test", {"name": "receipt.closed"})
    assert "x-signature" in page.text()
    front.house.connections.close(uds[0].connection_id)
    assert (
        422
        == page.post(
            HOME, {"address": site.url, "format": f"uds:{uds[0].connection_id}", "which": "all"}
        ).status_code
    )
    assert "UDS: операции и участники · Касса у входа" in page.get(place).text
    assert 303 == post(page, place, "", address=site.url, format="standard", which="all")
    assert ("standard", "") == (told(front).format, told(front).connection_id)


def test_a_test_shows_request_and_answer(visitor: Visit, site: Receiver) -> None:
    page = visitor("owner", "en")
    place = made(page, site)
    page.get(f"{place}/test")
    assert "Nothing sent yet" in page.text()

    page.post(f"{place}/test", {"name": "points.expired"})
    assert "The receiver has it." in page.text()
    assert "204 No Content" in page.text()
    assert "webhook-signature: v1," in page.text()
    site.answer = lambda _: (500, {"x-why": "broken"}, "<b>oops</b>")
    page.post(f"{place}/test", {"name": "points.expired"})
    assert "The receiver did not take it." in page.text()
    assert "x-why: broken" in page.text()
    assert "&lt;b&gt;oops" in page.page.text
    assert 422 == page.post(f"{place}/test", {"name": "nothing"}).status_code


def test_the_senders_rules_are_those_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KOPILKA_WEBHOOKS_PRIVATE", raising=False)

    assert not Post(allowed_now())._allowed.private
