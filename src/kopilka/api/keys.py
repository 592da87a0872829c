"""API keys: the secret is shown once, in the answer that made it."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from kopilka.api.checking import read
from kopilka.api.door import Doors, Reply, Request, Route
from kopilka.api.problems import Problem, of_refusal
from kopilka.api.texts import Id, Short
from kopilka.usecases.keys import SCOPES, Key
from kopilka.usecases.outcomes import Refused


class KeyIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a key is for, what it may do, and where."""

    title: Id
    scopes: Annotated[
        tuple[Id, ...], Meta(min_length=1, max_length=20, description=f"Of {', '.join(SCOPES)}.")
    ]
    shop: Short = ""
    till: Short = ""


class KeyOut(msgspec.Struct, omit_defaults=True):
    """A key; `secret` stands only in the answer that made it."""

    id: str
    title: str
    scopes: tuple[str, ...]
    created_at: datetime
    shop: str = ""
    till: str = ""
    revoked_at: datetime | None = None
    secret: str = ""


class KeysOut(msgspec.Struct):
    """All keys, oldest first."""

    keys: list[KeyOut]


_key = msgspec.json.Decoder(KeyIn)


async def create(doors: Doors, request: Request) -> Reply:
    """A new key. Nobody gives away more than they have."""
    door = read(_key, request.body)
    if not all(request.key.may(scope) for scope in door.scopes):
        raise Problem("forbidden", field="scopes")
    request.must_act_for(door.shop, door.till)
    made = await doors.run(
        doors.services.keys.create,
        door.title,
        door.scopes,
        shop=door.shop,
        till=door.till,
        actor=request.key.key_id,
    )
    if isinstance(made, Refused):
        raise of_refusal(made)
    out = _out(made[0])
    out.secret = made[1]
    return Reply(out, 201)


async def keys(doors: Doors, _: Request) -> Reply:
    """All keys."""
    return Reply(KeysOut([_out(row) for row in await doors.run(doors.services.keys.all)]))


async def revoke(doors: Doors, request: Request) -> Reply:
    """Refuse a key from now on."""
    refused = await doors.run(doors.services.keys.revoke, request.args[0], request.key.key_id)
    if refused is not None:
        raise of_refusal(refused)
    return Reply(b"", 204)


def _out(key: Key) -> KeyOut:
    return KeyOut(key.key_id, key.title, key.scopes, key.created_at, key.shop, key.till, key.revoked_at)


ROUTES = (
    Route("GET", "/v1/keys", keys, "All API keys", "keys", None, KeysOut),
    Route(
        "POST", "/v1/keys", create, "Make an API key", "keys", KeyIn, KeyOut, 201, problems=("unknown_scope",),
        words="The secret is shown once. A key gives only scopes that it has itself.",
    ),
    Route("DELETE", "/v1/keys/{id}", revoke, "Revoke an API key", "keys", None, None, 204, problems=("unknown_key",)),
)  # fmt: skip
