"""The door: `/exchange/1c/{connection}` with `?type=…&mode=…`, as 1C calls a site. Everything is answered as text."""

from base64 import b64encode
from collections.abc import Awaitable, Callable
from urllib.parse import quote

from kopilka.connectors.commerceml.context import exchange_of
from kopilka.connectors.commerceml.files import FILE_LIMIT, import_file, take_file
from kopilka.connectors.commerceml.manifest import MANIFEST
from kopilka.connectors.commerceml.outgoing import Outgoing
from kopilka.connectors.commerceml.papers import Papers
from kopilka.connectors.commerceml.session import (
    COOKIE,
    Session,
    Sessions,
    State,
    cookie_of,
    sessid_of,
)
from kopilka.connectors.commerceml.visit import Visit, answer_text, connection_of, media_of, signed_in
from kopilka.connectors.commerceml.words import said
from kopilka.connectors.kit.call import Answer, Call
from kopilka.connectors.kit.services import Connection, Services
from kopilka.usecases.foreign import ForeignDocument

VERSION = "2.08"
TYPES = frozenset({"catalog", "sale", "get_catalog", "reference"})


class CommerceMl:
    """The connector."""

    manifest = MANIFEST

    async def answer(self, call: Call, services: Services) -> Answer:
        """Answer a call."""
        named = connection_of(call.path)
        found = await signed_in(call, services, named)
        if isinstance(found, Answer):
            return found
        handler = MODES.get(found.mode)
        if found.kind not in TYPES:
            return found.failure("unknown_type", name=found.kind[:32])
        if handler is None:
            return found.failure("unknown_mode", name=found.mode[:32])
        return await handler(found)

    def failed(self, call: Call, *, unavailable: bool) -> Answer:
        """Ours went wrong: 1C shows the text, and exchanges again later."""
        code = "unavailable" if unavailable else "failed"
        language = "en" if call.headers.get("accept-language", "").startswith("en") else "ru"
        body = f"failure\n{said(code, language)}\n".encode("cp1251")
        return Answer(503 if unavailable else 500, body, media_of("windows-1251"), outcome=code)

    def probe(self, connection: Connection) -> Call:
        """Sign in: writes nothing."""
        path = f"/exchange/1c/{quote(connection.connection_id)}/1c_exchange.php"
        return Call("GET", path, query=[("type", "sale"), ("mode", "checkauth")])

    def sign(self, call: Call, connection: Connection, secret: str) -> Call:
        """HTTP Basic, as 1C signs in."""
        pair = b64encode(f"{connection.number}:{secret}".encode()).decode()
        call.headers.setdefault("authorization", f"Basic {pair}")
        return call

    async def attach(
        self, document: ForeignDocument, member_id: str, connection: Connection, services: Services
    ) -> None:
        """A buyer has joined for whom an order waited."""
        exchange = await exchange_of(services, connection)
        if exchange is None:
            raise RuntimeError("the connection has no shop or programme")
        await Papers(exchange).attach(document, member_id)


async def _checkauth(visit: Visit) -> Answer:
    secret = visit.services.connections.secret(visit.connection.connection_id) or ""
    cookie, sessid = Sessions(visit.services).begin(visit.connection, secret)
    moment = int(visit.services.clock().timestamp())
    lines = f"success\n{COOKIE}\n{cookie}\nsessid={sessid}\ntimestamp={moment}\n"
    return answer_text(visit.connection, lines, cookie=cookie)


# -- an exchange ------------------------------------------------------------------------------------------------


async def _init(visit: Visit) -> Answer:
    version = visit.call.first("version").strip()[:16]
    owner = visit.connection.connection_id
    await visit.services.run(visit.services.uploads.begin, owner, visit.session)
    now = visit.services.clock()

    def begun(state: State, session: Session) -> tuple[State, Session]:
        # The same session may begin several times; what it was told of receipts stays.
        return state, Session(now, version, session.until, session.members, session.told)

    await Sessions(visit.services).change_session(visit.connection, visit.session, begun)
    zip_ = "yes" if visit.connection.setting("zip", "yes") == "yes" else "no"
    lines = [f"zip={zip_}", f"file_limit={FILE_LIMIT}"]
    if version:
        cookie = cookie_of(visit.call)
        lines += [f"sessid={sessid_of(cookie)}" if cookie else "sessid=", f"version={VERSION}"]
    return visit.text(*lines)


async def _query(visit: Visit) -> Answer:
    exchange = await exchange_of(visit.services, visit.connection)
    if exchange is None:
        return visit.failure("no_shop")
    outgoing = Outgoing(exchange, visit.session)
    encoding = visit.connection.setting("encoding", "windows-1251")
    if visit.kind == "sale":
        body = await outgoing.query()
        return Answer(
            200, body, media_of(encoding, "application/xml"), connection_id=visit.connection.connection_id
        )
    page, size = await outgoing.goods()
    if not page:
        return visit.text("finished=yes")
    head = said("goods_progress", visit.language, done=size) + "\n"
    body = head.encode(encoding, "replace") + page
    return Answer(200, body, media_of(encoding), connection_id=visit.connection.connection_id)


async def _success(visit: Visit) -> Answer:
    exchange = await exchange_of(visit.services, visit.connection)
    if exchange is None:
        return visit.failure("no_shop")
    if visit.kind == "sale":
        await Outgoing(exchange, visit.session).success()
    return visit.text("success")


async def _info(visit: Visit) -> Answer:
    """What a site tells of its own lists; statuses are all that we have."""
    rows = [("N", "Принят"), ("P", "Оплачен"), ("F", "Выполнен"), ("C", "Отменён")]
    items = "".join(f"<Элемент><Ид>{id_}</Ид><Название>{name}</Название></Элемент>" for id_, name in rows)
    encoding = visit.connection.setting("encoding", "windows-1251")
    text = f'<?xml version="1.0" encoding="{encoding}"?><Справочник><Статусы>{items}</Статусы></Справочник>'
    body = text.encode(encoding)
    return Answer(
        200, body, media_of(encoding, "application/xml"), connection_id=visit.connection.connection_id
    )


async def _finished(visit: Visit) -> Answer:
    """The end of a catalogue's exchange. Goods that it did not name stay: receipts of the past name them."""
    return visit.text("success")


MODES: dict[str, Callable[[Visit], Awaitable[Answer]]] = {
    "checkauth": _checkauth, "init": _init, "file": take_file, "import": import_file, "query": _query, "success": _success,
    "info": _info, "deactivate": _finished, "complete": _finished,
}  # fmt: skip
