"""What is no purchase: actions of members and their taking back, gifts for points, money paid out; perks."""

import msgspec

from kopilka.api.checking import read
from kopilka.api.deed_schemas import (
    ActionIn,
    DeedOut,
    GiftOut,
    GiftsOut,
    GivenOut,
    PayoutIn,
    PayoutOut,
    PerkOut,
    PerksOut,
    RedeemIn,
    RedeemOut,
    TakeBackIn,
)
from kopilka.api.door import REPLAYED, Doors, Param, Reply, Request, Route
from kopilka.api.numbers import units_of
from kopilka.api.problems import Problem, of_refusal
from kopilka.api.receipt_in import refuse
from kopilka.api.receipt_out import balances_out
from kopilka.api.speech import Speech
from kopilka.api.texts import Mistakes, utc
from kopilka.api.wallets import holder_of
from kopilka.core.settlement.deed import Deed
from kopilka.usecases.commands import Act, Doing, PayOut, RedeemGift, Ref, ReturnGift, TakeBackAction
from kopilka.usecases.offers import GiftView, PerkView
from kopilka.usecases.outcomes import Done, Refused
from kopilka.values.errors import BadValueError
from kopilka.values.money import decimal_text, exponent
from kopilka.words.reasons import in_language

_action = msgspec.json.Decoder(ActionIn)
_take_back = msgspec.json.Decoder(TakeBackIn)
_redeem = msgspec.json.Decoder(RedeemIn)
_payout = msgspec.json.Decoder(PayoutIn)


async def act(doors: Doors, request: Request) -> Reply:
    """A member did something."""
    key = request.idempotency_key(required=False)
    door = read(_action, request.body)
    mistakes = Mistakes()
    at = doors.services.clock() if door.at is None else utc(door.at, "at", mistakes)
    refuse(mistakes)
    who = Ref("member", request.args[0])
    return await _deed(
        doors, request, Act(who, door.programme, door.action, door.ref, at, request.key.key_id, key)
    )


async def take_back(doors: Doors, request: Request) -> Reply:
    """What a member did is gone."""
    key = request.idempotency_key(required=False)
    door = read(_take_back, request.body)
    mistakes = Mistakes()
    at = doors.services.clock() if door.at is None else utc(door.at, "at", mistakes)
    refuse(mistakes)
    command = TakeBackAction(door.programme, door.action, door.ref, at, request.key.key_id, key)
    return await _deed(doors, request, command)


async def give_back(doors: Doors, request: Request) -> Reply:
    """Gifts come back."""
    key = request.idempotency_key(required=False)
    command = ReturnGift(request.args[0], doors.services.clock(), request.key.key_id, key, request.key.key_id)
    return await _deed(doors, request, command)


async def _deed(doors: Doors, request: Request, command: Doing) -> Reply:
    outcome = await _done(doors, command)
    speech = await doors.speech_now(request.language)
    deed = _deed_of(outcome)
    backwards = isinstance(command, TakeBackAction | ReturnGift)
    moved = {kind: -units if backwards else units for kind, units in deed.moved().items()}
    if isinstance(command, TakeBackAction):
        moved = {kind: -units for kind, units in deed.taken.items()}
    earned = [
        GivenOut(
            row.rule, row.kind, decimal_text(row.units, speech.decimals(row.kind)), row.active_on, row.last_on
        )
        for row in ([] if backwards else deed.earned)
    ]
    out = DeedOut(
        outcome.txn, outcome.member_id,
        {kind: decimal_text(units, speech.decimals(kind)) for kind, units in moved.items()},
        balances_out(outcome.balances, speech), earned,
    )  # fmt: skip
    return Reply(out, headers=REPLAYED if outcome.replayed else ())


async def redeem(doors: Doors, request: Request) -> Reply:
    """Points for gifts."""
    key = request.idempotency_key(required=True)
    door = read(_redeem, request.body)
    member = Ref("member", request.args[0])
    command = RedeemGift(member, door.programme, door.gift, request.key.key_id, key, door.pieces)
    outcome = await _done(doors, command)
    deed = _deed_of(outcome)
    speech = await doors.speech(deed.programme, deed.version, request.language)
    offer = speech.programme.gifts[deed.what]
    out = RedeemOut(
        outcome.txn, outcome.member_id, deed.what, in_language(offer.title, speech.tongue.language) or deed.what,
        deed.pieces, deed.kind, decimal_text(deed.units, speech.decimals(deed.kind)),
        balances_out(outcome.balances, speech), offer.sku,
    )  # fmt: skip
    return Reply(out, 201, REPLAYED if outcome.replayed else ())


async def gifts(doors: Doors, request: Request) -> Reply:
    """The catalogue of gifts."""
    holder = None
    if request.query.get("member"):
        member = await doors.run(doors.services.members.find, Ref("member", request.query["member"]))
        if isinstance(member, Refused):
            raise of_refusal(member)
        holder = (member.bucket, member.holder_id)
    found = await doors.run(doors.services.views.gifts, request.args[0], holder)
    rules = doors.catalogue.ruleset(request.args[0], doors.services.clock())
    if found is None or rules is None:
        raise Problem("unknown_programme", field="id")
    speech = await doors.speech(request.args[0], rules.version, request.language)
    return Reply(GiftsOut([_gift(row, speech) for row in found]))


def _gift(row: GiftView, speech: Speech) -> GiftOut:
    offer = row.offer
    return GiftOut(
        row.gift, in_language(offer.title, speech.tongue.language) or row.gift, row.kind,
        decimal_text(row.units, speech.decimals(row.kind)), offer.stock, row.left, offer.per_member, offer.sku, row.closed,
    )  # fmt: skip


async def pay_out(doors: Doors, request: Request) -> Reply:
    """Points paid out in money."""
    key = request.idempotency_key(required=True)
    door = read(_payout, request.body)
    mistakes = Mistakes()
    speech = await doors.speech_now(request.language)
    units = 0
    try:
        units = units_of(door.points, speech.decimals(door.kind), "points")
    except BadValueError:
        mistakes.add("points", "too_many_digits")
    if not door.reference.strip():
        mistakes.add("reference", "required")
    refuse(mistakes)
    member, actor = Ref("member", request.args[0]), request.key.key_id
    outcome = await _done(doors, PayOut(member, door.kind, units, door.reference, actor, key, actor))
    deed = _deed_of(outcome)
    speech = await doors.speech(deed.programme, deed.version, request.language)
    currency, rate = speech.programme.currency, speech.programme.points[deed.kind].rate
    out = PayoutOut(
        outcome.txn, deed.kind, decimal_text(deed.units, speech.decimals(deed.kind)),
        decimal_text(rate.minor_for(deed.units), exponent(currency)), currency, balances_out(outcome.balances, speech),
    )  # fmt: skip
    return Reply(out, 201, REPLAYED if outcome.replayed else ())


async def perks_out(doors: Doors, holder: tuple[int, str], member_id: str, speech: Speech) -> list[PerkOut]:
    """The perks of a member, in the reader's words."""
    found = await doors.run(doors.services.views.perks, holder, member_id)
    return [_perk(row, speech.tongue.language) for row in found]


def _perk(row: PerkView, tag: str) -> PerkOut:
    title, note = in_language(row.kind.title, tag) or row.perk, in_language(row.kind.note, tag)
    return PerkOut(row.programme, row.perk, title, note, row.since, row.last_on, row.rule, row.source)


async def perks(doors: Doors, request: Request) -> Reply:
    """The perks that a member has now."""
    holder = await holder_of(doors, request)
    speech = await doors.speech_now(request.language)
    return Reply(PerksOut(await perks_out(doors, holder, request.args[0], speech)))


async def _done(doors: Doors, command: Doing) -> Done:
    outcome = await doors.counter.carry_out(command)
    if isinstance(outcome, Refused):
        raise of_refusal(outcome)
    return outcome


def _deed_of(outcome: Done) -> Deed:
    if outcome.deed is None:
        raise TypeError(outcome.verb)
    return outcome.deed


_READ, _GIVE = "members:read", "wallets:adjust"
_NONE = ("unknown_member",)
ROUTES = (
    Route(
        "POST", "/v1/members/{id}/actions", act, "Reward an action of a member, once for ever", _GIVE, ActionIn, DeedOut,
        idempotent="optional",
        problems=("unknown_member", "unknown_programme", "unknown_action", "action_exists", "key_reused"),
        words="The same `ref` of one action counts once, whoever sends it and however often; no header is needed.",
    ),
    Route(
        "POST", "/v1/actions/take-back", take_back, "Take back what an action gave", _GIVE, TakeBackIn, DeedOut,
        idempotent="optional", problems=("unknown_programme", "unknown_action", "key_reused"),
        words="By the programme's policy for returns. The action stays counted: it does not come again.",
    ),
    Route(
        "GET", "/v1/programmes/{id}/gifts", gifts, "Gifts for points, with what is left of each", _READ, None, GiftsOut,
        params=(Param("member", "A member's id: says also why not for this member."),),
        problems=("unknown_programme", "unknown_member"),
    ),
    Route(
        "POST", "/v1/members/{id}/gifts", redeem, "Gifts for points", _GIVE, RedeemIn, RedeemOut, 201,
        idempotent="required",
        problems=(
            "unknown_member", "unknown_programme", "unknown_gift", "out_of_stock", "gift_limit", "not_enough_points",
            "no_gift_goods", "programme_paused", "bad_pieces", "key_reused",
        ),
        words="Goods handed out need a line at 0.00 on the till's receipt: `sku` and `pieces` say which.",
    ),
    Route(
        "POST", "/v1/gifts/{id}/return", give_back, "Gifts come back as they went out", _GIVE, None, DeedOut,
        idempotent="optional", problems=("unknown_redemption", "key_reused"),
        words="Points go back into their own lots with their own days, gifts into the stock.",
    ),
    Route(
        "POST", "/v1/members/{id}/payouts", pay_out, "Pay points out in money", _GIVE, PayoutIn, PayoutOut, 201,
        idempotent="required",
        problems=(
            "unknown_member", "unknown_points", "no_payout", "nothing_to_adjust", "not_enough_points", "key_reused",
        ),
    ),
    Route(
        "GET", "/v1/members/{id}/perks", perks, "Perks that a member has now", _READ, None, PerksOut, problems=_NONE,
    ),
)  # fmt: skip
