"""The command tree: which verbs there are, in the reader's language; what is meant everywhere; how a run ends.

A room of commands is imported when one of its verbs is called, so that `--help` and completion answer at once.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kopilka.words.catalogue import N_, catalogue
from kopilka.words.languages import closest

if TYPE_CHECKING:
    from kopilka.cli.rooms import Wiring

DATA = ".kopilka"
# The room of each verb; several verbs of one room stand together.
ROOMS: Mapping[str, tuple[str, str]] = {
    "demo": (
        "house",
        N_("Start an example shop: a real year of receipts, made-up people, everything to try."),
    ),
    "serve": ("house", N_("Serve the API, the console and the till.")),
    "migrate": ("house", N_("Bring the database to this version's schema.")),
    "audit": ("house", N_("Check that the ledger is true: balances, lots, holds, chains.")),
    "replay": ("house", N_("Send a real year of receipts through a programme and say what came out.")),
    "programme": ("programme", N_("Programmes: new, validate, publish, compare, test.")),
    "member": ("member", N_("Members: enrol, find, show, change, export, erase.")),
    "receipt": ("receipt", N_("Receipts: quote, hold, close, void, return, show.")),
    "wallet": ("wallet", N_("Points: balances, statement, adjustments, payouts.")),
    "gift": ("deeds", N_("Gifts for points: list, give, take back.")),
    "action": ("deeds", N_("What members do beside buying: record, take back.")),
    "coupons": ("coupons", N_("Coupons: make batches of codes, list, show, issue, activate, cancel.")),
    "shop": ("catalogue", N_("Shops: put, list.")),
    "product": ("catalogue", N_("Goods: load a list.")),
    "connection": ("connection", N_("Tills and shop systems: kinds, create, list, renew, close, calls.")),
    "subscription": (
        "subscription",
        N_("Events out: add, list, log, test, pause, resume, replay, secret, delete."),
    ),
    "key": ("access", N_("Keys of the API: create, list, revoke.")),
    "staff": ("access", N_("Accounts of staff: add, password, list.")),
}
GLOBAL = {"--data": 1, "--lang": 1, "--json": 0}
HELP = N_("Kopilka: a loyalty system for shops.")
EVERYWHERE = N_("Everywhere: --json for scripts, --lang ru|en, --data DIR (or DATABASE_URL).")
REFUSED, MISUSED = 1, 2


def run(arguments: Sequence[str], environ: Mapping[str, str], wiring: Callable[[], "Wiring"]) -> int:
    """Carry out one command line; returns the exit code."""
    wanted = hoisted(list(arguments))
    tag = spoken(wanted, environ)
    words = catalogue(tag)
    command = typer.main.get_command(_tree(_verb(wanted), environ, wiring, tag))
    _translate(command, words.raw)
    _frame(words.raw)
    try:
        code = command.main(wanted, prog_name="kopilka", standalone_mode=False)
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # noqa: BLE001 - what explains itself is told, anything else is raised again
        return _ended(error)
    return code if isinstance(code, int) else 0


def _ended(error: Exception) -> int:
    """The exit code of an error that is an ending: ours, the parser's about a wrong call, or one of the outside world
    that explains itself. Anything else is our mistake and shows where.
    """
    code = getattr(error, "code", None)
    if type(error).__name__ == "StopError" and isinstance(code, int):
        return code
    if hasattr(error, "format_message"):
        context = getattr(error, "ctx", None)
        if context is not None:
            sys.stderr.write(context.get_usage() + "\n")
        sys.stderr.write(f"{error.format_message()}\n")
        return MISUSED
    if type(error).__module__.startswith(("kopilka.", "psycopg")):
        sys.stderr.write(f"{error}\n")
        return REFUSED
    raise error


def hoisted(arguments: list[str]) -> list[str]:
    """The command line with what is meant everywhere at its beginning, wherever it was written."""
    front: list[str] = []
    rest: list[str] = []
    waiting = iter(arguments)
    for argument in waiting:
        name = argument.partition("=")[0]
        if argument == "--":
            rest += [argument, *waiting]
        elif name in GLOBAL:
            front.append(argument)
            if GLOBAL[name] and "=" not in argument:
                front += [value for value in [next(waiting, None)] if value is not None]
        else:
            rest.append(argument)
    return front + rest


def spoken(arguments: Sequence[str], environ: Mapping[str, str]) -> str:
    """The language: --lang, else the environment's, else English (a terminal without one is a machine's)."""
    for place, argument in enumerate(arguments):
        if argument == "--lang" and place + 1 < len(arguments):
            return closest(arguments[place + 1]) or "en"
        if argument.startswith("--lang="):
            return closest(argument.partition("=")[2]) or "en"
    for name in ("KOPILKA_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if environ.get(name):
            return closest(environ[name].partition(".")[0]) or "en"
    return "en"


def _verb(arguments: Sequence[str]) -> str:
    waiting = iter(arguments)
    for argument in waiting:
        if GLOBAL.get(argument):
            next(waiting, None)
        elif not argument.startswith("-"):
            return argument
    return ""


def _tree(verb: str, environ: Mapping[str, str], wiring: Callable[[], "Wiring"], tag: str) -> typer.Typer:
    """The whole tree, of which only the called verb's room is real."""
    tree = typer.Typer(help=HELP, epilog=EVERYWHERE, no_args_is_help=True, add_completion=False)

    @tree.callback()
    def everywhere(
        ctx: typer.Context,
        *,
        data: Annotated[
            str, typer.Option(help=N_("The folder of our own database: .kopilka, or KOPILKA_DATA."))
        ] = "",
        lang: Annotated[str, typer.Option(help=N_("The language of answers: ru or en."))] = "",
        json: Annotated[bool, typer.Option("--json", help=N_("Answer with JSON."))] = False,
        version: Annotated[
            bool, typer.Option("--version", is_eager=True, callback=_version, help=N_("Say the version."))
        ] = False,
    ) -> None:
        del lang, version
        if ctx.invoked_subcommand:
            place = {
                "data": data or environ.get("KOPILKA_DATA", "") or DATA,
                "url": environ.get("DATABASE_URL", ""),
            }
            ctx.obj = import_module("kopilka.cli.begin").session(
                tag, place, wiring, json=json, environ=environ
            )

    for name, (room, about) in ROOMS.items():
        if name != verb:
            tree.command(name, help=about)(_nothing)
            continue
        module: Any = import_module(f"kopilka.cli.{room}")
        made = getattr(module, name)
        if isinstance(made, typer.Typer):
            tree.add_typer(made, name=name, help=about, no_args_is_help=True)
        else:
            tree.command(name, help=about, epilog=EVERYWHERE)(made)
    return tree


def _nothing() -> None:
    """Stands for a verb that was not called."""


def _version(*, value: bool) -> None:
    if value:
        sys.stdout.write(f"kopilka {import_module('importlib.metadata').version('kopilka')}\n")
        raise typer.Exit


def _translate(command: Any, say: Callable[[str], str]) -> None:
    """Every help text of a command and those below it, in the reader's language."""
    for holder in (command, *command.params):
        for name in ("help", "epilog", "short_help"):
            text = getattr(holder, name, None)
            if text:
                setattr(holder, name, say(text))
    for below in getattr(command, "commands", {}).values():
        below.epilog = below.epilog or EVERYWHERE
        _translate(below, say)


def _frame(say: Callable[[str], str]) -> None:
    """The parser's own words around help."""
    frame: Any = import_module("typer.rich_utils")
    frame.OPTIONS_PANEL_TITLE = say(N_("Options"))
    frame.ARGUMENTS_PANEL_TITLE = say(N_("Arguments"))
    frame.COMMANDS_PANEL_TITLE = say(N_("Commands"))
    frame.ERRORS_PANEL_TITLE = say(N_("Error"))
