"""`kopilka demo` and `kopilka serve`: the database, the example shop where it is wanted, the pages, and how to get in.

<data>/demo.json      what the example shop was made of and how to sign in; readable by its owner alone
<data>/serving.json   where a living process serves, for those who start a second one
"""

import secrets
import shutil
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import msgspec
from rich.console import Console
from rich.panel import Panel
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from kopilka.app.demo import seed
from kopilka.app.demo.people import person
from kopilka.app.postgres import AlreadyRunning, EmbeddedPostgres, find_database
from kopilka.app.postgres.database import is_locked
from kopilka.app.wiring import CliHouse
from kopilka.cli.rooms import DemoWish, Place
from kopilka.connectors import completejourney
from kopilka.store.migrate import migrate
from kopilka.usecases.commands import Ref
from kopilka.usecases.outcomes import Refused
from kopilka.usecases.staff import Role, Staff
from kopilka.values.errors import KopilkaError
from kopilka.words.catalogue import catalogue

PRIVATE = 0o600
PORTS_TRIED = 50
SHOWN = 3
LOOKED_AT = 60
WORDS = (
    "maple", "river", "lemon", "copper", "pepper", "amber", "rocket", "violin", "harbor", "cedar", "falcon",
    "ginger", "meadow", "walnut", "orchid", "pixel",
)  # fmt: skip


class SignIn(msgspec.Struct, frozen=True):
    """How to sign in as somebody."""

    login: str
    password: str
    role: str


class Guest(msgspec.Struct, frozen=True):
    """Somebody to try at the till."""

    name: str
    phone: str
    level: str
    points: int


class Made(msgspec.Struct, frozen=True):
    """The example shop as it was made."""

    members: int
    receipts: int
    returns: int
    weeks: int
    sign_ins: tuple[SignIn, ...]
    key: str
    guests: tuple[Guest, ...]


class NoPortError(KopilkaError):
    """No port is free; choose another with --port."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


def demo(wish: DemoWish) -> None:
    """The example shop: made where it is not there, then served until stopped."""
    say = catalogue(wish.language).gettext
    refuse_second(wish.data, wish.language)
    made_file = wish.data / "demo.json"
    if not made_file.exists():
        shutil.rmtree(wish.data / "postgres", ignore_errors=True)
    with EmbeddedPostgres(wish.data / "postgres") as server:
        migrate(server.conninfo)
        if made_file.exists():
            made = msgspec.json.decode(made_file.read_bytes(), type=Made)
        else:
            made = _make(server.conninfo, wish)
            keep(made_file, msgspec.json.encode(made))
        console = Console(highlight=False)
        if not wish.serve:
            if wish.json:
                sys.stdout.write(msgspec.json.encode(made).decode() + "\n")
            else:
                console.print(_box(made, "", wish.language))
            return
        port = free_port(wish.host, wish.port)
        if port != wish.port:
            console.print(say("Port %(port)s is taken; this is %(other)s.", port=wish.port, other=port))

        def ready() -> None:
            console.print(_box(made, f"http://{shown_host(wish.host)}:{port}", wish.language))

        with serving(wish.data, wish.host, port):
            import_module("kopilka.app.serve").serve(server.conninfo, host=wish.host, port=port, ready=ready)
        console.print(say("Stopped. The data is kept; the next start takes seconds."))


def serve(place: Place, *, host: str, port: int, language: str) -> None:
    """Serve a shop of one's own."""
    say = catalogue(language).gettext
    if not place.url:
        refuse_second(place.data, language)
    database = find_database(place.url or None, place.data)
    try:
        conninfo = database.start()
        migrate(conninfo)
        chosen = free_port(host, port)
        console = Console(highlight=False)
        if chosen != port:
            console.print(say("Port %(port)s is taken; this is %(other)s.", port=port, other=chosen))

        def ready() -> None:
            address = f"http://{shown_host(host)}:{chosen}"
            rows = [
                (say("Console"), f"{address}/console"),
                (say("Till"), f"{address}/till"),
                ("API", f"{address}/docs"),
            ]
            console.print(Panel(_facts(rows), title="Kopilka", expand=False))

        with serving(place.data, host, chosen):
            import_module("kopilka.app.serve").serve(conninfo, host=host, port=chosen, ready=ready)
    finally:
        database.stop()


def refuse_second(data: Path, language: str) -> None:
    """A folder that a living process serves already is told with its address."""
    if not is_locked(data / "postgres"):
        return
    try:
        address = msgspec.json.decode((data / "serving.json").read_bytes(), type=dict[str, str])["address"]
    except (OSError, msgspec.DecodeError, KeyError):
        address = ""
    say = catalogue(language).gettext
    text = say("Kopilka runs over %(data)s already: %(address)s", data=data, address=address or "…")
    raise AlreadyRunning(text)


@contextmanager
def serving(data: Path, host: str, port: int) -> Iterator[None]:
    """Note where this process serves."""
    note = data / "serving.json"
    data.mkdir(parents=True, exist_ok=True)
    note.write_bytes(msgspec.json.encode({"address": f"http://{shown_host(host)}:{port}"}))
    try:
        yield
    finally:
        note.unlink(missing_ok=True)


def keep(file: Path, content: bytes) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    part = file.with_suffix(".part")
    part.touch(mode=PRIVATE)
    part.write_bytes(content)
    part.rename(file)


def free_port(host: str, port: int) -> int:
    """The port, or the next one that is free."""
    for wanted in range(port, port + PORTS_TRIED):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind((host, wanted))
            except OSError:
                continue
            return wanted
    raise NoPortError


def shown_host(host: str) -> str:
    """What to type into a browser."""
    return "localhost" if host in {"127.0.0.1", "0.0.0.0", "::", "::1"} else host  # noqa: S104 - only shown


def _make(conninfo: str, wish: DemoWish) -> Made:
    say = catalogue(wish.language).gettext
    house = CliHouse(conninfo)
    weeks = seed.weeks_until(seed.today(house.clock()))
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    if not console.is_terminal:
        console.print(say("Making the example shop…"))
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        steps = bar.add_task(say("Shops and programmes"), total=None)
        seed.put_reference(house, seed.first_moment(weeks))
        bar.update(steps, description=say("Reading receipts"))
        purchases = completejourney.receipts(wish.households)
        total = completejourney.totals().receipts
        if wish.households is not None:
            purchases_read = list(purchases)
            purchases, total = iter(purchases_read), len(purchases_read)
        bar.update(steps, description=say("Goods"))
        seed.put_products(house)
        bar.update(steps, description=say("A year of receipts"), total=total, completed=0)
        seeded = seed.put_year(house, purchases, weeks, lambda done: bar.update(steps, completed=done))
    made = Made(*seeded, _staff(house, wish.language), _key(house), _guests(house, wish.households))
    house.close()
    return made


def _staff(house: CliHouse, language: str) -> tuple[SignIn, ...]:
    reception, rows = house.reception(), []
    names = {
        "ru": ("Анна Хозяйкина", "Мария Маркетинг", "Сергей Поддержкин", "Катя Кассирова"),
        "en": ("Olivia Owner", "Martin Market", "Sam Support", "Cathy Cash"),
    }[language]
    shop = completejourney.shops(seed.PROGRAMMES[0])[0].id
    for role, name in zip((Role.OWNER, Role.MARKETER, Role.SUPPORT, Role.CASHIER), names, strict=True):
        password = f"{secrets.choice(WORDS)}-{secrets.choice(WORDS)}-{secrets.randbelow(900) + 100}"
        at = shop if role is Role.CASHIER else ""
        made = reception.add(Staff("", role.value, name, role, language, at), password)
        if not isinstance(made, Refused):
            rows.append(SignIn(role.value, password, role.value))
    return tuple(rows)


def _key(house: CliHouse) -> str:
    made = house.keys.create("demo", ("admin",), actor="demo")
    return "" if isinstance(made, Refused) else made[1]


def _guests(house: CliHouse, households: int | None) -> tuple[Guest, ...]:
    """A few people of different levels who have something to spend."""
    best: dict[str, Guest] = {}
    for household in completejourney.sample(min(LOOKED_AT, households or LOOKED_AT)):
        view = house.members.find(Ref("external", household))
        if isinstance(view, Refused):
            continue
        holder = (view.bucket, view.holder_id)
        free = sum(wallet.free for wallet in house.views.wallets(holder))
        standing = next(iter(house.views.standings(holder)), None)
        level = "" if standing is None or standing.level is None else standing.level.level
        guest = Guest(person(household).name, view.person.phone, level, free)
        if level not in best or best[level].points < free:
            best[level] = guest
    return tuple(sorted(best.values(), key=lambda guest: -guest.points)[:SHOWN])


def _box(made: Made, address: str, language: str) -> Panel:
    say = catalogue(language).gettext
    pages = []
    if address:
        pages = [
            (say("Console"), f"{address}/console"), (say("Till"), f"{address}/till"),
            ("API", f"{address}/docs"), ("", ""),
        ]  # fmt: skip
    people = [(row.login, row.password) for row in made.sign_ins]
    guests = [
        (row.phone, f"{row.name}, {row.level}, {row.points:,}".replace(",  ", ", ")) for row in made.guests
    ]
    rows = [
        *pages, (say("Sign in as"), say("password")), *people, ("", ""),
        (say("API key"), made.key), ("", ""),
        (say("At the till"), say("try these phones (name, level, points)")), *guests, ("", ""),
        (say("Data"), say(
            "%(members)s members, %(receipts)s receipts, all people made up. The year 2017 is moved by %(weeks)s weeks.",
            members=f"{made.members:,}", receipts=f"{made.receipts:,}", weeks=made.weeks,
        )),
    ]  # fmt: skip
    if address:
        rows.append((say("Stop"), "Ctrl-C"))
    return Panel(_facts(rows), title=f"Kopilka · {say('example shop')}", expand=False)


def _facts(rows: list[tuple[str, str]]) -> Table:
    made = Table(box=None, pad_edge=False, show_header=False)
    made.add_column(style="bold", no_wrap=True)
    made.add_column(overflow="fold")
    for name, value in rows:
        made.add_row(name, value)
    return made
