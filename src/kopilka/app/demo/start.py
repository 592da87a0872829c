"""`kopilka demo`: the database, the example shop where it is not there, the pages, and how to get in.

<data>/demo.json      what the example shop was made of and how to sign in; readable by its owner alone
"""

import secrets
import shutil
import sys
from pathlib import Path

import msgspec
from rich.console import Console
from rich.panel import Panel
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from kopilka.app.begin import begin
from kopilka.app.cli_house import CliHouse
from kopilka.app.demo import seed
from kopilka.app.demo.people import person
from kopilka.app.postgres import EmbeddedPostgres
from kopilka.app.seal_key import hold_key
from kopilka.app.shop import Address, facts, free_port, pages, refuse_second, serve_at
from kopilka.cli.rooms import DemoWish
from kopilka.connectors import completejourney
from kopilka.store.migrate import migrate
from kopilka.usecases.commands import Ref
from kopilka.usecases.connections import Wish
from kopilka.usecases.outcomes import Refused
from kopilka.usecases.staff import Role, Staff
from kopilka.words.catalogue import catalogue

PRIVATE = 0o600
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


def demo(wish: DemoWish) -> None:
    """The example shop: made where it is not there, then served until stopped."""
    words = catalogue(wish.language)
    refuse_second(wish.data, wish.language)
    made_file = wish.data / "demo.json"
    if not made_file.exists():
        # An attempt that was cut short begins anew: only a finished shop has its note.
        shutil.rmtree(wish.data / "postgres", ignore_errors=True)
    hold_key(wish.data)
    begun = begin() if wish.serve and made_file.exists() else None
    with EmbeddedPostgres(wish.data / "postgres") as server:
        migrate(server.conninfo)
        if not made_file.exists():
            keep(made_file, msgspec.json.encode(_make(server.conninfo, wish)))
        made = msgspec.json.decode(made_file.read_bytes(), type=Made)
        if wish.serve:
            address = Address(wish.host, free_port(wish.host, wish.port, wish.language, wish.data))
            serve_at(
                server.conninfo, wish.data, address, lambda: _box(made, address.shown, wish.language), begun
            )
            Console(highlight=False).print(
                words.gettext("Stopped. The data is kept; the next start takes seconds.")
            )
        elif wish.json:
            sys.stdout.write(msgspec.json.encode(made).decode() + "\n")
        else:
            Console(highlight=False).print(_box(made, "", wish.language))


def keep(file: Path, content: bytes) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    part = file.with_suffix(".part")
    part.touch(mode=PRIVATE)
    part.write_bytes(content)
    part.rename(file)


def _make(conninfo: str, wish: DemoWish) -> Made:
    words = catalogue(wish.language)
    house = CliHouse(conninfo)
    weeks = seed.weeks_until(seed.today(house.clock()))
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    if not console.is_terminal:
        console.print(words.gettext("Making the example shop…"))
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        steps = bar.add_task(words.gettext("Shops and programmes"), total=None)
        seed.put_reference(house, seed.first_moment(weeks))
        bar.update(steps, description=words.gettext("Reading receipts"))
        purchases = completejourney.receipts(wish.households)
        total = completejourney.totals().receipts
        if wish.households is not None:
            purchases_read = list(purchases)
            purchases, total = iter(purchases_read), len(purchases_read)
        bar.update(steps, description=words.gettext("Goods"))
        seed.put_products(house)
        bar.update(steps, description=words.gettext("A year of receipts"), total=total, completed=0)
        seeded = seed.put_year(house, purchases, weeks, lambda done: bar.update(steps, completed=done))
    made = Made(*seeded, _staff(house, wish.language), _key(house), _guests(house, wish.households))
    _connections(house, wish.language)
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


def _connections(house: CliHouse, language: str) -> None:
    """A till and a site that are connected already, each with a first call in its log."""
    from kopilka.app.trade import Workshop  # noqa: PLC0415 - those who only serve start without all connectors

    shop = completejourney.shops(seed.PROGRAMMES[0])[0].id
    workshop = Workshop(house)
    titles = {
        "frontol": {"ru": "Касса 1", "en": "Till 1"},
        "retailcrm": {"ru": "Интернет-магазин", "en": "Online shop"},
    }
    for connector, title in titles.items():
        made = house.connections.connect(connector, Wish(title[language], shop=shop), actor="demo")
        if not isinstance(made, Refused):
            workshop.try_out(made[0].connection_id)


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
        level = "" if standing is None or standing.level is None else standing.level.outlook.level
        guest = Guest(person(household).name, view.person.phone, level, free)
        if level not in best or best[level].points < free:
            best[level] = guest
    return tuple(sorted(best.values(), key=lambda guest: -guest.points)[:SHOWN])


def _box(made: Made, address: str, language: str) -> Panel:
    words = catalogue(language)
    where = [*pages(address, language), ("", "")] if address else []
    people = [(row.login, row.password) for row in made.sign_ins]
    guests = [
        (row.phone, f"{row.name}, {row.level}, {row.points:,}".replace(",  ", ", ")) for row in made.guests
    ]
    rows = [
        *where, (words.gettext("Sign in as"), words.gettext("password")), *people, ("", ""),
        (words.gettext("API key"), made.key), ("", ""),
        (words.gettext("At the till"), words.gettext("try these phones (name, level, points)")), *guests, ("", ""),
        (words.gettext("Data"), words.gettext(
            "%(members)s members, %(receipts)s receipts, all people made up. The year 2017 is moved by %(weeks)s weeks.",
            members=f"{made.members:,}", receipts=f"{made.receipts:,}", weeks=made.weeks,
        )),
    ]  # fmt: skip
    if address:
        rows.append((words.gettext("Stop"), "Ctrl-C"))
    return Panel(facts(rows), title=f"Kopilka · {words.gettext('example shop')}", expand=False)
