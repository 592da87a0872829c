"""The door of the MoySklad till: lets a key in, finds who answers, and writes every answer, each no too, in its shape."""

from collections.abc import Awaitable, Callable

from kopilka.connectors.kit.call import Answer, BadCallError, Call, answer_json
from kopilka.connectors.kit.fields import WrongFieldError
from kopilka.connectors.kit.places import places
from kopilka.connectors.kit.routing import Routes
from kopilka.connectors.kit.services import Services
from kopilka.connectors.moysklad import counterparties, demands
from kopilka.connectors.moysklad.ask import BAD, NOT_FOUND, Ask, NoError, language_of
from kopilka.connectors.moysklad.manifest import ID, MANIFEST, PREFIX, STORES
from kopilka.usecases.connections import Connection
from kopilka.words.tongue import tongue_of

Handler = Callable[[Ask], Awaitable[tuple[int, object]]]
TOKEN = "lognex-discount-api-auth-token"  # noqa: S105 - the name of a header
ROUTES: Routes[Handler] = Routes(
    [
        ("POST", PREFIX + "counterparty", counterparties.create),
        ("GET", PREFIX + "counterparty", counterparties.search),
        ("POST", PREFIX + "counterparty/detail", counterparties.detail),
        ("POST", PREFIX + "counterparty/verify", counterparties.verify),
        ("POST", PREFIX + "retaildemand", demands.demand),
        ("POST", PREFIX + "retaildemand/recalc", demands.recalc),
        ("POST", PREFIX + "retaildemand/verify", counterparties.verify_spending),
        ("POST", PREFIX + "retailsalesreturn", demands.give_back),
        ("GET", PREFIX + "giftcard", demands.gift_card),
    ]
)


class MoySklad:
    """The connector."""

    manifest = MANIFEST

    async def answer(self, call: Call, services: Services) -> Answer:
        """Answer a call; everything wrong with it is an error of the protocol."""
        connection: Connection | None = None
        try:
            connection = await services.by_secret(ID, call.headers.get(TOKEN, ""))
            if connection is None:
                return _no(NoError("wrong_key", status=401, field="Lognex-Discount-API-Auth-Token"), None)
            ask = Ask(call, services, connection)
            status, content = await _find(call)(ask)
        except NoError as wrong:
            return _no(wrong, connection)
        except WrongFieldError as wrong:
            return _no(NoError(wrong.code, status=BAD, field=wrong.field), connection)
        except BadCallError:
            return _no(NoError("bad_body", status=BAD), connection)
        return answer_json(
            content, status, connection_id=connection.connection_id, outcome=" ".join(ask.notes)
        )

    def failed(self, call: Call, *, unavailable: bool) -> Answer:  # noqa: ARG002 - every call fails alike
        """Ours is the fault."""
        code, status = ("unavailable", 503) if unavailable else ("failed", 500)
        return _no(NoError(code, status=status), None)

    def probe(self, connection: Connection) -> Call:
        """A search that finds nobody."""
        store = next(iter(places(connection, STORES.name)), "")
        return Call("GET", PREFIX + "counterparty", query=[("search", ""), ("retailStoreId", store)])

    def sign(self, call: Call, connection: Connection, secret: str) -> Call:  # noqa: ARG002 - the key says who
        """The call with its key."""
        call.headers[TOKEN] = secret
        return call


def _find(call: Call) -> Handler:
    handler = ROUTES.find(call)
    if handler is not None:
        return handler
    code, status = ("method", 405) if ROUTES.known(call) else ("unknown_path", NOT_FOUND)
    raise NoError(code, status=status)


def _no(wrong: NoError, connection: Connection | None) -> Answer:
    language = language_of(connection)
    content = wrong.content(language, tongue_of(language, []))
    id_ = "" if connection is None else connection.connection_id
    return answer_json(content, wrong.status, connection_id=id_, outcome=wrong.code)
