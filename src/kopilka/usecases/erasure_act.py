"""The act of erasing a person: who asked, when, what kinds of data were erased and how many. It names nobody, and its
hash shows whether somebody has changed it.
"""

from datetime import UTC, datetime
from hashlib import sha256

import msgspec

ACT = "ers_"
PERSON, CONSENT, SHOP, DONE, OTHER = "person", "consent", "shop", "done", "other"
GROUNDS = (PERSON, CONSENT, SHOP, DONE, OTHER)
"""Why somebody is erased: they asked, they withdrew their consent, a connected shop asked, the purpose is reached."""


class ErasureAct(msgspec.Struct, frozen=True):
    """An act. `counts` are rows by kind of data, `points` units burnt by points kind (below zero: a deficit written off).
    `alone`: nobody else used the wallets; else the wallets stay with those who do.
    """

    act_id: str
    number: int
    member_id: str
    ground: str
    asked_at: datetime
    actor: str
    erased_at: datetime
    alone: bool
    counts: dict[str, int]
    points: dict[str, int] = {}
    requests: tuple[str, ...] = ()
    connection_id: str = ""
    sha256: bytes = b""

    @property
    def untouched(self) -> bool:
        """Whether the act is as it was made."""
        return self.sha256 == hash_of(self)


def sealed(act: ErasureAct) -> ErasureAct:
    """The act with its hash."""
    return msgspec.structs.replace(act, sha256=hash_of(act))


def hash_of(act: ErasureAct) -> bytes:
    """SHA-256 of the act as JSON with sorted names, moments in UTC, without the hash itself."""
    plain = msgspec.structs.replace(
        act, sha256=b"", asked_at=act.asked_at.astimezone(UTC), erased_at=act.erased_at.astimezone(UTC)
    )
    return sha256(msgspec.json.encode(plain, order="sorted")).digest()
