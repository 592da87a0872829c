"""Failed tries: a few for a login at an address, more for an address, and time heals."""

from datetime import UTC, datetime, timedelta

from kopilka.usecases.tries import ADDRESS_MAX, PAIR_MAX, WINDOW, Tries

NOW = datetime(2026, 3, 8, 11, 5, tzinfo=UTC)


def failed(times: int, *, login: str = "anna") -> Tries:
    tries = Tries()
    for number in range(times):
        tries.failed(login or f"login{number}", "10.0.0.1", NOW)
    return tries


def test_a_login_waits_after_a_few_failures_at_its_address_only() -> None:
    tries = failed(PAIR_MAX)

    assert WINDOW.total_seconds() == tries.wait("anna", "10.0.0.1", NOW)
    assert [0, 0] == [tries.wait("boris", "10.0.0.1", NOW), tries.wait("anna", "10.0.0.2", NOW)]


def test_an_address_that_tries_many_logins_waits_for_all() -> None:
    assert failed(ADDRESS_MAX, login="").wait("anyone", "10.0.0.1", NOW) > 0
    assert 0 == failed(ADDRESS_MAX - 1, login="").wait("anyone", "10.0.0.1", NOW)


def test_waiting_ends_with_time_and_with_success() -> None:
    tries = failed(PAIR_MAX)

    assert 0 == tries.wait("anna", "10.0.0.1", NOW + WINDOW + timedelta(seconds=1))
    tries = failed(PAIR_MAX - 1)
    tries.succeeded("anna", "10.0.0.1")
    tries.failed("anna", "10.0.0.1", NOW)
    assert 0 == tries.wait("anna", "10.0.0.1", NOW)
