"""Reading uploaded files in steps: all of a file is checked before anything of it is written, then so many items at a
time, from where the last step ended.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import IO

import msgspec

from kopilka.connectors.commerceml.context import NOTES_MAX, Exchange
from kopilka.connectors.commerceml.goods import dictionary, learn, take_goods, take_offers
from kopilka.connectors.commerceml.mapping import Party, instant_of, party_of
from kopilka.connectors.commerceml.mapping_goods import (
    Dictionary,
    Good,
    Offer,
    deleted,
    good_of,
    group_rows,
    offer_of,
    price_row,
    property_row,
)
from kopilka.connectors.commerceml.mapping_papers import ORDER, How, Paper, paper_of
from kopilka.connectors.commerceml.papers import Papers
from kopilka.connectors.commerceml.people import take_party
from kopilka.connectors.commerceml.reading import (
    BUNDLE,
    GOOD,
    GROUP,
    OFFER,
    PAPER,
    PARTY,
    PRICE_TYPE,
    PROPERTY,
    Head,
    Item,
    Walk,
    children,
    text,
)
from kopilka.connectors.commerceml.words import said
from kopilka.values.errors import BadValueError

GOODS_A_STEP, PAPERS_A_STEP = 5_000, 200
"""How much one answer may take: goods are written together, each document is a sale of its own."""


class Wrong(msgspec.Struct, frozen=True):
    """An item that cannot be read, and why."""

    what: str
    id: str
    why: str


Read = Good | Party | Paper | Wrong


class Step(msgspec.Struct, frozen=True):
    """What a step read: items in their order, the names told, and how far it came."""

    names: Dictionary
    rows: tuple[Read | tuple[Offer, bool], ...]
    done: int
    head: Head
    kinds: Mapping[str, int] | None = None
    """How many items of each kind the file has: known once its end was reached."""


def count(file: IO[bytes]) -> int:
    """How many items a file has; an UnreadableError where it is not well formed to its end."""
    return sum(1 for _ in Walk(file))


def read_step(file: IO[bytes], done: int, known: Dictionary, how: How) -> Step:
    """The items after the first `done`, as many as a step takes. Names in front of them are read again: they are few."""
    walk = Walk(file)
    groups: dict[str, tuple[str, str]] = {}
    prices: dict[str, str] = {}
    properties: dict[str, tuple[str, dict[str, str]]] = {}
    kinds: Counter[str] = Counter()
    rows: list[Read | tuple[Offer, bool]] = []
    papers = 0
    place = 0
    for item in walk:
        kinds[item.kind] += 1
        if item.kind in {GROUP, PRICE_TYPE, PROPERTY}:
            if item.kind == GROUP:
                groups |= group_rows(item.element)
            elif item.kind == PRICE_TYPE:
                id_, name = price_row(item.element)
                prices[id_] = name
            else:
                id_, row = property_row(item.element)
                properties[id_] = row
            known = Dictionary(
                known.groups,
                known.prices,
                {**known.properties, **properties} if properties else known.properties,
            )
            place += 1
            continue
        place += 1
        if place <= done:
            continue
        if len(rows) >= GOODS_A_STEP or papers >= PAPERS_A_STEP:
            names = Dictionary(groups, prices, properties)
            return Step(names, tuple(rows), place - 1, walk.head)
        found = _read(item, known, how)
        papers += sum(isinstance(row, Paper | Party) for row in found)
        rows += found
    return Step(Dictionary(groups, prices, properties), tuple(rows), place, walk.head, kinds)


def _read(item: Item, known: Dictionary, how: How) -> Sequence[Read | tuple[Offer, bool]]:
    element, id_ = item.element, text(item.element, "Ид")
    try:
        match item.kind:
            case "good":
                return () if deleted(element) else (good_of(element, known),)
            case "offer":
                return () if deleted(element) else ((offer_of(element, how.currency), not item.changes),)
            case "party":
                return (party_of(element, card_name=how.card_name),)
            case "paper":
                return (paper_of(element, how),)
            case _:
                return _bundle(item, how)
    except BadValueError as error:
        what = {GOOD: "good", OFFER: "offer", PARTY: "party"}.get(item.kind, "paper")
        return (Wrong(what, text(element, "Номер") or id_, str(error)),)


def _bundle(item: Item, how: How) -> Sequence[Read]:
    """A container: everything about one order. The order comes first, whatever stands first in the file."""
    rows: list[Read] = []
    for element in children(item.element, "Документ"):
        try:
            rows.append(paper_of(element, how))
        except BadValueError as error:
            rows.append(Wrong("paper", text(element, "Номер") or text(element, "Ид"), str(error)))
    orders = [row for row in rows if isinstance(row, Paper) and row.kind == ORDER]
    base = orders[0].id if len(orders) == 1 else ""
    rows = [
        msgspec.structs.replace(row, base=base)
        if base and isinstance(row, Paper) and row.kind != ORDER and not row.base
        else row
        for row in rows
    ]
    return sorted(rows, key=lambda row: not (isinstance(row, Paper) and row.kind == ORDER))


async def write_step(exchange: Exchange, step: Step, known: Dictionary) -> None:
    """Write what a step read; `known` are the names told before."""
    if step.names != Dictionary():
        known = await learn(exchange, step.names)
    changed_at = _formed(exchange, step.head)
    papers = Papers(exchange)
    goods: list[Good] = []
    offers: dict[bool, list[Offer]] = {True: [], False: []}
    for row in step.rows:
        match row:
            case Good():
                goods.append(row)
            case (Offer() as offer, bool() as whole):
                offers[whole].append(offer)
            case Party():
                await take_party(exchange, row)
            case Paper():
                await papers.take(row, changed_at)
            case Wrong():
                exchange.note(row.what, row.id, row.why)
    if goods:
        await take_goods(exchange, goods, known)
    for whole, some in offers.items():
        if some:
            await take_offers(exchange, some, known, whole=whole)


async def names_known(exchange: Exchange) -> Dictionary:
    """What former files told."""
    return await dictionary(exchange)


def _formed(exchange: Exchange, head: Head) -> datetime:
    """When a file was made: an older one never overwrites what a newer one said."""
    found = instant_of(
        head.formed.replace("T", " ")[:10], head.formed.replace("T", " ")[11:19], exchange.shop.zone
    )
    now = exchange.services.clock()
    return now if found is None or found > now else found


def summary(exchange: Exchange, name: str, kinds: Mapping[str, int]) -> str:
    """What is told at the end of a file: what it had, then what needs a person."""
    told = {
        "goods": kinds.get(GOOD, 0), "offers": kinds.get(OFFER, 0), "parties": kinds.get(PARTY, 0),
        "papers": kinds.get(PAPER, 0) + kinds.get(BUNDLE, 0),
    }  # fmt: skip
    return said("done", exchange.language, name=name, **told) + notes(exchange)


def notes(exchange: Exchange) -> str:
    """What needs a person, each on a line of its own."""
    lines = ["", *exchange.notes[:NOTES_MAX]]
    if len(exchange.notes) > NOTES_MAX:
        lines.append(said("more_notes", exchange.language, count=len(exchange.notes) - NOTES_MAX))
    return "\n".join(lines)
