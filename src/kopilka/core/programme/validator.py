"""What single fields cannot tell: whether the document as a whole makes sense and could be explained."""

import re
from collections.abc import Iterator

import msgspec

from kopilka.core.programme.cautions import cautions
from kopilka.core.programme.condition_checks import check_conditions
from kopilka.core.programme.coupon_checks import check_costs, check_coupons
from kopilka.core.programme.document import LevelBy, LevelDown, LevelOver, Levels, Programme
from kopilka.core.programme.finding import Finding, found
from kopilka.core.programme.lane_checks import check_lanes
from kopilka.core.programme.law import BOOKS
from kopilka.core.programme.mistakes import advised, error
from kopilka.core.programme.offer_checks import check_offers
from kopilka.core.programme.places import key_path
from kopilka.core.programme.registry import Registry
from kopilka.core.programme.rule_checks import check_rule
from kopilka.values.errors import BadValueError
from kopilka.values.money import exponent
from kopilka.values.period import MONTHS_MAX, Span, zone
from kopilka.values.rounding import PERCENT_WHOLE

RULES_MAX = 500
LEVELS_MAX = 100
KINDS_MAX = 100
DECIMALS_MAX = 2
_ID = re.compile(r"[a-z][a-z0-9_-]{0,63}\Z")
_RESERVED = frozenset(("from", "spent"))


def check(programme: Programme, registry: Registry) -> Iterator[Finding]:
    """Everything wrong with a programme as a whole, and the cautions that go with it."""
    oversized = list(_sizes(programme))
    if oversized:
        yield from oversized
        return
    yield from _head(programme)
    yield from _kinds(programme)
    yield from _ladder(programme.levels)
    yield from _spending(programme)
    yield from _rules(programme, registry)
    yield from check_conditions(programme, registry)
    yield from check_coupons(programme, registry)
    yield from check_costs(programme)
    yield from check_offers(programme)
    yield from check_lanes(programme)
    yield from cautions(programme, registry)


def _sizes(programme: Programme) -> Iterator[Finding]:
    ladder = () if programme.levels is None else programme.levels.ladder
    for path, size, most in (
        ("rules", len(programme.rules), RULES_MAX),
        ("levels.ladder", len(ladder), LEVELS_MAX),
        ("points", len(programme.points), KINDS_MAX),
    ):
        if size > most:
            yield found(error("too_many", path, key=path, given=size, most=most))


def _head(programme: Programme) -> Iterator[Finding]:
    yield from _id(programme.programme, "programme")
    if not programme.title:
        yield found(error("no_title", "title"))
    try:
        exponent(programme.currency)
    except BadValueError:
        yield found(error("bad_currency", "currency", value=programme.currency))
    try:
        zone(programme.zone)
    except BadValueError:
        yield found(error("bad_zone", "zone", value=programme.zone))
    if programme.caps.line is not None:
        yield from _share(programme.caps.line, "caps.line")
    if programme.law not in BOOKS:
        unknown = error("unknown_law", "law", value=programme.law)
        yield found(advised(unknown, programme.law, sorted(BOOKS)))


def _id(text: str, path: str) -> Iterator[Finding]:
    if text in _RESERVED or not _ID.match(text):
        yield found(error("bad_id", path, value=text))


def _share(percent: int, path: str) -> Iterator[Finding]:
    if percent > PERCENT_WHOLE:
        yield found(error("percent_over", path, value=percent, most=PERCENT_WHOLE))


def _kinds(programme: Programme) -> Iterator[Finding]:
    for id_, kind in programme.points.items():
        path = key_path("points", id_)
        yield from _id(id_, path)
        if kind.decimals > DECIMALS_MAX:
            yield found(error("bad_decimals", f"{path}.decimals"))


def _ladder(levels: Levels | None) -> Iterator[Finding]:
    if levels is None:
        return
    if not levels.ladder:
        yield found(error("no_levels", "levels.ladder"))
    if levels.by is LevelBy.POINTS and not levels.points:
        yield found(error("needs_kind", "levels.points"))
    yield from _climb(levels)
    yield from _way_down(levels)
    seen: set[str] = set()
    before = None
    for number, step in enumerate(levels.ladder):
        path = f"levels.ladder[{number}]"
        yield from _id(step.id, f"{path}.id")
        if step.id in seen:
            yield found(error("duplicate_level", f"{path}.id", value=step.id), "levels")
        seen.add(step.id)
        if before is None and step.start:
            yield found(error("ladder_start", f"{path}.from"), "levels", "currency")
        if before is not None and step.start <= before.start:
            mistake = error("ladder_order", f"{path}.from", value=step.id, other=before.id)
            yield found(mistake, "levels", "currency")
        before = step


def _climb(levels: Levels) -> Iterator[Finding]:
    """Whether what counts and over which time go together."""
    months = levels.months
    if levels.by is LevelBy.LTV and not months:
        yield found(error("needs_months", "levels.months"), "levels")
    if levels.by is not LevelBy.LTV and months:
        yield found(error("not_with", "levels.months", key="months", other="by: ltv"))
    if months > MONTHS_MAX:
        yield found(error("too_many_months", "levels.months", value=months, most=MONTHS_MAX))
    if levels.by is LevelBy.TENURE:
        if levels.over is not LevelOver.EVER:
            yield found(error("tenure_window", "levels.over"))
        for number, step in enumerate(levels.ladder):
            if step.start > MONTHS_MAX:
                path = f"levels.ladder[{number}].from"
                yield found(error("too_many_months", path, value=step.start, most=MONTHS_MAX))
    if levels.over == Span():
        yield found(error("zero", "levels.over"))


def _way_down(levels: Levels) -> Iterator[Finding]:
    by_period = levels.down is LevelDown.PERIOD_END
    if by_period and (levels.over is LevelOver.EVER or isinstance(levels.over, Span)):
        yield found(error("period_end_window", "levels.down"))
    grace = levels.grace != Span()
    for key, given in (("grace", grace), ("one_step", levels.one_step)):
        if given and levels.down is LevelDown.NEVER:
            yield found(error("never_falls", f"levels.{key}", key=key))
    if levels.one_step and levels.down is LevelDown.AT_ONCE and not grace:
        yield found(error("one_step_alone", "levels.one_step"))


def _spending(programme: Programme) -> Iterator[Finding]:
    spend = programme.spend
    if spend is None:
        return
    yield from _share(spend.up_to, "spend.up_to")
    for place, share in spend.inside.items():
        yield from _share(share, key_path("spend.in", place))
    kind = programme.points.get(programme.spend_kind())
    if kind is None or not kind.worth:
        mistake = error("spend_worthless", "spend.kind" if spend.kind else "spend")
        yield found(msgspec.structs.replace(mistake, hint="give_worth"), "points", "spend.kind", "currency")


def _rules(programme: Programme, registry: Registry) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for number, rule in enumerate(programme.rules):
        path = f"rules[{number}]"
        yield from _id(rule.id, f"{path}.id")
        if rule.id in seen:
            yield found(error("duplicate_rule", f"{path}.id", value=rule.id, other=seen[rule.id]))
        seen.setdefault(rule.id, path)
        yield from check_rule(programme, rule, path, registry)
