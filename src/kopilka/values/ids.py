"""Ids: a kind prefix and 26 characters that sort by time (UUIDv7 in Crockford's base 32).

The millisecond and the chance are arguments, so that ids are as repeatable as their callers want.
"""

from hashlib import blake2b

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS = [a + b for a in _ALPHABET for b in _ALPHABET]
MEMBER, HOLDER, TRANSACTION, EVENT, RECEIPT, KEY = "mem_", "hdr_", "txn_", "evt_", "rcp_", "key_"
CONNECTION, CALL, SUBSCRIPTION, MESSAGE = "con_", "cll_", "sub_", "msg_"
BUCKETS = 256


def make_id(prefix: str, unix_ms: int, chance: int) -> str:
    """An id of the given kind; `chance` supplies its 74 random bits."""
    chance &= (1 << 74) - 1
    value = unix_ms << 80 | 7 << 76 | (chance >> 62) << 64 | 2 << 62 | chance & ((1 << 62) - 1)
    return prefix + "".join(
        [_PAIRS[value >> shift & 1023] for shift in (120, 110, 100, 90, 80, 70, 60, 50, 40, 30, 20, 10, 0)]
    )


def bucket_of(holder_id: str) -> int:
    """The bucket (0–255) of a holder, stored when the holder is created."""
    return blake2b(holder_id.encode(), digest_size=1).digest()[0]
