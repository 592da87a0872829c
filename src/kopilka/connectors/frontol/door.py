"""The door: addresses, signatures, and answers in the protocol's own shape whatever happens."""

import hmac
from collections.abc import Awaitable, Callable
from hashlib import md5
from typing import Any

import msgspec

from kopilka.connectors.frontol import forms, receipts, refunds, sales, words
from kopilka.connectors.frontol.documents import Common, Document, Form, UnreadableError, read
from kopilka.connectors.frontol.manifest import FRONTOL as MANIFEST
from kopilka.connectors.frontol.manifest import PREFIX
from kopilka.connectors.frontol.mapping import named
from kopilka.connectors.frontol.till import FAILED, UNREADABLE, NoError, Till, language_of, till_of
from kopilka.connectors.kit.call import Answer, Call, answer_json
from kopilka.connectors.kit.manifest import Manifest
from kopilka.connectors.kit.services import Services
from kopilka.usecases.connections import Connection
from kopilka.values.errors import BadValueError

KEYWORD = "frontolauth"
USUAL = "ru"
SHOWN_MAX = 80
DOCUMENTS: dict[tuple[str, str], Callable[[Till, Document], Awaitable[Answer]]] = {
    ("calculate", "receipt"): receipts.calculate,
    ("payByBonus", "receipt"): receipts.pay_by_bonus,
    ("cancelBonusPayment", "receipt"): receipts.cancel_bonus_payment,
    ("confirm", "receipt"): sales.confirm,
    ("confirm", "refundReceipt"): refunds.refund,
}
FORMS: dict[str, Callable[[Till, Form], Awaitable[Answer]]] = {
    "describe": forms.describe,
    "check": forms.check,
    "execute": forms.execute,
}


class Frontol:
    """The connector."""

    @property
    def manifest(self) -> Manifest:
        """What it says of itself."""
        return MANIFEST

    async def answer(self, call: Call, services: Services) -> Answer:
        """Answer a call; whatever is wrong with it is an answer too."""
        connection_id, endpoint = _place(call.path)
        if not endpoint:
            return _no(words.NO_ADDRESS.of(USUAL), 404)
        if call.method != "POST":
            return _no(words.NO_ADDRESS.of(USUAL), 405)
        known = await services.connection(connection_id, MANIFEST.id)
        shown = _shown(call)
        if shown is None:
            return _no(words.NO_KEY.of(USUAL), 401)
        # An unknown connection takes as long as a known one, and says no more.
        wanted = signature("" if known is None else known[1], call.body)
        if not hmac.compare_digest(shown.encode(), wanted.encode()) or known is None:
            return _no(words.WRONG_KEY.of(USUAL), 403, "" if known is None else known[0].connection_id)
        try:
            return await _route(endpoint, call, known[0], services)
        except NoError as no:
            return _answer(no.text, known[0], no.outcome, no.code)
        except UnreadableError as error:
            text = words.UNREADABLE.of(language_of(known[0])).format(what=error)
            return _answer(text, known[0], "unreadable", UNREADABLE)
        except BadValueError as error:
            return _answer(_bad(error, language_of(known[0])), known[0], "bad_value", UNREADABLE)

    def failed(self, call: Call, *, unavailable: bool) -> Answer:
        """The answer where we have failed."""
        del call
        text = (words.AWAY if unavailable else words.FAILED).of(USUAL)
        return answer_json({"code": FAILED, "error": text}, 503 if unavailable else 500)

    def probe(self, connection: Connection) -> Call:
        """A call about nobody."""
        body = msgspec.json.encode({"businessUnit": connection.shop, "dateTime": None})
        return Call("POST", f"{PREFIX}{connection.connection_id}/client", body=body)

    def sign(self, call: Call, connection: Connection, secret: str) -> Call:
        """The call as a till signs it."""
        del connection
        call.headers["authorization"] = f"FrontolAuth {signature(secret, call.body)}"
        return call


def signature(secret: str, body: bytes) -> str:
    """What proves that a body came from who knows the key: the protocol's own way."""
    return md5(secret.encode() + body, usedforsecurity=False).hexdigest()


def _shown(call: Call) -> str | None:
    keyword, _, shown = call.headers.get("authorization", "").strip().partition(" ")
    return shown.strip().lower() if keyword.lower() == KEYWORD else None


def _place(path: str) -> tuple[str, str]:
    """Connection and endpoint; a till may put any segments between them."""
    parts = [part for part in path.removeprefix(PREFIX).split("/") if part]
    if len(parts) < 2:  # noqa: PLR2004 - connection and endpoint
        return "", ""
    if parts[-2:] == ["extra", "client"]:
        return parts[0], "extra"
    return parts[0], parts[-1] if parts[-1] in {"document", "client"} else ""


async def _route(endpoint: str, call: Call, connection: Connection, services: Services) -> Answer:
    if endpoint == "document":
        document = read(Document, call.body)
        handler = DOCUMENTS.get((document.action or "", document.type or "receipt"))
        if handler is None:
            raise _unknown(connection, document)
        return await handler(await till_of(connection, services, document), document)
    form = read(Form, call.body)
    if endpoint == "client":
        if not named(form.client):
            # Nobody is asked about: nothing to look up, and no shop is needed.
            return answer_json({"code": 0}, connection_id=connection.connection_id)
        return await forms.client(await till_of(connection, services, form), form)
    action = FORMS.get(form.action or "")
    if action is None:
        raise _unknown(connection, form)
    return await action(await till_of(connection, services, form), form)


def _unknown(connection: Connection, call: Common) -> NoError:
    what = " ".join(filter(None, (call.action, call.type)))[:SHOWN_MAX] or "-"
    text = words.UNKNOWN_ACTION.of(language_of(connection)).format(what=what)
    return NoError(text, "unknown_action", UNREADABLE)


def _bad(error: BadValueError, language: str) -> str:
    """Which field is wrong, in the cashier's language."""
    what = words.EXPECTED.get(error.expected, error.expected) if language == "ru" else error.expected
    shown = "" if error.got is None else f" ({str(error.got)[:SHOWN_MAX]})"
    return words.BAD_FIELD.of(language).format(field=error.field, what=what) + shown


def _answer(text: str, connection: Connection, outcome: str, code: int) -> Answer:
    content: dict[str, Any] = {"code": code, "error": text}
    return answer_json(content, connection_id=connection.connection_id, outcome=outcome)


def _no(text: str, status: int, connection_id: str = "") -> Answer:
    return answer_json(
        {"code": UNREADABLE, "error": text}, status, connection_id=connection_id,
        outcome="wrong_key" if connection_id else "",
    )  # fmt: skip
