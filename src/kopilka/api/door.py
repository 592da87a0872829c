"""What a route is made of: the request as handlers see it, the reply, the services behind the door."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from time import monotonic
from typing import Any, ParamSpec, Protocol, TypeVar
from urllib.parse import parse_qsl

import msgspec

from kopilka.api.guessing import Guesses
from kopilka.api.problems import FieldMistake, Problem
from kopilka.api.speech import Speech, Speeches
from kopilka.core.receipt import Shop
from kopilka.core.settlement.refund import Returned
from kopilka.usecases.catalogue import Catalogue
from kopilka.usecases.commands import Command, Quote, Return
from kopilka.usecases.coupons import Coupons
from kopilka.usecases.keys import Key, Keys
from kopilka.usecases.members import Members
from kopilka.usecases.outcomes import Outcome, Refused
from kopilka.usecases.ports import Product
from kopilka.usecases.privacy import Privacy
from kopilka.usecases.programmes import Programmes
from kopilka.usecases.quote_receipt import Quoted
from kopilka.usecases.show import Views
from kopilka.usecases.trial import Outbox
from kopilka.usecases.verifications import Verifications
from kopilka.usecases.vouchers import Vouchers
from kopilka.words.languages import negotiate
from kopilka.words.render import Tongue
from kopilka.words.tongue import tongue_of

P = ParamSpec("P")
T = TypeVar("T")
THREADS = 8
REFRESH_SECONDS = 1.0
PAGE_USUAL, PAGE_MAX = 50, 200
KEY_LENGTH_MAX = 200


class Counter(Protocol):
    """Where hot verbs are handed in; they ride in batches."""

    def carry_out(self, command: Command) -> Awaitable[Outcome]:
        """Carry out a command."""
        ...

    def quote(self, command: Quote) -> Awaitable[Quoted | Refused]:
        """Count a receipt."""
        ...

    def quote_return(self, command: Return) -> Awaitable[Returned | Refused]:
        """What a return would do."""
        ...


class Reference(Protocol):
    """Reference data that administrators change."""

    def put_shops(self, shops: Sequence[Shop], at: datetime) -> None: ...

    def shops(self) -> dict[str, Shop]: ...

    def tills(self, shop: str) -> list[tuple[str, str, str]]: ...

    def put_tills(self, tills: Sequence[tuple[str, str, str]], at: datetime) -> None: ...

    def products(self, skus: Sequence[str]) -> dict[str, Product]: ...

    def find_products(self, text: str, limit: int = 20) -> list[Product]: ...

    def list_products(self, after: str, limit: int) -> list[Product]: ...

    def put_products(self, products: Sequence[Product], at: datetime) -> None: ...

    def product_classes(self) -> list[tuple[str, str]]: ...

    def put_product_class(self, name: str, title: str) -> None: ...


class Services(msgspec.Struct, frozen=True):
    """Everything that the API calls."""

    counter: Counter
    views: Views
    members: Members
    programmes: Programmes
    keys: Keys
    reference: Reference
    clock: Callable[[], datetime]
    ready: Callable[[], bool]
    coupons: Coupons
    vouchers: Vouchers
    verifications: Verifications
    outbox: Outbox
    privacy: Privacy


class Doors:
    """The services with what a process remembers beside them: words, and threads for reads."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.counter = services.counter
        self.guesses = Guesses()
        self._speeches = Speeches()
        self._refreshed = -REFRESH_SECONDS
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="reads")

    def close(self) -> None:
        """Let threads finish what they do, and end."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """A blocking read or change in a thread."""
        return await asyncio.get_running_loop().run_in_executor(
            self._threads, lambda: function(*args, **kwargs)
        )

    @property
    def catalogue(self) -> Catalogue:
        """Shops and programmes as last read."""
        return self.services.views.known

    async def refresh(self) -> Catalogue:
        """Shops and programmes as they are now."""
        known = await self.run(self.services.views.catalogue)
        self._refreshed = monotonic()
        return known

    async def knowing(self, shop: str) -> Catalogue:
        """Shops and programmes, read again where a shop is not among them."""
        known = self.services.views.known
        return known if shop in known.shops else await self.refresh()

    async def speech(self, programme: str, version: int, language: str) -> Speech:
        """The words of a programme's version."""
        if self.catalogue.numbered(programme, version) is None:
            await self.refresh()
        return self._speeches.of(self.catalogue, programme, version, language)

    async def speech_now(self, language: str) -> Speech:
        """The words of the first programme as it is now, knowing the points kinds of all."""
        known = self.catalogue
        if monotonic() - self._refreshed > REFRESH_SECONDS:
            known = await self.refresh()
        for id_ in reversed(known.programmes()):
            rules = known.ruleset(id_, self.services.clock())
            if rules is not None:
                found = self._speeches.of(known, id_, rules.version, language)
                if id_ == known.programmes()[0]:
                    return found
        return self._speeches.of(known, "", 0, language)

    def tongue(self, language: str) -> Tongue:
        """The words of all programmes, for problems."""
        known, now = self.catalogue, self.services.clock()
        rules = [found for id_ in known.programmes() if (found := known.ruleset(id_, now)) is not None]
        return tongue_of(language, [each.programme for each in rules])


class Request:
    """A request whose key has been verified and whose body has been read."""

    __slots__ = ("_accept", "_query", "args", "body", "idempotency", "key", "query_string")

    def __init__(self, args: Sequence[str], query_string: bytes, accept: bytes, idempotency: bytes) -> None:
        self.args = args
        self.query_string = query_string
        self.idempotency = idempotency
        self._accept = accept
        self._query: dict[str, str] | None = None
        self.body = b""
        self.key: Key = NOBODY

    @property
    def language(self) -> str:
        """The language to answer in."""
        return negotiate(accept=self._accept.decode("latin-1")) if self._accept else negotiate()

    @property
    def query(self) -> Mapping[str, str]:
        """Parameters of the address."""
        if self._query is None:
            try:
                pairs = parse_qsl(self.query_string.decode("ascii"), keep_blank_values=True, errors="strict")
            except (UnicodeDecodeError, ValueError) as error:
                raise Problem("bad_query") from error
            self._query = dict(pairs)
            for name, value in pairs:
                if "\0" in value:
                    raise Problem("bad_query", errors=[FieldMistake(name, "bad_text")])
        return self._query

    def flag(self, name: str) -> bool:
        """Whether a parameter says yes."""
        return bool(self.query_string) and self.query.get(name, "") in {"1", "true", "yes"}

    def limit(self) -> int:
        """How many rows to show."""
        return self.whole("limit", PAGE_USUAL, PAGE_MAX)

    def whole(self, name: str, usual: int, most: int) -> int:
        """A parameter that is a number from 1 on."""
        text = self.query.get(name, "")
        if not text:
            return usual
        if not (text.isascii() and text.isdigit() and len(text) <= 9 and 1 <= int(text) <= most):  # noqa: PLR2004
            raise Problem("bad_query", errors=[FieldMistake(name, "wrong", f"1…{most}")])
        return int(text)

    def idempotency_key(self, *, required: bool) -> str:
        """The header Idempotency-Key: printable, at most 200 characters."""
        text = self.idempotency.decode("latin-1").strip()
        if not text and required:
            raise Problem("key_required", field="Idempotency-Key")
        if len(text) > KEY_LENGTH_MAX or not text.isascii() or not text.isprintable():
            raise Problem("bad_key", field="Idempotency-Key")
        return text

    def must_act_for(self, shop: str, till: str = "") -> None:
        """Refuse a key of another shop or till."""
        if self.key.shop and self.key.shop != shop:
            raise Problem("other_shop", field="shop")
        if self.key.till and till and self.key.till != till:
            raise Problem("other_till", field="till")


class Reply(msgspec.Struct, frozen=True):
    """An answer: a body to be encoded (or bytes as they are), and headers."""

    body: Any
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    kind: str = "application/json"


Handler = Callable[[Doors, Request], Awaitable[Reply]]


class Param(msgspec.Struct, frozen=True):
    """A parameter of the address, for the documentation."""

    name: str
    words: str
    required: bool = False


class Route(msgspec.Struct, frozen=True):
    """One line of the table of routes: everything that serving and documenting it needs."""

    method: str
    path: str
    handler: Handler
    summary: str
    scope: str = ""
    takes: Any = None
    gives: Any = None
    status: int = 200
    params: tuple[Param, ...] = ()
    idempotent: str = ""
    problems: tuple[str, ...] = ()
    public: bool = False
    words: str = ""
    kind: str = "application/json"


NOBODY = Key("", "", (), "", "", datetime(1970, 1, 1, tzinfo=UTC))
REPLAYED = (("Idempotent-Replay", "true"),)
PAGE = (
    Param("cursor", "Where the last page ended: `next` of its answer."),
    Param("limit", "Rows of a page: 1 to 200, usually 50."),
)
