"""Rewards: points given to participants, or taken from them, without a purchase."""

import hashlib
from datetime import timedelta

import msgspec

from kopilka.connectors.uds import words
from kopilka.connectors.uds.ask import Ask
from kopilka.connectors.uds.handling import Made, Table
from kopilka.connectors.uds.manifest import REPEAT_SECONDS
from kopilka.connectors.uds.wire import UdsError, bad, body_of
from kopilka.usecases.commands import Adjust, Ref
from kopilka.usecases.foreign import ForeignDocument
from kopilka.usecases.outcomes import Refused
from kopilka.usecases.views import MemberView

REWARD = "reward"
PARTICIPANTS_MAX, COMMENT_MAX = 1_000, 500
REASON = "UDS reward"
"""What the ledger says; the comment, which may name somebody, stays among the erasable documents."""
REPEAT_MOST = 3600


class Wish(msgspec.Struct, frozen=True):
    """A reward as it was asked for."""

    units: int
    participants: tuple[int, ...]
    comment: str
    silent: bool


async def reward(ask: Ask) -> object:
    """Give or take points: of all participants or, where one of them cannot be found or has too few, of none."""
    await ask.open()
    wish = _wish(ask)
    views = [await _participant(ask, i, number) for i, number in enumerate(wish.participants)]
    turn = await ask.run(_turn, ask, wish)
    if wish.units < 0 and turn.fresh:
        for i, view in enumerate(views):
            await _check_funds(ask, i, view, wish)
    accepted = 0
    connection_id = ask.connection.connection_id
    for view in views:
        command = Adjust(
            Ref("member", view.member_id), ask.scores.kind, wish.units, REASON, connection_id,
            f"{turn.key}:{view.member_id}", actor=connection_id,
        )  # fmt: skip
        outcome = await ask.services.counter.carry_out(command)
        accepted += not isinstance(outcome, Refused)
    if not accepted:
        raise UdsError("insufficientFunds", "points")
    return Made({"accepted": accepted}, 202)


def _wish(ask: Ask) -> Wish:
    body = body_of(ask.call)
    minor = body.points("points", ask.scores.digits)
    if minor is None:
        raise bad("points", words.REQUIRED)
    units = ask.scores.units(minor)
    if not minor or units is None:
        raise bad("points", words.POSITIVE if not minor else words.BAD_POINTS)
    participants = body.wholes("participants", PARTICIPANTS_MAX)
    if not participants:
        raise bad("participants", words.REQUIRED)
    if not ask.scores.kind:
        raise UdsError("companyIsInactive")
    return Wish(units, tuple(participants), body.text("comment", COMMENT_MAX), body.flag("silent"))


async def _participant(ask: Ask, place: int, number: int) -> MemberView:
    view = await ask.by_number(str(number))
    if view is None:
        raise bad(f"participants[{place}]", words.UNKNOWN_PARTICIPANT, number)
    if view.status != "active":
        raise UdsError("participantIsBlocked", f"participants[{place}]", number)
    return view


async def _check_funds(ask: Ask, place: int, view: MemberView, wish: Wish) -> None:
    wallets = await ask.run(ask.services.views.wallets, (view.bucket, view.holder_id))
    free = sum(wallet.free for wallet in wallets if wallet.kind == ask.scores.kind)
    if free < -wish.units:
        raise UdsError("insufficientFunds", f"participants[{place}]", wish.participants[place])


class Turn(msgspec.Struct, frozen=True):
    """The key of a reward; `fresh` where it is not a repeat."""

    key: str
    fresh: bool


def _turn(ask: Ask, wish: Wish) -> Turn:
    """UDS gives rewards no key: the same points for the same participants with the same comment are the same reward while
    the last of them is not older than the setting says; see `refunds_door`.
    """
    connection_id, now = ask.connection.connection_id, ask.services.clock()
    window = timedelta(seconds=ask.seconds(REPEAT_SECONDS.name, REPEAT_SECONDS.usual, REPEAT_MOST))
    id_ = hashlib.sha256(msgspec.json.encode(wish)).hexdigest()
    foreign = ask.services.foreign
    while True:
        known = foreign.document(connection_id, REWARD, id_)
        turn = 0 if known is None else int(known.content["turn"])
        if known is not None and now - known.changed_at < window:
            return Turn(f"reward:{id_}:{turn}", fresh=False)
        content = {"turn": turn + 1, "comment": wish.comment, "silent": wish.silent, "units": wish.units}
        revision = 0 if known is None else known.revision
        if foreign.put(ForeignDocument(connection_id, REWARD, id_, content, now, revision=revision)):
            return Turn(f"reward:{id_}:{turn + 1}", fresh=True)


ROUTES: Table = (("POST", "operations/reward", reward),)
