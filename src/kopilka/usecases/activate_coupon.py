"""A coupon begins to work, and where somebody is named it becomes theirs and nobody else's."""

from datetime import date

import msgspec

from kopilka.core.event import COUPON_ACTIVATED, Event
from kopilka.core.member.coupon import CANCELLED, HELD, NEW, USED, Coupon, activated
from kopilka.core.programme.codes import normalised
from kopilka.core.rules.codes import OTHERS, RESERVED, SPENT, TOO_LATE, WITHDRAWN
from kopilka.core.rules.reason import Reason
from kopilka.core.rules.ruleset import Ruleset
from kopilka.usecases.batch import Batch, Buyer, answer_bytes, client_key, content_hash
from kopilka.usecases.commands import ActivateCoupon
from kopilka.usecases.coupons import not_found
from kopilka.usecases.outcomes import Done, Outcome, Refused, Why
from kopilka.usecases.ports import Claim
from kopilka.usecases.reward import named
from kopilka.values.ids import bucket_of
from kopilka.values.period import local_day


def activate_coupon(batch: Batch, command: ActivateCoupon) -> Outcome:
    """Activate. Of two members who try at once one gets it; the same one again changes nothing."""
    code = normalised(command.code)
    hashed = content_hash("activate_coupon", code, command.who)
    key = client_key(command.client, command.key) if command.key else ""
    known = batch.known(key, hashed) if key else None
    if known is not None:
        return known if isinstance(known, Refused) else batch.replay(known, "activate_coupon")
    buyer = batch.buyer(command.who)
    if isinstance(buyer, Refused):
        return buyer
    found = found_coupon(batch, code)
    if isinstance(found, Refused):
        return found
    coupon, rules = found
    today = local_day(batch.now, rules.programme.zone)
    refused = _refusal(batch, coupon, buyer, today)
    if refused is not None:
        return refused
    after = _after(coupon, rules, buyer, today)
    if after != coupon:
        if after.holder_id == coupon.holder_id:
            batch.put_coupons([after])
        else:
            batch.give_coupon(after)
        data = {**named(after), "actor": command.actor}
        event = Event(COUPON_ACTIVATED, after.holder_id, batch.now, data=data)
        batch.emit([event], bucket_of(after.holder_id))
    member = "" if buyer is None else buyer.who.member_id
    done = Done(
        "activate_coupon",
        after.holder_id,
        member,
        recorded_at=batch.now,
        replayed=after == coupon,
        coupon=after,
    )
    if key:
        owner = (bucket_of(after.holder_id), after.holder_id)
        batch.claim(Claim(key, hashed, "activate_coupon", *owner, "", answer_bytes(done)))
    return done


def found_coupon(batch: Batch, code: str) -> tuple[Coupon, Ruleset] | Refused:
    """The coupon of a normalised code as it is now, with the rules that know its series."""
    coupon = batch.coupons([code]).get(code) if code else None
    if coupon is None:
        for programme in batch.catalogue.programmes():
            rules = batch.catalogue.ruleset(programme, batch.now)
            if rules is not None and code in rules.public:
                return Refused("code_public", Why.INVALID, "code")
        return not_found(code)
    rules = batch.catalogue.ruleset(coupon.programme, batch.now)
    if rules is None or coupon.series not in rules.programme.coupons:
        return Refused("code_unknown", Why.NOT_FOUND, "code")
    return coupon.at(batch.now), rules


def no(reason: Reason) -> Refused:
    """A reason that stands in the way of a coupon, as an answer."""
    return Refused(reason.code, Why.CONFLICT, "code", dict(reason.params))


def _refusal(batch: Batch, coupon: Coupon, buyer: Buyer | None, today: date) -> Refused | None:
    if buyer is not None and coupon.holder_id not in ("", buyer.holding.holder_id):
        return no(OTHERS())
    held = {CANCELLED: WITHDRAWN, USED: SPENT, HELD: RESERVED}.get(coupon.state)
    if held is not None:
        return no(held())
    if coupon.last_on is not None and today > coupon.last_on:
        return no(TOO_LATE(day=coupon.last_on.isoformat()))
    holding = batch.loaded.holdings.get(coupon.holder_id)
    if holding is not None and "active" not in holding.statuses.values():
        return Refused("member_blocked", Why.NOT_ALLOWED, "member")
    return None


def _after(coupon: Coupon, rules: Ruleset, buyer: Buyer | None, today: date) -> Coupon:
    after = coupon
    if coupon.state == NEW:
        after = activated(coupon, today, rules.programme.coupons[coupon.series].life)
    if buyer is not None:
        after = msgspec.structs.replace(after, holder_id=buyer.holding.holder_id)
    return after
