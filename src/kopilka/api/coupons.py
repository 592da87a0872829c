"""Coupons: made by the hundred thousand, given, looked at, activated, cancelled. Codes are as good as money."""

from datetime import date

import msgspec

from kopilka.api.checking import read
from kopilka.api.coupon_schemas import (
    ActivateIn,
    BatchIn,
    CancelIn,
    CouponBatchesOut,
    CouponBatchOut,
    CouponOut,
    CouponsOut,
    IssueIn,
)
from kopilka.api.door import PAGE, REPLAYED, Doors, Param, Reply, Request, Route
from kopilka.api.problems import of_refusal
from kopilka.api.receipt_in import refuse
from kopilka.api.texts import YEARS, Mistakes, ref_of
from kopilka.api.wallets import holder_of
from kopilka.usecases.commands import ActivateCoupon, CancelCoupon, Handing, IssueCoupon, Ref
from kopilka.usecases.coupons import Caller, CouponBatch, CouponView, Wish, csv, why_not
from kopilka.usecases.outcomes import Refused
from kopilka.values.period import local_day
from kopilka.words.reasons import in_language, said

CSV = "text/csv; charset=utf-8"
_batch = msgspec.json.Decoder(BatchIn)
_issue = msgspec.json.Decoder(IssueIn)
_activate = msgspec.json.Decoder(ActivateIn)
_cancel = msgspec.json.Decoder(CancelIn)
_WRONG = frozenset(("code_unknown", "code_mistyped"))


async def make(doors: Doors, request: Request) -> Reply:
    """Make a batch; its codes leave in this answer."""
    key = request.idempotency_key(required=True)
    door = read(_batch, request.body)
    mistakes = Mistakes()
    for name in ("active_on", "last_on"):
        day: date | None = getattr(door, name)
        if day is not None and not YEARS[0] <= day.year <= YEARS[1]:
            mistakes.add(name, "wrong", f"{YEARS[0]}…{YEARS[1]}")
    refuse(mistakes)
    wish = Wish(door.programme, door.series, door.count, door.title, door.active_on, door.last_on)
    caller = Caller(request.key.key_id, key, request.key.key_id)
    made = await doors.run(doors.services.coupons.make, wish, caller)
    if isinstance(made, Refused):
        raise of_refusal(made)
    headers = (("Coupon-Batch", made.batch.batch), *(REPLAYED if made.replayed else ()))
    return Reply(await doors.run(csv, made), 201, headers, CSV)


async def batches(doors: Doors, request: Request) -> Reply:
    """A page of batches."""
    limit, query = request.limit(), request.query
    rows = await doors.run(
        doors.services.coupons.batches, query.get("programme", ""), query.get("series", ""),
        after=query.get("cursor", ""), limit=limit + 1,
    )  # fmt: skip
    shown = [_batch_out(row) for row in rows[:limit]]
    return Reply(CouponBatchesOut(shown, shown[-1].id if len(rows) > limit else ""))


async def codes(doors: Doors, request: Request) -> Reply:
    """The codes of a batch once more."""
    made = await doors.run(doors.services.coupons.again, request.args[0])
    if isinstance(made, Refused):
        raise of_refusal(made)
    return Reply(await doors.run(csv, made, states=True), kind=CSV)


async def show(doors: Doors, request: Request) -> Reply:
    """A coupon by code."""
    doors.guesses.check(request.key.key_id)
    found = await doors.run(doors.services.coupons.find, request.args[0], request.query.get("programme", ""))
    if isinstance(found, Refused):
        raise _missed(doors, request, found)
    return Reply(await _out(doors, request, found))


async def own(doors: Doors, request: Request) -> Reply:
    """A member's coupons."""
    holder = await holder_of(doors, request)
    rows = await doors.run(doors.services.coupons.of_member, holder)
    return Reply(CouponsOut([await _out(doors, request, row) for row in rows]))


async def issue(doors: Doors, request: Request) -> Reply:
    """Give a member a coupon."""
    key = request.idempotency_key(required=True)
    door = read(_issue, request.body)
    client, who = request.key.key_id, Ref("member", request.args[0])
    command = IssueCoupon(who, door.programme, door.series, client, key, client)
    return await _handed(doors, request, command, 201)


async def activate(doors: Doors, request: Request) -> Reply:
    """A coupon begins to work."""
    key = request.idempotency_key(required=False)
    door = read(_activate, request.body)
    mistakes = Mistakes()
    who = None if door.member is None else ref_of(door.member, "member", mistakes)
    refuse(mistakes)
    doors.guesses.check(request.key.key_id)
    client = request.key.key_id
    return await _handed(doors, request, ActivateCoupon(request.args[0], who, client, key, client))


async def cancel(doors: Doors, request: Request) -> Reply:
    """Withdraw a coupon."""
    key = request.idempotency_key(required=False)
    door = read(_cancel, request.body)
    doors.guesses.check(request.key.key_id)
    client = request.key.key_id
    return await _handed(doors, request, CancelCoupon(request.args[0], door.reason, client, key, client))


async def _handed(doors: Doors, request: Request, command: Handing, status: int = 200) -> Reply:
    outcome = await doors.counter.carry_out(command)
    if isinstance(outcome, Refused):
        raise _missed(doors, request, outcome)
    if outcome.coupon is None:
        raise of_refusal(Refused("code_unknown"))
    out = await _out(doors, request, CouponView(outcome.coupon, outcome.member_id))
    return Reply(out, status, REPLAYED if outcome.replayed else ())


def _missed(doors: Doors, request: Request, refused: Refused) -> Exception:
    if refused.code in _WRONG:
        doors.guesses.note(request.key.key_id)
    return of_refusal(refused)


async def _out(doors: Doors, request: Request, view: CouponView) -> CouponOut:
    coupon, now = view.coupon, doors.services.clock()
    rules = doors.catalogue.ruleset(coupon.programme, now)
    speech = await doors.speech(coupon.programme, 0 if rules is None else rules.version, request.language)
    series = speech.programme.coupons.get(coupon.series)
    title = "" if series is None else in_language(series.title, request.language)
    reason = view.reason or why_not(coupon, local_day(now, speech.tongue.zone))
    return CouponOut(
        coupon.code, coupon.programme, coupon.series, title or coupon.series, coupon.state, reason is None,
        coupon.active_on, coupon.last_on, "" if reason is None else reason.code,
        "" if reason is None else said(reason, speech.tongue), view.member_id, view.public,
    )  # fmt: skip


def _batch_out(row: CouponBatch) -> CouponBatchOut:
    return CouponBatchOut(
        row.batch, row.programme, row.series, row.coupons, row.made_at, row.title, row.active_on, row.last_on,
        row.made_by,
    )  # fmt: skip


_HAND, _TILL = "coupons", "receipts"
_WHY_NOT = ("code_unknown", "code_mistyped", "too_many_codes", "code_public")
_NO_SERIES = ("unknown_programme", "unknown_series", "series_public", "key_reused")
ROUTES = (
    Route(
        "POST", "/v1/coupons", make, "Make a batch of coupons for whoever bears them", _HAND, BatchIn, str, 201,
        idempotent="required", problems=(*_NO_SERIES, "codes_too_short", "in_the_past", "wrong_count"), kind="text/csv",
        words="The codes leave in this answer: code, series, first and last day. `Coupon-Batch` names the batch. "
        "A repeat gets the same codes.",
    ),
    Route(
        "GET", "/v1/coupons/batches", batches, "Batches of coupons, newest first", _HAND, None, CouponBatchesOut,
        params=(Param("programme", "Of one programme."), Param("series", "Of one series."), *PAGE),
    ),
    Route(
        "GET", "/v1/coupons/batches/{id}/codes", codes, "The codes of a batch once more, with their states",
        "coupons:codes", None, str, problems=("unknown_batch",), kind="text/csv",
    ),
    Route(
        "GET", "/v1/coupons/{code}", show, "A coupon or promo code: its state, series and days", _TILL, None, CouponOut,
        params=(Param("programme", "Where promo codes are looked for; without it, everywhere."),), problems=_WHY_NOT,
    ),
    Route(
        "POST", "/v1/coupons/{code}/activate", activate, "A coupon begins to work; with a member it becomes theirs",
        _TILL, ActivateIn, CouponOut, idempotent="optional",
        problems=(
            *_WHY_NOT, "code_used", "code_withdrawn", "code_reserved", "code_of_other", "code_too_late",
            "unknown_member", "member_blocked", "card_blocked", "key_reused",
        ),
        words="A repeat for the same member changes nothing.",
    ),
    Route(
        "POST", "/v1/coupons/{code}/cancel", cancel, "Withdraw a coupon that nobody has used", _HAND, CancelIn,
        CouponOut, idempotent="optional", problems=(*_WHY_NOT, "code_used", "code_reserved", "key_reused"),
    ),
    Route(
        "POST", "/v1/members/{id}/coupons", issue, "Give a member a coupon", _HAND, IssueIn, CouponOut, 201,
        idempotent="required", problems=(*_NO_SERIES, "unknown_member", "member_blocked", "series_over"),
    ),
    Route(
        "GET", "/v1/members/{id}/coupons", own, "A member's own coupons, newest first", "members:read", None,
        CouponsOut, problems=("unknown_member",),
    ),
)  # fmt: skip
