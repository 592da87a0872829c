"""Files: uploaded in parts, alone or in archives, and imported in steps."""

from collections.abc import Callable
from typing import IO, TypeVar

from kopilka.connectors.commerceml.context import Exchange, exchange_of
from kopilka.connectors.commerceml.importing import count, names_known, notes, read_step, summary, write_step
from kopilka.connectors.commerceml.reading import UnreadableError, entries, opened, unpacked
from kopilka.connectors.commerceml.session import Sessions
from kopilka.connectors.commerceml.visit import Visit
from kopilka.connectors.commerceml.words import said
from kopilka.connectors.kit.call import Answer
from kopilka.connectors.kit.services import Services
from kopilka.usecases.uploads import FileKey, UploadedFile

FILE_LIMIT = 4 * 2**20
"""The largest part of a file that a call may carry, as `init` tells."""
NAME_MAX = 250
NOT_NEEDED = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".bmp", ".svg", ".pdf", ".doc", ".docx", ".txt")
T = TypeVar("T")


async def take_file(visit: Visit) -> Answer:
    """`mode=file`: a part of a file."""
    name = _name(visit.call.first("filename"))
    if not name:
        return visit.failure("bad_name")
    if not visit.call.body:
        return visit.failure("no_content")
    if name.lower().endswith(NOT_NEEDED) or visit.kind == "reference":
        return visit.text("success", said("skipped", visit.language, name=name))
    key = visit.key(name)
    if not await visit.services.run(visit.services.uploads.add, key, visit.call.body):
        return visit.failure("too_large")
    if visit.kind == "sale" and not await _is_new(visit):
        # Before `version` was told on init, the file was the import: nothing else is asked for.
        return await _import_at_once(visit, name)
    return visit.text("success")


async def _is_new(visit: Visit) -> bool:
    state = await Sessions(visit.services).state(visit.connection)
    session = state.sessions.get(visit.session)
    return session is not None and bool(session.version)


async def _import_at_once(visit: Visit, name: str) -> Answer:
    """Import all of a file, unless it is cut off and its next part is to come: every part but the last is full."""
    while True:
        answer = await _import_named(visit, name)
        if answer.outcome in {"broken", "bad_zip", "empty"} and len(visit.call.body) >= FILE_LIMIT:
            return visit.text("success")
        if answer.outcome:
            await visit.services.run(visit.services.uploads.drop, visit.key(name))
        if not answer.body.startswith(b"progress"):
            return answer


async def import_file(visit: Visit) -> Answer:
    """`mode=import`: the next step of a file."""
    name = _name(visit.call.first("filename"))
    if not name:
        return visit.failure("bad_name")
    if name.lower().endswith(NOT_NEEDED) or visit.kind == "reference":
        return visit.text("success", said("skipped", visit.language, name=name))
    return await _import_named(visit, name)


async def _import_named(visit: Visit, name: str) -> Answer:
    exchange = await exchange_of(visit.services, visit.connection)
    if exchange is None:
        return visit.failure("no_shop")
    files = {
        row.name: row
        for row in await visit.services.run(
            visit.services.uploads.files, visit.connection.connection_id, visit.session
        )
    }
    try:
        if name in files and not name.lower().endswith(".zip"):
            return await _step(visit, exchange, files[name], None)
        return await _from_archive(visit, exchange, files, name)
    except UnreadableError as error:
        values = {"line": error.line, "element": error.element or "—", "detail": error.detail}
        if visit.mode == "import":
            await visit.services.run(visit.services.uploads.drop, visit.key(name))
        return visit.failure(error.code, name=name, **values)


async def _from_archive(
    visit: Visit, exchange: Exchange, files: dict[str, UploadedFile], name: str
) -> Answer:
    """A file that came in an archive; asked for by the archive's name, its files one after another."""
    wanted = name.rpartition("/")[2].lower()
    for archive in [row for row in files if row.lower().endswith(".zip")]:
        key = visit.key(archive)
        inside = await visit.services.run(_inside, visit.services, key)
        finished = {
            row for row in inside if f"{archive}!{row}" in files and files[f"{archive}!{row}"].finished
        }
        all_ = archive == name or wanted == archive.rpartition("/")[2].lower()
        for entry in inside:
            if not all_ and entry.rpartition("/")[2].lower() != wanted:
                continue
            file = files.get(f"{archive}!{entry}", UploadedFile(f"{archive}!{entry}"))
            if file.finished and all_:
                continue
            answer = await _step(visit, exchange, file, (key, entry))
            if answer.body.startswith(b"success"):
                finished.add(entry)
            if finished >= set(inside):
                await visit.services.run(visit.services.uploads.finish, key, len(inside), "")
            if not (all_ and answer.body.startswith(b"success")):
                return answer
        if all_ and (inside or files[archive].finished):
            return visit.text("success")
    done = [row for row in files.values() if row.finished and row.name.lower().endswith("!" + wanted)]
    if done:
        return visit.text("success", done[0].note)
    return visit.failure("no_file", name=name)


def _inside(services: Services, key: FileKey) -> list[str]:
    if not services.uploads.parts(key):
        return []
    with opened(services.uploads, key) as archive:
        return entries(archive)


async def _step(
    visit: Visit, exchange: Exchange, file: UploadedFile, inside: tuple[FileKey, str] | None
) -> Answer:
    """One step of a file; a file that has been read to its end is told about again."""
    services = visit.services
    key = visit.key(file.name)
    shown = file.name.rpartition("!")[2]
    if file.finished:
        return visit.text("success", file.note)
    if file.done == 0:
        # All of it is read before anything of it is written: what is broken at its end writes nothing.
        await services.run(_read, services, key, inside, count)
    known = await names_known(exchange)
    how = exchange.how()
    step = await services.run(
        _read, services, key, inside, lambda opened_: read_step(opened_, file.done, known, how)
    )
    await write_step(exchange, step, known)
    if step.kinds is None:
        await services.run(services.uploads.move, key, step.done)
        words = said("progress", visit.language, name=shown, done=step.done)
        return visit.text("progress", words + notes(exchange))
    note = summary(exchange, shown, step.kinds)
    await services.run(services.uploads.finish, key, step.done, note)
    return visit.text("success", note)


def _read(
    services: Services, key: FileKey, inside: tuple[FileKey, str] | None, read: Callable[[IO[bytes]], T]
) -> T:
    """Open a file, alone or in an archive, and read it."""
    with opened(services.uploads, key if inside is None else inside[0]) as joined:
        if inside is None:
            return read(joined)
        with unpacked(joined, inside[1]) as file:
            return read(file)


def _name(text: str) -> str:
    """A file's name, cleaned as sites do: a Linux server of 1C sends whole paths. Empty where it leads elsewhere."""
    plain = text.strip().replace("\\", "/")
    for head in ("/tmp/", "upload/1c/webdata"):  # noqa: S108 - what 1C writes, not where we do
        plain = plain.removeprefix(head)
    plain = plain.strip("/")
    bad = (
        not plain
        or len(plain) > NAME_MAX
        or not plain.isprintable()
        or ".." in plain.split("/")
        or "!" in plain
    )
    return "" if bad else plain
