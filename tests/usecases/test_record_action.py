"""Actions rewarded once for ever, and taken back."""

from collections.abc import Iterator
from datetime import timedelta
from threading import Thread

import pytest
from world import START, World, opened

from kopilka.store.audit import PostgresBooks
from kopilka.usecases.audit import audit
from kopilka.usecases.commands import Act, Command, Enrol, Identifier, Ref, TakeBackAction
from kopilka.usecases.outcomes import Done, Outcome, Refused

REVIEWS = """
programme: club
title: Club
currency: RUB
zone: Europe/Moscow
points:
  bonus: {worth: 1.00, life: 10d}
  pultiki: {decimals: 1}
rules:
  - {id: cashback, earn: 10%}
  - {id: review, on: action, when: {action: review}, earn: {points: 50, kind: pultiki}}
  - {id: photo, on: action, when: {action: photo}, earn: {points: 5, kind: bonus}, caps: {member: {per: month, uses: 2}}}
  - {id: first, on: action, when: {action: survey}, earn: {points: 7}, caps: {budget: {uses: 3}}}
  - {id: asleep, on: action, when: {action: nap}, earn: {points: 7}, paused: yes}
spend: {up_to: 100%}
"""
STRICT = REVIEWS + "returns: {deficit: balance}\n"


@pytest.fixture
def club(database: str) -> Iterator[World]:
    with opened(database, REVIEWS) as world:
        yield world


def act(who: Ref, ref: str, action: str = "review", key: str = "", **more: object) -> Act:
    return Act(who, "club", action, ref, START, "t", key, **more)  # type: ignore[arg-type]


def gone(ref: str, action: str = "review", key: str = "") -> TakeBackAction:
    return TakeBackAction("club", action, ref, START, "t", key)


def code(world: World, command: Command) -> str:
    outcome = world.run(command)[0]
    assert isinstance(outcome, Refused), outcome
    return outcome.code


def untrue(world: World) -> list[str]:
    with PostgresBooks(world.pool).open() as store:
        return [finding.code for finding in audit(store) if not finding.true]


def test_a_review_gives_its_own_points_and_no_others(club: World) -> None:
    who = club.enrol()
    done = club.done(act(who, "r1"))

    assert 500 == done.units
    assert (500, 0) == (club.balance(who, "pultiki").free, club.balance(who).total)
    assert ["action.rewarded"] == [
        row[0] for row in club.rows("SELECT name FROM event WHERE starts_with(name, 'action')")
    ]
    assert [] == untrue(club)


def test_the_same_review_counts_once_whoever_sends_it_and_whenever(club: World) -> None:
    who = club.enrol()
    first = club.done(act(who, "r1", key="a"))
    club.pass_time(days=400)
    again = [club.done(act(who, "r1", key="b")), club.done(act(Ref("member", first.member_id), "r1"))]

    assert [True, True] == [row.replayed for row in again]
    assert {first.txn} == {row.txn for row in again}
    assert 500 == club.balance(who, "pultiki").total


def test_the_same_review_of_somebody_else_is_a_conflict(club: World) -> None:
    one, other = club.enrol(), club.enrol()
    club.done(act(one, "r1"))

    assert "action_exists" == code(club, act(other, "r1"))
    assert 0 == club.balance(other, "pultiki").total


def test_reviews_are_apart_from_photos_of_the_same_name(club: World) -> None:
    who = club.enrol()
    club.done(act(who, "r1"))
    club.done(act(who, "r1", "photo"))

    assert (500, 5) == (club.balance(who, "pultiki").total, club.balance(who).total)


def test_two_of_the_same_in_one_batch_are_one(club: World) -> None:
    who = club.enrol()
    outcomes = club.run(act(who, "r1"), act(who, "r1"), act(who, "r2"))

    assert [False, True, False] == [row.replayed for row in outcomes if isinstance(row, Done)]
    assert 1000 == club.balance(who, "pultiki").total


def test_what_nobody_rewards_is_refused_and_may_come_again(club: World) -> None:
    who = club.enrol()

    assert "unknown_action" == code(club, act(who, "r1", "like"))
    assert "unknown_action" == code(club, act(who, "r1", ""))
    assert "unknown_programme" == code(club, Act(who, "nowhere", "review", "r1", START))
    assert "unknown_member" == code(club, act(Ref("card", "nobody"), "r1"))
    assert "in_the_future" == code(club, Act(who, "club", "review", "r1", START + timedelta(hours=1)))
    assert [] == club.rows("SELECT 1 FROM claim WHERE starts_with(key, 'act:')")


def test_one_beyond_the_limit_gives_nothing_and_has_been_counted(club: World) -> None:
    who = club.enrol()
    units = [club.done(act(who, f"p{n}", "photo")).units for n in range(3)]
    club.pass_time(days=40)

    assert [5, 5, 0] == units
    assert 0 == club.done(act(who, "p2", "photo")).units
    assert 0 == club.done(act(who, "p3", "nap")).units


def test_a_deleted_review_gives_its_points_back_even_when_they_are_spent(club: World) -> None:
    who = club.enrol()
    club.done(act(who, "p1", "photo"))
    club.close(who, 500, spend=5)
    taken = club.done(gone("p1", "photo"))

    assert -5 == taken.units
    assert (5, -5) == (club.balance(who).deficit, club.balance(who).total)
    assert [] == untrue(club)


def test_taking_back_twice_is_once_and_the_review_does_not_come_again(club: World) -> None:
    who = club.enrol()
    club.done(act(who, "r1"))
    club.done(gone("r1"))

    assert club.done(gone("r1")).replayed
    assert club.done(act(who, "r1")).replayed
    assert 0 == club.balance(who, "pultiki").total
    assert "unknown_action" == code(club, gone("r9"))


def test_taking_back_frees_the_limits(club: World) -> None:
    who = club.enrol()
    for n in range(3):
        club.done(act(who, f"s{n}", "survey"))
    beyond = club.done(act(who, "s3", "survey")).units
    club.done(gone("s0", "survey"))

    assert (0, 7) == (beyond, club.done(act(who, "s4", "survey")).units)
    assert [(3,)] == club.rows("SELECT uses FROM budget WHERE rule = 'first'")
    assert [] == untrue(club)


def test_under_a_policy_without_deficits_only_what_is_there_is_taken(database: str) -> None:
    with opened(database, STRICT) as world:
        who = world.enrol()
        world.done(act(who, "p1", "photo"))
        world.close(who, 500, spend=5)

        assert 0 == world.done(gone("p1", "photo")).units
        assert 0 == world.balance(who).deficit


def test_a_key_of_another_action_is_refused(club: World) -> None:
    who = club.enrol()
    club.done(act(who, "r1", key="k"))

    assert "key_reused" == code(club, act(who, "r2", key="k"))
    assert club.done(act(who, "r1", key="k")).replayed


def test_a_blocked_member_earns_nothing_but_a_retry_is_answered(club: World) -> None:
    who = club.enrol()
    club.done(act(who, "r1"))
    club.execute("UPDATE member SET status = 'blocked'")

    assert club.done(act(who, "r1")).replayed
    assert "member_blocked" == code(club, act(who, "r2"))


def test_a_late_action_of_somebody_new_to_the_programme_counts(club: World) -> None:
    club.run(Enrol((Identifier("qr", "album"),), "club"))

    assert 500 == club.done(Act(Ref("qr", "album"), "club", "review", "r1", START - timedelta(days=5))).units


def test_many_senders_of_one_review_at_once_reward_it_once(club: World) -> None:
    one, other = club.enrol(), club.enrol()
    outcomes: list[Outcome] = []

    def send(who: Ref, ref: str) -> None:
        desk = club.new_desk()
        for _ in range(4):
            outcomes.extend(desk.run([act(who, ref)]))

    threads = [Thread(target=send, args=(who, "r1")) for who in (one, other, one, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    done = [row for row in outcomes if isinstance(row, Done)]
    assert 16 == len(outcomes)
    assert 1 == sum(not row.replayed for row in done)
    assert {"action_exists"} == {row.code for row in outcomes if isinstance(row, Refused)}
    assert 500 == club.balance(one, "pultiki").total + club.balance(other, "pultiki").total
    assert [] == untrue(club)
