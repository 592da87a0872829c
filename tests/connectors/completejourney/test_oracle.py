"""The reference for the golden replays gives the published figures, so that it may judge the engine."""

from tests.connectors.completejourney import oracle

PUBLISHED = {
    "receipts below zero": 19,
    "receipts of zero": 508,
    "BT-1 points": 4_493_664,
    "BT-1 receipts that earn 0": 3_490,
    "BT-2 points": 3_836_494,
    "BT-4 points": 4_112_821,
    "BT-4 receipts with other goods": 141_739,
    "BT-4 receipts that earn": 138_169,
    "BT-8 receipts": 26_022,
    "BT-9 points": 6_840_374,
    "BT-9 moves to silver": 1_374,
    "BT-9 moves to gold": 629,
    "BT-9 moves to platinum": 185,
    "BT-9 base": 1_095,
    "BT-9 silver": 745,
    "BT-9 gold": 444,
    "BT-9 platinum": 185,
    "BT-10 redeemed": 4_218_800,
    "BT-10 expired": 93_633,
    "BT-10 outstanding": 181_231,
}


def test_the_reference_gives_the_published_figures() -> None:
    assert oracle.figures() == PUBLISHED


def test_what_a_household_exchanged_lost_and_kept_is_what_it_earned() -> None:
    ends = {household: sum(one) for household, one in oracle.exchanged().items()}

    assert ends == oracle.points_per_receipt()
