"""Routes of a connector: method and path, with names in braces; the first that fits answers."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar
from urllib.parse import unquote

from kopilka.connectors.kit.call import Call

H = TypeVar("H", bound=Callable[..., Awaitable[object]])


class Routes(Generic[H]):
    """A table of routes. `{name}` is one segment; a leading `*` in a path lets any segments stand before it. A slash at
    the end makes no difference.
    """

    def __init__(self, routes: Sequence[tuple[str, str, H]]) -> None:
        self._routes = [(method, _parts(path), handler) for method, path, handler in routes]

    def find(self, call: Call) -> H | None:
        """The handler of a call, with what its names stand for put into `call.args`; None where there is no such address
        or method (`known` tells which).
        """
        parts = _parts(call.path)
        for method, wanted, handler in self._routes:
            args = _fit(wanted, parts) if method == call.method else None
            if args is not None:
                call.args = args
                return handler
        return None

    def known(self, call: Call) -> bool:
        """Whether the address is there for some method."""
        return any(_fit(wanted, _parts(call.path)) is not None for _, wanted, _ in self._routes)


def _parts(path: str) -> list[str]:
    return path.strip("/").split("/")


def _fit(wanted: list[str], parts: list[str]) -> dict[str, str] | None:
    if wanted[0] == "*":
        wanted = wanted[1:]
        if len(parts) < len(wanted):
            return None
        parts = parts[len(parts) - len(wanted) :]
    if len(wanted) != len(parts):
        return None
    args: dict[str, str] = {}
    for name, part in zip(wanted, parts, strict=True):
        if name.startswith("{"):
            args[name[1:-1]] = unquote(part)
        elif name != part:
            return None
    return args
