"""What tills of the example shop send: baskets of its real goods, for its members, as Frontol writes them and as ours do."""

import json
import os
import random
from datetime import UTC, datetime
from functools import cache

from kopilka.app.demo.people import phone
from kopilka.connectors import completejourney
from kopilka.connectors.frontol.door import signature

HOUSEHOLDS, GOODS, LINES_MAX = 2_400, 5_000, 9
FEWER = int(os.environ.get("KOPILKA_BENCH_HOUSEHOLDS", "0")) or None
"""So many households make a quicker, easier shop than all of them."""


@cache
def known() -> tuple[list[str], list[str], list[str]]:
    """Phones, articles and shops of the example."""
    phones = [phone(household) for household in completejourney.sample(FEWER or HOUSEHOLDS)]
    skus = [product.sku for product in completejourney.products()][:GOODS]
    return phones, skus, [shop.id for shop in completejourney.shops("club")]


def basket(chance: random.Random) -> tuple[str, str, list[tuple[str, int]]]:
    """A shop, a member's phone, and articles with their prices in cents."""
    phones, skus, shops = known()
    lines = [(chance.choice(skus), chance.randrange(49, 1_999)) for _ in range(chance.randint(1, LINES_MAX))]
    return chance.choice(shops), chance.choice(phones), lines


def frontol(chance: random.Random, n: int, secret: str) -> tuple[bytes, str]:
    """The body of a calculate, and its signature."""
    shop, member, lines = basket(chance)
    body = json.dumps(
        {
            "action": "calculate", "type": "receipt", "dateTime": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f%z"),
            "organization": "ORG1", "businessUnit": shop, "workPlace": "7",
            "cashier": {"code": 4, "name": "Olga", "text": "Olga"}, "client": {"mobilePhone": member},
            "number": n, "shift": 15, "uid": f"2f0f9a60-0000-4000-8000-{n:012}", "coupons": [],
            "positions": [
                {"index": i, "id": sku, "text": sku, "price": cents / 100, "minimumPrice": cents // 2 / 100,
                 "quantity": 1.000, "totalAmount": cents / 100}
                for i, (sku, cents) in enumerate(lines, 1)
            ],
        }
    ).encode()  # fmt: skip
    return body, signature(secret, body)


def quote(chance: random.Random) -> bytes:
    """The same basket as a quote of our own API."""
    shop, member, lines = basket(chance)
    return json.dumps(
        {
            "shop": shop, "at": datetime.now(UTC).isoformat(), "currency": "USD", "member": {"phone": member},
            "lines": [
                {"id": str(i), "sku": sku, "sum": f"{cents / 100:.2f}", "floor": f"{cents // 2 / 100:.2f}"}
                for i, (sku, cents) in enumerate(lines, 1)
            ],
        }
    ).encode()  # fmt: skip
