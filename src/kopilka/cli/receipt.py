"""`kopilka receipt`: the verbs of a till, from a file or a pipe in the shape of the HTTP API, answered in the same shape."""

import secrets
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
import typer

from kopilka.cli.rooms import ReceiptWish
from kopilka.cli.session import REFUSED, Session, StopError
from kopilka.words.catalogue import N_

receipt = typer.Typer()
File = Annotated[
    str, typer.Argument(help=N_("The receipt as JSON, in the shape of the API; - is what is piped in."))
]
Id = Annotated[str, typer.Argument(metavar="ID", help=N_("The receipt's id."))]
Fiscal = Annotated[
    bool, typer.Option("--fiscal", help=N_("Add what a till has to print: lines and payments by tag."))
]
OptionalFile = Annotated[
    str, typer.Argument(help=N_("What comes back, as JSON; nothing is everything that is left."))
]


@receipt.command(help=N_("What would this receipt give? Writes nothing."))
def quote(ctx: typer.Context, file: File = "-", *, fiscal: Fiscal = False) -> None:
    _call(ctx.obj, "quote", ctx.obj.read(file), fiscal=fiscal)


@receipt.command(help=N_("Reserve the points of a receipt."))
def hold(ctx: typer.Context, id_: Id, file: File = "-", *, fiscal: Fiscal = False) -> None:
    _call(ctx.obj, "hold", ctx.obj.read(file), id_, fiscal=fiscal)


@receipt.command(help=N_("The sale is done."))
def close(ctx: typer.Context, id_: Id, file: File = "-", *, fiscal: Fiscal = False) -> None:
    _call(ctx.obj, "close", ctx.obj.read(file), id_, fiscal=fiscal)


@receipt.command(help=N_("End a hold: the sale did not happen."))
def release(ctx: typer.Context, id_: Id) -> None:
    _call(ctx.obj, "release", b"", id_)


@receipt.command(help=N_("Undo a closed receipt as a whole, on its own day."))
def void(ctx: typer.Context, id_: Id) -> None:
    _call(ctx.obj, "void", _now(), id_)


@receipt.command("return", help=N_("Goods come back."))
def give_back(ctx: typer.Context, id_: Id, file: OptionalFile = "", *, fiscal: Fiscal = False) -> None:
    body = ctx.obj.read(file) if file else _now(id=f"{id_}-{secrets.token_hex(4)}")
    _call(ctx.obj, "return", body, id_, fiscal=fiscal)


@receipt.command(help=N_("One receipt with what was decided, and why."))
def show(ctx: typer.Context, id_: Id, *, fiscal: Fiscal = False) -> None:
    _call(ctx.obj, "show", b"", id_, fiscal=fiscal)


@receipt.command(
    help=N_(
        "Why a receipt came out as it did, and why not what was expected: kopilka receipt explain ID --expected 90"
    )
)
def explain(
    ctx: typer.Context,
    id_: Id,
    *,
    expected: Annotated[str, typer.Option(help=N_("The number that was expected."))] = "",
    of: Annotated[str, typer.Option(help=N_("What it is of: earned points or paid money."))] = "",
    kind: Annotated[str, typer.Option(help=N_("The kind of points."))] = "",
) -> None:
    session: Session = ctx.obj
    asked = {"expected": expected, "of": of, "kind": kind}
    wish = ReceiptWish(
        "explain", b"", id_, session.language, {name: text for name, text in asked.items() if text}
    )
    with session.house() as rooms:
        done, answer = session.wiring.receipt(rooms, wish)
    found: dict[str, Any] = msgspec.json.decode(answer)

    def show_it() -> None:
        session.say(str(found["customer"]))
        session.say("")
        session.out.out(str(found["trace"]), highlight=False)
        if found.get("unlock"):
            session.say("")
            session.say(str(found["unlock"]))

    session.give(found, show_it if done else lambda: _show_problem(session, found))
    if not done:
        raise StopError(REFUSED)


def _now(**more: str) -> bytes:
    return msgspec.json.encode({"at": datetime.now(UTC), **more})


def _call(session: Session, verb: str, body: bytes, receipt_id: str = "", *, fiscal: bool = False) -> None:
    wish = ReceiptWish(verb, body, receipt_id, session.language, {"fiscal": "1"} if fiscal else {})
    with session.house() as rooms:
        done, answer = session.wiring.receipt(rooms, wish)
    found: dict[str, Any] = msgspec.json.decode(answer)
    session.give(found, lambda: _show(session, found) if done else _show_problem(session, found))
    if not done:
        raise StopError(REFUSED)


def _show(session: Session, found: dict[str, Any]) -> None:
    """The answer for people: every amount, then every rule with its words."""
    plain = [
        (name, str(value)) for name, value in found.items() if isinstance(value, str | int) and value != ""
    ]
    session.facts(plain)
    printed = found.get("fiscal")
    if printed:
        payments = {"total": printed["total"], **printed.get("payments", {})}
        found = {**found, "fiscal": printed["lines"], "payments": payments}
    for name, value in found.items():
        rows = [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
        if rows:
            heads = list(dict.fromkeys(key for row in rows for key in row))
            session.say("")
            session.say(session.gettext(name) if name in {"lines", "rules"} else name)
            session.table(heads, [[_cell(row.get(head)) for head in heads] for row in rows])
        elif isinstance(value, dict) and value:
            session.facts([(f"{name} {key}", _cell(item)) for key, item in value.items()])


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case dict():
            return ", ".join(f"{name} {_cell(item)}" for name, item in value.items())
        case list():
            return ", ".join(_cell(item) for item in value)
        case _:
            return str(value)


def _show_problem(session: Session, found: dict[str, Any]) -> None:
    session.err.print(str(found.get("detail") or found.get("title") or found), markup=False)
    for row in found.get("errors") or ():
        session.err.print(f"  {_cell(row)}", markup=False)
