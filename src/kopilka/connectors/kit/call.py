"""A call of another system, as bytes and texts, and the answer to it. No protocol's meaning lives here."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from multipart import MultipartError, parse_form_data  # type: ignore[import-untyped]

BODY_MAX = 16 * 2**20
"""The largest body."""
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
_decoder = msgspec.json.Decoder(float_hook=Decimal)
_encoder = msgspec.json.Encoder(decimal_format="number")


class BadCallError(Exception):
    """A call cannot be read: its body is not what its content type says. The message names what."""


class Call:
    """One HTTP request. `query` and `form` keep repeated names, in their order; headers are in lower case."""

    def __init__(
        self, method: str, path: str, *, query: Sequence[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None, body: bytes = b"",
    ) -> None:  # fmt: skip
        self.method = method
        self.path = path
        self.query = tuple(query)
        self.headers = {name.lower(): value for name, value in (headers or {}).items()}
        self.body = body
        self.args: dict[str, str] = {}
        """What the route's names stand for; set by the table of routes."""

    @cached_property
    def form(self) -> tuple[tuple[str, str], ...]:
        """Fields of a form, urlencoded or multipart; none where the body is no form."""
        kind = self.headers.get("content-type", "").split(";")[0].strip().lower()
        if not self.body:
            return ()
        if kind == MULTIPART:
            return _multipart(self.headers["content-type"], self.body)
        if kind != FORM:
            return ()
        try:
            return tuple(parse_qsl(self.body.decode("ascii"), keep_blank_values=True, errors="strict"))
        except ValueError as error:
            raise BadCallError("the form is not urlencoded UTF-8") from error

    def json(self) -> Any:
        """The body as JSON; decimals are `Decimal`."""
        try:
            return _decoder.decode(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise BadCallError(str(error)) from error

    def first(self, name: str, usual: str = "") -> str:
        """The first value of a parameter of the address."""
        return next((value for key, value in self.query if key == name), usual)

    @property
    def basic(self) -> tuple[str, str] | None:
        """User and password of HTTP Basic."""
        scheme, _, text = self.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            user, colon, password = base64.b64decode(text.strip(), validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError, ValueError):
            return None
        return (user, password) if colon else None


class Answer(msgspec.Struct, frozen=True):
    """What a connector answers. `connection_id` and `outcome` (the code of a refusal) are for the log of calls."""

    status: int
    body: bytes
    kind: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    connection_id: str = ""
    outcome: str = ""


def answer_json(content: object, status: int = 200, *, connection_id: str = "", outcome: str = "") -> Answer:
    """An answer in JSON; decimals are written as numbers."""
    return Answer(status, _encoder.encode(content), connection_id=connection_id, outcome=outcome)


def _multipart(content_type: str, body: bytes) -> tuple[tuple[str, str], ...]:
    environ = {
        "REQUEST_METHOD": "POST", "CONTENT_TYPE": content_type, "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": _Bytes(body),
    }  # fmt: skip
    try:
        forms, _ = parse_form_data(environ, strict=True)
    except (MultipartError, UnicodeDecodeError, ValueError) as error:
        raise BadCallError("the form is not multipart/form-data") from error
    return tuple((name, value) for name, values in forms.dict.items() for value in values)


class _Bytes:
    """Bytes to be read once, as WSGI reads them."""

    def __init__(self, body: bytes) -> None:
        self._body, self._at = body, 0

    def read(self, size: int = -1) -> bytes:
        end = len(self._body) if size < 0 else self._at + size
        part = self._body[self._at : end]
        self._at += len(part)
        return part
