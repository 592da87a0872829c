"""`kopilka key` and `kopilka staff`: who and what may come in."""

import secrets
from typing import Annotated

import typer

from kopilka.cli.session import Session
from kopilka.usecases.keys import SCOPES
from kopilka.usecases.outcomes import Refused
from kopilka.usecases.staff import Role, Staff
from kopilka.words.catalogue import N_

key = typer.Typer()
staff = typer.Typer()
ACTOR = "cli"
Login = Annotated[str, typer.Argument(help=N_("What they type to sign in."))]


@key.command(help=N_("Make a key. Its secret is told only now."))
def create(
    ctx: typer.Context,
    title: Annotated[str, typer.Argument(help=N_("What the key is for."))],
    *,
    scopes: Annotated[
        str, typer.Option(help=N_("What it may do, with commas."))
    ] = "receipts,members:read,members:write",
    shop: Annotated[str, typer.Option(help=N_("The only shop that it may act for."))] = "",
    till: Annotated[str, typer.Option(help=N_("The only till."))] = "",
) -> None:
    session: Session = ctx.obj
    with session.house() as rooms:
        wanted = tuple(name.strip() for name in scopes.split(",") if name.strip())
        made = rooms.keys.create(title, wanted, shop=shop, till=till, actor=ACTOR)
        if isinstance(made, Refused):
            session.fail(
                made.code,
                session.gettext("Scopes are: %(names)s.", names=", ".join(SCOPES)),
                field=made.field,
            )
    found, secret = made
    rows = [
        (session.gettext("key"), found.key_id),
        (session.gettext("secret"), secret),
        (session.gettext("may"), ", ".join(found.scopes)),
    ]
    session.give({"key": found, "secret": secret}, lambda: session.facts(rows))


@key.command("list", help=N_("All keys, never their secrets."))
def list_keys(ctx: typer.Context) -> None:
    session: Session = ctx.obj
    with session.house() as rooms:
        found = rooms.keys.all()
    heads = (
        session.gettext("key"),
        session.gettext("title"),
        session.gettext("may"),
        session.gettext("shop"),
        session.gettext("since"),
        session.gettext("revoked"),
    )
    rows = [
        (
            row.key_id,
            row.title,
            ", ".join(row.scopes),
            row.shop,
            session.moment(row.created_at),
            session.moment(row.revoked_at),
        )
        for row in found
    ]
    session.give(found, lambda: session.table(heads, rows))


@key.command(help=N_("Refuse a key from now on."))
def revoke(ctx: typer.Context, key_id: Annotated[str, typer.Argument(metavar="KEY")]) -> None:
    session: Session = ctx.obj
    with session.house() as rooms:
        refused = rooms.keys.revoke(key_id, ACTOR)
    if refused is not None:
        session.fail(refused.code, session.gettext("There is no such key, or it is revoked already."))
    session.give({"revoked": key_id}, lambda: session.say(session.gettext("Revoked.")))


@staff.command(help=N_("Open an account. Without --password one is made up and told."))
def add(  # noqa: PLR0913 - one for each option
    ctx: typer.Context,
    login: Login,
    *,
    role: Annotated[Role, typer.Option(help=N_("What they are in the shop."))] = Role.CASHIER,
    name: Annotated[str, typer.Option(help=N_("Full name."))] = "",
    shop: Annotated[str, typer.Option(help=N_("A cashier's shop."))] = "",
    password: Annotated[str, typer.Option(help=N_("The password; - reads it from what is piped in."))] = "",
) -> None:
    session: Session = ctx.obj
    chosen = _password(session, password)
    with session.house() as rooms:
        wanted = Staff("", login, name or login, role, session.language, shop)
        made = rooms.reception().add(wanted, chosen)
        if isinstance(made, Refused):
            session.refuse(made, rooms)
    _tell(session, made.login, chosen, told=not password)


@staff.command(help=N_("Give somebody a new password."))
def password(
    ctx: typer.Context,
    login: Login,
    *,
    value: Annotated[
        str, typer.Option("--password", help=N_("The password; - reads it from what is piped in."))
    ] = "",
) -> None:
    session: Session = ctx.obj
    chosen = _password(session, value)
    with session.house() as rooms:
        refused = rooms.reception().change_password(login, chosen)
        if refused is not None and refused.code == "unknown_login":
            session.fail(refused.code, session.gettext("Nobody has the login %(login)s.", login=login))
        if refused is not None:
            session.refuse(refused, rooms)
    _tell(session, login, chosen, told=not value)


@staff.command("list", help=N_("Everybody who may sign in."))
def list_staff(ctx: typer.Context) -> None:
    session: Session = ctx.obj
    with session.house() as rooms:
        found = rooms.reception().staff()
    heads = (
        session.gettext("login"),
        session.gettext("name"),
        session.gettext("role"),
        session.gettext("shop"),
    )
    session.give(
        found,
        lambda: session.table(heads, [(row.login, row.name, row.role.value, row.shop) for row in found]),
    )


def _password(session: Session, given: str) -> str:
    if given == "-":
        return session.read("-").decode().strip()
    return given or secrets.token_urlsafe(9)


def _tell(session: Session, login: str, chosen: str, *, told: bool) -> None:
    value = {"login": login, **({"password": chosen} if told else {})}
    rows = [(session.gettext("login"), login), (session.gettext("password"), chosen if told else "")]
    session.give(value, lambda: session.facts(rows))
