"""The catalogue of gifts as a table: read models in, ready texts out."""

from collections.abc import Iterable, Mapping

from kopilka.look.offers import closed_words
from kopilka.look.slip import points_text
from kopilka.usecases.offers import GiftView
from kopilka.words import formats
from kopilka.words.catalogue import N_, catalogue
from kopilka.words.reasons import in_language
from kopilka.words.render import Tongue

COLUMNS = (
    ("gift", N_("Gift"), False),
    ("price", N_("Costs"), True),
    ("left", N_("Left"), True),
    ("each", N_("For one member"), True),
)


def gift_rows(gifts: Iterable[GiftView], tongue: Tongue) -> list[Mapping[str, object]]:
    """The catalogue as a table."""
    tag, say = tongue.language, catalogue(tongue.language)
    return [
        {
            "gift": in_language(row.offer.title, tag) or row.gift,
            "small_gift": " · ".join(filter(None, (row.gift, row.offer.sku))),
            "price": points_text(tongue, row.units, row.kind),
            "left": say.gettext("not counted") if row.left is None else formats.number(tag, row.left),
            "small_left": closed_words(row, tag)
            or (
                ""
                if row.offer.stock is None
                else say.gettext("of %(stock)s", stock=formats.number(tag, row.offer.stock))
            ),
            "each": "—" if row.offer.per_member is None else formats.number(tag, row.offer.per_member),
        }
        for row in gifts
    ]
