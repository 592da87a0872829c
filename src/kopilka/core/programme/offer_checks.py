"""What a programme offers beside purchases: gifts for points, perks, money paid out, birthdays."""

import re
from collections.abc import Iterator

from kopilka.core.programme.document import Programme
from kopilka.core.programme.finding import Finding, found
from kopilka.core.programme.mistakes import error
from kopilka.core.programme.places import key_path

AHEAD_DAYS_MAX, MONTH_DAYS = 186, 31
_ID = re.compile(r"[a-z][a-z0-9_-]{0,63}\Z")


def check_offers(programme: Programme) -> Iterator[Finding]:
    """Everything wrong with them."""
    for section, ids in (("gifts", programme.gifts), ("perks", programme.perks)):
        for id_ in ids:
            if not _ID.match(id_):
                yield found(error("bad_id", key_path(section, id_), value=id_))
    for id_, gift in programme.gifts.items():
        path = key_path("gifts", id_)
        if not programme.points:
            yield found(error("no_points", path), "points")
        if gift.points == 0:
            yield found(error("zero", f"{path}.points"), path)
    for id_, kind in programme.points.items():
        if kind.payout and not kind.worth:
            path = key_path("points", id_)
            yield found(error("payout_worthless", f"{path}.payout", kind=id_), path)
    for number, rule in enumerate(programme.rules):
        if rule.ahead.days + rule.ahead.months * MONTH_DAYS > AHEAD_DAYS_MAX:
            yield found(error("too_far_ahead", f"rules[{number}].ahead", most=AHEAD_DAYS_MAX))
