"""Reasons: why a rule applied or did not, as a code with parameters; words stand beside the code.

A placeholder says how its parameter is shown: `{missing:money}`, `{level:level}`, `{count:count}`.
"""

import msgspec


class Reason(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One "why" or "why not": stored as it is, rendered in the reader's language."""

    code: str
    params: dict[str, int | str] = {}


class ReasonKind(msgspec.Struct, frozen=True):
    """A documented reason: its words by language, and whether meeting it would unlock the rule."""

    code: str
    words: dict[str, str]
    unlocks: bool = False

    def __call__(self, **params: int | str) -> Reason:
        return Reason(self.code, params)


REASONS: dict[str, ReasonKind] = {}
UNLOCKING: set[str] = set()
"""Codes of reasons that the buyer can do something about."""
PRICED: set[str] = set()
"""Codes of those that say how much money is missing."""


def reason_kind(code: str, *, ru: str, en: str, unlocks: bool = False) -> ReasonKind:
    """Declare a reason; a code is declared once."""
    if code in REASONS:
        message = f"reason {code} is declared twice"
        raise ValueError(message)
    REASONS[code] = ReasonKind(code, {"ru": ru, "en": en}, unlocks)
    if unlocks:
        UNLOCKING.add(code)
        if "{missing:money}" in en:
            PRICED.add(code)
    return REASONS[code]


def effort(reason: Reason) -> tuple[int, int]:
    """How near a reason is to being met, least first: so much money missing, something else to do, nothing to do."""
    if reason.code in PRICED:
        missing = reason.params.get("missing", 0)
        return 0, missing if isinstance(missing, int) else 0
    return (1, 0) if reason.code in UNLOCKING else (2, 0)
