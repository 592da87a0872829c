"""Goods in and out: the classifier's names are kept, products are merged with what is known and written where they differ."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from kopilka.connectors.commerceml.context import Exchange
from kopilka.connectors.commerceml.mapping_goods import (
    Dictionary,
    Good,
    Offer,
    Prices,
    sku_of,
    with_good,
    with_offer,
)
from kopilka.usecases.foreign import ForeignDocument
from kopilka.usecases.ports import Product
from kopilka.values.ids import bucket_of

KIND, ID, ARTICLES = "classifier", "names", "articles"
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
WRITES_MAX = 10


async def dictionary(exchange: Exchange) -> Dictionary:
    """The names that the exchange has told so far."""
    found = await exchange.services.run(
        exchange.services.foreign.document, exchange.connection.connection_id, KIND, ID
    )
    return Dictionary() if found is None else msgspec.convert(found.content, Dictionary)


async def learn(exchange: Exchange, new: Dictionary) -> Dictionary:
    """Keep names that a file told: what it does not name stays."""
    services, id_ = exchange.services, exchange.connection.connection_id
    for _ in range(WRITES_MAX):
        found = await services.run(services.foreign.document, id_, KIND, ID)
        known = Dictionary() if found is None else msgspec.convert(found.content, Dictionary)
        after = Dictionary(
            {**known.groups, **new.groups},
            {**known.prices, **new.prices},
            {**known.properties, **new.properties},
        )
        if after == known:
            return known
        content: Any = msgspec.to_builtins(after)
        revision = 0 if found is None else found.revision
        document = ForeignDocument(id_, KIND, ID, content, LONG_AGO, revision=revision)
        if await services.run(services.foreign.put, document):
            return after
    raise RuntimeError("the classifier changes all the time")


async def take_goods(exchange: Exchange, goods: Sequence[Good], known: Dictionary) -> None:
    """Write goods that differ from what the catalogue has."""
    by = exchange.connection.setting("sku", "id")
    skus = {good.id: sku_of(good.id, good.article, by) for good in goods}
    if by == "article":
        await _keep_articles(exchange, skus)
    have = await _products(exchange, list(skus.values()))
    after: dict[str, Product] = {}
    for good in goods:
        sku = skus[good.id]
        after[sku] = with_good(after.get(sku) or have.get(sku), sku, good, known)
    await _write(exchange, have, after)


async def take_offers(exchange: Exchange, offers: Sequence[Offer], known: Dictionary, *, whole: bool) -> None:
    """Write prices that differ. `whole`: the list of prices is complete."""
    by = exchange.connection.setting("sku", "id")
    skus = {offer.id: sku_of(offer.id, offer.article, by) for offer in offers}
    bases = {offer.id: offer.id.partition("#")[0] for offer in offers}
    if by == "article":
        missing = [id_ for offer in offers for id_ in (offer.id, bases[offer.id]) if not offer.article]
        told = await _articles(exchange, missing)
        for offer in offers:
            if not offer.article:
                skus[offer.id] = told.get(offer.id) or told.get(bases[offer.id]) or offer.id
    have = await _products(exchange, [*skus.values(), *bases.values()])
    how = Prices(known.prices, exchange.connection.setting("floor_price", "Минимальная цена"), whole)
    after: dict[str, Product] = {}
    for offer in offers:
        sku = skus[offer.id]
        base = have.get(bases[offer.id]) if bases[offer.id] != sku else None
        after[sku] = with_offer(after.get(sku) or have.get(sku), base, sku, offer, how)
        if offer.foreign:
            exchange.note("offer", offer.id, "foreign_prices")
    await _write(exchange, have, after)


async def _products(exchange: Exchange, skus: Sequence[str]) -> dict[str, Product]:
    return await exchange.services.run(exchange.services.goods.products, sorted(set(skus)))


async def _write(exchange: Exchange, have: dict[str, Product], after: dict[str, Product]) -> None:
    changed = [row for sku, row in sorted(after.items()) if have.get(sku) != row]
    if changed:
        services = exchange.services
        await services.run(services.goods.put_products, changed, services.clock())


# -- where the sku is the article, prices still come by id --------------------------------------------------------


async def _keep_articles(exchange: Exchange, skus: dict[str, str]) -> None:
    rows: dict[str, dict[str, str]] = {}
    for id_, sku in skus.items():
        if sku != id_:
            rows.setdefault(str(bucket_of(id_)), {})[id_] = sku
    services, owner = exchange.services, exchange.connection.connection_id
    for bucket, new in rows.items():
        for _ in range(WRITES_MAX):
            found = await services.run(services.foreign.document, owner, ARTICLES, bucket)
            known = {} if found is None else dict(found.content)
            if known.items() >= new.items():
                break
            revision = 0 if found is None else found.revision
            document = ForeignDocument(owner, ARTICLES, bucket, {**known, **new}, LONG_AGO, revision=revision)
            if await services.run(services.foreign.put, document):
                break


async def _articles(exchange: Exchange, ids: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    services, owner = exchange.services, exchange.connection.connection_id
    for bucket in {str(bucket_of(id_)) for id_ in ids}:
        document = await services.run(services.foreign.document, owner, ARTICLES, bucket)
        if document is not None:
            found |= {id_: document.content[id_] for id_ in ids if id_ in document.content}
    return found
