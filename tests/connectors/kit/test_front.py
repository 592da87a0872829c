"""The front of connectors: finding, answering in the protocol's shape, logging; an inbox that is worked through."""

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from trading import Trading, trading

from kopilka.connectors.kit.call import Answer, Call, answer_json
from kopilka.connectors.kit.manifest import Capability, Manifest, Secret, Text, Verified, Way
from kopilka.connectors.kit.services import Services
from kopilka.usecases.connections import Connection
from kopilka.usecases.inbox import InboxItem
from kopilka.usecases.ports import StoreUnavailableError

WORDS = Text("Попугай", "Parrot")
PAUSE = timedelta(seconds=6)


class Parrot:
    """Says what it is told; a word may be kept for later."""

    manifest = Manifest(
        "parrot", WORDS, WORDS, ("/parrot/",), "/parrot", Way.BOTH, (Capability.TEXTS,), Verified.CLIENT,
        Secret(WORDS), WORDS, (),
    )  # fmt: skip

    def __init__(self) -> None:
        self.heard: list[str] = []

    async def answer(self, call: Call, services: Services) -> Answer:
        connection = await services.by_secret("parrot", call.headers.get("x-key", ""))
        if connection is None:
            return answer_json({"no": "key"}, 403)
        id_ = connection.connection_id
        word = call.first("word")
        if word == "away":
            raise StoreUnavailableError
        if word == "fall":
            raise RuntimeError("off the perch")
        if call.path == "/parrot/later":
            new = await services.run(services.inbox.accept, id_, word, "word", call.body)
            return answer_json({"new": new}, connection_id=id_)
        return answer_json({"word": word, "form": dict(call.form)}, connection_id=id_, outcome="said")

    def failed(self, call: Call, *, unavailable: bool) -> Answer:
        return answer_json({"squawk": unavailable}, 503 if unavailable else 500)

    def probe(self, connection: Connection) -> Call:
        return Call("GET", "/parrot/say", query=[("word", "hello")])

    def sign(self, call: Call, connection: Connection, secret: str) -> Call:
        call.headers["x-key"] = secret
        return call

    async def work(self, item: InboxItem, connection: Connection, services: Services) -> str:
        if item.body == b"sour" and item.tries == 0:
            raise ValueError(item.body)
        self.heard.append(item.body.decode())
        return ""


@pytest.fixture(scope="module")
def parrot() -> Parrot:
    return Parrot()


@pytest.fixture(scope="module")
def shop(shared_database: str, parrot: Parrot) -> Iterator[Trading]:
    with trading(shared_database, connectors=[parrot]) as shop:
        yield shop


def test_a_call_finds_its_connector_and_is_logged(shop: Trading) -> None:
    connection, secret = shop.connect("parrot")
    answer = httpx.post(f"{shop.url}/parrot/say?word=да", data={"a": "б"}, headers={"X-Key": secret})

    assert (200, {"word": "да", "form": {"a": "б"}}) == (answer.status_code, answer.json())
    shop.until(lambda: bool(shop.house.connections.calls(connection.connection_id)))
    (call,) = shop.house.connections.calls(connection.connection_id)
    assert ("POST", "/parrot/say", 200, "said") == (call.method, call.address, call.status, call.outcome)


def test_a_multipart_form_is_read_like_any_other(shop: Trading) -> None:
    _, secret = shop.connect("parrot")
    answer = httpx.post(
        f"{shop.url}/parrot/say", files={"order": (None, '{"a":1}')}, headers={"X-Key": secret}
    )

    assert {"order": '{"a":1}'} == answer.json()["form"]


@pytest.mark.parametrize(("word", "status", "squawk"), [("away", 503, True), ("fall", 500, False)])
def test_a_failure_is_answered_in_the_protocols_own_shape(
    shop: Trading, word: str, status: int, squawk: bool
) -> None:
    _, secret = shop.connect("parrot")
    answer = httpx.get(f"{shop.url}/parrot/say", params={"word": word}, headers={"X-Key": secret})

    assert (status, {"squawk": squawk}) == (answer.status_code, answer.json())


def test_a_closed_or_renewed_connection_is_refused(shop: Trading) -> None:
    connection, secret = shop.connect("parrot")
    renewed = shop.house.connections.renew(connection.connection_id)
    assert isinstance(renewed, tuple)

    def status(secret: str) -> int:
        return httpx.get(f"{shop.url}/parrot/say", headers={"X-Key": secret}).status_code

    assert (403, 200) == (status(secret), status(renewed[1]))
    shop.house.connections.close(connection.connection_id)
    assert 403 == status(renewed[1])


def test_a_delivery_is_kept_once_and_worked_through_though_it_failed_at_first(
    shop: Trading, parrot: Parrot
) -> None:
    connection, secret = shop.connect("parrot")

    def say(id_: str, word: bytes) -> bool:
        answer = httpx.post(
            f"{shop.url}/parrot/later", params={"word": id_}, content=word, headers={"X-Key": secret}
        )
        return bool(answer.json()["new"])

    assert [True, False, True] == [say("1", b"sweet"), say("1", b"sweet"), say("2", b"sour")]
    shop.until(lambda: all(item.tries for item in shop.house.inbox.items(connection.connection_id)))
    waiting = [item for item in shop.house.inbox.items(connection.connection_id) if item.done_at is None]
    assert [("2", "ValueError")] == [(item.delivery_id, item.outcome) for item in waiting]
    shop.clock.ahead += PAUSE
    shop.until(lambda: all(item.done_at for item in shop.house.inbox.items(connection.connection_id)))
    assert ["sweet", "sour"] == parrot.heard
