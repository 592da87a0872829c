"""Gettext catalogues: the committed .po files are read and compiled in memory at first use; no .mo is kept.

A language's catalogue is all the .po files of its folder together: `kopilka.po` for what rooms share, and one
file per room (`console.po`, `till.po`, …), so that rooms do not edit each other's words. Source texts are English.
"""

import gettext as standard
from functools import lru_cache
from importlib.resources import files
from io import BytesIO

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from kopilka.words.languages import language


class Catalogue:
    """The texts of one language; `%(name)s` in a text is filled from keyword arguments, `%%` is a percent sign."""

    def __init__(self, tag: str, texts: standard.NullTranslations) -> None:
        self.tag = tag
        self._texts = texts

    def gettext(self, msgid: str, **params: object) -> str:
        return self._texts.gettext(msgid) % params

    def ngettext(self, one: str, many: str, n: int, **params: object) -> str:
        return self._texts.ngettext(one, many, n) % {"num": n, "n": n, **params}

    def raw(self, msgid: str) -> str:
        """The text before its parameters are filled in."""
        return self._texts.gettext(msgid)

    def raw_plural(self, one: str, many: str, n: int) -> str:
        return self._texts.ngettext(one, many, n)


@lru_cache(maxsize=16)
def catalogue(tag: str) -> Catalogue:
    """The catalogue of a language; a text that it lacks comes from its fallbacks, then from the English source."""
    spoken = language(tag)
    texts = _read(spoken.tag)
    for other in spoken.fallback:
        texts.add_fallback(_read(other))
    return Catalogue(spoken.tag, texts)


def gettext(tag: str, msgid: str, **params: object) -> str:
    """Say a text in a language: `gettext("ru", "Save")`."""
    return catalogue(tag).gettext(msgid, **params)


def ngettext(tag: str, one: str, many: str, n: int, **params: object) -> str:
    """Say a counted text; `%(num)s` in it is `n`."""
    return catalogue(tag).ngettext(one, many, n, **params)


def N_(msgid: str) -> str:  # noqa: N802 - the name that gettext tools know
    """Mark a text for the catalogues where it is written; `gettext` says it later."""
    return msgid


def _read(tag: str) -> standard.NullTranslations:
    texts: standard.NullTranslations | None = None
    for entry in sorted(
        files("kopilka.words").joinpath("locale", tag, "LC_MESSAGES").iterdir(), key=lambda e: e.name
    ):
        if not entry.name.endswith(".po"):
            continue
        with entry.open("rb") as source:
            read = _compiled(read_po(source, locale=tag))
        if texts is None:
            texts = read
        else:
            texts.add_fallback(read)
    return texts or standard.NullTranslations()


def _compiled(catalog: Catalog) -> standard.GNUTranslations:
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return standard.GNUTranslations(compiled)
