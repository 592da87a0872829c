"""Shapes of coupons on the wire."""

from datetime import date, datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from kopilka.api.texts import Id, Long, MemberRef, Note
from kopilka.usecases.coupons import BATCH_MAX


class BatchIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Coupons to be made for whoever bears them. Without days of their own, those of the series are meant."""

    programme: Id
    series: Id
    count: Annotated[int, Meta(ge=1, le=BATCH_MAX)]
    title: Long = ""
    active_on: date | None = None
    last_on: date | None = None


class CouponBatchOut(msgspec.Struct, omit_defaults=True):
    """A batch of coupons."""

    id: str
    programme: str
    series: str
    count: int
    made_at: datetime
    title: str = ""
    active_on: date | None = None
    last_on: date | None = None
    made_by: str = ""


class CouponBatchesOut(msgspec.Struct, omit_defaults=True):
    """A page of batches, newest first; `next` is the cursor of the next page."""

    batches: list[CouponBatchOut]
    next: str = ""


class CouponOut(msgspec.Struct, omit_defaults=True):
    """A coupon or public promo code as it is now; both days count whole. `usable` says whether somebody may use it
    today, else `reason` is a code and `words` say it to the reader. `member_id` is the owner, where there is one.
    """

    code: str
    programme: str
    series: str
    title: str
    state: Annotated[str, Meta(description="new (to be activated), active, held, used or cancelled")]
    usable: bool
    active_on: date | None = None
    last_on: date | None = None
    reason: str = ""
    words: str = ""
    member_id: str = ""
    public: bool = False


class CouponsOut(msgspec.Struct):
    """A member's own coupons, newest first."""

    coupons: list[CouponOut]


class IssueIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A coupon to be given to the member."""

    programme: Id
    series: Id


class ActivateIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Who the coupon is to belong to from now on; nobody leaves it with whoever bears it."""

    member: MemberRef | None = None


class CancelIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why; stays in the event. Name no persons."""

    reason: Note
