"""The languages of the house and the choice among them.

A new language is one line in `LANGUAGES` plus `locale/<tag>/LC_MESSAGES/kopilka.po`.
"""

from functools import lru_cache

import msgspec


class Language(msgspec.Struct, frozen=True, kw_only=True):
    """One language: its tag, its own name, the CLDR locale of its formats, and who speaks for it when a text is missing."""

    tag: str
    name: str
    short: str
    locale: str
    fallback: tuple[str, ...] = ()
    fraction_form: int = -1
    """Which of a noun's plural forms goes with a fraction ("1,5 бонуса" is the second in Russian)."""


LANGUAGES = {
    language.tag: language
    for language in (
        Language(tag="ru", name="Русский", short="Рус", locale="ru", fraction_form=1),
        Language(tag="en", name="English", short="Eng", locale="en_GB"),
    )
}
DEFAULT = "ru"


def language(tag: str) -> Language:
    """The language of a tag such as "ru" or "en-GB"; one that the house does not speak gives the default."""
    return LANGUAGES[closest(tag) or DEFAULT]


def closest(tag: str) -> str | None:
    """The tag of the house that serves `tag`, or None: "en-US" and "EN_us" give "en"."""
    primary = tag.strip().replace("_", "-").split("-", 1)[0].lower()
    return primary if primary in LANGUAGES else None


def negotiate(*, choice: str | None = None, cookie: str | None = None, accept: str | None = None) -> str:
    """The tag to speak: an explicit choice, else the cookie, else the browser's wish, else the default."""
    for wish in (choice, cookie):
        if wish and (tag := closest(wish)):
            return tag
    return _accepted(accept) if accept else DEFAULT


@lru_cache(maxsize=256)
def _accepted(header: str) -> str:
    """The best of an Accept-Language header (RFC 9110, 12.5.4); what cannot be read is skipped."""
    wishes: list[tuple[int, int, str]] = []
    for place, part in enumerate(header[:500].split(",")):
        tag, _, parameters = part.partition(";")
        weight = _thousandths(parameters)
        found = DEFAULT if tag.strip() == "*" else closest(tag)
        if found and weight:
            wishes.append((-weight, place, found))
    return min(wishes)[2] if wishes else DEFAULT


def _thousandths(parameters: str) -> int:
    name, _, value = parameters.strip().partition("=")
    if name.strip().lower() != "q":
        return 1000
    whole, _, rest = value.strip().partition(".")
    digits = whole + rest.ljust(3, "0")[:3]
    return min(int(digits), 1000) if digits.isascii() and digits.isdigit() else 0
