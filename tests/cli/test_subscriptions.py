"""`kopilka subscription`: add, try out, list, replay, stop; what is wrong is named."""

import json
from collections.abc import Callable, Iterator

import pytest
from receivers import Receiver, receiver

from kopilka.app.main import wiring
from kopilka.cli.main import run

Kopilka = Callable[..., tuple[int, str, str]]


@pytest.fixture
def kopilka(database: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Kopilka:
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("KOPILKA_WEBHOOKS_PRIVATE", "1")

    def call(*arguments: str) -> tuple[int, str, str]:
        code = run(arguments, {"DATABASE_URL": database, "LANG": "en"}, wiring)
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


@pytest.fixture
def site() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


def test_a_subscription_goes_all_its_way(kopilka: Kopilka, site: Receiver) -> None:
    code, out, _ = kopilka("--json", "subscription", "add", site.url, "--events", "receipt.closed")
    made = json.loads(out)
    id_ = made["subscription"]["subscription_id"]

    assert 0 == code
    assert made["secret"].startswith("whsec_")
    assert site.url in kopilka("subscription", "list")[1]
    assert 0 == kopilka("subscription", "test", id_)[0]
    assert "receipt.closed" == site.got[0].json["type"]
    site.answer = lambda _: 500
    assert 1 == kopilka("subscription", "test", id_)[0]
    assert "paused" in kopilka("subscription", "pause", id_)[1]
    assert "active" in kopilka("subscription", "resume", id_)[1]
    assert "whsec_" in kopilka("subscription", "secret", id_)[1]
    assert "active" in kopilka("subscription", "resume", id_, "--skip")[1]
    assert {"events": 0} == json.loads(kopilka("--json", "subscription", "replay", id_, "2026-01-01")[1])
    assert [] == json.loads(kopilka("--json", "subscription", "log", id_)[1])
    assert [0, 1] == [kopilka("subscription", "delete", id_)[0] for _ in range(2)]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("add", "nowhere"), "bad_address"),
        (("add", "https://example.com/", "--events", "nothing"), "unknown_event"),
        (("add", "https://example.com/", "--format", "xml"), "unknown_format"),
        (("pause", "sub_none"), "unknown_subscription"),
        (("replay", "sub_none", "yesterday"), "bad_moment"),
    ],
)
def test_what_is_wrong_is_named(kopilka: Kopilka, arguments: tuple[str, ...], code: str) -> None:
    exit_code, out, err = kopilka("--json", "subscription", *arguments)

    assert 1 == exit_code
    assert code in out + err
