"""Levels: where a member stands, how far to the next and to keeping this one; a level by hand."""

import msgspec

from kopilka.api.checking import read
from kopilka.api.door import REPLAYED, Doors, Reply, Request, Route
from kopilka.api.problems import of_refusal
from kopilka.api.receipt_in import refuse
from kopilka.api.speech import Speech
from kopilka.api.texts import YEARS, Mistakes
from kopilka.api.wallet_schemas import LevelIn, LevelOut, LevelsOut
from kopilka.api.wallets import holder_of
from kopilka.usecases.commands import Ref, SetLevel
from kopilka.usecases.outcomes import Refused
from kopilka.usecases.views import LevelView
from kopilka.values.money import decimal_text, exponent
from kopilka.words.reasons import in_language

_level_in = msgspec.json.Decoder(LevelIn)


async def levels(doors: Doors, request: Request) -> Reply:
    """Levels and how far to the next."""
    return Reply(LevelsOut(await _levels(doors, request)))


async def _levels(doors: Doors, request: Request) -> list[LevelOut]:
    holder = await holder_of(doors, request)
    standings = await doors.run(doors.services.views.standings, holder)
    rows = []
    for standing in standings:
        rules = doors.catalogue.ruleset(standing.programme, doors.services.clock())
        if standing.level is not None and rules is not None:
            speech = await doors.speech(standing.programme, rules.version, request.language)
            rows.append(_level(standing.level, speech))
    return rows


async def set_level(doors: Doors, request: Request) -> Reply:
    """A level by hand."""
    key = request.idempotency_key(required=True)
    door = read(_level_in, request.body)
    mistakes = Mistakes()
    if door.last_on is not None and not YEARS[0] <= door.last_on.year <= YEARS[1]:
        mistakes.add("last_on", "wrong", f"{YEARS[0]}…{YEARS[1]}")
    refuse(mistakes)
    command = SetLevel(
        Ref("member", request.args[0]), door.programme, door.level, door.reason, request.key.key_id, key,
        request.key.key_id, door.last_on,
    )  # fmt: skip
    outcome = await doors.counter.carry_out(command)
    if isinstance(outcome, Refused):
        raise of_refusal(outcome)
    return Reply(LevelsOut(await _levels(doors, request)), headers=REPLAYED if outcome.replayed else ())


def _level(view: LevelView, speech: Speech) -> LevelOut:
    programme = speech.programme
    ladder = () if programme.levels is None else programme.levels.ladder
    titles = {step.id: in_language(step.title, speech.tongue.language) or step.id for step in ladder}
    decimals = 0
    if view.by in {"spend", "ltv"}:
        decimals = exponent(programme.currency)
    elif view.by == "points":
        decimals = speech.decimals(view.kind)
    found = view.outlook
    out = LevelOut(
        view.programme, found.level, titles.get(found.level, found.level), view.by, decimal_text(found.total, decimals),
        view.since, falls_on=found.falls_on, falls_to=found.falls_to, manual=found.manual,
        manual_until=found.manual_until,
    )  # fmt: skip
    if found.keep_by is not None:
        out.keep_missing, out.keep_by = decimal_text(found.keep_missing, decimals), found.keep_by
    if found.next_level:
        out.next_level, out.next_title = found.next_level, titles.get(found.next_level, found.next_level)
        out.next_start, out.missing, out.next_on = (
            decimal_text(found.next_start, decimals), decimal_text(found.missing, decimals), found.next_on,
        )  # fmt: skip
    return out


_READ = "members:read"
_NONE = ("unknown_member",)
ROUTES = (
    Route(
        "GET", "/v1/members/{id}/levels", levels, "Levels, and how far to the next", _READ, None, LevelsOut,
        problems=_NONE,
    ),
    Route(
        "POST", "/v1/members/{id}/level", set_level, "Set a level by hand, with a last day", "wallets:adjust", LevelIn,
        LevelsOut, idempotent="required",
        problems=("unknown_member", "unknown_programme", "unknown_level", "in_the_past", "key_reused"),
    ),
)  # fmt: skip
