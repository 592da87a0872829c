"""Which lines a rule is about. The filters of a programme share one table: a product is looked at once, and its
mask says which filters mean it.
"""

from collections.abc import Callable

from kopilka.core.programme.document import Goods
from kopilka.core.receipt import Line

Matcher = Callable[[Line], bool]
MASKS_MAX = 100_000


def matcher(goods: Goods) -> Matcher:
    """A function that says whether a line is meant."""
    tests: list[Matcher] = []
    if goods.category:
        categories = frozenset(goods.category)
        tests.append(lambda line: not categories.isdisjoint(line.category))
    if goods.brand:
        brands = frozenset(goods.brand)
        tests.append(lambda line: line.brand in brands)
    if goods.sku:
        skus = frozenset(goods.sku)
        tests.append(lambda line: line.sku in skus)
    if goods.tag:
        tags = frozenset(goods.tag)
        tests.append(lambda line: not tags.isdisjoint(line.tags))
    if goods.product_class:
        classes = frozenset(goods.product_class)
        tests.append(lambda line: line.product_class in classes)
    if goods.promo is not None:
        wanted = goods.promo
        tests.append(lambda line: line.promo is wanted)
    if goods.without is not None:
        unwanted = matcher(goods.without)
        tests.append(lambda line: not unwanted(line))
    return lambda line: all(test(line) for test in tests)


class Filters:
    """All goods filters of one programme version, each with a bit of its own."""

    def __init__(self) -> None:
        self._bits: dict[Goods, int] = {}
        self._matchers: list[tuple[int, Matcher]] = []
        self._masks: dict[tuple[object, ...], int] = {}

    def __bool__(self) -> bool:
        return bool(self._matchers)

    def bit(self, goods: Goods | None) -> int:
        """The bit of a filter; 0 where every line is meant."""
        if goods is None:
            return 0
        found = self._bits.get(goods)
        if found is None:
            found = self._bits[goods] = 1 << len(self._bits)
            self._matchers.append((found, matcher(goods)))
            self._masks.clear()
        return found

    def mask(self, line: Line) -> int:
        """The bits of all filters that mean a line; remembered by what the filters can see of it."""
        seen = (line.sku, line.category, line.brand, line.tags, line.product_class, line.promo)
        found = self._masks.get(seen)
        if found is None:
            if len(self._masks) > MASKS_MAX:
                self._masks.clear()
            found = 0
            for bit, matches in self._matchers:
                if matches(line):
                    found |= bit
            self._masks[seen] = found
        return found
