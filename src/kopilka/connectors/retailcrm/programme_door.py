"""Loyalty programmes and their levels."""

from collections.abc import Mapping
from typing import Any

from kopilka.connectors.retailcrm.ask import Ask
from kopilka.connectors.retailcrm.joining import confirms
from kopilka.connectors.retailcrm.manifest import CONFIRM_CHARGE
from kopilka.connectors.retailcrm.mapping_levels import LevelFacts, is_money
from kopilka.connectors.retailcrm.telling import Frame, Teller
from kopilka.connectors.retailcrm.wire import Route, listed, moment, not_found, wrong_input
from kopilka.values.money import exponent

YES, NO = frozenset({"1", "true"}), frozenset({"0", "false"})


async def _frames(ask: Ask) -> dict[int, tuple[Frame, set[str]]]:
    """The programmes that the key sees, by number, with their sites."""
    teller = Teller(ask)
    found: dict[int, tuple[Frame, set[str]]] = {}
    for site in await ask.shops():
        frame = await teller.frame(site)
        found.setdefault(frame.numbers["loyalty"], (frame, set()))[1].add(site)
    return found


async def loyalties(ask: Ask) -> Mapping[str, Any]:
    """All programmes."""
    page, filters = ask.page, ask.filters
    ids, sites = set(listed(filters.get("ids"))), set(listed(filters.get("sites")))
    active, blocked = _flag(filters, "active"), _flag(filters, "blocked")
    rows = []
    for number, (frame, on) in sorted((await _frames(ask)).items()):
        paused = frame.rules.programme.paused
        fits = (not ids or str(number) in ids) and (not sites or sites & on)
        if fits and active in {None, not paused} and blocked in {None, paused}:
            rows.append(await _told(ask, frame))
    return {"pagination": page.pagination(len(rows)), "loyalties": page.of(rows)}


async def loyalty(ask: Ask) -> Mapping[str, Any]:
    """One programme, and what has to be said to join it."""
    frames = await _frames(ask)
    found = next(
        (frame for number, (frame, _) in frames.items() if str(number) == ask.args["id"].strip()), None
    )
    if found is None:
        raise not_found()
    return {"loyalty": await _told(ask, found), "requiredFields": ["phoneNumber"] if confirms(ask) else []}


async def _told(ask: Ask, frame: Frame) -> dict[str, Any]:
    programme, words = frame.rules.programme, frame.rules.programme.title
    versions = await ask.run(ask.services.programmes.versions, programme.programme)
    since = moment(min(version.valid_from for version in versions), programme.zone)
    language = "ru" if ask.russian else "en"
    levels = [_level(level, frame) for level in frame.levels]
    return {
        "id": frame.numbers["loyalty"],
        "name": words.get(language) or next(iter(words.values()), programme.programme),
        "active": not programme.paused,
        "blocked": programme.paused,
        "currency": programme.currency,
        "confirmSmsCharge": ask.connection.setting(CONFIRM_CHARGE.name, CONFIRM_CHARGE.usual) == "yes",
        "confirmSmsRegistration": confirms(ask),
        "createdAt": since,
        "activatedAt": since,
        "levels": levels,
    }


def _level(level: LevelFacts, frame: Frame) -> dict[str, Any]:
    digits = exponent(frame.rules.programme.currency) if is_money(frame.rules) else 0
    return level.told(frame.numbers["levels"]) | {"sum": level.start // 10**digits}


def _flag(filters: Mapping[str, Any], name: str) -> bool | None:
    text = str(filters.get(name, "")).strip().lower()
    if text in {"", "none"}:
        return None
    if text not in YES | NO:
        raise wrong_input(f"filter.{name}", "This value is not valid.")
    return text in YES


ROUTES: tuple[Route, ...] = (
    ("GET", "/api/v5/loyalty/loyalties", loyalties),
    ("GET", "/api/v5/loyalty/loyalties/{id}", loyalty),
)
