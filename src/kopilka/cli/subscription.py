"""`kopilka subscription`: who is told of events, and what became of it."""

from datetime import datetime
from typing import Annotated

import typer

from kopilka.cli.rooms import Rooms
from kopilka.cli.session import Session
from kopilka.usecases.deliveries import Slice
from kopilka.usecases.outcomes import Refused
from kopilka.usecases.subscriptions import Subscription, SubscriptionWish
from kopilka.usecases.trial import NAME
from kopilka.words.catalogue import N_

subscription = typer.Typer()
ACTOR = "cli"
Id = Annotated[str, typer.Argument(metavar="SUBSCRIPTION")]


@subscription.command(help=N_("Tell an address of events. Its secret is told only now."))
def add(  # noqa: PLR0913 - options
    ctx: typer.Context,
    address: Annotated[str, typer.Argument(help=N_("Where to send, such as https://example.com/events."))],
    *,
    events: Annotated[str, typer.Option(help=N_("Names of events with commas; without it, all."))] = "",
    title: Annotated[str, typer.Option(help=N_("What you call it."))] = "",
    written: Annotated[
        str, typer.Option("--format", help=N_("How events are written: cloudevents, cloudevents-binary, standard."))
    ] = "cloudevents",
    connection: Annotated[
        str, typer.Option(help=N_("For a connector's own format such as uds: the connection that signs."))
    ] = "",
) -> None:  # fmt: skip
    session: Session = ctx.obj
    names = tuple(name.strip() for name in events.split(",") if name.strip())
    with session.house() as rooms:
        made = rooms.outbox.subscriptions.create(
            SubscriptionWish(address, title, names, written, connection), actor=ACTOR
        )
        if isinstance(made, Refused):
            session.refuse(made, rooms)
    found, secret = made
    rows = [(session.gettext("subscription"), found.subscription_id), (session.gettext("secret"), secret)]
    session.give({"subscription": found, "secret": secret}, lambda: session.facts(rows))


@subscription.command("list", help=N_("Who is told, how each stands and how much waits."))
def list_subscriptions(ctx: typer.Context) -> None:
    session: Session = ctx.obj
    with session.house() as rooms:
        outbox = rooms.outbox.subscriptions
        found = [(row, outbox.backlog(row.subscription_id)) for row in outbox.all()]
    heads = (
        session.gettext("subscription"),
        session.gettext("address"),
        session.gettext("state"),
        session.gettext("waiting"),
        session.gettext("since"),
        session.gettext("missed"),
    )
    rows = [
        (row.subscription_id, row.address, row.state + (f" ({row.reason})" if row.reason else ""),
         str(backlog.waiting), session.moment(backlog.since), str(backlog.missed))
        for row, backlog in found
    ]  # fmt: skip
    told = [{"subscription": row, "backlog": backlog} for row, backlog in found]
    session.give(told, lambda: session.table(heads, rows))


@subscription.command(help=N_("The newest deliveries."))
def log(
    ctx: typer.Context,
    id_: Id,
    *,
    state: Annotated[str, typer.Option(help=N_("Only waiting, delivered or skipped."))] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 20,
) -> None:
    session: Session = ctx.obj
    with session.house() as rooms:
        found = rooms.outbox.deliveries.log(id_, Slice(state=state, limit=limit))
        if isinstance(found, Refused):
            session.refuse(found, rooms)
    heads = (
        session.gettext("event"),
        session.gettext("name"),
        session.gettext("state"),
        session.gettext("tries"),
        session.gettext("answer"),
        session.gettext("tried"),
    )
    rows = [
        (row.event_id, row.name, row.state, str(row.tries), str(row.status or row.note), session.moment(row.tried_at))
        for row in found
    ]  # fmt: skip
    session.give(found, lambda: session.table(heads, rows))


@subscription.command(help=N_("Send nothing until it is resumed; what happens is not lost."))
def pause(ctx: typer.Context, id_: Id) -> None:
    session: Session = ctx.obj
    with session.house() as rooms:
        _told(session, rooms, rooms.outbox.subscriptions.pause(id_, actor=ACTOR))


@subscription.command(help=N_("Go on after a pause, a stop or failures."))
def resume(
    ctx: typer.Context,
    id_: Id,
    *,
    skip: Annotated[bool, typer.Option("--skip", help=N_("Skip what was missed: go on from now."))] = False,
) -> None:
    session: Session = ctx.obj
    with session.house() as rooms:
        _told(session, rooms, rooms.outbox.subscriptions.resume(id_, skip=skip, actor=ACTOR))


@subscription.command(help=N_("A new secret; for a day the former one signs too."))
def secret(ctx: typer.Context, id_: Id) -> None:
    session: Session = ctx.obj
    with session.house() as rooms:
        done = rooms.outbox.subscriptions.rotate(id_, actor=ACTOR)
        if isinstance(done, Refused):
            session.refuse(done, rooms)
    told = done[1]
    session.give({"secret": told}, lambda: session.facts([(session.gettext("secret"), told)]))


@subscription.command("test", help=N_("Send the example of an event now and show the answer."))
def try_out(
    ctx: typer.Context, id_: Id, *, event: Annotated[str, typer.Option(help=N_("Which event."))] = NAME
) -> None:
    session: Session = ctx.obj
    with session.house() as rooms:
        tried = rooms.outbox.trial.send(id_, event)
        if isinstance(tried, Refused):
            session.refuse(tried, rooms)
    answer = tried.trouble or str(tried.status)
    session.give(tried, lambda: session.facts([(session.gettext("answer"), answer), ("", tried.answer)]))
    if tried.status is None or not 200 <= tried.status < 300:  # noqa: PLR2004 - 2xx
        raise typer.Exit(1)


@subscription.command(help=N_("Send every event since a moment once more, in order."))
def replay(
    ctx: typer.Context,
    id_: Id,
    since: Annotated[str, typer.Argument(help=N_("Such as 2026-11-21T12:30:00+03:00."))],
) -> None:
    session: Session = ctx.obj
    try:
        at = datetime.fromisoformat(since).astimezone()
    except ValueError:
        session.fail("bad_moment", session.gettext("This is no moment: write 2026-11-21T12:30:00+03:00."))
    with session.house() as rooms:
        done = rooms.outbox.deliveries.replay(id_, at, actor=ACTOR)
        if isinstance(done, Refused):
            session.refuse(done, rooms)
    session.give(
        {"events": done},
        lambda: session.say(
            session.gettext("Sent once more from there: about %(count)s events.", count=done)
        ),
    )


@subscription.command(help=N_("Tell it nothing any more; its log goes too."))
def delete(ctx: typer.Context, id_: Id) -> None:
    session: Session = ctx.obj
    with session.house() as rooms:
        refused = rooms.outbox.subscriptions.delete(id_, actor=ACTOR)
        if refused is not None:
            session.refuse(refused, rooms)
    session.give({"deleted": id_}, lambda: session.say(session.gettext("Deleted.")))


def _told(session: Session, rooms: Rooms, done: Subscription | Refused) -> None:
    if isinstance(done, Refused):
        session.refuse(done, rooms)
    session.give(done, lambda: session.facts([(session.gettext("state"), done.state)]))
