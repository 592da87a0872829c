"""`kopilka programme`: documents from a playbook to a published version, and situations that prove them."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from kopilka.cli.rooms import Rooms
from kopilka.cli.session import REFUSED, Session, StopError
from kopilka.core.programme.difference import Change, diff
from kopilka.core.programme.document import Programme
from kopilka.core.programme.mistakes import Mistake, Severity
from kopilka.core.receipt import Shop
from kopilka.usecases.cautions_from_data import cautions_from_data
from kopilka.usecases.outcomes import Refused
from kopilka.usecases.playbooks import Playbook, playbook, playbook_names, playbooks
from kopilka.usecases.programme_text import read_programme_text
from kopilka.usecases.programmes import Faulty, Published, Wanted
from kopilka.usecases.situation_counter import Counter as SituationCounter
from kopilka.usecases.situation_steps import SituationError, Story
from kopilka.usecases.situation_text import read_situations, shipped_stories, situation_names
from kopilka.usecases.situations import run_story
from kopilka.values.money import decimal_text
from kopilka.values.period import zone
from kopilka.words.catalogue import N_
from kopilka.words.languages import language
from kopilka.words.levels import preview_lines, title
from kopilka.words.reasons import in_language
from kopilka.words.render import render
from kopilka.words.terms import terms_in
from kopilka.words.tongue import title_of, tongue_of

programme = typer.Typer()
ACTOR = "cli"
File = Annotated[str, typer.Argument(help=N_("The document's file; - is what is piped in."))]


@programme.command(
    help=N_("Print a ready programme, to be kept in a file and changed. Without a name: list them.")
)
def new(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help=N_("The playbook."))] = "",
    *,
    rows: Annotated[
        str, typer.Option(help=N_("Only for these systems: A3, B1; a letter for all of its."))
    ] = "",
    search: Annotated[str, typer.Option(help=N_("Only those that tell of these words."))] = "",
) -> None:
    session: Session = ctx.obj
    if not name:
        _list_playbooks(session, playbooks(rows, search))
        return
    if name not in playbook_names():
        session.fail("unknown_playbook", session.gettext("There is no playbook called %(name)s.", name=name))
    text = playbook(name)
    session.give({"playbook": name, "text": text}, lambda: session.out.out(text, end="", highlight=False))


def _list_playbooks(session: Session, found: list[Playbook]) -> None:
    tag = language(session.language).tag
    rows = [
        {
            "playbook": book.name,
            "rows": list(book.rows),
            "title": in_language(book.title, tag),
            "about": in_language(book.about, tag),
            "audience": in_language(book.audience, tag),
            "mind": list(book.mind.get(tag, ())),
        }
        for book in found
    ]

    def show() -> None:
        heads = (session.gettext("playbook"), session.gettext("system"), session.gettext("what it does"))
        told = [
            (str(row["playbook"]), " ".join(row["rows"]), f"{row['title']}. {row['about']}") for row in rows
        ]
        if told:
            session.table(heads, told)
        else:
            session.say(session.gettext("No playbook is like that."))

    session.give(rows, show)


@programme.command(help=N_("Read a document and name every mistake and caution with its line."))
def validate(
    ctx: typer.Context,
    file: File,
    *,
    receipts: Annotated[
        bool, typer.Option("--receipts", help=N_("Compare its terms with how often people really come back."))
    ] = False,
) -> None:
    session: Session = ctx.obj
    reading = read_programme_text(session.read(file), session.wiring.registry)
    mistakes = reading.mistakes
    if receipts and reading.programme is not None:
        with session.house() as rooms:
            gaps = rooms.views.purchase_gaps(reading.programme.programme)
        mistakes += cautions_from_data(reading.programme, session.wiring.registry, gaps)
    value = {"valid": reading.programme is not None, "mistakes": _listed(session, mistakes)}

    def show() -> None:
        _show_mistakes(session, file, mistakes)
        if reading.programme is not None:
            session.say(
                session.gettext(
                    "%(title)s: the document is sound.", title=title_of(reading.programme, session.language)
                )
            )

    session.give(value, show)
    if reading.programme is None:
        raise StopError(REFUSED)


@programme.command(help=N_("Publish a document: it rules from now on, or from the moment named."))
def publish(
    ctx: typer.Context,
    file: File,
    *,
    start: Annotated[
        str, typer.Option("--from", help=N_("When it begins: 2026-12-01 or 2026-12-01T09:00."))
    ] = "",
    shops: Annotated[
        str, typer.Option(help=N_("Shops that are to run it: their ids with commas, or all."))
    ] = "",
) -> None:
    session: Session = ctx.obj
    text = session.read(file).decode("utf-8", "replace")
    with session.house() as rooms:
        valid_from = _moment(session, start, text) if start else None
        done = _publish(session, rooms, text, valid_from)
        if isinstance(done, Faulty):
            mistakes = done.mistakes
            session.give(
                {"published": False, "mistakes": _listed(session, mistakes)},
                lambda: _show_mistakes(session, file, mistakes),
            )
            raise StopError(REFUSED)
        version = done.version
        moved = _run_in(session, rooms, version.programme_id, shops)
    value = {
        "published": True, "programme": version.programme_id, "version": version.number,
        "valid_from": version.valid_from, "shops": moved, "mistakes": _listed(session, done.cautions),
    }  # fmt: skip

    def tell() -> None:
        _show_mistakes(session, file, done.cautions)
        at = session.moment(version.valid_from)
        about = {"id": version.programme_id, "number": version.number, "at": at}
        session.say(session.gettext("%(id)s, version %(number)s, rules from %(at)s UTC.", **about))
        if moved:
            session.say(session.gettext("Shops: %(names)s.", names=", ".join(moved)))

    session.give(value, tell)


def _publish(session: Session, rooms: Rooms, text: str, valid_from: datetime | None) -> Published | Faulty:
    read = read_programme_text(text, session.wiring.registry).programme
    newest = (
        0
        if read is None
        else max((row.number for row in rooms.programmes.versions(read.programme)), default=0)
    )
    done = rooms.programmes.publish(Wanted(text, newest, valid_from, ACTOR))
    return session.refuse(done, rooms) if isinstance(done, Refused) else done


@programme.command("diff", help=N_("What changes from one document to another, in sentences."))
def difference(
    ctx: typer.Context, old: File, new_file: Annotated[str, typer.Argument(metavar="NEW")]
) -> None:
    session: Session = ctx.obj
    before, after = _read(session, old), _read(session, new_file)
    changes = diff(before, after, session.wiring.registry)
    lines = [_sentence(session, change, after) for change in changes]
    value = [
        {"code": change.code, "path": change.path, "text": line}
        for change, line in zip(changes, lines, strict=True)
    ]
    session.give(value, lambda: session.say("\n".join(lines) or session.gettext("Nothing changes.")))


@programme.command(help=N_("What the levels of a document would do to today's members."))
def preview(ctx: typer.Context, file: File) -> None:
    session: Session = ctx.obj
    draft = _read(session, file)
    with session.house() as rooms:
        found = rooms.views.preview_ladder(draft)
        ruling = rooms.views.ruleset(draft.programme)
    if found is None:
        session.give({"changes": False}, lambda: session.say(session.gettext("No level changes.")))
        return
    spoken = tongue_of(session.language, [draft, *([] if ruling is None else [ruling.programme])])
    lines = preview_lines(found, spoken)
    rows = [
        (title(spoken, row.before) or "—", title(spoken, row.after) or "—", str(row.members))
        for row in found.moves
    ]
    heads = (session.gettext("today"), session.gettext("then"), session.gettext("members"))

    def show() -> None:
        session.table(heads, rows)
        session.say("\n".join(lines))

    session.give({"changes": True, "preview": found, "share": decimal_text(found.share, 2)}, show)


@programme.command(help=N_("Print the public terms of a document, in plain sentences."))
def terms(ctx: typer.Context, file: File) -> None:
    session: Session = ctx.obj
    document = _read(session, file)
    found = terms_in(document, tongue_of(session.language, [document]))
    session.give(found, lambda: session.out.out(found.text(), highlight=False))


@programme.command("list", help=N_("Programmes that are published."))
def list_all(ctx: typer.Context) -> None:
    session: Session = ctx.obj
    with session.house() as rooms:
        run = Counter(shop.programme for shop in rooms.programmes.shops())
        found = [(name, rooms.views.ruleset(name)) for name in rooms.programmes.names()]
        versions = {name: len(rooms.programmes.versions(name)) for name, _ in found}
    value = [
        {
            "programme": name, "title": rules.programme.title if rules else {}, "version": rules.version if rules else 0,
            "versions": versions[name], "shops": run[name],
        }
        for name, rules in found
    ]  # fmt: skip
    rows = [
        (name, title_of(rules.programme, session.language), str(rules.version), str(run[name]))
        for name, rules in found
        if rules
    ]
    heads = (
        session.gettext("programme"),
        session.gettext("title"),
        session.gettext("version"),
        session.gettext("shops"),
    )
    session.give(value, lambda: session.table(heads, rows, right=(2, 3)))


@programme.command(
    help=N_("Print the text of a published programme: the version that rules, or the one named.")
)
def show(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="PROGRAMME")],
    *,
    version: Annotated[int, typer.Option(min=0, help=N_("The version's number."))] = 0,
) -> None:
    session: Session = ctx.obj
    with session.house() as rooms:
        found = rooms.programmes.versions(name)
        ruling = rooms.views.ruleset(name)
    number = version or (0 if ruling is None else ruling.version)
    chosen = next((row for row in found if row.number == number), None)
    if chosen is None:
        session.fail("unknown_programme", session.gettext("There is no such programme or version."))
    session.give(chosen, lambda: session.out.out(chosen.text, end="", highlight=False))


@programme.command(
    "test",
    help=N_("Carry out situations and say what came out otherwise. Without files: those of the playbooks."),
)
def carry_out(
    ctx: typer.Context,
    files: Annotated[list[str] | None, typer.Argument(help=N_("Files of situations."))] = None,
) -> None:
    session: Session = ctx.obj
    stories = [story for name in situation_names() for story in shipped_stories(name)]
    if files:
        stories = [story for file in files for story in _stories(session, file)]
    results: list[dict[str, Any]] = []
    with (
        session.wiring.counter() as counter,
        session.progress(session.gettext("Situations"), len(stories)) as progress,
    ):
        for number, story in enumerate(stories, 1):
            unmet = _carried_out(session, story, counter)
            results.append({"file": story.source, "situation": story.situation.name, "unmet": unmet})
            progress(number)
    failed = [row for row in results if row["unmet"]]

    def show_results() -> None:
        for row in results:
            session.say(f"{'✗' if row['unmet'] else '✓'} {row['file']}: {row['situation']}")
            for line in row["unmet"]:
                session.say(f"    {line}")
        session.say(
            session.gettext(
                "%(good)s of %(all)s came out as written.", good=len(results) - len(failed), all=len(results)
            )
        )

    session.give(results, show_results)
    if failed:
        raise StopError(REFUSED)


def _stories(session: Session, file: str) -> list[Story]:
    def find(name: str) -> str | None:
        path = Path(file).parent / name
        return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else None

    try:
        return read_situations(session.read(file).decode("utf-8", "replace"), file, find)
    except SituationError as error:
        if error.mistakes:
            _show_mistakes(session, error.file, error.mistakes)
        session.fail("unreadable", str(error))


def _carried_out(session: Session, story: Story, counter: SituationCounter) -> list[str]:
    """What came out otherwise; a situation that cannot be carried out says why, and the others go on."""
    try:
        return [str(row) for row in run_story(story, counter, session.wiring.registry)]
    except SituationError as error:
        places = [f"{error.file}:{row.line}:{row.column} {_said(session, row)}" for row in error.mistakes]
        return [str(error).removeprefix(f"{story.title}: ").removeprefix(f"{story.title}, "), *places]


def _read(session: Session, file: str) -> Programme:
    reading = read_programme_text(session.read(file), session.wiring.registry)
    if reading.programme is None:
        _show_mistakes(session, file, reading.mistakes)
        session.fail("unreadable", session.gettext("%(file)s has mistakes.", file=file))
    return reading.programme


def _listed(session: Session, mistakes: tuple[Mistake, ...]) -> list[dict[str, Any]]:
    return [
        {
            "line": row.line, "column": row.column, "path": row.path, "code": row.code,
            "severity": row.severity.value, "text": _said(session, row),
        }
        for row in mistakes
    ]  # fmt: skip


def _show_mistakes(session: Session, file: str, mistakes: tuple[Mistake, ...]) -> None:
    for row in mistakes:
        mark = "✗" if row.severity is Severity.ERROR else "!"
        session.say(f"{mark} {file}:{row.line}:{row.column} {_said(session, row)}")


def _said(session: Session, mistake: Mistake) -> str:
    words = in_language(mistake.words(), language(session.language).tag)
    return render(words, mistake.params, tongue_of(session.language, []), code=mistake.code)


def _sentence(session: Session, change: Change, after: Programme) -> str:
    words = in_language(change.words, language(session.language).tag)
    return render(words, change.params, tongue_of(session.language, [after]), code=change.code)


def _moment(session: Session, text: str, document: str) -> datetime:
    """A moment as typed, in the programme's zone where it names none."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        session.misused(session.gettext("%(text)s is not a moment such as 2026-12-01T09:00.", text=text))
    if at.tzinfo is None:
        read = read_programme_text(document, session.wiring.registry).programme
        at = at.replace(tzinfo=zone("UTC" if read is None else read.zone))
    return at.astimezone(UTC)


def _run_in(session: Session, rooms: Rooms, programme_id: str, shops: str) -> list[str]:
    """Let the named shops run a programme."""
    if not shops:
        return []
    known: dict[str, Shop] = {shop.id: shop for shop in rooms.programmes.shops()}
    wanted = list(known) if shops == "all" else [name.strip() for name in shops.split(",") if name.strip()]
    for name in wanted:
        if name not in known:
            session.fail("unknown_shop", session.gettext("There is no shop %(name)s.", name=name))
    for name in wanted:
        rooms.programmes.put_shop(msgspec.structs.replace(known[name], programme=programme_id))
    return wanted
