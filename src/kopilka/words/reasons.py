"""Reasons as sentences: the words that stand beside each reason in core, filled in for a reader."""

from collections.abc import Mapping

from kopilka.core.rules.reason import REASONS, Reason
from kopilka.words.languages import DEFAULT, language
from kopilka.words.render import Tongue, render, unsaid


def said(reason: Reason, tongue: Tongue) -> str:
    """The sentence of a reason; one that this version no longer knows is shown by its code."""
    kind = REASONS.get(reason.code)
    if kind is None:
        return unsaid(reason.code, reason.params)
    return render(in_language(kind.words, tongue.language), reason.params, tongue, code=reason.code)


def in_language(words: Mapping[str, str], tag: str) -> str:
    """The text among words by language for a reader, or the nearest there is."""
    for wish in (tag, *language(tag).fallback, "en", DEFAULT):
        if wish in words:
            return words[wish]
    return next(iter(words.values()), "")
