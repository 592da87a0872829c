"""What can be wrong with a document: one mistake at its place, told by code and parameters.

The words stand beside the codes in `mistake_words.py`; a placeholder says how its parameter is shown, as in
reasons: `{key:text}`.
"""

from collections.abc import Iterable
from difflib import get_close_matches
from enum import Enum

import msgspec

from kopilka.core.programme.fields import Words
from kopilka.core.programme.mistake_words import HINTS, MISTAKES

_SHOWN_MAX = 60
_CHOICES_MAX = 12
MISTAKES_MAX = 500
"""Later mistakes are not told: nobody reads so many, and a hostile document would make millions."""


class Severity(Enum):
    """An error refuses the document; a warning is a caution that it may stand with."""

    ERROR = "error"
    WARNING = "warning"


class Mistake(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing wrong: where (`rules[2].earn.percent`, line and column from 1; 0 where unknown), what, and what to do.

    `hint` is a code of `HINTS` or empty; it shares the parameters.
    """

    code: str
    path: str
    line: int = 0
    column: int = 0
    params: dict[str, int | str] = {}
    hint: str = ""
    severity: Severity = Severity.ERROR

    def words(self) -> Words:
        """The sentence as a template in each language, with its advice; to be filled from `params`."""
        advice = HINTS.get(self.hint, {})
        return {
            tag: f"{sentence} {advice[tag]}" if tag in advice else sentence
            for tag, sentence in MISTAKES[self.code].items()
        }

    def standing_at(self, line: int, column: int) -> "Mistake":
        """The same mistake with its place in the text."""
        return msgspec.structs.replace(self, line=line, column=column)


def caution(code: str, path: str, **params: int | str) -> Mistake:
    """A warning."""
    return Mistake(code, path, params=params, severity=Severity.WARNING)


def error(code: str, path: str, **params: int | str) -> Mistake:
    """An error."""
    return Mistake(code, path, params=params)


def errors(mistakes: Iterable[Mistake]) -> tuple[Mistake, ...]:
    """Only what refuses the document."""
    return tuple(mistake for mistake in mistakes if mistake.severity is Severity.ERROR)


def shown(text: str) -> str:
    """A text cut to what a message can bear."""
    flat = " ".join(text.split())
    return flat if len(flat) <= _SHOWN_MAX else flat[: _SHOWN_MAX - 1] + "…"


def advised(mistake: Mistake, wrong: str, known: Iterable[str]) -> Mistake:
    """The mistake with "did you mean", or with the choices where nothing known is near."""
    choices = list(known)
    lowered = {choice.lower(): choice for choice in choices}
    near = get_close_matches(wrong.lower()[:_SHOWN_MAX], lowered, n=1)
    if near:
        advice, params = "did_you_mean", {"suggestion": lowered[near[0]]}
    elif choices:
        shown_choices = choices[:_CHOICES_MAX] + ["…"] * (len(choices) > _CHOICES_MAX)
        advice, params = "one_of", {"choices": ", ".join(shown_choices)}
    else:
        return mistake
    return msgspec.structs.replace(mistake, hint=advice, params={**mistake.params, **params})
