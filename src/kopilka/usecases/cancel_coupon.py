"""A coupon that nobody has used is withdrawn, with a reason."""

import msgspec

from kopilka.core.event import COUPON_CANCELLED, Event
from kopilka.core.member.coupon import CANCELLED, HELD, USED
from kopilka.core.programme.codes import normalised
from kopilka.core.rules.codes import RESERVED, SPENT
from kopilka.usecases.activate_coupon import found_coupon, no
from kopilka.usecases.batch import Batch, answer_bytes, client_key, content_hash
from kopilka.usecases.commands import CancelCoupon
from kopilka.usecases.outcomes import Done, Outcome, Refused
from kopilka.usecases.ports import Claim
from kopilka.usecases.reward import named
from kopilka.values.ids import bucket_of


def cancel_coupon(batch: Batch, command: CancelCoupon) -> Outcome:
    """Cancel. A used coupon is history, one that an open receipt holds is promised; a cancelled one stays as it is."""
    code = normalised(command.code)
    hashed = content_hash("cancel_coupon", code, command.reason)
    key = client_key(command.client, command.key) if command.key else ""
    known = batch.known(key, hashed) if key else None
    if known is not None:
        return known if isinstance(known, Refused) else batch.replay(known, "cancel_coupon")
    found = found_coupon(batch, code)
    if isinstance(found, Refused):
        return found
    coupon = found[0]
    if coupon.state in {USED, HELD}:
        return no(SPENT() if coupon.state == USED else RESERVED())
    after = msgspec.structs.replace(coupon, state=CANCELLED)
    owner = (bucket_of(after.holder_id), after.holder_id)
    if after != coupon:
        batch.put_coupons([after])
        data = {**named(after), "reason": command.reason, "actor": command.actor}
        batch.emit([Event(COUPON_CANCELLED, after.holder_id, batch.now, data=data)], owner[0])
    done = Done(
        "cancel_coupon", after.holder_id, recorded_at=batch.now, replayed=after == coupon, coupon=after
    )
    if key:
        batch.claim(Claim(key, hashed, "cancel_coupon", *owner, "", answer_bytes(done)))
    return done
