"""Words in every language at once: templates with parameters, filled and joined without knowing the reader."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from kopilka.core.programme.fields import Words
from kopilka.core.programme.labels import LANGUAGES
from kopilka.values.points import Points


class Saying(msgspec.Struct, frozen=True):
    """A sentence or a part of one: templates by language, to be filled from `params`."""

    words: Words
    params: Mapping[str, int | str | Points] = {}

    def __bool__(self) -> bool:
        return any(self.words.values())


EMPTY = Saying(dict.fromkeys(LANGUAGES, ""))
OR: Words = {"ru": " или ", "en": " or "}
AND: Words = {"ru": " и ", "en": " and "}
_QUOTES = {"ru": "«{0}»", "en": "“{0}”"}


def bare(text: str) -> str:
    """A text that stands in a template as it is."""
    return text.replace("{", "{{").replace("}", "}}")


def literal(text: str, *, quoted: bool = False) -> Saying:
    """A text that is the same in every language."""
    safe = bare(text)
    return Saying({tag: _QUOTES[tag].replace("{0}", safe) if quoted else safe for tag in LANGUAGES})


def sentence(ru: str, en: str, *parts: Saying) -> Saying:
    """A sentence in both languages; `{0}`, `{1}` are the parts."""
    return filled({"ru": ru, "en": en}, parts)


def filled(words: Words, parts: Sequence[Saying]) -> Saying:
    """A template whose places `{0}`, `{1}` … are other sayings."""
    params: dict[str, int | str | Points] = {}
    for part in parts:
        params.update(part.params)
    return Saying(
        {tag: text.format(*[part.words[tag] for part in parts]) for tag, text in words.items()}, params
    )


def joined(parts: Iterable[Saying], last: Words | None = None) -> Saying:
    """Parts after each other: with commas, the last one after a word ("a, b or c") where one is given."""
    kept = [part for part in parts if part]
    if not kept:
        return EMPTY
    params: dict[str, int | str | Points] = {}
    for part in kept:
        params.update(part.params)
    words: Words = {}
    for tag in LANGUAGES:
        texts = [part.words[tag] for part in kept]
        if last is None or len(texts) == 1:
            words[tag] = ", ".join(texts)
        else:
            words[tag] = ", ".join(texts[:-1]) + last[tag] + texts[-1]
    return Saying(words, params)
