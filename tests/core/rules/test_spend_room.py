"""Why points may not pay more: what the programme, the member and the goods allow."""

import pytest
from checking import person
from world import START, ZONE, goods, programme_of

from kopilka.core.member.member import Member
from kopilka.core.receipt import Receipt, Shop
from kopilka.core.rules.engine import Means, evaluate
from kopilka.core.rules.ruleset import Ruleset

PLAIN = """
programme: club
title: Club
currency: RUB
zone: Europe/Moscow
points: {bonus: {worth: 1.00}}
rules: [{id: back, earn: 1%}]
"""
PAYS = PLAIN + "spend: {up_to: 50%}\n"
ROOMS = [
    (PLAIN, person(), 100, "no_spending", 0),
    (PAYS, None, 100, "members_only", 0),
    (PAYS, person(), 100, "spend_share", 50),
    (PAYS, person(), 49, "spend_balance", 49),
    (PAYS, person(spend_max_units=49), 100, "spend_member", 49),
    (PAYS, person(spend_max_units=0), 100, "spend_member", 0),
    (PAYS, person(spend_max_units=40), 40, "spend_balance", 40),
    (PAYS, person(spend_max_units=39), 40, "spend_member", 39),
]


@pytest.mark.parametrize(("text", "member", "balance", "reason", "units"), ROOMS)
def test_the_nearest_limit_is_told(
    text: str, member: Member | None, balance: int, reason: str, units: int
) -> None:
    receipt = Receipt("r", "s1", START, "RUB", goods(10_000))
    room = evaluate(
        Ruleset(programme_of(text)), receipt, Shop("s1", ZONE, "club"), member, Means(balance)
    ).room

    assert (reason, units) == (room.reason.code if room.reason else "", room.units)
