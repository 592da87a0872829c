"""`kopilka coupons`: batches of codes as a table for the printer, and what becomes of single ones."""

import secrets
import sys
from datetime import date
from typing import Annotated

import typer

from kopilka.cli.member import find_member, tongue
from kopilka.cli.rooms import Rooms
from kopilka.cli.session import Session
from kopilka.usecases.commands import ActivateCoupon, CancelCoupon, Handing, IssueCoupon, Ref
from kopilka.usecases.coupons import BATCH_MAX, Caller, CouponView, Made, Wish, csv, why_not
from kopilka.usecases.outcomes import Refused
from kopilka.values.period import local_day
from kopilka.words import calendar
from kopilka.words.catalogue import N_
from kopilka.words.reasons import in_language, said

coupons = typer.Typer()
CLIENT = "cli"
Programme = Annotated[str, typer.Argument(help=N_("The programme."))]
Series = Annotated[str, typer.Argument(help=N_("The series of coupons, as the programme names it."))]
Code = Annotated[str, typer.Argument(help=N_("The code."))]
Key = Annotated[
    str, typer.Option(help=N_("A key of yours: the same command with the same key is done once."))
]
WHO = N_("A phone, card, e-mail or id of the member.")


@coupons.command(help=N_("Make coupons for whoever bears them; their codes come out as CSV."))
def make(  # noqa: PLR0913 - one for each option
    ctx: typer.Context,
    programme: Programme,
    series: Series,
    count: Annotated[int, typer.Argument(min=1, max=BATCH_MAX, help=N_("How many."))],
    *,
    title: Annotated[str, typer.Option(help=N_("What you call it: a leaflet, a partner, a mailing."))] = "",
    first: Annotated[str, typer.Option("--from", help=N_("The first day; otherwise the series says."))] = "",
    last: Annotated[str, typer.Option("--until", help=N_("The last day; otherwise the series says."))] = "",
    key: Key = "",
) -> None:
    session: Session = ctx.obj
    wish = Wish(programme, series, count, title, _day(session, first), _day(session, last))
    caller = Caller(CLIENT, key or secrets.token_hex(8), CLIENT)
    with session.house() as rooms, session.progress(session.gettext("coupons"), count) as progress:
        made = rooms.coupons.make(wish, caller, progress)
        _print(session, rooms, made, states=False)


@coupons.command(help=N_("The codes of a batch once more, with their states."))
def codes(
    ctx: typer.Context, batch: Annotated[str, typer.Argument(help=N_("The batch, as `list` names it."))]
) -> None:
    session: Session = ctx.obj
    with session.house() as rooms:
        _print(session, rooms, rooms.coupons.again(batch), states=True)


def _print(session: Session, rooms: Rooms, made: Made | Refused, *, states: bool) -> None:
    if isinstance(made, Refused):
        session.refuse(made, rooms)
    if session.json:
        session.give(made, lambda: None)
        return
    sys.stdout.write(csv(made, states=states).decode().replace("\r\n", "\n"))
    session.err.print(
        session.gettext(
            "Batch %(batch)s: %(count)s coupons.", batch=made.batch.batch, count=made.batch.coupons
        ),
        markup=False,
    )


@coupons.command("list", help=N_("Batches, newest first."))
def list_(
    ctx: typer.Context,
    *,
    programme: Annotated[str, typer.Option(help=N_("Of one programme."))] = "",
    limit: Annotated[int, typer.Option(min=1, max=200, help=N_("At most so many."))] = 50,
) -> None:
    session: Session = ctx.obj
    with session.house() as rooms:
        rows = rooms.coupons.batches(programme, limit=limit)
        zone = tongue(session, rooms).zone
    heads = tuple(map(session.gettext, ("batch", "programme", "series", "coupons", "made", "title")))
    shown = [
        (row.batch, row.programme, row.series, str(row.coupons), session.moment(row.made_at, zone), row.title)
        for row in rows
    ]
    session.give(rows, lambda: session.table(heads, shown, right=(3,)))


@coupons.command(help=N_("A coupon or promo code: its state, series and days."))
def show(ctx: typer.Context, code: Code) -> None:
    session: Session = ctx.obj
    with session.house() as rooms:
        found = rooms.coupons.find(code)
        if isinstance(found, Refused):
            session.refuse(found, rooms)
        _tell(session, rooms, found)


@coupons.command(help=N_("Give a member a coupon."))
def issue(
    ctx: typer.Context,
    who: Annotated[str, typer.Argument(help=WHO)],
    programme: Programme,
    series: Series,
    *,
    key: Key = "",
) -> None:
    session: Session = ctx.obj
    with session.house() as rooms:
        member = Ref("member", find_member(session, rooms, who).member_id)
        command = IssueCoupon(member, programme, series, CLIENT, key or secrets.token_hex(8), CLIENT)
        _hand(session, rooms, command)


@coupons.command(help=N_("Let a coupon begin to work; with --for it becomes that member's own."))
def activate(
    ctx: typer.Context, code: Code, *, who: Annotated[str, typer.Option("--for", help=WHO)] = ""
) -> None:
    session: Session = ctx.obj
    with session.house() as rooms:
        member = Ref("member", find_member(session, rooms, who).member_id) if who else None
        _hand(session, rooms, ActivateCoupon(code, member, CLIENT, actor=CLIENT))


@coupons.command(help=N_("Withdraw a coupon that nobody has used."))
def cancel(ctx: typer.Context, code: Code, *, reason: Annotated[str, typer.Option(help=N_("Why."))]) -> None:
    session: Session = ctx.obj
    with session.house() as rooms:
        _hand(session, rooms, CancelCoupon(code, reason, CLIENT, actor=CLIENT))


def _hand(session: Session, rooms: Rooms, command: Handing) -> None:
    outcome = rooms.desk().run([command])[0]
    if isinstance(outcome, Refused):
        session.refuse(outcome, rooms)
    if outcome.coupon is not None:
        _tell(session, rooms, CouponView(outcome.coupon, outcome.member_id))


def _tell(session: Session, rooms: Rooms, view: CouponView) -> None:
    spoken, coupon = tongue(session, rooms), view.coupon
    rules = rooms.views.ruleset(coupon.programme)
    series = None if rules is None else rules.programme.coupons.get(coupon.series)
    reason = view.reason or why_not(coupon, local_day(rooms.clock(), spoken.zone))
    title = coupon.series if series is None else in_language(series.title, session.language)
    facts = [
        (session.gettext("code"), coupon.code),
        (session.gettext("coupon"), title or coupon.series),
        (session.gettext("state"), session.gettext("works") if reason is None else said(reason, spoken)),
        (session.gettext("from"), "" if coupon.active_on is None else calendar.day(session.language, coupon.active_on, "long")),
        (session.gettext("through"), "" if coupon.last_on is None else calendar.day(session.language, coupon.last_on, "long")),
        (session.gettext("member"), view.member_id),
    ]  # fmt: skip
    session.give(view, lambda: session.facts(facts))


def _day(session: Session, text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        session.misused(session.gettext("%(text)s is not a day such as 2026-12-31.", text=text))
