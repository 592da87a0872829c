"""Connections: secrets that are told once, found by what is shown, renewed, closed; the log keeps the newest calls."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import pytest

from kopilka.app.compose import House
from kopilka.usecases.connections import CALLS_KEPT, Connection, ConnectorCall, Wish
from kopilka.usecases.outcomes import Refused
from kopilka.usecases.seal import BrokenSealError, NoSealError, Seal


@pytest.fixture
def house(database: str) -> Iterator[House]:
    with closing(House(database)) as house:
        yield house


def made(house: House, connector: str = "uds", secret: str = "") -> tuple[Connection, str]:
    found = house.connections.connect(connector, Wish("Till 1", {"language": "ru"}, "shop"), secret=secret)
    assert isinstance(found, tuple), found
    return found


def test_a_connection_is_found_by_its_secret_and_by_its_id(house: House) -> None:
    connection, secret = made(house)

    assert connection == house.connections.by_secret("uds", secret)
    assert connection == house.connections.get(connection.connection_id)
    assert secret == house.connections.secret(connection.connection_id)
    assert connection.number > 0


def test_a_secret_of_one_protocol_opens_no_other(house: House) -> None:
    _, secret = made(house)

    assert house.connections.by_secret("frontol", secret) is None
    assert house.connections.by_secret("uds", secret + "x") is None
    assert house.connections.by_secret("uds", "") is None


def test_two_connections_never_share_a_secret(house: House) -> None:
    made(house, secret="a secret of theirs")  # noqa: S106 - of a test
    taken = house.connections.connect("uds", Wish("Till 2"), secret="a secret of theirs")  # noqa: S106 - the same
    other, _ = made(house, "frontol", "a secret of theirs")

    assert Refused("secret_taken", taken.why, "secret") == taken  # type: ignore[union-attr]
    renewed = house.connections.renew(made(house)[0].connection_id, secret="a secret of theirs")  # noqa: S106 - the same
    assert "secret_taken" == renewed.code  # type: ignore[union-attr]
    assert "frontol" == other.connector


@pytest.mark.parametrize(
    ("title", "secret", "code"), [("", "", "required"), ("A", "short", "bad_secret"), ("A\n", "", "required")]
)
def test_what_cannot_be_kept_is_refused(house: House, title: str, secret: str, code: str) -> None:
    refused = house.connections.connect("uds", Wish(title), secret=secret)

    assert isinstance(refused, Refused)
    assert code == refused.code
    assert [] == house.connections.all()


def test_the_database_alone_tells_no_secret(house: House) -> None:
    _, secret = made(house)
    with house.pool.connection() as connection:
        rows = connection.execute("SELECT row_to_json(connection)::text FROM connection").fetchall()

    assert secret not in str(rows)
    sealed = Seal("one key of sixteen signs").close(secret)
    with pytest.raises(BrokenSealError):
        Seal("another key of sixteen").open(sealed)
    with pytest.raises(NoSealError):
        Seal("").close(secret)


def test_every_change_is_in_the_audit_log(house: House) -> None:
    connection, _ = made(house)
    id_ = connection.connection_id
    house.connections.change(id_, Wish("Till 3"), actor="stf_1")
    house.connections.renew(id_)
    house.connections.close(id_)

    with house.pool.connection() as opened:
        acts = opened.execute(
            "SELECT action FROM staff_action WHERE subject = %s ORDER BY action_id", (id_,)
        ).fetchall()
    assert sorted(acts) == [
        ("connection.changed",),
        ("connection.closed",),
        ("connection.made",),
        ("connection.secret_changed",),
    ]
    assert "unknown_connection" == house.connections.close(id_).code  # type: ignore[union-attr]


def test_the_log_keeps_the_newest_calls(house: House) -> None:
    connection, _ = made(house)
    id_, now = connection.connection_id, datetime.now(UTC)
    calls = [
        ConnectorCall(id_, f"cll_{n:06}", now, "POST", "/document", 200, 5) for n in range(CALLS_KEPT + 20)
    ]
    house.connections.note(calls[:300])
    house.connections.note(calls[300:])

    kept = house.connections.calls(id_, 1_000)
    assert [call.call_id for call in reversed(calls[20:])] == [call.call_id for call in kept]
