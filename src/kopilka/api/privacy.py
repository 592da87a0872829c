"""Personal data: everything that is known of a member, and erasing them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from kopilka.api.checking import read
from kopilka.api.door import REPLAYED, Doors, Reply, Request, Route
from kopilka.api.numbers import DecimalOut
from kopilka.api.problems import of_refusal
from kopilka.api.receipt_in import refuse
from kopilka.api.speech import Speech
from kopilka.api.texts import Mistakes, Moment, utc
from kopilka.usecases.erase_member import ErasureWish
from kopilka.usecases.erasure_act import ErasureAct
from kopilka.usecases.export_member import MemberExport
from kopilka.usecases.outcomes import Refused
from kopilka.values.money import decimal_text

Ground = Annotated[
    Literal["person", "consent", "shop", "done", "other"],
    Meta(
        description="Why: the person asked, withdrew their consent, a connected shop asked, the purpose is reached, or other."
    ),
]


class EraseIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Why a member is erased, and when they asked for it (now, where it is not said)."""

    ground: Ground = "person"
    asked_at: Moment | None = None


class ActOut(msgspec.Struct, omit_defaults=True):
    """The act of an erasure. `counts` are rows by kind of data, `points` those that burnt by kind; with `shared` others use
    the same wallets and keep them.
    """

    id: str
    number: int
    member: str
    ground: str
    asked_at: datetime
    erased_at: datetime
    actor: str
    counts: Mapping[str, int]
    points: Mapping[str, DecimalOut]
    sha256: str
    shared: bool = False
    requests: tuple[str, ...] = ()
    connection: str = ""


_erase = msgspec.json.Decoder(EraseIn)


async def erase(doors: Doors, request: Request) -> Reply:
    """Erase a member."""
    door = read(_erase, request.body) if request.body.strip() else EraseIn()
    mistakes = Mistakes()
    asked_at = None if door.asked_at is None else utc(door.asked_at, "asked_at", mistakes)
    refuse(mistakes)
    wish = ErasureWish(request.args[0], request.key.key_id, door.ground, asked_at)
    done = await doors.run(doors.services.privacy.erasures.erase, wish)
    if isinstance(done, Refused):
        raise of_refusal(done)
    speech = await doors.speech_now(request.language)
    return Reply(_out(done.act, speech), 200, REPLAYED if done.replayed else ())


async def export(doors: Doors, request: Request) -> Reply:
    """Everything that is known of a member."""
    found = await doors.run(doors.services.privacy.exports.export, request.args[0], request.key.key_id)
    if isinstance(found, Refused):
        raise of_refusal(found)
    return Reply(found)


def _out(act: ErasureAct, speech: Speech) -> ActOut:
    points = {kind: decimal_text(units, speech.decimals(kind)) for kind, units in act.points.items()}
    return ActOut(
        act.act_id, act.number, act.member_id, act.ground, act.asked_at, act.erased_at, act.actor, act.counts, points,
        act.sha256.hex(), not act.alone, act.requests, act.connection_id,
    )  # fmt: skip


ROUTES = (
    Route(
        "POST", "/v1/members/{id}/erase", erase, "Erase a person", "privacy", EraseIn, ActOut,
        problems=("unknown_member", "in_the_future"),
        words=(
            "Everything that tells who the member is goes; receipts and the ledger stay without a name. Points burn and coupons"
            " end, unless others use the same wallets. It cannot be undone; a repeat gets the same act."
        ),
    ),
    Route(
        "GET", "/v1/members/{id}/export", export, "Everything that is known of a member", "privacy", None, MemberExport,
        problems=("unknown_member", "member_erased"), words="That it was asked for stands in the audit log.",
    ),
)  # fmt: skip
