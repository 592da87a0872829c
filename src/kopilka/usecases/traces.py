"""How a person is recognised in what other systems wrote: by phone in any spelling, e-mail, cards and ids. Never by name,
which several people may have.
"""

import re
from collections.abc import Iterable, Sequence
from hashlib import sha256
from urllib.parse import unquote_plus

import msgspec

RUSSIAN_DIGITS, EXACT_MIN = 11, 6
"""Ids shorter than this would be found in half of everything."""
_GAP = "[^0-9]{0,3}"


class Names(msgspec.Struct, frozen=True):
    """Everything that finds a person: (kind, value), normalised."""

    rows: tuple[tuple[str, str], ...] = ()

    def of(self, *kinds: str) -> list[str]:
        """The values of some kinds."""
        return [value for kind, value in self.rows if kind in kinds]

    def pattern(self) -> str:
        """A regular expression that PostgreSQL and Python read alike, whatever the case; empty where nothing would be
        found by it.
        """
        parts = [_phone(value) for value in self.of("phone")]
        parts += [_exact(value).replace("@", "(?:@|%40)") for value in self.of("email")]
        parts += [_exact(value) for value in self.of("card", "qr", "external") if len(value) >= EXACT_MIN]
        return "|".join(parts)

    def digests(self) -> list[str]:
        """Hashes under which connectors keep what waits for somebody."""
        found = []
        for kind, value in self.rows:
            plain = sha256(value.encode()).hexdigest()
            found += [sha256(f"{kind}:{value}".encode()).hexdigest(), plain, plain[:32]]
        return sorted(set(found))


def named_in(bodies: Iterable[bytes], pattern: str) -> Sequence[bool]:
    """Which of some bodies, JSON or a form, name the person."""
    if not pattern:
        return [False for _ in bodies]
    wanted = re.compile(pattern, re.IGNORECASE)
    found = []
    for body in bodies:
        text = body.decode("utf-8", "replace")
        found.append(bool(wanted.search(text) or wanted.search(unquote_plus(text))))
    return found


def _phone(value: str) -> str:
    """The digits with whatever people write between them; of a Russian phone +7, 8 or nothing stands before."""
    digits = "".join(filter(str.isdigit, value))
    if len(digits) == RUSSIAN_DIGITS and digits[0] == "7":
        return f"(?<![0-9])(?:[78]{_GAP})?{_GAP.join(digits[1:])}(?![0-9])"
    return f"(?<![0-9]){_GAP.join(digits)}(?![0-9])"


def _exact(value: str) -> str:
    plain = "".join(sign if sign.isalnum() or sign in "_@" else "\\" + sign for sign in value)
    return f"(?<![0-9A-Za-z]){plain}(?![0-9A-Za-z])"
