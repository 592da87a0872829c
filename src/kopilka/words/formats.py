"""How numbers are written for people: money, points, percents, quantities. Whole integers in, text out, no float.

Separators and places of signs come from CLDR (Babel); a minus is the true minus sign, spaces never break.
"""

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache

import msgspec
from babel import Locale
from babel.plural import PluralRule

from kopilka.values.money import exponent
from kopilka.values.quantity import DIGITS as QUANTITY_DIGITS
from kopilka.words.languages import LANGUAGES, language

MINUS, PLUS, SPACE = "−", "+", "\u00a0"
_PERCENT_DIGITS = 2
_CATEGORIES = ("zero", "one", "two", "few", "many", "other")
# CLDR's English calls these by their codes; a shop reads its own sign sooner.
_SIGNS = {
    "RUB": "₽",
    "KZT": "₸",
    "BYN": "Br",
    "UAH": "₴",
    "AMD": "֏",
    "GEL": "₾",
    "UZS": "soʻm",
    "KGS": "сом",
}


class Marks(msgspec.Struct, frozen=True):
    """What a language puts into and around numbers."""

    group: str
    decimal: str
    money_before: str
    money_after: str
    percent_after: str


@lru_cache(maxsize=16)
def marks(tag: str) -> Marks:
    """The marks of a language, from CLDR."""
    locale = Locale.parse(language(tag).locale)
    symbols = locale.number_symbols.get("latn", locale.number_symbols)
    money_pattern, percent_pattern = locale.currency_formats["standard"], locale.percent_formats[None]
    return Marks(
        group=symbols["group"],
        decimal=symbols["decimal"],
        money_before=money_pattern.prefix[0],
        money_after=money_pattern.suffix[0],
        percent_after=percent_pattern.suffix[0],
    )


def decimal(tag: str, units: int, digits: int, *, signed: bool = False, short: bool = False) -> str:
    """An integer of `digits` decimal places: (235000, 2) is "2 350,00" in Russian.

    `signed` writes a plus too; `short` leaves out a fraction that is zero.
    """
    spoken = marks(tag)
    whole, fraction = divmod(abs(units), 10**digits)
    text = f"{whole:,}".replace(",", spoken.group)
    if digits and (fraction or not short):
        text += spoken.decimal + str(fraction).rjust(digits, "0")
    sign = MINUS if units < 0 else PLUS if signed and units > 0 else ""
    return sign + text


def number(tag: str, value: int, *, signed: bool = False) -> str:
    """A whole number: "12 480" in Russian, "12,480" in English."""
    return decimal(tag, value, 0, signed=signed)


@lru_cache(maxsize=256)
def currency_sign(tag: str, currency: str) -> str:
    """The sign people know a currency by: "₽"; a currency without one is called by its code."""
    sign = str(Locale.parse(language(tag).locale).currency_symbols.get(currency, currency))
    return _SIGNS.get(currency, sign) if sign == currency else sign


def money(tag: str, minor: int, currency: str, *, signed: bool = False, short: bool = False) -> str:
    """Minor units of a currency: "2 350,00 ₽" in Russian, "₽2,350.00" in English; `short` drops zero kopecks."""
    spoken, sign = marks(tag), currency_sign(tag, currency)
    digits = decimal(tag, minor, exponent(currency), signed=signed, short=short)
    if not spoken.money_before:
        return digits + spoken.money_after.replace("¤", sign)
    before = spoken.money_before.replace("¤", sign + SPACE if sign[-1].isalpha() else sign)
    if digits[0] in (MINUS, PLUS):
        return digits[0] + before + digits[1:]
    return before + digits


def percent(tag: str, hundredths: int, *, signed: bool = False) -> str:
    """Hundredths of a percent: 750 is "7,5 %" in Russian, "7.5%" in English."""
    return _trimmed(tag, hundredths, _PERCENT_DIGITS, signed=signed) + marks(tag).percent_after


def quantity(tag: str, thousandths: int, unit: str = "") -> str:
    """Thousandths of a piece or of a unit: 333 is "0,333", with its unit "0,333 кг"."""
    text = _trimmed(tag, thousandths, QUANTITY_DIGITS)
    return f"{text}{SPACE}{unit}" if unit else text


def points(tag: str, units: int, digits: int, forms: Sequence[str], *, signed: bool = False) -> str:
    """Smallest units of a points kind with its noun: "150 бонусов", "1,50 бонуса", "1 point"."""
    return decimal(tag, units, digits, signed=signed, short=True) + SPACE + noun(tag, units, digits, forms)


def noun(tag: str, units: int, digits: int, forms: Sequence[str]) -> str:
    """The form of a noun that goes with a number, by the CLDR plural rules of the language.

    `forms` stand in the order of the language's categories (Russian: one, few, many; English: one, other); a
    fraction takes its own form if the list has one more, else the language's usual one ("1,5 бонуса").
    """
    if not forms:
        return ""
    whole, fraction = divmod(abs(units), 10**digits)
    rule, categories = _plural(language(tag).tag)
    place = categories.index(rule(abs(Decimal(units).scaleb(-digits)) if fraction else whole))
    if place >= len(forms):
        place = language(tag).fraction_form
    return forms[min(place, len(forms) - 1)]


@lru_cache(maxsize=16)
def _plural(tag: str) -> tuple[PluralRule, tuple[str, ...]]:
    """The plural rule of a language and its categories in their order."""
    rule = Locale.parse(LANGUAGES[tag].locale).plural_form
    return rule, tuple(name for name in _CATEGORIES if name in rule.tags or name == "other")


def _trimmed(tag: str, units: int, digits: int, *, signed: bool = False) -> str:
    """A decimal without zeroes at its end."""
    while digits and units % 10 == 0:
        units, digits = units // 10, digits - 1
    return decimal(tag, units, digits, signed=signed)
