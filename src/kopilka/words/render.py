"""Reasons in the reader's language: a template with typed places, filled from stored parameters.

`"ещё {missing:money} до бесплатной доставки"`. A place is `{name:type}`, or `{name:count|штука|штуки|штук}` where
a noun follows its number; `{{` and `}}` are braces. Parameters are what a Decision stores: integers, texts, ISO days.
"""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from functools import lru_cache

import msgspec

from kopilka.values.money import Money
from kopilka.values.period import local_day
from kopilka.values.points import Points
from kopilka.words import calendar, formats
from kopilka.words.catalogue import N_, gettext
from kopilka.words.languages import language

_PLACE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
_CHANNELS = {
    "store": N_("in the shop"),
    "site": N_("on the site"),
    "app": N_("in the app"),
    "phone": N_("by phone"),
}
_PAYMENTS = {
    "cash": N_("in cash"),
    "card": N_("by card"),
    "online": N_("online"),
    "certificate": N_("with a gift certificate"),
}
_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LEAP_YEAR = 2000
_CHOICES = {"earn": N_("to collect points"), "discount": N_("the discount")}
_PERIODS = {
    "day": N_("a day"),
    "week": N_("a week"),
    "month": N_("a month"),
    "year": N_("a year"),
    "ever": N_("in all"),
}
_CLASSES = {
    "tobacco": N_("tobacco"),
    "by_till": N_("kept out by the till"),
    "nicotine": N_("nicotine goods"),
    "certificate": N_("gift certificates"),
    "alcohol": N_("alcohol"),
}


class PointsWords(msgspec.Struct, frozen=True):
    """How a points kind is named in each language, and how many decimals it has."""

    forms: Mapping[str, tuple[str, ...]]
    decimals: int = 0

    def forms_in(self, tag: str) -> tuple[str, ...]:
        """The forms in a language, or in the nearest one that the shop has named."""
        for wish in (tag, *language(tag).fallback, "en", "ru"):
            if wish in self.forms:
                return self.forms[wish]
        return next(iter(self.forms.values()), ())


class Tongue(msgspec.Struct, frozen=True, kw_only=True):
    """Who is being spoken to: language, money, zone, names of points, and titles of levels, rules, shops … by id.

    Points that are a bare integer are of the kind that a parameter `kind` names, else of the first kind.
    """

    language: str = "ru"
    currency: str = "RUB"
    points: Mapping[str, PointsWords] = {}
    zone: str = "Europe/Moscow"
    levels: Mapping[str, str] = {}
    rules: Mapping[str, str] = {}
    coupons: Mapping[str, str] = {}
    perks: Mapping[str, str] = {}
    shops: Mapping[str, str] = {}


class TemplateError(ValueError):
    """A template of a reason is wrong: it says which place and why."""


class _Place(msgspec.Struct, frozen=True):
    name: str
    kind: str
    forms: tuple[str, ...]


def render(template: str, params: Mapping[str, object], tongue: Tongue, *, code: str = "") -> str:
    """Fill a template for a reader. Never raises: what cannot be said is shown as the reason's code and parameters."""
    try:
        return "".join(
            part if isinstance(part, str) else _written(part, params, tongue) for part in _parts(template)
        )
    except (TemplateError, KeyError, ValueError, TypeError, AttributeError, IndexError, ArithmeticError):
        return unsaid(code or template, params)


def _written(place: _Place, params: Mapping[str, object], tongue: Tongue) -> str:
    value = params[place.name]
    kind = params.get("kind")
    if place.kind == "points" and isinstance(value, int) and kind in tongue.points:
        value = Points(value, str(kind))
    return _WRITERS[place.kind](value, place, tongue)


def unsaid(code: str, params: Mapping[str, object]) -> str:
    """What is shown where there are no words: "too_small (missing=240)"."""
    shown = ", ".join(f"{name}={value}" for name, value in params.items())
    return f"{code} ({shown})" if shown else code


def check_template(template: str, params_names: Collection[str]) -> None:
    """Refuse (TemplateError) a template with an unknown type, a bad place, or a parameter that is not in the names."""
    for part in _parts(template):
        if not isinstance(part, str) and part.name not in params_names:
            raise TemplateError(f"{template!r}: {part.name!r} is not among {sorted(params_names)}")


def places(template: str) -> frozenset[tuple[str, str]]:
    """Names and types of the places of a template; a wrong template is a TemplateError."""
    return frozenset((part.name, part.kind) for part in _parts(template) if not isinstance(part, str))


@lru_cache(maxsize=4096)
def _parts(template: str) -> tuple[str | _Place, ...]:
    parts: list[str | _Place] = []
    start = 0
    for found in _PLACE.finditer(template):
        parts.append(template[start : found.start()])
        start = found.end()
        if found[0] in ("{{", "}}"):
            parts.append(found[0][0])
        elif found[1] is None:
            raise TemplateError(f"{template!r}: a lonely {found[0]!r}")
        else:
            parts.append(_place(found[1], template))
    parts.append(template[start:])
    return tuple(part for part in parts if part)


def _place(text: str, template: str) -> _Place:
    name, _, kind_and_forms = text.partition(":")
    kind, *forms = kind_and_forms.split("|")
    if not _NAME.match(name):
        raise TemplateError(f"{template!r}: {name!r} is not a parameter's name")
    if kind not in _WRITERS:
        raise TemplateError(f"{template!r}: {kind!r} is not one of {', '.join(sorted(_WRITERS))}")
    if forms and (kind != "count" or not all(forms)):
        raise TemplateError(f"{template!r}: the forms of {name!r} are not understood")
    return _Place(name, kind, tuple(forms))


def _money(value: object, _: _Place, tongue: Tongue) -> str:
    if isinstance(value, Money):
        return formats.money(tongue.language, value.minor, value.currency, short=True)
    return formats.money(tongue.language, _whole(value), tongue.currency, short=True)


def _points(value: object, _: _Place, tongue: Tongue) -> str:
    kind, units = (value.kind, value.units) if isinstance(value, Points) else (None, _whole(value))
    words = tongue.points[kind] if kind else next(iter(tongue.points.values()))
    return formats.points(tongue.language, units, words.decimals, words.forms_in(tongue.language))


def _count(value: object, place: _Place, tongue: Tongue) -> str:
    number = formats.number(tongue.language, _whole(value))
    return f"{number}{formats.SPACE}{formats.noun(tongue.language, _whole(value), 0, place.forms)}".strip()


def _percent(value: object, _: _Place, tongue: Tongue) -> str:
    return formats.percent(tongue.language, _whole(value))


def _quantity(value: object, _: _Place, tongue: Tongue) -> str:
    return formats.quantity(tongue.language, _whole(value))


def _date(value: object, _: _Place, tongue: Tongue) -> str:
    if isinstance(value, datetime):
        return calendar.day(tongue.language, local_day(value, tongue.zone), "long")
    shown = value if isinstance(value, date) else date.fromisoformat(str(value))
    return calendar.day(tongue.language, shown, "long")


def _moment(value: object, _: _Place, tongue: Tongue) -> str:
    at = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return calendar.moment(tongue.language, at, tongue.zone)


def _text(value: object, _: _Place, __: Tongue) -> str:
    return str(value)


def _level(value: object, _: _Place, tongue: Tongue) -> str:
    return tongue.levels.get(str(value), str(value))


def _levels(value: object, place: _Place, tongue: Tongue) -> str:
    return ", ".join(_level(part.strip(), place, tongue) for part in str(value).split(","))


def _rule(value: object, _: _Place, tongue: Tongue) -> str:
    return tongue.rules.get(str(value), str(value))


def _coupons(value: object, _: _Place, tongue: Tongue) -> str:
    return ", ".join(tongue.coupons.get(part.strip(), part.strip()) for part in str(value).split(","))


def _perk(value: object, _: _Place, tongue: Tongue) -> str:
    return tongue.perks.get(str(value), str(value))


def _year_day(value: object, _: _Place, tongue: Tongue) -> str:
    """A day of every year, written "12-31"."""
    return calendar.day_of_year(tongue.language, date.fromisoformat(f"{_LEAP_YEAR}-{value}"))


def _rules(value: object, _: _Place, tongue: Tongue) -> str:
    return ", ".join(tongue.rules.get(part, part) for part in _split(value))


def _choices(value: object, _: _Place, tongue: Tongue) -> str:
    return _any(tongue, [_named(tongue, _CHOICES, part) for part in _split(value)])


def _kind(value: object, _: _Place, tongue: Tongue) -> str:
    """Many points of a kind, without a number: "бонусов", "points"."""
    words = tongue.points.get(str(value))
    forms = () if words is None else words.forms_in(tongue.language)
    return forms[-1] if forms else str(value)


def _noun(value: object, _: _Place, tongue: Tongue) -> str:
    """What one point of a kind is called, as a heading: "Бонус", "Point"."""
    words = tongue.points.get(str(value))
    forms = () if words is None else words.forms_in(tongue.language)
    name = forms[0] if forms else str(value)
    return name[:1].upper() + name[1:]


def _shops(value: object, _: _Place, tongue: Tongue) -> str:
    return _any(tongue, [tongue.shops.get(part, part) for part in _split(value)])


def _channels(value: object, _: _Place, tongue: Tongue) -> str:
    return _any(tongue, [_named(tongue, _CHANNELS, part) for part in _split(value)])


def _classes(value: object, _: _Place, tongue: Tongue) -> str:
    return ", ".join(_named(tongue, _CLASSES, part) for part in _split(value))


def _period(value: object, _: _Place, tongue: Tongue) -> str:
    return _named(tongue, _PERIODS, str(value))


def _split(value: object) -> list[str]:
    return [part.strip() for part in str(value).split(",") if part.strip()]


def _named(tongue: Tongue, names: Mapping[str, str], id_: str) -> str:
    return gettext(tongue.language, names[id_]) if id_ in names else id_


def _any(tongue: Tongue, names: list[str]) -> str:
    """One of several: "a, b or c"."""
    if len(names) < 2:  # noqa: PLR2004 - a pair
        return "".join(names)
    return gettext(tongue.language, "%(some)s or %(last)s", some=", ".join(names[:-1]), last=names[-1])


def _perks(value: object, place: _Place, tongue: Tongue) -> str:
    return _any(tongue, [_perk(part, place, tongue) for part in _split(value)])


def _payments(value: object, _: _Place, tongue: Tongue) -> str:
    return _any(tongue, [_named(tongue, _PAYMENTS, part) for part in _split(value)])


def _weekdays(value: object, _: _Place, tongue: Tongue) -> str:
    return ", ".join(calendar.weekdays(tongue.language)[_WEEK.index(part)] for part in _split(value))


def _year_days(value: object, _: _Place, tongue: Tongue) -> str:
    days = [date.fromisoformat(f"{_LEAP_YEAR}-{part}") for part in _split(value)]
    return ", ".join(calendar.day_of_year(tongue.language, day) for day in days)


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(value)
    return value


_WRITERS: Mapping[str, Callable[[object, _Place, Tongue], str]] = {
    "money": _money,
    "points": _points,
    "percent": _percent,
    "count": _count,
    "quantity": _quantity,
    "date": _date,
    "moment": _moment,
    "text": _text,
    "level": _level,
    "levels": _levels,
    "rule": _rule,
    "coupons": _coupons,
    "perk": _perk,
    "perks": _perks,
    "payments": _payments,
    "weekdays": _weekdays,
    "year_days": _year_days,
    "kind": _kind,
    "noun": _noun,
    "rules": _rules,
    "year_day": _year_day,
    "choices": _choices,
    "shops": _shops,
    "channels": _channels,
    "classes": _classes,
    "period": _period,
}
