"""What the command line needs from others: an open house, and work that only `app` can wire."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import msgspec

if TYPE_CHECKING:
    from kopilka.core.programme.document import Programme
    from kopilka.core.programme.registry import Registry
    from kopilka.usecases.connections import Connections
    from kopilka.usecases.coupons import Coupons
    from kopilka.usecases.desk import Desk
    from kopilka.usecases.keys import Keys
    from kopilka.usecases.manifest import Manifest
    from kopilka.usecases.members import Members
    from kopilka.usecases.ports import Product
    from kopilka.usecases.privacy import Privacy
    from kopilka.usecases.programmes import Programmes
    from kopilka.usecases.show import Views
    from kopilka.usecases.situation_counter import Counter
    from kopilka.usecases.staff import Reception
    from kopilka.usecases.trial import Outbox
    from kopilka.usecases.verifications import Verifications

Progress = Callable[[int], None]


class Place(msgspec.Struct, frozen=True):
    """Which database: `url` where one is named, else our own in the folder `data`."""

    data: Path
    url: str = ""


class Goods(Protocol):
    """Articles of the catalogue."""

    def put_products(self, products: "Sequence[Product]", at: datetime) -> None:
        """Add articles or change them."""
        ...

    def list_products(self, after: str, limit: int) -> "list[Product]":
        """A page of articles after a sku."""
        ...


class Rooms(Protocol):
    """An open house: the verbs and the questions over one database."""

    clock: Callable[[], datetime]
    views: "Views"
    members: "Members"
    programmes: "Programmes"
    keys: "Keys"
    coupons: "Coupons"
    verifications: "Verifications"
    connections: "Connections"
    privacy: "Privacy"
    outbox: "Outbox"

    @property
    def reference(self) -> Goods:
        """Articles."""
        ...

    def desk(self) -> "Desk":
        """A desk for this thread."""
        ...

    def reception(self) -> "Reception":
        """Where staff accounts are opened."""
        ...


class Wiring(Protocol):
    """Work that needs rooms which the command line does not know."""

    @property
    def registry(self) -> "Registry":
        """Every kind of rule there is."""
        ...

    def manifests(self) -> "Sequence[Manifest]":
        """What the connectors say of themselves."""
        ...

    def house(self, place: Place) -> AbstractContextManager[Rooms]:
        """Open the house over a database, joining a running server or starting our own for the time being."""
        ...

    def migrate(self, place: Place) -> list[str]:
        """Bring the database to this program's schema; names of what was done."""
        ...

    def counter(self) -> "AbstractContextManager[Counter]":
        """A counter over a database that is thrown away afterwards, for situations."""
        ...

    def receipt(self, rooms: Rooms, wish: "ReceiptWish") -> tuple[bool, bytes]:
        """Answer a verb about a receipt as the HTTP API does: whether it was done, and the JSON."""
        ...

    def replay(self, wish: "ReplayWish", progress: Progress) -> msgspec.Struct:
        """Replay a real year through a desk over a database that is thrown away afterwards; the report."""
        ...

    def audit(self, place: Place, *, rebuild: bool, progress: Progress) -> "AuditReport":
        """Check that every sentence of the audit is true of the data."""
        ...

    def serve(self, place: Place, *, host: str, port: int, language: str) -> None:
        """Serve every page and the API until stopped."""
        ...

    def demo(self, wish: "DemoWish") -> None:
        """The example shop: make it where it is not there, then serve it."""
        ...


def programmes_of(rooms: Rooms) -> "list[Programme]":
    """What every programme says now, in the order of their ids."""
    found = [rooms.views.ruleset(name) for name in rooms.programmes.names()]
    return [rules.programme for rules in found if rules is not None]


class ReceiptWish(msgspec.Struct, frozen=True):
    """A verb of the API about a receipt: its body, the id that stands in the address, and the address's parameters."""

    verb: str
    body: bytes
    receipt_id: str
    language: str
    query: dict[str, str] = {}


class ReplayWish(msgspec.Struct, frozen=True):
    """What to replay: a programme's text over so many households; `gifts_block` points are exchanged as often as can be."""

    text: str
    households: int | None
    gifts_block: int = 0
    restricted: bool = False


class Finding(msgspec.Struct, frozen=True):
    """One sentence of the audit: how many places it is untrue of, and a few of them."""

    sentence: str
    broken: int
    places: tuple[str, ...] = ()


class AuditReport(msgspec.Struct, frozen=True):
    """All sentences, and how many rows were made again."""

    findings: tuple[Finding, ...]
    rebuilt: int = 0


class DemoWish(msgspec.Struct, frozen=True):
    """How the example shop is wanted."""

    data: Path
    households: int | None
    host: str
    port: int
    serve: bool
    language: str
    json: bool = False
