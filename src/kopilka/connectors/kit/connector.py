"""What a connector is, for whoever serves it, tests it and shows it."""

from typing import Protocol

from kopilka.connectors.kit.call import Answer, Call
from kopilka.connectors.kit.manifest import Manifest
from kopilka.connectors.kit.services import Services
from kopilka.usecases.connections import Connection
from kopilka.usecases.inbox import InboxItem


class Connector(Protocol):
    """A protocol spoken. Mapping between its words and ours stands in its `mapping.py`."""

    @property
    def manifest(self) -> Manifest:
        """What it says of itself."""
        ...

    async def answer(self, call: Call, services: Services) -> Answer:
        """Answer a call under one of the manifest's prefixes. Whatever is wrong with the call is an answer too."""
        ...

    def failed(self, call: Call, *, unavailable: bool) -> Answer:
        """The answer where we have failed: the database is away (`unavailable`), or a mistake of ours."""
        ...

    def probe(self, connection: Connection) -> Call:
        """A harmless call that shows whether the connection works, not signed yet: the console's test button."""
        ...

    def sign(self, call: Call, connection: Connection, secret: str) -> Call:
        """The call as this connection's client would sign it."""
        ...


class Reader(Connector, Protocol):
    """A connector whose calls are stored first and worked through afterwards."""

    async def work(self, item: InboxItem, connection: Connection, services: Services) -> str:
        """Work through a delivery; returns the code of why there was nothing to do, else an empty text. Raises where it
        must be tried again.
        """
        ...
