"""`kopilka wallet`: what somebody has, how it came about, and points by hand."""

import secrets
from datetime import date
from typing import Annotated

import typer

from kopilka.cli.member import Who, find_member, points_text, tongue
from kopilka.cli.rooms import Rooms
from kopilka.cli.session import Session
from kopilka.usecases.commands import Adjust, Exchange, PayOut, Ref
from kopilka.usecases.outcomes import Done, Outcome, Refused
from kopilka.usecases.views import MemberView
from kopilka.values.errors import BadValueError
from kopilka.values.money import scaled
from kopilka.words.catalogue import N_
from kopilka.words.render import Tongue

wallet = typer.Typer()
CLIENT = "cli"
Kind = Annotated[str, typer.Option(help=N_("The points meant, where there are several kinds."))]
Key = Annotated[
    str, typer.Option(help=N_("A key of yours: the same command with the same key is done once."))
]
AMOUNT = N_("How many points; below zero takes them. Write -- before a number below zero.")


@wallet.command(help=N_("Balances and lots with their days."))
def show(ctx: typer.Context, who: Who) -> None:
    session: Session = ctx.obj
    with session.house() as rooms:
        view = find_member(session, rooms, who)
        wallets, spoken = rooms.views.wallets((view.bucket, view.holder_id)), tongue(session, rooms)

    def tell() -> None:
        for row in wallets:
            session.facts([
                (session.gettext("points"), points_text(spoken, row.kind, row.total)),
                (session.gettext("free now"), points_text(spoken, row.kind, row.free)),
                (session.gettext("pending"), points_text(spoken, row.kind, row.pending) if row.pending else ""),
                (session.gettext("held"), points_text(spoken, row.kind, row.held) if row.held else ""),
                (session.gettext("deficit"), points_text(spoken, row.kind, row.deficit) if row.deficit else ""),
            ])  # fmt: skip
            heads = (
                session.gettext("left"),
                session.gettext("of"),
                session.gettext("active from"),
                session.gettext("until"),
                session.gettext("source"),
            )
            lots = [
                (
                    points_text(spoken, row.kind, lot.rest), points_text(spoken, row.kind, lot.amount),
                    session.moment(lot.active_from, spoken.zone), session.moment(lot.expires_at, spoken.zone),
                    lot.source,
                )
                for lot in row.lots if lot.rest
            ]  # fmt: skip
            session.table(heads, lots, right=(0, 1))

    session.give(wallets, tell)


@wallet.command(help=N_("Where every point came from and went, newest first."))
def statement(
    ctx: typer.Context,
    who: Who,
    *,
    limit: Annotated[int, typer.Option(min=1, max=200, help=N_("At most so many."))] = 50,
) -> None:
    session: Session = ctx.obj
    with session.house() as rooms:
        view = find_member(session, rooms, who)
        lines = rooms.views.statement((view.bucket, view.holder_id), limit=limit)
        spoken = tongue(session, rooms)
    heads = (
        session.gettext("when"),
        session.gettext("what"),
        session.gettext("points"),
        session.gettext("balance"),
        session.gettext("receipt"),
    )
    rows = [
        (
            session.moment(line.effective_at, spoken.zone), line.verb,
            points_text(spoken, line.kind, line.units, signed=True), points_text(spoken, line.kind, line.after),
            line.receipt or line.note,
        )
        for line in lines
    ]  # fmt: skip
    session.give(lines, lambda: session.table(heads, rows, right=(2, 3)))


@wallet.command(help=N_("Add points or take free ones, with a reason that the member sees."))
def adjust(  # noqa: PLR0913 - one for each option
    ctx: typer.Context,
    who: Who,
    amount: Annotated[str, typer.Argument(help=AMOUNT)],
    *,
    reason: Annotated[str, typer.Option(help=N_("Why."))],
    kind: Kind = "",
    last_on: Annotated[str, typer.Option(help=N_("The last day of added points; none is for ever."))] = "",
    key: Key = "",
) -> None:
    session: Session = ctx.obj
    with session.house() as rooms:
        view, chosen, units = _meant(session, rooms, who, kind, amount)
        last = _day(session, last_on)
        wish = Adjust(
            Ref("member", view.member_id),
            chosen,
            units,
            reason,
            CLIENT,
            key or secrets.token_hex(8),
            last_on=last,
        )
        _end(session, rooms, rooms.desk().run([wish])[0], chosen)


@wallet.command(help=N_("Exchange points for a gift, as often as asked and as there are points for."))
def exchange(  # noqa: PLR0913 - one for each option
    ctx: typer.Context,
    who: Who,
    gift: Annotated[str, typer.Argument(help=N_("The gift."))],
    amount: Annotated[str, typer.Argument(help=N_("Points for one."))],
    *,
    times: Annotated[int, typer.Option(min=1, help=N_("At most so many."))] = 1,
    kind: Kind = "",
    key: Key = "",
) -> None:
    session: Session = ctx.obj
    with session.house() as rooms:
        view, chosen, units = _meant(session, rooms, who, kind, amount)
        wish = Exchange(
            Ref("member", view.member_id), chosen, units, gift, CLIENT, key or secrets.token_hex(8), times
        )
        _end(session, rooms, rooms.desk().run([wish])[0], chosen)


@wallet.command("pay-out", help=N_("Pay points out in money, where their kind allows it."))
def pay_out(  # noqa: PLR0913 - one for each option
    ctx: typer.Context,
    who: Who,
    amount: Annotated[str, typer.Argument(help=N_("How many points."))],
    *,
    reference: Annotated[str, typer.Option(help=N_("Which payment: the number of its order."))],
    kind: Kind = "",
    key: Key = "",
) -> None:
    session: Session = ctx.obj
    with session.house() as rooms:
        view, chosen, units = _meant(session, rooms, who, kind, amount)
        member = Ref("member", view.member_id)
        wish = PayOut(member, chosen, units, reference, CLIENT, key or secrets.token_hex(8))
        _end(session, rooms, rooms.desk().run([wish])[0], chosen)


def _meant(session: Session, rooms: Rooms, who: str, kind: str, amount: str) -> tuple[MemberView, str, int]:
    view = find_member(session, rooms, who)
    kinds = rooms.views.kinds()
    chosen = kind or next(iter(kinds), "")
    if chosen not in kinds:
        session.refuse(Refused("unknown_points", field="kind"), rooms)
    try:
        return view, chosen, scaled(amount, kinds[chosen].decimals, field="points")
    except BadValueError as error:
        session.misused(str(error))


def _end(session: Session, rooms: Rooms, outcome: Outcome, kind: str) -> None:
    if isinstance(outcome, Refused):
        session.refuse(outcome, rooms)
    spoken = tongue(session, rooms)
    session.give(outcome, lambda: session.say(_balance(session, spoken, outcome, kind)))


def _balance(session: Session, spoken: Tongue, done: Done, kind: str) -> str:
    total, free = done.balances.get(kind, (0, 0))
    shown = {name: points_text(spoken, kind, units) for name, units in (("total", total), ("free", free))}
    return session.gettext("Done. Balance: %(total)s, free now: %(free)s.", **shown)


def _day(session: Session, text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        session.misused(session.gettext("%(text)s is not a day such as 2026-12-31.", text=text))
