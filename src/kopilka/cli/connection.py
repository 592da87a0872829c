"""`kopilka connection`: tills and shop systems that speak to us in their own protocol."""

from typing import Annotated

import typer

from kopilka.cli.session import Session
from kopilka.usecases.connections import Connection, Wish
from kopilka.usecases.manifest import Manifest, grade_of
from kopilka.usecases.outcomes import Refused
from kopilka.words.catalogue import N_

connection = typer.Typer()
ACTOR = "cli"
Id = Annotated[str, typer.Argument(metavar="CONNECTION")]
Given = Annotated[
    str,
    typer.Option(
        "--secret", help=N_("The key that the other system made; - reads it from what is piped in.")
    ),
]


@connection.command(help=N_("What can be connected."))
def kinds(ctx: typer.Context) -> None:
    session: Session = ctx.obj
    found = sorted(session.wiring.manifests(), key=lambda each: each.id)
    heads = (session.gettext("connector"), session.gettext("title"), session.gettext("quality"))
    rows = [(each.id, each.title.of(session.language), grade_of(each.meets).value) for each in found]
    session.give(found, lambda: session.table(heads, rows))


@connection.command(help=N_("Connect a system. Its key is told only now."))
def create(  # noqa: PLR0913 - one for each option
    ctx: typer.Context,
    connector: Annotated[str, typer.Argument(help=N_("Which protocol; `kinds` lists them."))],
    title: Annotated[str, typer.Argument(help=N_("Its name in the console."))],
    *,
    shop: Annotated[str, typer.Option(help=N_("The only shop that it may act for."))] = "",
    programme: Annotated[str, typer.Option(help=N_("The programme that it enrols into."))] = "",
    settings: Annotated[str, typer.Option("--set", help=N_("Settings: name=value, with commas."))] = "",
    secret: Given = "",
) -> None:
    session: Session = ctx.obj
    manifest = _manifest(session, connector)
    wish = Wish(title, _settings(session, manifest, settings), shop, programme)
    with session.house() as rooms:
        if shop and shop not in {row.id for row in rooms.programmes.shops()}:
            session.refuse(Refused("unknown_shop", field="shop", params={"shop": shop}), rooms)
        made = rooms.connections.connect(connector, wish, secret=_secret(session, secret), actor=ACTOR)
        if isinstance(made, Refused):
            session.refuse(made, rooms)
    _tell(session, made, manifest)


@connection.command("list", help=N_("All connections, never their keys."))
def list_connections(ctx: typer.Context) -> None:
    session: Session = ctx.obj
    with session.house() as rooms:
        found = rooms.connections.all()
    names = (
        N_("connection"),
        N_("number"),
        N_("connector"),
        N_("title"),
        N_("shop"),
        N_("since"),
        N_("closed since"),
    )
    heads = tuple(map(session.gettext, names))
    rows = [
        (
            row.connection_id, str(row.number), row.connector, row.title, row.shop, session.moment(row.created_at),
            session.moment(row.closed_at),
        )
        for row in found
    ]  # fmt: skip
    session.give(found, lambda: session.table(heads, rows, right=(1,)))


@connection.command(help=N_("A new key; the old one is refused at once."))
def renew(ctx: typer.Context, connection_id: Id, *, secret: Given = "") -> None:
    session: Session = ctx.obj
    with session.house() as rooms:
        made = rooms.connections.renew(connection_id, secret=_secret(session, secret), actor=ACTOR)
        if isinstance(made, Refused):
            session.refuse(made, rooms)
    _tell(session, made, _manifest(session, made[0].connector))


@connection.command(help=N_("Refuse its calls from now on."))
def close(ctx: typer.Context, connection_id: Id) -> None:
    session: Session = ctx.obj
    with session.house() as rooms:
        done = rooms.connections.close(connection_id, actor=ACTOR)
        if isinstance(done, Refused):
            session.refuse(done, rooms)
    session.give({"closed": connection_id}, lambda: session.say(session.gettext("Closed.")))


@connection.command(help=N_("The last calls of a connection."))
def calls(ctx: typer.Context, connection_id: Id) -> None:
    session: Session = ctx.obj
    with session.house() as rooms:
        found = rooms.connections.calls(connection_id)
    heads = tuple(map(session.gettext, (N_("when"), N_("call"), N_("answer"), N_("refusal"), N_("ms"))))
    rows = [
        (session.moment(row.called_at), f"{row.method} {row.address}", str(row.status), row.outcome, str(-(-row.micros // 1_000)))
        for row in found
    ]  # fmt: skip
    session.give(found, lambda: session.table(heads, rows, right=(2, 4)))


def _manifest(session: Session, connector: str) -> Manifest:
    known = {each.id: each for each in session.wiring.manifests()}
    if connector not in known:
        names = ", ".join(sorted(known))
        session.fail("unknown_connector", session.gettext("Connectors are: %(names)s.", names=names))
    return known[connector]


def _settings(session: Session, manifest: Manifest, text: str) -> dict[str, str]:
    """Settings as they were written; one that the connector does not have, or a value it does not offer, is told."""
    pairs = [part.partition("=") for part in text.split(",") if part.strip()]
    given = {name.strip(): value.strip() for name, _, value in pairs}
    known = {setting.name: setting for setting in manifest.settings}
    for name, value in given.items():
        if name not in known:
            names = ", ".join(sorted(known))
            session.fail(
                "unknown_setting", session.gettext("Settings are: %(names)s.", names=names), field=name
            )
        if known[name].choices and value not in known[name].choices:
            names = ", ".join(known[name].choices)
            session.fail(
                "not_a_choice", session.gettext("Choose one of: %(names)s.", names=names), field=name
            )
    missing = [
        setting.name for setting in manifest.settings if setting.required and not given.get(setting.name)
    ]
    if missing:
        session.fail("required", session.gettext("Say %(name)s=…", name=missing[0]), field=missing[0])
    return given


def _secret(session: Session, given: str) -> str:
    return session.read("-").decode().strip() if given == "-" else given


def _tell(session: Session, made: tuple[Connection, str], manifest: Manifest) -> None:
    found, secret = made
    address = manifest.address.format(connection=found.connection_id, number=found.number)
    rows = [
        (session.gettext("connection"), found.connection_id),
        (session.gettext("number"), str(found.number)),
        (session.gettext("address"), address),
        (session.gettext("secret"), secret),
    ]
    session.give({"connection": found, "address": address, "secret": secret}, lambda: session.facts(rows))
