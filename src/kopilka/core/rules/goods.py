"""Which lines a rule is about: `Goods` compiled to one function per rule."""

from collections.abc import Callable

from kopilka.core.programme.document import Goods
from kopilka.core.receipt import Line

Matcher = Callable[[Line], bool]


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
    if len(tests) == 1:
        return tests[0]
    return lambda line: all(test(line) for test in tests)
