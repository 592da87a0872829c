"""Facts that happened: names, fields, versions. Written in the same transaction as the entries."""

from datetime import datetime

import msgspec


class Event(msgspec.Struct, frozen=True, omit_defaults=True):
    """One fact about one holder. `data` names ids, codes and amounts, never a person. `facts` are events that follow from
    this one, by name, with the data of each: they are written in its row and told under names of their own.
    """

    name: str
    holder_id: str
    occurred_at: datetime
    receipt: str = ""
    data: dict[str, object] = {}
    facts: dict[str, dict[str, object]] = {}


RECEIPT_HELD = "receipt.held"
RECEIPT_RELEASED = "receipt.released"
RECEIPT_CLOSED = "receipt.closed"
RECEIPT_VOIDED = "receipt.voided"
RECEIPT_RETURNED = "receipt.returned"
POINTS_ADJUSTED = "points.adjusted"
POINTS_EXCHANGED = "points.exchanged"
LEVEL_MOVED = "level.moved"
MEMBER_ENROLLED = "member.enrolled"
COUPON_ISSUED = "coupon.issued"
COUPON_ACTIVATED = "coupon.activated"
COUPON_USED = "coupon.used"
COUPON_CANCELLED = "coupon.cancelled"
PERK_GIVEN = "perk.given"
ACTION_REWARDED = "action.rewarded"
ACTION_TAKEN_BACK = "action.taken_back"
BIRTHDAY_REWARDED = "birthday.rewarded"
GIFT_REDEEMED = "gift.redeemed"
GIFT_RETURNED = "gift.returned"
POINTS_PAID_OUT = "points.paid_out"
LEVEL_SET = "level.set"
LEVEL_FALLING = "level.falling"
MEMBER_CHANGED = "member.changed"
MEMBER_ERASED = "member.erased"
POINTS_EXPIRED = "points.expired"
POINTS_ACCRUED = "points.accrued"
POINTS_PENDING = "points.pending"
POINTS_SPENT = "points.spent"
POINTS_REVERSED = "points.reversed"
CONSENT_GIVEN = "consent.given"
CONSENT_WITHDRAWN = "consent.withdrawn"
"""Names of events, version 1."""
