"""Documents of buyers who are nobody's member yet: parked until somebody joins with the same phone, e-mail or id.

Besides the connector's own document there is one `waiting` document for each thing that names the buyer, so that a
buyer's documents are found without a search. Nothing is guessed: a document is attached to whom its own words name.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Protocol, runtime_checkable

import msgspec
import structlog

from kopilka.connectors.kit.connector import Connector
from kopilka.connectors.kit.services import Services
from kopilka.usecases.commands import Ref
from kopilka.usecases.connections import Connection
from kopilka.usecases.foreign import PARKED, ForeignDocument, Search
from kopilka.usecases.members import normal
from kopilka.usecases.ports import StoreUnavailableError
from kopilka.usecases.views import MemberView

WAITING = "waiting"
"""The kind of the documents that say who is waited for."""
UNCLAIMED = "unclaimed"
"""The state of what nobody came for."""
KEPT = timedelta(days=90)
"""How long somebody may take to join after the last document that waits for them."""
PAGE, WRITES_MAX, DOCUMENTS_MAX = 20, 5, 500
PASS_PAUSE = timedelta(seconds=30)
Attach = Callable[[ForeignDocument, str], Awaitable[None]]
"""Books a parked document for a member and writes it with another state than parked; called again after a failure."""
log = structlog.get_logger(__name__)


@runtime_checkable
class Attaches(Protocol):
    """A connector whose parked documents may be booked later."""

    async def attach(
        self, document: ForeignDocument, member_id: str, connection: Connection, services: Services
    ) -> None:
        """Book a parked document for a member, or (an empty id) as what nobody came for, and write it with another state
        than parked. Does it again without harm; raises where it must be tried again.
        """
        ...


def refs_of(*named: tuple[str, object]) -> list[Ref]:
    """What names a buyer, normalised, without what cannot name anybody: `refs_of(("phone", "8 999 …"), ("email", None))`."""
    found: dict[Ref, None] = {}
    for kind, value in named:
        text = normal(kind, value) if isinstance(value, str) else ""
        if text:
            found[Ref(kind, text)] = None
    return list(found)


async def find_member(services: Services, refs: Sequence[Ref]) -> MemberView | None:
    """The first member that one of the references finds."""
    for ref in refs:
        found = await services.run(services.views.member, ref)
        if found is not None:
            return found
    return None


async def park(services: Services, document: ForeignDocument, refs: Sequence[Ref]) -> bool:
    """Keep a document until a buyer whom `refs` name becomes a member; True where it is written. False: somebody wrote
    it meanwhile, read it again. A parked document may be parked again with newer content.
    """
    for ref in refs:
        await _wait_for(services, document, ref)
    # The document comes last: what waits for it without it is harmless, it without anybody waiting would be lost.
    parked = msgspec.structs.replace(document, state=PARKED)
    return await services.run(services.foreign.put, parked)


async def attach_parked(
    services: Services, connection: Connection, refs: Sequence[Ref], attach: Attach, member_id: str
) -> int:
    """Book what is parked for the buyer whom `refs` name, oldest first; how many documents. Call it when a later event
    of the same buyer finds a member.
    """
    done = 0
    for ref in refs:
        entry = await services.run(services.foreign.document, connection.connection_id, WAITING, _digest(ref))
        if entry is not None and entry.state == PARKED:
            done += await _settle(services, entry, attach, member_id)
    return done


class Sweep:
    """Looks again and again for members who have joined: a page of waiting documents at a step, a pause after each pass.
    What nobody came for in time is given up.
    """

    def __init__(self, connectors: Sequence[Connector], services: Services) -> None:
        self._attaching = {each.manifest.id: each for each in connectors if isinstance(each, Attaches)}
        self._services = services
        self._todo: list[Connection] = []
        self._after: tuple[datetime, str] | None = None
        self._next: datetime | None = None

    async def step(self) -> int:
        """One page; how many documents were booked."""
        services, now = self._services, self._services.clock()
        if not self._attaching or (self._next is not None and now < self._next <= now + PASS_PAUSE):
            return 0
        if not self._todo:
            open_ones = await services.run(services.connections.all)
            self._todo = [
                each for each in open_ones if each.closed_at is None and each.connector in self._attaching
            ]
        if not self._todo:
            self._next = now + PASS_PAUSE
            return 0
        connection = self._todo[0]
        search = Search(connection.connection_id, WAITING, PARKED, after=self._after, limit=PAGE)
        entries = await services.run(services.foreign.documents, search)
        done = 0
        for entry in entries:
            done += await self._look(entry, connection, now)
        last = entries[-1] if len(entries) == PAGE else None
        self._after = None if last is None or last.written_at is None else (last.written_at, last.id)
        if self._after is None:
            self._todo.pop(0)
            if not self._todo:
                self._next = now + PASS_PAUSE
        return done

    async def all(self) -> int:
        """A whole pass, at once."""
        self._todo, self._after, self._next = [], None, None
        done = await self.step()
        while self._todo:
            done += await self.step()
        return done

    async def _look(self, entry: ForeignDocument, connection: Connection, now: datetime) -> int:
        connector = self._attaching[connection.connector]

        async def attach(document: ForeignDocument, member_id: str) -> None:
            await connector.attach(document, member_id, connection, self._services)

        try:
            found = await find_member(self._services, [Ref(entry.content["by"], entry.content["value"])])
            if found is not None:
                return await _settle(self._services, entry, attach, found.member_id)
            if entry.written_at is not None and entry.written_at + KEPT < now:
                return await _settle(self._services, entry, attach, "")
        except StoreUnavailableError:
            raise
        except Exception:
            log.exception("parked_not_attached", connector=connection.connector)
        return 0


async def _wait_for(services: Services, document: ForeignDocument, ref: Ref) -> None:
    """Note under what names the buyer that a document waits."""
    this = [document.kind, document.id]
    for _ in range(WRITES_MAX):
        entry = await services.run(services.foreign.document, document.connection_id, WAITING, _digest(ref))
        rows = [] if entry is None else list(entry.content.get("documents", []))
        if entry is not None and entry.state == PARKED and this in rows:
            return
        # Whoever buys hundreds of times without joining waits with the newest.
        rows = [*(row for row in rows if row != this), this][-DOCUMENTS_MAX:]
        after = ForeignDocument(
            document.connection_id, WAITING, _digest(ref), {"by": ref.kind, "value": ref.value, "documents": rows},
            document.changed_at, state=PARKED, revision=0 if entry is None else entry.revision,
        )  # fmt: skip
        if await services.run(services.foreign.put, after):
            return
    raise RuntimeError("a waiting document changes all the time")


async def _settle(services: Services, entry: ForeignDocument, attach: Attach, member_id: str) -> int:
    """Book the documents of an entry in the order in which they happened, and empty the entry."""
    documents = []
    for kind, id_ in entry.content["documents"]:
        document = await services.run(services.foreign.document, entry.connection_id, kind, id_)
        if document is not None and document.state == PARKED:
            documents.append(document)
    for document in sorted(documents, key=lambda each: (each.changed_at, each.kind, each.id)):
        await attach(document, member_id)
    # What was parked meanwhile has changed the entry: then it stays, and is looked at again.
    state = "" if member_id else UNCLAIMED
    emptied = msgspec.structs.replace(entry, content={}, state=state, member_id=member_id)
    await services.run(services.foreign.put, emptied)
    return len(documents)


def _digest(ref: Ref) -> str:
    return sha256(f"{ref.kind}:{ref.value}".encode()).hexdigest()
