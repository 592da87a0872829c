"""One-time codes: the right one once, few tries, few messages; codes that members show at a till."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from kopilka.app.compose import House
from kopilka.usecases.outcomes import Refused
from kopilka.usecases.situation_counter import Hand
from kopilka.usecases.verifications import SENT_MAX, VERIFY_PHONE, WRONG_MAX, Verification

PHONE = "+79990000017"
HAND = Hand(datetime(2026, 11, 1, 12, tzinfo=UTC))


@pytest.fixture
def house(database: str) -> Iterator[House]:
    HAND.at = datetime(2026, 11, 1, 12, tzinfo=UTC)
    with closing(House(database, clock=HAND)) as house:
        yield house


def sent(house: House) -> tuple[Verification, str]:
    found = house.verifications.send(VERIFY_PHONE, PHONE, lambda code: f"Код {code}", subject="order 12")
    assert isinstance(found, tuple), found
    return found


def code_of(refused: object) -> str:
    assert isinstance(refused, Refused), refused
    return refused.code


def test_the_right_code_verifies_and_again_is_no_error(house: House) -> None:
    check, code = sent(house)

    first = house.verifications.confirm(check.check_id, f" {code} ")
    assert isinstance(first, Verification)
    assert HAND.at == first.verified_at
    assert first.verified_at == house.verifications.confirm(check.check_id, "000000").verified_at  # type: ignore[union-attr]
    (message,) = house.verifications.messages()
    assert (PHONE, f"Код {code}") == (message.address, message.content)


def test_after_too_many_wrong_codes_the_right_one_is_refused_too(house: House) -> None:
    check, code = sent(house)
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(WRONG_MAX):
        assert "wrong_code" == code_of(house.verifications.confirm(check.check_id, wrong))

    assert "too_many_wrong_codes" == code_of(house.verifications.confirm(check.check_id, code))


def test_a_code_expires(house: House) -> None:
    check, code = sent(house)
    HAND.at += timedelta(minutes=6)

    assert "code_expired" == code_of(house.verifications.confirm(check.check_id, code))
    assert "unknown_check" == code_of(house.verifications.confirm("no such check", code))


def test_a_phone_gets_a_few_codes_and_then_waits(house: House) -> None:
    for _ in range(SENT_MAX):
        sent(house)

    assert "too_many_codes_sent" == code_of(house.verifications.send(VERIFY_PHONE, PHONE, str))
    HAND.at += timedelta(minutes=11)
    assert sent(house)


def test_a_shown_code_names_its_member_until_a_receipt_consumes_it(house: House) -> None:
    code = house.verifications.show_code("mem_a").code
    verifications = house.verifications

    assert "mem_a" == verifications.owner_of(code)
    verifications.use_code(code, "rcp_1")
    verifications.use_code(code, "rcp_2")
    assert (None, "mem_a", None) == (
        verifications.owner_of(code), verifications.owner_of(code, "rcp_1"), verifications.owner_of(code, "rcp_2"),
    )  # fmt: skip


def test_an_expired_code_names_nobody_and_makes_room(house: House) -> None:
    code = house.verifications.show_code("mem_a").code
    HAND.at += timedelta(minutes=46)

    assert house.verifications.owner_of(code) is None


def test_when_short_codes_run_out_longer_ones_are_given(house: House) -> None:
    codes = {house.verifications.show_code("mem_a", digits=1).code for _ in range(12)}

    assert 12 == len(codes)
    assert max(len(code) for code in codes) > 1


def test_what_was_sent_long_ago_is_forgotten(house: House) -> None:
    sent(house)
    house.verifications.show_code("mem_a")
    assert 0 == house.verifications.forget()
    HAND.at += timedelta(days=31)
    check, _ = sent(house)

    assert 3 == house.verifications.forget()
    assert [check.phone] == [message.address for message in house.verifications.messages()]
    assert house.verifications.get(check.check_id) is not None
