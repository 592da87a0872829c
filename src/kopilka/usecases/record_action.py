"""An action of a member, such as a review: what rules with `on: action` give for it, once for ever; and taken back."""

import msgspec

from kopilka.core.event import ACTION_REWARDED, ACTION_TAKEN_BACK, Event
from kopilka.core.programme.document import Trigger
from kopilka.core.rules.conditions.action import ActionIs
from kopilka.core.rules.engine import Occasion, greet
from kopilka.core.rules.ruleset import Ruleset
from kopilka.core.settlement.deed import Deed, reward, take_back
from kopilka.core.settlement.facts import earned_facts, reversed_facts
from kopilka.usecases.batch import Batch, client_key, content_hash
from kopilka.usecases.commands import Act, TakeBackAction
from kopilka.usecases.deeds import (
    Told,
    empty_receipt,
    finish,
    holding_of,
    known_member,
    repeated,
    replayed,
    rules_at,
    stored_in,
)
from kopilka.usecases.outcomes import Outcome, Refused, Why
from kopilka.values.period import local_day


def record_action(batch: Batch, command: Act) -> Outcome:
    """Reward an action. The same action of the same member counts once, whoever sends it and however often; of another
    member it is a conflict. One that gave nothing (a limit was reached) has been counted as well.
    """
    hashed = content_hash("act", command.who, command.programme, command.action, command.ref)
    key = client_key(command.client, command.key) if command.key else ""
    known = repeated(batch, key, hashed, "action")
    if known is not None:
        return known
    own = _key("act", command)
    earlier = batch.loaded.claims.get(own)
    if earlier is not None:
        found = batch.found.get(command.who)
        if found is None or found.member_id != stored_in(earlier).member_id:
            return Refused("action_exists", Why.CONFLICT, "ref", {"ref": command.ref})
        return replayed(earlier, "action")
    rules = rules_at(batch, command.programme, command.at)
    if isinstance(rules, Refused):
        return rules
    if not rewarded(rules, command.action):
        return Refused("unknown_action", Why.NOT_FOUND, "action", {"action": command.action})
    buyer = known_member(batch.buyer(command.who))
    if isinstance(buyer, Refused):
        return buyer
    programme, holding = rules.programme, buyer.holding
    receipt, shop = empty_receipt(programme, command.at)
    occasion = Occasion(Trigger.ACTION, command.action, batch.budgets(rules))
    earned, caps = greet(rules, receipt, shop, batch.member(buyer, rules), occasion)
    cause = batch.cause("action", command.at, note=command.action)
    holding.book.bring_to(batch.now, cause)
    deed = Deed(programme.programme, rules.version, command.action, tuple(earned), caps=caps)
    deed = reward(programme, deed, holding.book, batch.standing(holding, programme.programme), cause)
    batch.draw_budgets((holding.bucket, holding.holder_id), cause.txn, programme.programme, caps, 1)
    facts = earned_facts(earned, local_day(command.at, programme.zone))
    event = Event(ACTION_REWARDED, holding.holder_id, command.at, data=_told(command, deed), facts=facts)
    told = Told("action", cause.txn, sum(row.units for row in earned), deed, event if earned else None)
    return finish(batch, holding, buyer.who.member_id, told, [(own, hashed), (key, hashed)])


def take_back_action(batch: Batch, command: TakeBackAction) -> Outcome:
    """Mirror an action that is gone, by the programme's policy for returns; twice is once. It stays counted: the same
    action does not come again.
    """
    hashed = content_hash("unact", command.programme, command.action, command.ref)
    key = client_key(command.client, command.key) if command.key else ""
    known = repeated(batch, key, hashed, "take_back")
    if known is not None:
        return known
    own = _key("unact", command)
    earlier = batch.loaded.claims.get(own)
    if earlier is not None:
        return replayed(earlier, "take_back")
    claim = batch.loaded.claims.get(_key("act", command))
    deed = None if claim is None else stored_in(claim).deed
    if claim is None or deed is None:
        return Refused("unknown_action", Why.NOT_FOUND, "ref", {"action": command.action})
    rules = batch.catalogue.numbered(deed.programme, deed.version)
    if rules is None:
        return Refused("unknown_programme", Why.NOT_FOUND, "programme", {"programme": deed.programme})
    refused = rules_at(batch, command.programme, command.at)
    if isinstance(refused, Refused):
        return refused
    holding = holding_of(batch, claim)
    cause = batch.cause("take_back", command.at, note=command.action)
    holding.book.bring_to(batch.now, cause)
    taken = take_back(rules.programme, deed, holding.book, batch.standing(holding, deed.programme), cause)
    holding.book.bring_to(batch.now, cause, late=True)
    batch.draw_budgets((holding.bucket, holding.holder_id), cause.txn, deed.programme, deed.caps, -1)
    data = {**_told(command, deed), "points": taken}
    facts = reversed_facts(taken, {})
    event = Event(ACTION_TAKEN_BACK, holding.holder_id, command.at, data=data, facts=facts)
    deed = msgspec.structs.replace(deed, taken=taken)
    told = Told("take_back", cause.txn, -sum(taken.values()), deed, event if deed.earned else None)
    return finish(batch, holding, stored_in(claim).member_id, told, [(own, hashed), (key, hashed)])


def rewarded(rules: Ruleset, action: str) -> bool:
    """Whether some rule is about an action, be it paused or not: what nobody ever rewards is a mistake of the sender."""
    for rule in rules.programme.rules:
        if rule.on is Trigger.ACTION:
            named = [part for part in rule.when if isinstance(part, ActionIs)]
            if all(action in part.any_of for part in named):
                return bool(action) and ":" not in action
    return False


def _told(command: Act | TakeBackAction, deed: Deed) -> dict[str, object]:
    return {
        "programme": command.programme, "action": command.action, "ref": command.ref,
        "points": deed.moved(),
    }  # fmt: skip


def _key(verb: str, command: Act | TakeBackAction) -> str:
    return f"{verb}:{command.programme}:{command.action}:{command.ref}"


def action_keys(command: Act | TakeBackAction) -> set[str]:
    """The keys that the verbs look at."""
    return {_key("act", command), _key("unact", command)}
