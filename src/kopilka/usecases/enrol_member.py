"""A person joins: a member, identifiers that find them, and the programme's welcome."""

import msgspec

from kopilka.core.event import CONSENT_GIVEN, MEMBER_ENROLLED, Event
from kopilka.core.receipt import Receipt, Shop
from kopilka.core.rules.engine import Occasion, greet
from kopilka.core.settlement.facts import earned_facts
from kopilka.core.settlement.purchase import Who, issue
from kopilka.usecases.batch import SKEW, Batch, Buyer, answer_bytes, client_key, content_hash
from kopilka.usecases.commands import Enrol, Identifier, Ref
from kopilka.usecases.members import wrong_facts
from kopilka.usecases.outcomes import Done, Outcome, Refused, Why
from kopilka.usecases.ports import Claim, Found, Holding, NewMember
from kopilka.values.period import local_day


def enrol_member(batch: Batch, command: Enrol) -> Outcome:
    """Enrol. An identifier that already finds somebody is a conflict that names it."""
    hashed = content_hash("enrol", _asked(command))
    key = client_key(command.client, command.key) if command.key else ""
    known = batch.known(key, hashed) if key else None
    if known is not None:
        return known if isinstance(known, Refused) else batch.replay(known, "enrol")
    refused = _unfit(batch, command)
    if refused is not None:
        return refused
    at = command.at or batch.now
    if at > batch.now + SKEW:
        return Refused("in_the_future", Why.INVALID, "at")
    rules = batch.catalogue.ruleset(command.programme, at)
    if rules is None:
        return Refused("unknown_programme", Why.NOT_FOUND, "programme", {"programme": command.programme})
    if command.shop and command.shop not in batch.catalogue.shops:
        return Refused("unknown_shop", Why.NOT_FOUND, "shop", {"shop": command.shop})
    buyer = _admit(batch, command)
    programme = rules.programme
    standing = batch.standing(buyer.holding, command.programme)
    standing.dirty, standing.enrolled_at = True, min(at, batch.now)
    cause = batch.cause("enrol", at)
    shop = batch.catalogue.shops.get(command.shop) or Shop("", programme.zone, command.programme)
    nothing = Receipt("", shop.id, at, programme.currency, ())
    holding, member_id = buyer.holding, buyer.who.member_id
    occasion = Occasion(budgets=batch.budgets(rules))
    gifts, caps = greet(rules, nothing, shop, batch.member(buyer, rules), occasion)
    for earned in gifts:
        issue(programme, holding.book, earned, cause)
    for use in caps:
        if use.period:
            standing.use(use.rule, use.period, use.amount())
    batch.draw_budgets((holding.bucket, holding.holder_id), cause.txn, programme.programme, caps, 1)
    units = sum(earned.units for earned in gifts)
    done = Done(
        "enrol", holding.holder_id, member_id, units=units, txn=cause.txn,
        balances=batch.balances(buyer), recorded_at=batch.now,
    )  # fmt: skip
    if key:
        batch.claim(Claim(key, hashed, "enrol", *(holding.bucket, holding.holder_id), "", answer_bytes(done)))
    data: dict[str, object] = {"member": member_id, "programme": command.programme, "shop": command.shop}
    facts = earned_facts(gifts, local_day(at, programme.zone))
    if command.consents:
        rows = [{"purpose": purpose, "channel": channel} for purpose, channel in command.consents]
        facts[CONSENT_GIVEN] = {"consents": rows}
    batch.emit([Event(MEMBER_ENROLLED, holding.holder_id, at, data=data, facts=facts)], holding.bucket)
    return done


def _unfit(batch: Batch, command: Enrol) -> Refused | None:
    """Why nobody can join like this: nothing finds them, somebody else has it, or what is said cannot be kept."""
    if not command.identifiers:
        return Refused("no_identifier", Why.INVALID, "identifiers")
    seen: set[Ref] = set()
    for identifier in command.identifiers:
        ref = Ref(identifier.kind, identifier.value)
        if ref in batch.found or ref in seen:
            return Refused("identifier_taken", Why.CONFLICT, identifier.kind, {"kind": identifier.kind})
        seen.add(ref)
    return wrong_facts(command.tags, command.person.attributes or {})


def _asked(command: Enrol) -> Enrol:
    """What a key is used with: no facts are the same as none said."""
    person = msgspec.structs.replace(command.person, attributes=command.person.attributes or msgspec.UNSET)
    return msgspec.structs.replace(command, person=person, client="", key="", at=None)


def _admit(batch: Batch, command: Enrol) -> Buyer:
    """A new holder with one member, known to the rest of this batch by all its identifiers."""
    bucket, holder_id = batch.new_holder()
    member_id = batch.new_member_id()
    holding = Holding(bucket, holder_id, new=True)
    cards = frozenset(identifier.card_type for identifier in command.identifiers if identifier.card_type)
    person = command.person
    who = Who(
        member_id,
        cards,
        frozenset(command.tags),
        born_on=person.birthday,
        attributes=person.attributes or {},
    )
    holding.members[member_id] = who
    holding.statuses[member_id] = "active"
    batch.loaded.holdings[holder_id] = holding
    batch.touch(holding)
    batch.changes.members.append(NewMember(member_id, bucket, holder_id, command, batch.now))
    for row in (*command.identifiers, Identifier("member", member_id)):
        batch.found[Ref(row.kind, row.value)] = Found(bucket, holder_id, member_id, "active", row.card_type)
    return Buyer(holding, who)
