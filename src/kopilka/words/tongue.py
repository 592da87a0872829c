"""Who is spoken to about which programmes: names of points, levels and rules, taken from their documents."""

from collections.abc import Mapping, Sequence

from kopilka.core.programme.document import Programme
from kopilka.core.receipt import Shop
from kopilka.words.languages import language
from kopilka.words.reasons import in_language
from kopilka.words.render import PointsWords, Tongue

_USUAL: Mapping[str, tuple[str, ...]] = {
    "ru": ("бонус", "бонуса", "бонусов"),
    "en": ("point", "points"),
}


def tongue_of(tag: str, programmes: Sequence[Programme], shops: Mapping[str, Shop] | None = None) -> Tongue:
    """The words of some programmes for a reader; currency and zone are the first one's."""
    spoken = language(tag).tag
    places = {id_: shop.title for id_, shop in (shops or {}).items() if shop.title}
    if not programmes:
        return Tongue(language=spoken, points={"bonus": PointsWords(dict(_USUAL))}, shops=places)
    first = programmes[0]
    points: dict[str, PointsWords] = {}
    levels: dict[str, str] = {}
    rules: dict[str, str] = {}
    coupons: dict[str, str] = {}
    perks: dict[str, str] = {}
    for programme in reversed(programmes):
        own = _Own(programme, spoken)
        points, levels, rules = own.points | points, levels | own.levels, rules | own.rules
        coupons, perks = coupons | own.coupons, perks | own.perks
    points = {**_Own(first, spoken).points, **points} or {"bonus": PointsWords(dict(_USUAL))}
    return Tongue(
        language=spoken, currency=first.currency, zone=first.zone, points=points, levels=levels, rules=rules,
        coupons=coupons, perks=perks, shops=places,
    )  # fmt: skip


def title_of(programme: Programme, tag: str) -> str:
    """The name of a programme in a language."""
    return in_language(programme.title, language(tag).tag) or programme.programme


class _Own:
    """Words of one programme."""

    def __init__(self, programme: Programme, tag: str) -> None:
        self.points = {
            id_: PointsWords(dict(kind.title) or dict(_USUAL), kind.decimals)
            for id_, kind in programme.points.items()
        }
        ladder = () if programme.levels is None else programme.levels.ladder
        self.levels = {step.id: in_language(step.title, tag) or step.id for step in ladder}
        self.rules = {rule.id: in_language(rule.title, tag) or rule.id for rule in programme.rules}
        self.coupons = {
            id_: in_language(row.title, tag) or row.code or id_ for id_, row in programme.coupons.items()
        }
        self.perks = {id_: in_language(row.title, tag) or id_ for id_, row in programme.perks.items()}
