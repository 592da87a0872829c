"""Commands about the whole house: demo, serve, migrate, audit, replay."""

from pathlib import Path
from typing import Annotated

import typer

from kopilka.cli.rooms import DemoWish, ReplayWish
from kopilka.cli.session import REFUSED, Session, StopError
from kopilka.words.catalogue import N_

PORT = 8080
HOUSEHOLDS = 150
Port = Annotated[int, typer.Option(help=N_("The port; the next free one where it is taken."))]
Host = Annotated[str, typer.Option(help=N_("The address to listen on."))]


def demo(  # noqa: PLR0913 - one for each option
    ctx: typer.Context,
    *,
    households: Annotated[
        int, typer.Option(min=1, help=N_("How many households to bring, each with all its receipts."))
    ] = HOUSEHOLDS,
    full: Annotated[bool, typer.Option("--full", help=N_("Bring all 2,469 households."))] = False,
    serve: Annotated[bool, typer.Option(help=N_("Serve the pages once the shop is there."))] = True,
    port: Port = PORT,
    host: Host = "127.0.0.1",
) -> None:
    """Start the example shop."""
    session: Session = ctx.obj
    wish = DemoWish(
        data=session.place.data / "demo",
        households=None if full else households,
        host=host,
        port=port,
        serve=serve,
        language=session.language,
        json=session.json,
    )
    session.wiring.demo(wish)


def serve(ctx: typer.Context, *, port: Port = PORT, host: Host = "127.0.0.1") -> None:
    """Serve everything until stopped."""
    session: Session = ctx.obj
    session.wiring.serve(session.place, host=host, port=port, language=session.language)


def migrate(ctx: typer.Context) -> None:
    """Bring the schema up to date."""
    session: Session = ctx.obj
    done = session.wiring.migrate(session.place)
    said = (
        session.gettext("Done: %(names)s.", names=", ".join(done))
        if done
        else session.gettext("Nothing to do.")
    )
    session.give({"migrations": done}, lambda: session.say(said))


def audit(
    ctx: typer.Context,
    *,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help=N_("Make balances, lots and holds again from the postings."))
    ] = False,
) -> None:
    """Check the ledger."""
    session: Session = ctx.obj
    with session.progress(session.gettext("Checking")) as progress:
        report = session.wiring.audit(session.place, rebuild=rebuild, progress=progress)

    def show() -> None:
        for row in report.findings:
            session.say(f"{'✗' if row.broken else '✓'} {row.sentence}")
            for place in row.places:
                session.say(f"    {place}")
        broken = sum(1 for row in report.findings if row.broken)
        said = session.gettext(
            "%(count)s of %(all)s sentences are true.",
            count=len(report.findings) - broken,
            all=len(report.findings),
        )
        session.say(said)
        if rebuild:
            session.say(session.gettext("Made again: %(rows)s.", rows=report.rebuilt))

    session.give(report, show)
    if any(row.broken for row in report.findings):
        raise StopError(REFUSED)


def replay(
    ctx: typer.Context,
    data: Annotated[str, typer.Argument(help=N_("Which data: completejourney."))],
    *,
    programme: Annotated[Path, typer.Option(help=N_("The programme's file."))],
    spend: Annotated[
        str, typer.Option(help=N_("gifts:100 exchanges whole hundreds before each receipt."))
    ] = "",
    households: Annotated[int, typer.Option(min=0, help=N_("So many households; 0 is all."))] = 0,
) -> None:
    """Send a year through a programme, in a database that is thrown away afterwards."""
    session: Session = ctx.obj
    if data != "completejourney":
        session.misused(session.gettext("There is no data called %(name)s.", name=data))
    kind, _, block = spend.partition(":")
    if spend and (kind != "gifts" or not block.isdigit() or not int(block)):
        session.misused(session.gettext("--spend is written as gifts:100."))
    text = session.read(str(programme)).decode("utf-8", "replace")
    wish = ReplayWish(text, households or None, int(block or 0))
    with session.progress(session.gettext("Receipts"), None) as progress:
        report = session.wiring.replay(wish, progress)

    def show() -> None:
        session.facts(
            (name.replace("_", " "), _shown(getattr(report, name))) for name in report.__struct_fields__
        )

    session.give(report, show)


def _shown(value: object) -> str:
    match value:
        case dict():
            return ", ".join(f"{name} {_shown(item)}" for name, item in value.items())
        case bool() | str():
            return str(value)
        case int():
            return f"{value:,}"
        case float():
            return f"{value:.1f}"
        case _:
            return str(value)
