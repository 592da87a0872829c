"""Ids: a kind prefix and 26 characters that sort by time (UUIDv7 in Crockford's base 32).

The millisecond and the chance are arguments, so that ids are as repeatable as their callers want.
"""

from hashlib import blake2b

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS = [a + b for a in _ALPHABET for b in _ALPHABET]
MEMBER, HOLDER, TRANSACTION, EVENT, RECEIPT, KEY = "mem_", "hdr_", "txn_", "evt_", "rcp_", "key_"
CONNECTION, CALL, SUBSCRIPTION, MESSAGE = "con_", "cll_", "sub_", "msg_"
BUCKETS = 256
BODY_LENGTH = 26


def make_id(prefix: str, unix_ms: int, chance: int) -> str:
    """An id of the given kind; `chance` supplies its 74 random bits."""
    chance &= (1 << 74) - 1
    value = unix_ms << 80 | 7 << 76 | (chance >> 62) << 64 | 2 << 62 | chance & ((1 << 62) - 1)
    return prefix + "".join(
        [_PAIRS[value >> shift & 1023] for shift in (120, 110, 100, 90, 80, 70, 60, 50, 40, 30, 20, 10, 0)]
    )


def uuid_of(id_: str) -> str:
    """An id as the UUID that its characters stand for; empty where it is none of ours."""
    body = id_.partition("_")[2]
    if len(body) != BODY_LENGTH or not set(body) <= set(_ALPHABET):
        return ""
    value = 0
    for sign in body:
        value = value << 5 | _ALPHABET.index(sign)
    text = f"{value:032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:])) if value >> 128 == 0 else ""


def id_of_uuid(prefix: str, uuid: str) -> str:
    """The id of a kind that a UUID stands for; empty where it is no UUID."""
    parts = uuid.strip().lower().split("-")
    text = "".join(parts)
    if [len(part) for part in parts] != [8, 4, 4, 4, 12] or not set(text) <= set("0123456789abcdef"):
        return ""
    value = int(text, 16)
    return prefix + "".join(_ALPHABET[value >> shift & 31] for shift in range(125, -1, -5))


def bucket_of(holder_id: str) -> int:
    """The bucket (0–255) of a holder, stored when the holder is created."""
    return blake2b(holder_id.encode(), digest_size=1).digest()[0]
