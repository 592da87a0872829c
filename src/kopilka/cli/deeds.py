"""`kopilka gift` and `kopilka action`: gifts for points, what members do beside buying; perks and facts stand with members."""

import secrets
from typing import Annotated, NoReturn

import typer

from kopilka.cli.member import CLIENT, Who, find_member, points_text, tongue
from kopilka.cli.rooms import Rooms
from kopilka.cli.session import Session
from kopilka.usecases.commands import Act, Doing, RedeemGift, Ref, ReturnGift, TakeBackAction
from kopilka.usecases.offers import GiftView
from kopilka.usecases.outcomes import Done, Refused
from kopilka.words.catalogue import N_
from kopilka.words.formats import number
from kopilka.words.reasons import in_language

gift = typer.Typer()
action = typer.Typer()
Programme = Annotated[str, typer.Option(help=N_("The programme meant, where there are several."))]
Key = Annotated[
    str, typer.Option(help=N_("A key of yours: the same command with the same key is done once."))
]
ACTION = Annotated[str, typer.Argument(help=N_("What was done, as the programme calls it: review."))]
REF = Annotated[str, typer.Argument(help=N_("Its id where it was done; the same one counts once for ever."))]


@gift.command("list", help=N_("Gifts for points, with what is left of each."))
def list_gifts(
    ctx: typer.Context,
    *,
    member: Annotated[str, typer.Option(help=N_("Say why not for this member, too."))] = "",
    programme: Programme = "",
) -> None:
    session: Session = ctx.obj
    with session.house() as rooms:
        view = find_member(session, rooms, member) if member else None
        holder = None if view is None else (view.bucket, view.holder_id)
        name = _programme(session, rooms, programme)
        found = rooms.views.gifts(name, holder)
        spoken = tongue(session, rooms)
    if found is None:
        _unknown(session, name)
    heads = (
        session.gettext("gift"),
        session.gettext("name"),
        session.gettext("points"),
        session.gettext("left"),
        session.gettext("why not"),
    )
    rows = [
        (
            row.gift, in_language(row.offer.title, session.language), points_text(spoken, row.kind, row.units),
            "" if row.left is None else number(session.language, row.left), _closed(session, row),
        )
        for row in found
    ]  # fmt: skip
    session.give(found, lambda: session.table(heads, rows, right=(2, 3)))


@gift.command(help=N_("Give gifts for points."))
def give(  # noqa: PLR0913 - one for each option
    ctx: typer.Context,
    who: Who,
    name: Annotated[str, typer.Argument(help=N_("The gift."))],
    *,
    pieces: Annotated[int, typer.Option(min=1, help=N_("How many."))] = 1,
    programme: Programme = "",
    key: Key = "",
) -> None:
    session: Session = ctx.obj
    with session.house() as rooms:
        view = find_member(session, rooms, who)
        member, chosen = Ref("member", view.member_id), _programme(session, rooms, programme)
        wish = RedeemGift(member, chosen, name, CLIENT, key or secrets.token_hex(8), pieces)
        _end(session, rooms, wish)


@gift.command(
    "take-back", help=N_("Gifts come back as they went out: points into their lots, gifts into the stock.")
)
def take_gift_back(
    ctx: typer.Context,
    redemption: Annotated[str, typer.Argument(help=N_("The number that the gifts went out under."))],
) -> None:
    session: Session = ctx.obj
    with session.house() as rooms:
        _end(session, rooms, ReturnGift(redemption, rooms.clock(), CLIENT))


@action.command(help=N_("Reward what a member did."))
def record(ctx: typer.Context, who: Who, name: ACTION, ref: REF, *, programme: Programme = "") -> None:
    session: Session = ctx.obj
    with session.house() as rooms:
        view = find_member(session, rooms, who)
        chosen, now = _programme(session, rooms, programme), rooms.clock()
        _end(session, rooms, Act(Ref("member", view.member_id), chosen, name, ref, now, CLIENT))


@action.command("take-back", help=N_("Take back what was given: the review was deleted."))
def take_action_back(ctx: typer.Context, name: ACTION, ref: REF, *, programme: Programme = "") -> None:
    session: Session = ctx.obj
    with session.house() as rooms:
        chosen = _programme(session, rooms, programme)
        _end(session, rooms, TakeBackAction(chosen, name, ref, rooms.clock(), CLIENT))


def _programme(session: Session, rooms: Rooms, named: str) -> str:
    names = rooms.programmes.names()
    chosen = named or next(iter(names), "")
    if chosen not in names:
        _unknown(session, named)
    return chosen


def _unknown(session: Session, name: str) -> NoReturn:
    session.refuse(Refused("unknown_programme", field="programme", params={"programme": name}))


def _closed(session: Session, row: GiftView) -> str:
    said = {
        "programme_paused": session.gettext("the programme is paused"),
        "no_gift_goods": session.gettext("such goods are never a gift"),
        "out_of_stock": session.gettext("none is left"),
        "gift_limit": session.gettext("had as many as allowed"),
        "not_enough_points": session.gettext("not enough points"),
    }
    return said.get(row.closed, row.closed)


def _end(session: Session, rooms: Rooms, wish: Doing) -> None:
    outcome = rooms.desk().run([wish])[0]
    if isinstance(outcome, Refused):
        session.refuse(outcome, rooms)
    spoken = tongue(session, rooms)

    def tell() -> None:
        session.facts([
            (session.gettext("number"), outcome.txn),
            *((session.gettext("points"), points_text(spoken, kind, units, signed=True)) for kind, units in _moved(wish, outcome).items()),
            *((session.gettext("balance"), points_text(spoken, kind, total)) for kind, (total, _) in outcome.balances.items()),
        ])  # fmt: skip

    session.give(outcome, tell)


def _moved(wish: Doing, outcome: Done) -> dict[str, int]:
    """What moved, below zero where it went."""
    if outcome.deed is None:
        return {}
    if isinstance(wish, TakeBackAction):
        return {kind: -units for kind, units in outcome.deed.taken.items()}
    sign = -1 if isinstance(wish, ReturnGift) else 1
    return {kind: sign * units for kind, units in outcome.deed.moved().items()}
