"""Laws of coupons: many at once use a code no oftener than it is good for; which commands share a batch changes nothing."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import hypothesis.strategies as st
import pytest
from coupon_shop import TEXT, made, reasons
from hypothesis import HealthCheck, given, settings
from together import at_once
from world import World, opened

from kopilka.usecases.commands import (
    ActivateCoupon,
    CancelCoupon,
    Close,
    Command,
    Enrol,
    Hold,
    Identifier,
    IssueCoupon,
    Ref,
    Release,
    Void,
)
from kopilka.usecases.outcomes import Done, Outcome, Refused

few = settings(
    max_examples=12, deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
)  # fmt: skip


@pytest.fixture
def world(database: str) -> Iterator[World]:
    with opened(database, TEXT) as world:
        yield world


@pytest.fixture
def wide_world(database: str) -> Iterator[World]:
    """SPRING works a hundred times."""
    with opened(database, TEXT.replace("uses: 3,", "uses: 100,")) as world:
        yield world


def states(outcomes: list[Outcome], code: str) -> Counter[str]:
    return Counter(reasons(row)[code] for row in outcomes if isinstance(row, Done))


def test_a_code_that_is_good_once_is_used_once_however_many_tills_try(world: World) -> None:
    code = made(world)[0]
    sales: list[Command] = [Close(world.receipt(60_000, codes=(code,))) for _ in range(16)]
    outcomes = at_once(world, sales)

    assert Counter(used=1, code_used=15) == states(outcomes, code)
    assert 15 * 60_000 + 53_000 == sum(
        row.sale.decision.paid_minor for row in outcomes if isinstance(row, Done) and row.sale
    )


def test_a_public_code_of_a_hundred_uses_is_used_a_hundred_times_by_a_hundred_and_twenty(
    wide_world: World,
) -> None:
    world = wide_world
    members = [world.enrol() for _ in range(120)]
    outcomes = at_once(world, [Close(world.receipt(60_000, codes=("SPRING",)), who) for who in members], 16)

    assert Counter(used=100, code_used_up=20) == states(outcomes, "SPRING")
    assert [(100,)] == world.rows("SELECT uses FROM budget WHERE rule = 'coupon:spring'")


def test_one_member_uses_a_public_code_once_on_many_tills_at_once(world: World) -> None:
    who = world.enrol()
    outcomes = at_once(world, [Close(world.receipt(60_000, codes=("SPRING",)), who) for _ in range(12)])

    assert Counter(used=1, code_used_by_member=11) == states(outcomes, "SPRING")


def test_of_members_who_activate_one_code_at_once_one_gets_it(world: World) -> None:
    members = [world.enrol() for _ in range(8)]
    for code in made(world, "leaflet", 6):
        outcomes = at_once(world, [ActivateCoupon(code, who) for who in members])
        refused = Counter(row.code for row in outcomes if isinstance(row, Refused))
        [winner] = [i for i, row in enumerate(outcomes) if isinstance(row, Done)]
        owner = world.rows("SELECT c.holder_id FROM coupon c JOIN coupon_code USING (bucket, holder_id, code)"
                           " WHERE code = %s", (code,))  # fmt: skip

        assert Counter(code_of_other=7) == refused
        assert [(world.holding(members[winner]).holder_id,)] == owner


def test_a_code_is_activated_or_used_by_a_guest_and_never_both(world: World) -> None:
    members = [world.enrol() for _ in range(6)]
    for code in made(world, "once", 6):
        tries: list[Command] = [ActivateCoupon(code, who) for who in members]
        tries[::2] = [Close(world.receipt(60_000, codes=(code,))) for _ in tries[::2]]
        outcomes = at_once(world, tries, 6)
        got = sum(isinstance(row, Done) and row.verb == "activate_coupon" for row in outcomes)
        sold = [row for row in outcomes if isinstance(row, Done) and row.verb == "close"]
        used = sum(reasons(row)[code] == "used" for row in sold)

        assert 1 == got + used
        assert {"used", "code_used", "code_of_other"} >= {reasons(row)[code] for row in sold}


def test_cancelling_and_using_at_once_is_one_of_both(world: World) -> None:
    who = world.enrol()
    for code in made(world, "once", 6):
        world.done(ActivateCoupon(code, who))
        tries: list[Command] = [
            CancelCoupon(code, "a leak"),
            Close(world.receipt(60_000, codes=(code,)), who),
        ] * 3
        tries = [
            Close(world.receipt(60_000, codes=(code,)), who) if isinstance(row, Close) else row
            for row in tries
        ]
        outcomes = at_once(world, tries, 6)
        used = [
            row
            for row in outcomes
            if isinstance(row, Done) and row.verb == "close" and reasons(row)[code] == "used"
        ]
        cancelled = [row for row in outcomes if isinstance(row, Done) and row.verb == "cancel_coupon"]

        assert 1 == len(used) + bool(cancelled)


VERBS = ("close", "hold", "release", "void", "back", "activate", "cancel", "issue")


@st.composite
def scripts(draw: Any) -> list[tuple[str, int, int, int, int]]:
    """Verb, member (0 is a guest), receipt, coupon, money."""
    return [
        (
            draw(st.sampled_from(VERBS)), draw(st.integers(0, 2)), draw(st.integers(0, 4)), draw(st.integers(0, 3)),
            draw(st.sampled_from((30_000, 60_000, 60_000))),
        )
        for _ in range(draw(st.integers(2, 16)))
    ]  # fmt: skip


def commands_of(world: World, run: str, script: list[Any], codes: list[str]) -> list[Command]:
    who = [None, *[Ref("card", f"{run}-{i}") for i in (1, 2)]]
    commands: list[Command] = [
        Enrol((Identifier("card", ref.value),), "club", client=run, key=ref.value, at=world.now)
        for ref in who
        if ref is not None
    ]
    for i, (verb, member, number, coupon, money) in enumerate(script):
        name, id_, key = who[member], f"{run}-r{number}", {"client": run, "key": f"k{i}"}
        shown = (codes[coupon], "SPRING") if coupon % 2 else (codes[coupon],)
        receipt = world.receipt(money, id_=id_, codes=shown, at=world.now)
        commands.append(
            {
                "close": Close(receipt, name, **key),
                "hold": Hold(receipt, name, **key),
                "release": Release(id_, **key),
                "void": Void(id_, world.now, **key),
                "back": world.return_of(id_),
                "activate": ActivateCoupon(codes[coupon], name, **key),
                "cancel": CancelCoupon(codes[coupon], "why", **key),
                "issue": IssueCoupon(name or Ref("card", "nobody"), "club", "own", key=f"k{i}", client=run),
            }[verb]
        )
    return commands


def told(outcomes: list[Outcome], names: dict[str, str]) -> list[Any]:
    """What was answered, with codes called by names, for their letters come by chance."""
    rows: list[Any] = []
    for row in outcomes:
        if isinstance(row, Refused):
            rows.append(row.code)
        elif row.sale is not None:
            rows.append((row.verb, row.sale.decision.paid_minor, sorted(
                (names.get(code, "own"), state) for code, state in reasons(row).items()
            ), len(row.sale.issued)))  # fmt: skip
        else:
            rows.append((row.verb, None if row.coupon is None else (row.coupon.series, row.coupon.state)))
    return rows


def kept(world: World, names: dict[str, str], run: str) -> list[Any]:
    rows = world.rows(
        "SELECT c.code, c.series, c.state, c.receipt, c.last_on, i.value FROM coupon c LEFT JOIN personal.identifier i"
        " ON i.bucket = c.bucket AND i.holder_id = c.holder_id AND i.kind = 'card'"
        " WHERE c.code = ANY(%s) OR i.value LIKE %s", (list(names), f"{run}-%"),
    )  # fmt: skip
    found = [
        (names.get(row[0], "own"), *[str(each).replace(f"{run}-", "") for each in row[1:]]) for row in rows
    ]
    return sorted(found)


@few
@given(script=scripts(), cuts=st.sets(st.integers(1, 17)))
def test_which_commands_share_a_batch_changes_nothing(
    world: World, script: list[Any], cuts: set[int]
) -> None:
    answers, ledgers = [], []
    for way in ("all", "each", "cut"):
        world.execute("UPDATE budget SET uses = 0")
        run = f"{way}{world.number()}"
        codes = [*made(world, "once", 2), *made(world, "leaflet", 2)]
        names = {code: f"c{i}" for i, code in enumerate(codes)} | {"SPRING": "SPRING"}
        commands = commands_of(world, run, script, codes)
        places = {"all": [0, len(commands)], "each": [*range(len(commands) + 1)]}.get(
            way, sorted({0, len(commands), *[cut for cut in cuts if cut < len(commands)]})
        )
        outcomes: list[Outcome] = []
        for a, b in pairwise(places):
            outcomes += world.run(*commands[a:b])
        answers.append(told(outcomes, names))
        ledgers.append((kept(world, names, run), world.rows("SELECT rule, uses FROM budget")))

    assert answers[0] == answers[1] == answers[2]
    assert ledgers[0] == ledgers[1] == ledgers[2]
