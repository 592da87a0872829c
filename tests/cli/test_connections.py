"""`kopilka connection`: connect, list, renew, close; what is wrong is named."""

import json
from collections.abc import Callable

import pytest

from kopilka.app.main import wiring
from kopilka.app.trade import CONNECTORS
from kopilka.cli.main import run

Kopilka = Callable[..., tuple[int, str, str]]


@pytest.fixture
def kopilka(database: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Kopilka:
    monkeypatch.setenv("COLUMNS", "160")

    def call(*arguments: str) -> tuple[int, str, str]:
        code = run(arguments, {"DATABASE_URL": database, "LANG": "en"}, wiring)
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


def test_a_connection_is_made_listed_renewed_and_closed(kopilka: Kopilka) -> None:
    code, out, _ = kopilka("--json", "connection", "create", "retailcrm", "Site")
    made = json.loads(out)
    id_ = made["connection"]["connection_id"]
    renewed = json.loads(kopilka("--json", "connection", "renew", id_)[1])

    assert 0 == code
    assert made["secret"] != renewed["secret"]
    assert id_ in kopilka("connection", "list")[1]
    assert made["secret"] not in kopilka("--json", "connection", "list")[1]
    assert [0, 1] == [kopilka("connection", "close", id_)[0] for _ in range(2)]
    assert [] == json.loads(kopilka("--json", "connection", "calls", id_)[1])


def test_every_connector_is_listed(kopilka: Kopilka) -> None:
    out = kopilka("connection", "kinds")[1]

    assert [] == [each.manifest.id for each in CONNECTORS if each.manifest.id not in out]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("telepathy", "Site"), "unknown_connector"),
        (("retailcrm", "Site", "--set", "colour=red"), "unknown_setting"),
        (("retailcrm", "Site", "--set", "language=tlh"), "not_a_choice"),
        (("retailcrm", "Site", "--shop", "no-such"), "unknown_shop"),
        (("retailcrm", "Site", "--secret", "short"), "bad_secret"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_made(
    kopilka: Kopilka, arguments: tuple[str, ...], code: str
) -> None:
    exit_code, out, _ = kopilka("--json", "connection", "create", *arguments)

    assert (1, code) == (exit_code, json.loads(out)["error"])
    assert [] == json.loads(kopilka("--json", "connection", "list")[1])
