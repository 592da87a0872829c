"""What a handler of a call is, and what it makes."""

from collections.abc import Awaitable, Callable

import msgspec

from kopilka.connectors.uds.ask import Ask

Handler = Callable[[Ask], Awaitable[object]]
Table = tuple[tuple[str, str, Handler], ...]
"""Method, path behind the prefix, handler."""


class Made(msgspec.Struct, frozen=True):
    """An answer with a status of its own."""

    content: object
    status: int
