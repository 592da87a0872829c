"""Complete Journey: a real chain's year of receipts, for the demo shop, golden replays and benchmarks."""

from kopilka.connectors.completejourney.mapping import (
    ZONE,
    DataAbsentError,
    Product,
    Purchase,
    Reading,
    Totals,
    products,
    reading,
    receipts,
    sample,
    shops,
    totals,
)

__all__ = [
    "ZONE",
    "DataAbsentError",
    "Product",
    "Purchase",
    "Reading",
    "Totals",
    "products",
    "reading",
    "receipts",
    "sample",
    "shops",
    "totals",
]
