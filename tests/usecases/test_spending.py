"""Asking for an exact number of points: steps and least amounts refuse what a till could not print."""

import pytest
from world import PLAIN, opened

from kopilka.usecases.commands import Close
from kopilka.usecases.outcomes import Refused

STEPS = PLAIN.replace("spend: {up_to: 100%}", "spend: {up_to: 100%, step: 10, least: 30}")


@pytest.mark.parametrize(("asked", "most"), [(55, 50), (20, 0), (70, 60)])
def test_what_does_not_fit_the_steps_is_refused_with_what_does(database: str, asked: int, most: int) -> None:
    with opened(database, STEPS) as world:
        who = world.enrol()
        world.give(who, 60)

        outcome = world.run(Close(world.receipt(10000, id_="r", spend=asked), who))[0]

        assert isinstance(outcome, Refused)
        assert ("spend_too_much", most) == (outcome.code, outcome.params["most"])
        assert 60 == world.balance(who).free
