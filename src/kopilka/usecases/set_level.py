"""A level by hand: a floor below which a member does not stand, through a last day or for ever; or its end."""

from kopilka.core.event import LEVEL_SET, Event
from kopilka.core.member.ladder import rank_now
from kopilka.core.member.standing import Manual
from kopilka.core.settlement.account import Account
from kopilka.core.settlement.purchase import level_moved
from kopilka.usecases.batch import Batch, answer_bytes, client_key, content_hash
from kopilka.usecases.commands import SetLevel
from kopilka.usecases.outcomes import Done, Outcome, Refused, Why
from kopilka.usecases.ports import Claim
from kopilka.values.period import local_day


def set_level(batch: Batch, command: SetLevel) -> Outcome:
    """Set or clear the floor. What purchases have reached stays as it is; the higher of both holds."""
    hashed = content_hash(
        "level", command.who, command.programme, command.level, command.last_on, command.reason
    )
    key = client_key(command.client, command.key)
    known = batch.known(key, hashed)
    if known is not None:
        return known if isinstance(known, Refused) else batch.replay(known, "level")
    buyer = batch.buyer(command.who)
    if buyer is None or isinstance(buyer, Refused):
        return buyer or Refused("unknown_member", Why.NOT_FOUND, "member")
    rules = batch.catalogue.ruleset(command.programme, batch.now)
    if rules is None:
        return Refused("unknown_programme", Why.NOT_FOUND, "programme", {"programme": command.programme})
    programme, levels = rules.programme, rules.programme.levels
    ladder = () if levels is None else levels.ladder
    if levels is None or (command.level and all(step.id != command.level for step in ladder)):
        return Refused("unknown_level", Why.NOT_FOUND, "level", {"level": command.level})
    today = local_day(batch.now, programme.zone)
    if command.level and command.last_on is not None and command.last_on < today:
        return Refused("in_the_past", Why.INVALID, "last_on")
    holding = buyer.holding
    standing = batch.standing(holding, programme.programme)
    was = standing.level or ladder[rank_now(programme, standing, today)].id
    standing.manual = Manual(command.level, command.last_on) if command.level else None
    level = ladder[rank_now(programme, standing, today)].id
    if level != standing.level:
        standing.level, standing.level_since = level, batch.now
    standing.dirty = True
    batch.touch(holding)
    data: dict[str, object] = {
        "programme": programme.programme, "level": command.level, "reason": command.reason, "actor": command.actor,
        "last_on": None if command.last_on is None else command.last_on.isoformat(),
    }  # fmt: skip
    events = [Event(LEVEL_SET, holding.holder_id, batch.now, data=data)]
    batch.emit([*events, *level_moved(Account(holding.book, standing), was, batch.now, "")], holding.bucket)
    done = Done("level", holding.holder_id, buyer.who.member_id, recorded_at=batch.now)
    batch.claim(Claim(key, hashed, "level", *(holding.bucket, holding.holder_id), "", answer_bytes(done)))
    return done
