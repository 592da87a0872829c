"""`kopilka member`: people join, are found, are shown, are erased."""

import secrets
import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from msgspec import UNSET

from kopilka.cli.rooms import Rooms, programmes_of
from kopilka.cli.session import Session
from kopilka.usecases.commands import Enrol, Identifier, Person, Ref, SetLevel
from kopilka.usecases.erase_member import ErasureWish
from kopilka.usecases.erasure_act import PERSON
from kopilka.usecases.members import KINDS, MemberChange, PersonChange, normal
from kopilka.usecases.offers import PerkView
from kopilka.usecases.outcomes import Refused
from kopilka.usecases.views import MemberView, StandingView, WalletView
from kopilka.values.errors import BadValueError
from kopilka.words import calendar, levels
from kopilka.words.catalogue import N_, catalogue
from kopilka.words.entry import day_entry
from kopilka.words.formats import points
from kopilka.words.reasons import in_language
from kopilka.words.render import Tongue
from kopilka.words.tongue import tongue_of

member = typer.Typer()
CLIENT = "cli"
Who = Annotated[
    str, typer.Argument(help=N_("A phone, card, e-mail or member id; or kind:value, as external:42."))
]
Tags = Annotated[list[str], typer.Option(help=N_("A tag to carry; may stand several times."))]
Facts = Annotated[list[str], typer.Option(help=N_("A further fact, as pet=cat; may stand several times."))]


@member.command(help=N_("Let somebody join: something has to find them, a phone, an e-mail or a card."))
def enrol(  # noqa: PLR0913 - one for each option
    ctx: typer.Context,
    *,
    programme: Annotated[str, typer.Option(help=N_("The programme that greets them; else the first."))] = "",
    name: Annotated[str, typer.Option(help=N_("Full name."))] = "",
    phone: Annotated[str, typer.Option(help=N_("Phone."))] = "",
    email: Annotated[str, typer.Option(help=N_("E-mail."))] = "",
    birthday: Annotated[str, typer.Option(help=N_("Day of birth: 1990-03-08."))] = "",
    card: Annotated[str, typer.Option(help=N_("Number of a card."))] = "",
    card_type: Annotated[str, typer.Option(help=N_("Type of the card."))] = "",
    external: Annotated[str, typer.Option(help=N_("Id in another system."))] = "",
    shop: Annotated[str, typer.Option(help=N_("Where they join."))] = "",
    tag: Tags = [],  # noqa: B006 - typer copies it
    fact: Facts = [],  # noqa: B006 - the same
) -> None:
    session: Session = ctx.obj
    given = {"phone": phone, "email": email, "card": card, "external": external}
    identifiers = tuple(
        Identifier(kind, _normal(session, kind, value), card_type if kind == "card" else "")
        for kind, value in given.items()
        if value
    )
    found = {row.kind: row.value for row in identifiers}
    born = _birthday(session, birthday)
    person = Person(
        name, found.get("phone", ""), found.get("email", ""), born, session.language, _facts(session, fact) or UNSET
    )  # fmt: skip
    with session.house() as rooms:
        names = rooms.programmes.names()
        wish = Enrol(identifiers, programme or next(iter(names), ""), person, shop, tuple(dict.fromkeys(tag)))
        outcome = rooms.desk().run([wish])[0]
        if isinstance(outcome, Refused):
            session.refuse(outcome, rooms)
        view = find_member(session, rooms, f"member:{outcome.member_id}")
        _give(session, rooms, view)


@member.command(help=N_("Find members by a part of a name, phone, card or e-mail."))
def find(
    ctx: typer.Context,
    text: Annotated[str, typer.Argument(help=N_("What to look for; nothing shows the newest."))] = "",
    *,
    limit: Annotated[int, typer.Option(min=1, max=200, help=N_("At most so many."))] = 20,
) -> None:
    session: Session = ctx.obj
    with session.house() as rooms:
        found = rooms.views.search(text, limit=limit)
    heads = (
        session.gettext("member"),
        session.gettext("name"),
        session.gettext("phone"),
        session.gettext("card"),
        session.gettext("since"),
    )
    rows = [(row.member_id, row.name, row.phone, row.card, session.moment(row.enrolled_at)) for row in found]
    session.give(found, lambda: session.table(heads, rows))


@member.command(help=N_("Tags and further facts of a member; the others stay as they are."))
def change(  # noqa: PLR0913 - one for each option
    ctx: typer.Context,
    who: Who,
    *,
    tag: Tags = [],  # noqa: B006 - typer copies it
    untag: Annotated[list[str], typer.Option(help=N_("A tag to take away; may stand several times."))] = [],  # noqa: B006
    fact: Facts = [],  # noqa: B006
    forget: Annotated[list[str], typer.Option(help=N_("A fact to take away, by its name."))] = [],  # noqa: B006
) -> None:
    session: Session = ctx.obj
    attributes = {**_facts(session, fact), **dict.fromkeys(forget)}
    with session.house() as rooms:
        view = find_member(session, rooms, who)
        wish = MemberChange(add_tags=tuple(tag) or None, remove_tags=tuple(untag) or None)
        found = rooms.members.change(view.member_id, wish, PersonChange(attributes=attributes), (), CLIENT)
        if isinstance(found, Refused):
            session.refuse(found, rooms)
        _give(session, rooms, found)


@member.command(help=N_("Everything about one member: cards, points, levels, perks."))
def show(ctx: typer.Context, who: Who) -> None:
    session: Session = ctx.obj
    with session.house() as rooms:
        _give(session, rooms, find_member(session, rooms, who))


@member.command(help=N_("A code for the member to show at a till; whoever shows it may spend the points."))
def code(ctx: typer.Context, who: Who) -> None:
    session: Session = ctx.obj
    with session.house() as rooms:
        view = find_member(session, rooms, who)
        if view.status != "active":
            session.refuse(Refused(f"member_{view.status}"), rooms)
        shown = rooms.verifications.show_code(view.member_id)
    rows = [
        (session.gettext("code"), shown.code), (session.gettext("works until"), session.moment(shown.expires_at)),
    ]  # fmt: skip
    session.give(shown, lambda: session.facts(rows))


@member.command(help=N_("Set a level by hand, below which the member does not stand; `-` ends it."))
def level(  # noqa: PLR0913 - one for each option
    ctx: typer.Context,
    who: Who,
    name: Annotated[str, typer.Argument(metavar="LEVEL", help=N_("The level's id."))],
    *,
    reason: Annotated[str, typer.Option(help=N_("Why."))],
    last_on: Annotated[str, typer.Option(help=N_("Its last day; none is for ever."))] = "",
    programme: Annotated[str, typer.Option(help=N_("The programme, where there are several."))] = "",
    key: Annotated[
        str, typer.Option(help=N_("A key of yours: the same command with the same key is done once."))
    ] = "",
) -> None:
    session: Session = ctx.obj
    last = _day(session, last_on)
    with session.house() as rooms:
        view = find_member(session, rooms, who)
        chosen = programme or next(iter(rooms.programmes.names()), "")
        wish = SetLevel(
            Ref("member", view.member_id), chosen, "" if name == "-" else name, reason, CLIENT,
            key or secrets.token_hex(8), CLIENT, last,
        )  # fmt: skip
        outcome = rooms.desk().run([wish])[0]
        if isinstance(outcome, Refused):
            session.refuse(outcome, rooms)
        _give(session, rooms, view)


@member.command(help=N_("Everything that is known of a member, as JSON, to be given to them."))
def export(
    ctx: typer.Context,
    who: Who,
    *,
    out: Annotated[str, typer.Option(help=N_("A file to write; else the answer is printed."))] = "",
) -> None:
    session: Session = ctx.obj
    with session.house() as rooms:
        found = rooms.privacy.exports.export(find_member(session, rooms, who).member_id, CLIENT)
        if isinstance(found, Refused):
            session.refuse(found, rooms)
    written = msgspec.json.format(msgspec.json.encode(found), indent=2)
    if out:
        Path(out).write_bytes(written + b"\n")
        session.say(session.gettext("Written to %(file)s.", file=out))
    else:
        sys.stdout.write(written.decode() + "\n")


@member.command(
    help=N_("Erase a person: name, phone, cards and all else that tells who they are. It cannot be undone.")
)
def erase(
    ctx: typer.Context,
    who: Who,
    *,
    ground: Annotated[str, typer.Option(help=N_("Why: person, consent, shop, done or other."))] = PERSON,
    yes: Annotated[bool, typer.Option("--yes", help=N_("Do it. Without this nothing happens."))] = False,
) -> None:
    session: Session = ctx.obj
    with session.house() as rooms:
        view = find_member(session, rooms, who)
        if not yes:
            session.misused(
                session.gettext(
                    "This erases %(member)s for good; points burn unless others use them. Say --yes to do it.",
                    member=view.member_id,
                )
            )
        done = rooms.privacy.erasures.erase(ErasureWish(view.member_id, CLIENT, ground))
        if isinstance(done, Refused):
            session.refuse(done, rooms)
        spoken = tongue(session, rooms)
    act = done.act
    burnt = [points_text(spoken, kind, units) for kind, units in act.points.items()]
    rows = [
        (session.gettext("act"), f"{act.number} {act.act_id}"), (session.gettext("member"), act.member_id),
        (session.gettext("erased"), session.moment(act.erased_at, spoken.zone)),
        (session.gettext("burnt"), ", ".join(burnt)),
        (session.gettext("rows"), ", ".join(f"{name} {count}" for name, count in act.counts.items())),
        ("sha256", act.sha256.hex()),
    ]  # fmt: skip
    told = {**msgspec.structs.asdict(act), "sha256": act.sha256.hex()}
    session.give(told, lambda: session.facts(rows))


def find_member(session: Session, rooms: Rooms, who: str) -> MemberView:
    """The member that a word on the command line means; ends the command where there is none."""
    found: MemberView | Refused = Refused("unknown_member")
    for ref in refs(who):
        found = rooms.members.find(ref)
        if not isinstance(found, Refused):
            break
    return session.refuse(found, rooms) if isinstance(found, Refused) else found


def refs(who: str) -> list[Ref]:
    """What a word may mean, likeliest first."""
    kind, colon, value = who.partition(":")
    if colon and kind in (*KINDS, "member"):
        return [Ref(kind, value if kind == "member" else normal(kind, value) or value)]
    if who.startswith("mem_"):
        return [Ref("member", who)]
    return [Ref(kind, found) for kind in KINDS if (found := normal(kind, who))]


def tongue(session: Session, rooms: Rooms) -> Tongue:
    """Names of points, levels and rules in the reader's language."""
    return tongue_of(session.language, programmes_of(rooms))


def points_text(spoken: Tongue, kind: str, units: int, *, signed: bool = False) -> str:
    """Points with their noun."""
    words = spoken.points.get(kind)
    if words is None:
        return f"{units} {kind}"
    return points(spoken.language, units, words.decimals, words.forms_in(spoken.language), signed=signed)


def _give(session: Session, rooms: Rooms, view: MemberView) -> None:
    holder = (view.bucket, view.holder_id)
    wallets, standings = rooms.views.wallets(holder), rooms.views.standings(holder)
    perks = rooms.views.perks(holder, view.member_id)
    spoken = tongue(session, rooms)
    session.give(
        {"member": view, "wallets": wallets, "standings": standings, "perks": perks},
        lambda: _show(session, spoken, view, wallets, standings, perks),
    )


def _show(  # noqa: PLR0913 - everything about one member
    session: Session, spoken: Tongue, view: MemberView, wallets: tuple[WalletView, ...],
    standings: tuple[StandingView, ...], perks: list[PerkView],
) -> None:  # fmt: skip
    words = session
    session.facts([
        (words.gettext("member"), view.member_id), (words.gettext("name"), view.person.name), (words.gettext("phone"), view.person.phone),
        (words.gettext("e-mail"), view.person.email), (words.gettext("birthday"), str(view.person.birthday or "")),
        (words.gettext("cards"), ", ".join(f"{row.value} {row.card_type}".strip() for row in view.cards())),
        (words.gettext("status"), "" if view.status == "active" else view.status),
        (words.gettext("since"), session.moment(view.enrolled_at, spoken.zone)),
        (words.gettext("tags"), ", ".join(view.tags)),
        (words.gettext("facts"), ", ".join(f"{name}: {value}" for name, value in sorted(view.person.attributes.items()))),
        *((words.gettext("points"), _wallet_text(session, spoken, wallet)) for wallet in wallets),
        *((words.gettext("level"), _level_text(spoken, row)) for row in standings if row.level),
        *((words.gettext("perk"), perk_text(row, spoken)) for row in perks),
    ])  # fmt: skip


def _wallet_text(session: Session, spoken: Tongue, wallet: WalletView) -> str:
    total = points_text(spoken, wallet.kind, wallet.total)
    if wallet.free == wallet.total:
        return total
    return session.gettext(
        "%(total)s, free now: %(free)s", total=total, free=points_text(spoken, wallet.kind, wallet.free)
    )


def _level_text(spoken: Tongue, row: StandingView) -> str:
    level = row.level
    if level is None:
        return ""
    said = (
        levels.title(spoken, level.outlook.level), levels.next_words(level, spoken), levels.keep_words(level, spoken),
    )  # fmt: skip
    return ", ".join(filter(None, said))


def perk_text(row: PerkView, spoken: Tongue) -> str:
    """A perk with its last day."""
    title = in_language(row.kind.title, spoken.language) or row.perk
    if row.last_on is None:
        return title
    last = calendar.day(spoken.language, row.last_on)
    return catalogue(spoken.language).gettext("%(perk)s, through %(day)s", perk=title, day=last)


def _facts(session: Session, written: list[str]) -> dict[str, str]:
    found = {}
    for text in written:
        name, equals, value = text.partition("=")
        if not equals or not name.strip() or not value.strip():
            session.misused(session.gettext("%(text)s is not a fact such as pet=cat.", text=text))
        found[name.strip()] = value.strip()
    return found


def _normal(session: Session, kind: str, value: str) -> str:
    found = normal(kind, value)
    if not found:
        session.refuse(Refused("bad_identifier", field=kind))
    return found


def _day(session: Session, text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        session.misused(session.gettext("%(text)s is not a day such as 2026-12-31.", text=text))


def _birthday(session: Session, text: str) -> date | None:
    try:
        return day_entry(text, field="birthday") if text else None
    except BadValueError as error:
        session.misused(str(error))
