"""Birthdays: what rules with `on: birthday` give, once for a member, rule and year. The house looks every hour; days on
which it was down are made good for a week.
"""

from calendar import isleap
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Protocol

import msgspec

from kopilka.core.event import BIRTHDAY_REWARDED, Event
from kopilka.core.programme.document import Rule, Trigger
from kopilka.core.rules.engine import Occasion, greet
from kopilka.core.rules.ruleset import Ruleset
from kopilka.core.settlement.deed import Deed, reward
from kopilka.core.settlement.facts import earned_facts
from kopilka.usecases.batch import Batch, content_hash
from kopilka.usecases.catalogue import Catalogue
from kopilka.usecases.commands import Celebrate, Ref
from kopilka.usecases.deeds import Told, empty_receipt, finish, known_member, replayed, rules_at
from kopilka.usecases.outcomes import Done, Outcome, Refused, Why
from kopilka.values.period import DAY, Span, day_end, local_day

BACK_DAYS = 7
AT_ONCE = 500
KEY = "day:birthday:"
_SLACK = 4
_MOMENT = timedelta(microseconds=1)


class Party(msgspec.Struct, frozen=True):
    """A birthday that a rule rewards: `day` is the birthday, `given_on` the day on which the rule gives. Only who had
    joined the programme before `joined_by` is meant.
    """

    programme: str
    rule: str
    day: date
    given_on: date
    at: datetime
    joined_by: datetime

    def ends(self) -> tuple[str, str]:
        """How the keys of the party begin and end: a member's id stands between."""
        return f"{KEY}{self.programme}:{self.rule}:", f":{self.day.year}"

    def month_days(self) -> list[int]:
        """The days of birth that are celebrated on this day, as month × 100 + day: 28 February stands for the 29th."""
        found = [self.day.month * 100 + self.day.day]
        return [*found, 229] if found == [228] and not isleap(self.day.year) else found


class BirthdayStore(Protocol):
    """Finds those whose birthday it is."""

    def version(self) -> int:
        """The version of the catalogue."""
        ...

    def celebrants(self, party: Party, after: str, limit: int) -> Sequence[str]:
        """Active members of the programme with this birthday who have no claim of it yet, by id after an id."""
        ...


class Crowd(Protocol):
    """A desk."""

    @property
    def catalogue(self) -> Catalogue:
        """Programmes."""
        ...

    def run(self, commands: Sequence[Celebrate]) -> list[Outcome]:
        """Carry out commands in one transaction."""
        ...


def celebrate_all(store: BirthdayStore, desk: Crowd, at: datetime) -> int:
    """Give what is due at an instant; returns to how many members something was given."""
    given = 0
    desk.catalogue.refresh(store.version())
    for party in parties(desk.catalogue, at):
        after = ""
        while members := store.celebrants(party, after, AT_ONCE):
            outcomes = desk.run([_for(party, member) for member in members])
            given += sum(isinstance(row, Done) and not row.replayed and row.units > 0 for row in outcomes)
            after = members[-1]
    return given


def _for(party: Party, member_id: str) -> Celebrate:
    return Celebrate(Ref("member", member_id), party.programme, party.rule, party.day.year, party.at)


def parties(catalogue: Catalogue, at: datetime) -> Iterator[Party]:
    """The birthdays that rules in force reward at an instant or did within the last week: each rule as it stood on its
    day. Today, also those birthdays ahead whose day of giving has passed: for who joined, or told, late.
    """
    for programme in catalogue.programmes():
        now = catalogue.in_force(programme, at)
        if now is None:
            continue
        zone = now.programme.zone
        today = local_day(at, zone)
        for back in range(BACK_DAYS, -1, -1):
            given_on = today - back * DAY
            moment = min(at, day_end(given_on, zone) - _MOMENT)
            rules = catalogue.in_force(programme, moment)
            for rule in [] if rules is None else birthday_rules(rules):
                for day in _due(rule.ahead, given_on, late=back == 0):
                    joined_by = day_end(given_on if back else max(day, given_on), zone)
                    yield Party(programme, rule.id, day, given_on, moment, joined_by)


def birthday_rules(rules: Ruleset) -> list[Rule]:
    """The rules about birthdays that work."""
    programme = rules.programme
    return (
        [] if programme.paused else [r for r in programme.rules if r.on is Trigger.BIRTHDAY and not r.paused]
    )


def _due(ahead: Span, given_on: date, *, late: bool) -> list[date]:
    """Birthdays for which a rule gives on a day; `late` adds those still to come for which it should have given."""
    first, last = given_on, ahead.after(given_on) + _SLACK * DAY
    days = [first + n * DAY for n in range((last - first).days + 1)]
    if late:
        return [day for day in days if ahead.before(day) <= given_on]
    return [day for day in days if ahead.before(day) == given_on]


def celebrate(batch: Batch, command: Celebrate) -> Outcome:
    """Give a birthday's points, once for a member, rule and year, whether or not there was anything to give."""
    key = birthday_key(command)
    hashed = content_hash("birthday", key)
    earlier = batch.loaded.claims.get(key)
    if earlier is not None:
        return replayed(earlier, "birthday")
    rules = rules_at(batch, command.programme, command.at)
    if isinstance(rules, Refused):
        return rules
    if command.rule not in {rule.id for rule in birthday_rules(rules)}:
        return Refused("unknown_rule", Why.NOT_FOUND, "rule", {"rule": command.rule})
    buyer = known_member(batch.buyer(command.who))
    if isinstance(buyer, Refused):
        return buyer
    programme, holding = rules.programme, buyer.holding
    receipt, shop = empty_receipt(programme, command.at)
    day = local_day(command.at, programme.zone)
    occasion = Occasion(Trigger.BIRTHDAY, budgets=batch.budgets(rules))
    earned, caps = greet(rules, receipt, shop, batch.member(buyer, rules, day=day), occasion)
    own = tuple([row for row in earned if row.rule == command.rule])
    caps = tuple([use for use in caps if use.rule == command.rule])
    cause = batch.cause("birthday", command.at)
    holding.book.bring_to(batch.now, cause)
    deed = Deed(programme.programme, rules.version, command.rule, own, caps=caps)
    deed = reward(programme, deed, holding.book, batch.standing(holding, programme.programme), cause)
    batch.draw_budgets((holding.bucket, holding.holder_id), cause.txn, programme.programme, caps, 1)
    data: dict[str, object] = {"programme": command.programme, "rule": command.rule, "points": deed.moved()}
    facts = earned_facts(own, day)
    event = Event(BIRTHDAY_REWARDED, holding.holder_id, command.at, data=data, facts=facts) if own else None
    told = Told("birthday", cause.txn, sum(row.units for row in own), deed, event)
    return finish(batch, holding, buyer.who.member_id, told, [(key, hashed)])


def birthday_key(command: Celebrate) -> str:
    """The claim of a birthday."""
    return f"{KEY}{command.programme}:{command.rule}:{command.who.value}:{command.year}"
