"""Money paid out: only kinds that allow it, only what is free."""

from collections.abc import Iterator

import pytest
from world import World, opened

from kopilka.store.audit import PostgresBooks
from kopilka.usecases.audit import audit
from kopilka.usecases.commands import Command, PayOut, Ref
from kopilka.usecases.outcomes import Refused

CASHBACK = """
programme: club
title: Club
currency: RUB
zone: Europe/Moscow
points:
  money: {worth: 1.00, decimals: 2, payout: yes}
  bonus: {worth: 1.00}
  late: {worth: 1.00, pending: 5d, payout: yes}
rules:
  - {id: cashback, earn: 5%}
  - {id: later, earn: {percent: 5, kind: late}}
spend: {up_to: 100%, treat_as: payment}
"""


@pytest.fixture
def club(database: str) -> Iterator[World]:
    with opened(database, CASHBACK) as world:
        yield world


def pay(who: Ref, units: int, kind: str = "money", key: str = "k", reference: str = "order 7") -> PayOut:
    return PayOut(who, kind, units, reference, "t", key, "stf_1")


def code(world: World, command: Command) -> str:
    outcome = world.run(command)[0]
    assert isinstance(outcome, Refused), outcome
    return outcome.code


def test_cashback_is_paid_out_once(club: World) -> None:
    who = club.enrol()
    club.close(who, 100000)
    first, again = club.done(pay(who, 3000)), club.done(pay(who, 3000))

    assert (3000, True, first.txn) == (first.units, again.replayed, again.txn)
    assert 2000 == club.balance(who, "money").free
    assert [("payout", 3000, "order 7", "stf_1")] == club.rows(
        "SELECT credit, units, note, actor FROM posting WHERE verb = 'payout'"
    )
    told = club.rows(
        "SELECT data ->> 'amount_minor', data ->> 'currency' FROM event WHERE name = 'points.paid_out'"
    )
    assert [("3000", "RUB")] == told
    with PostgresBooks(club.pool).open() as store:
        assert [] == [finding.code for finding in audit(store) if not finding.true]


def test_what_is_no_money_is_refused(club: World) -> None:
    who = club.enrol()
    club.close(who, 100000)
    club.give(who, 500)

    assert "no_payout" == code(club, pay(who, 100, "bonus"))
    assert "unknown_points" == code(club, pay(who, 100, "gold"))
    assert "not_enough_points" == code(club, pay(who, 5001))
    assert "not_enough_points" == code(club, pay(who, 1, "late"))
    assert ["nothing_to_adjust"] * 2 == [code(club, pay(who, units)) for units in (0, -5)]
    assert "required" == code(club, pay(who, 1, reference="  "))
    assert "unknown_member" == code(club, pay(Ref("card", "nobody"), 1))
    assert 5000 == club.balance(who, "money").free


def test_what_a_receipt_reserves_is_not_paid_out(club: World) -> None:
    who = club.enrol()
    club.close(who, 100000)
    club.hold(who, 10000, spend=4000)

    assert "not_enough_points" == code(club, pay(who, 1001))
    assert 1000 == club.done(pay(who, 1000)).units


def test_a_return_after_the_payout_leaves_a_debt(club: World) -> None:
    who = club.enrol()
    club.close(who, 100000, id_="r")
    club.done(pay(who, 5000))
    club.back("r")

    assert (5000, 0) == (club.balance(who, "money").deficit, club.balance(who, "money").free)


def test_another_payment_under_the_same_key_is_refused(club: World) -> None:
    who = club.enrol()
    club.close(who, 100000)
    club.done(pay(who, 100))

    assert ["key_reused"] * 2 == [code(club, pay(who, 101)), code(club, pay(who, 100, reference="order 8"))]
