"""A member is given a coupon by hand: a fresh code of a series, good from today."""

from kopilka.core.event import COUPON_ISSUED, Event
from kopilka.core.member.coupon import ACTIVE, NEW, Coupon, days
from kopilka.core.rules.effects.coupon import SERIES_OVER
from kopilka.usecases.batch import Batch, answer_bytes, client_key, content_hash
from kopilka.usecases.commands import IssueCoupon
from kopilka.usecases.coupons import series_of
from kopilka.usecases.outcomes import Done, Outcome, Refused, Why
from kopilka.usecases.ports import Claim
from kopilka.usecases.reward import named
from kopilka.values.ids import TRANSACTION
from kopilka.values.period import local_day


def issue_coupon(batch: Batch, command: IssueCoupon) -> Outcome:
    """Give it. The same key again gets the same code."""
    hashed = content_hash("issue_coupon", command.who, command.programme, command.series)
    key = client_key(command.client, command.key)
    known = batch.known(key, hashed)
    if known is not None:
        return known if isinstance(known, Refused) else batch.replay(known, "issue_coupon")
    buyer = batch.buyer(command.who)
    if buyer is None or isinstance(buyer, Refused):
        return buyer or Refused("unknown_member", Why.NOT_FOUND, "member")
    rules = batch.catalogue.ruleset(command.programme, batch.now)
    if rules is None:
        return Refused("unknown_programme", Why.NOT_FOUND, "programme", {"programme": command.programme})
    series = series_of(rules, command.series)
    if isinstance(series, Refused):
        return series
    today = local_day(batch.now, rules.programme.zone)
    first, last = days(today, series.starts, series.until, series.life)
    if last is not None and last < first:
        reason = SERIES_OVER(day=last.isoformat())
        return Refused(reason.code, Why.NOT_ALLOWED, "series", dict(reason.params))
    holding, txn = buyer.holding, batch.new_id(TRANSACTION)
    code = next(batch.new_codes(rules.programme, [command.series]))
    coupon = Coupon(
        code, command.programme, command.series, NEW if series.activation else ACTIVE, holding.holder_id, first, last,
        source=txn,
    )  # fmt: skip
    batch.put_coupons([coupon])
    done = Done(
        "issue_coupon", holding.holder_id, buyer.who.member_id, txn=txn, recorded_at=batch.now, coupon=coupon
    )
    owner = (holding.bucket, holding.holder_id)
    batch.claim(Claim(key, hashed, "issue_coupon", *owner, "", answer_bytes(done)))
    data = {**named(coupon), "actor": command.actor}
    batch.emit([Event(COUPON_ISSUED, holding.holder_id, batch.now, data=data)], holding.bucket)
    return done
