"""The Jinja environment: one per language, so that macros and filters know whom they speak to.

Templates are named by room: "look/base.html", "console/members.html". Undefined names are errors.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from importlib.resources import files

from jinja2 import BaseLoader, Environment, PackageLoader, PrefixLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from kopilka.core.rules.reason import Reason
from kopilka.look.spark import spark
from kopilka.look.static import Shelf
from kopilka.values.money import Money, decimal_text, exponent
from kopilka.values.points import Points
from kopilka.words import calendar, formats
from kopilka.words.catalogue import catalogue
from kopilka.words.languages import LANGUAGES
from kopilka.words.reasons import said
from kopilka.words.render import Tongue


class Pages:
    """Renders templates of the given rooms in any language. A room (a package name) keeps its templates in a folder
    `templates`, or beside its screens: "console/member/page.html".
    """

    def __init__(self, rooms: Sequence[str], shelf: Shelf) -> None:
        loaders: dict[str, BaseLoader] = {
            room.rpartition(".")[2]: PackageLoader(room, _folder(room)) for room in ("kopilka.look", *rooms)
        }
        self._loader = PrefixLoader(loaders)
        self.shelf = shelf
        self._environments = {tag: environment(tag, self._loader, shelf) for tag in LANGUAGES}

    def environment(self, tag: str) -> Environment:
        return self._environments[tag]

    def render(self, template: str, tongue: Tongue, /, **context: object) -> str:
        """The page as text. `tongue` says language, currency, points and zone to every filter."""
        return self._environments[tongue.language].get_template(template).render(tongue=tongue, **context)


def _folder(room: str) -> str:
    return "templates" if files(room).joinpath("templates").is_dir() else ""


def environment(tag: str, loader: BaseLoader, shelf: Shelf) -> Environment:
    """An environment that speaks one language."""
    made = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
    )
    words = catalogue(tag)
    # The names come with the extension; `newstyle` fills parameters in after translating.
    install = made.install_gettext_callables  # type: ignore[attr-defined]
    install(words.raw, words.raw_plural, newstyle=True)
    made.policies["ext.i18n.trimmed"] = True
    made.globals.update(static=shelf.url, languages=tuple(LANGUAGES.values()), lang=tag)
    made.filters.update(_filters(tag))
    return made


def _filters(tag: str) -> Mapping[str, object]:
    """Formats of the language; those that need more take it from the page's `tongue`."""
    return {
        "number": partial(formats.number, tag),
        "decimal": partial(formats.decimal, tag),
        "percent": partial(formats.percent, tag),
        "quantity": partial(formats.quantity, tag),
        "day": partial(calendar.day, tag),
        "day_of_year": partial(calendar.day_of_year, tag),
        "duration": partial(calendar.length, tag),
        "relative": partial(calendar.relative, tag),
        "money": _money,
        "money_input": _money_input,
        "points": _points,
        "moment": _moment,
        "clock": _clock,
        "near_day": _near_day,
        "level": _level,
        "reason": _reason,
        "spark": spark,
        "iso": _iso,
    }


@pass_context
def _money(
    context: Context, amount: int | Money, currency: str = "", *, signed: bool = False, short: bool = False
) -> str:
    """`{{ 235000|money }}` in the page's currency, or `{{ x|money("KZT") }}`."""
    tongue: Tongue = context["tongue"]
    minor, named = (amount.minor, amount.currency) if isinstance(amount, Money) else (amount, currency)
    return formats.money(tongue.language, minor, named or tongue.currency, signed=signed, short=short)


@pass_context
def _money_input(context: Context, minor: int, currency: str = "") -> str:
    """What stands in an input of money: "2350.00", without separators."""
    return decimal_text(minor, exponent(currency or context["tongue"].currency))


@pass_context
def _points(context: Context, amount: int | Points, kind: str = "", *, signed: bool = False) -> str:
    """`{{ 150|points }}` of the page's first kind, or `{{ x|points("pultiki") }}`."""
    tongue: Tongue = context["tongue"]
    units, named = (amount.units, amount.kind) if isinstance(amount, Points) else (amount, kind)
    words = tongue.points[named or next(iter(tongue.points))]
    return formats.points(
        tongue.language, units, words.decimals, words.forms_in(tongue.language), signed=signed
    )


@pass_context
def _moment(context: Context, at: datetime, style: calendar.Style = "medium") -> str:
    tongue: Tongue = context["tongue"]
    return calendar.moment(tongue.language, at, tongue.zone, style)


@pass_context
def _clock(context: Context, at: datetime) -> str:
    tongue: Tongue = context["tongue"]
    return calendar.clock(tongue.language, at, tongue.zone)


@pass_context
def _near_day(context: Context, at: datetime, now: datetime) -> str:
    tongue: Tongue = context["tongue"]
    return calendar.near_day(tongue.language, at, now, tongue.zone)


@pass_context
def _level(context: Context, level_id: str) -> str:
    tongue: Tongue = context["tongue"]
    return tongue.levels.get(level_id, level_id)


@pass_context
def _reason(context: Context, reason: Reason) -> str:
    """A stored reason in the reader's language."""
    return said(reason, context["tongue"])


def _iso(value: date | datetime | timedelta) -> str:
    return value.isoformat() if isinstance(value, date) else f"PT{int(value.total_seconds())}S"
