"""What the law says of goods, as rows with the day from which they hold. A new order is a new row here, or, before
Kopilka knows of it, a row of the programme's own `floors`; nothing else changes.
"""

from datetime import date
from types import MappingProxyType
from typing import Final

import msgspec

from kopilka.core.programme.document import ClassRule

CERTIFICATE: Final = "certificate"
"""Gift certificates: selling one takes a prepayment, paying with one settles it."""
ALCOHOL: Final = "alcohol"


class LegalClass(msgspec.Struct, frozen=True):
    """From a day on, goods of a class may take part in this and no more."""

    name: str
    since: date
    rule: ClassRule
    source: str = ""


class LeastPrice(msgspec.Struct, frozen=True):
    """From a day on, half a litre of a kind of drink may not cost less; in minor units."""

    kind: str
    since: date
    half_litre_minor: int
    source: str = ""


class LawBook(msgspec.Struct, frozen=True):
    """The rows of one country; its least prices hold for programmes in its currency."""

    currency: str = ""
    classes: tuple[LegalClass, ...] = ()
    floors: tuple[LeastPrice, ...] = ()


NOTHING: Final = ClassRule(discount=False, earn=False, spend=False, count=False, gift=False)
ALWAYS: Final = date(1970, 1, 1)
EVERYWHERE: Final = (LegalClass(CERTIFICATE, ALWAYS, NOTHING, "a prepayment, not goods"),)
_ORDER_2025 = "Minfin, least retail prices of 2025"
_ORDER_2026 = "Minfin, least retail prices from 01.01.2026 to 31.12.2031"
RU: Final = LawBook(
    currency="RUB",
    classes=(
        *EVERYWHERE,
        LegalClass("tobacco", date(2013, 6, 1), NOTHING, "15-FZ, article 16"),
        LegalClass("nicotine", date(2020, 7, 31), NOTHING, "303-FZ of 2020; 15-FZ, article 16"),
        # A gift is a line at nothing, which is under any least price.
        LegalClass(ALCOHOL, date(2010, 1, 1), ClassRule(gift=False), "171-FZ, least retail prices"),
    ),
    floors=(
        LeastPrice("vodka", date(2025, 1, 1), 34_900, _ORDER_2025),
        LeastPrice("brandy", date(2025, 1, 1), 47_200, _ORDER_2025),
        LeastPrice("cognac", date(2025, 1, 1), 65_100, _ORDER_2025),
        LeastPrice("whisky", date(2025, 1, 1), 65_100, _ORDER_2025),
        LeastPrice("vodka", date(2026, 1, 1), 40_900, _ORDER_2026),
        LeastPrice("brandy", date(2026, 1, 1), 60_500, _ORDER_2026),
        LeastPrice("cognac", date(2026, 1, 1), 75_500, _ORDER_2026),
        LeastPrice("whisky", date(2026, 1, 1), 75_500, _ORDER_2026),
    ),
)
BOOKS: Final = MappingProxyType({"ru": RU, "none": LawBook(classes=EVERYWHERE)})
"""Law books by what `law` of a programme may say."""
