"""A call, and whose it is: signed in by the password at first, then by the cookie that checkauth gave."""

from urllib.parse import unquote

from kopilka.connectors.commerceml.manifest import ID
from kopilka.connectors.commerceml.session import BASIC, COOKIE, Sessions, cookie_of, sessid_of
from kopilka.connectors.commerceml.words import said
from kopilka.connectors.kit.call import Answer, Call
from kopilka.connectors.kit.services import Connection, Services
from kopilka.usecases.uploads import FileKey

DEPTH = 3


class Visit:
    """One call, known to be of a connection and (but for checkauth) of a session."""

    def __init__(self, call: Call, services: Services, connection: Connection, session: str) -> None:
        self.call = call
        self.services = services
        self.connection = connection
        self.session = session
        self.kind = call.first("type", "catalog").strip().lower()
        self.mode = call.first("mode").strip().lower()

    @property
    def language(self) -> str:
        """In which language 1C is spoken with."""
        return self.connection.setting("language", "ru")

    def key(self, name: str) -> FileKey:
        """A file of this exchange."""
        return FileKey(self.connection.connection_id, self.session, name)

    def text(self, *lines: str, outcome: str = "") -> Answer:
        """An answer of lines."""
        return answer_text(self.connection, "\n".join(lines) + "\n", outcome=outcome)

    def failure(self, code: str, **values: object) -> Answer:
        """`failure` and why."""
        return self.text("failure", said(code, self.language, **values), outcome=code)


def answer_text(connection: Connection | None, text: str, *, outcome: str = "", cookie: str = "") -> Answer:
    """A text in the connection's encoding."""
    encoding = "windows-1251" if connection is None else connection.setting("encoding", "windows-1251")
    headers = (("set-cookie", f"{COOKIE}={cookie}; Path=/; HttpOnly"),) if cookie else ()
    id_ = "" if connection is None else connection.connection_id
    return Answer(200, text.encode(encoding, "replace"), media_of(encoding), headers, id_, outcome)


def media_of(encoding: str, media: str = "text/plain") -> str:
    """A content type."""
    return f"{media}; charset={encoding}"


def connection_of(path: str) -> str:
    """The connection that an address names: `/exchange/1c/{connection}` and whatever script 1C likes after it."""
    parts = [unquote(part) for part in path.strip("/").split("/")]
    return parts[2] if len(parts) >= DEPTH else ""


async def signed_in(call: Call, services: Services, named: str) -> Visit | Answer:
    """Whose call it is, by the cookie that checkauth gave, or by the password; or the refusal."""
    mode = call.first("mode").strip().lower()
    cookie = cookie_of(call)
    if cookie and mode != "checkauth":
        found = await _of_cookie(call, services, named, cookie)
        if found is not None:
            return found
    if call.basic is None:
        return answer_text(None, f"failure\n{said('session_over', 'ru')}\n", outcome="session_over")
    connection = await services.by_secret(ID, call.basic[1])
    if connection is None:
        return answer_text(None, f"failure\n{said('wrong_key', 'ru')}\n", outcome="wrong_key")
    visit = Visit(call, services, connection, BASIC)
    if named not in {connection.connection_id, str(connection.number)}:
        return visit.failure("wrong_address")
    return visit


async def _of_cookie(call: Call, services: Services, named: str, cookie: str) -> Visit | Answer | None:
    pair = await services.connection(cookie.partition(".")[0], ID)
    if pair is None or named not in {pair[0].connection_id, str(pair[0].number)}:
        return None
    session = Sessions(services).read(cookie, *pair)
    if session is None:
        return None
    visit = Visit(call, services, pair[0], session)
    shown = call.first("sessid")
    if shown and shown != sessid_of(cookie):
        return visit.failure("wrong_source")
    return visit
