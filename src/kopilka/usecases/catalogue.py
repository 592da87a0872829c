"""Shops, programmes and products, kept in memory and read again when their version in the store has changed."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import date, datetime

import msgspec

from kopilka.core.member.ladder import counts_from
from kopilka.core.member.standing import Reign
from kopilka.core.programme.classes import LEGAL
from kopilka.core.programme.law import ALCOHOL
from kopilka.core.programme.registry import Registry
from kopilka.core.receipt import Line, Receipt, Shop
from kopilka.core.rules.decision import Decision
from kopilka.core.rules.needs import Needs, since
from kopilka.core.rules.ruleset import Ruleset
from kopilka.usecases.ports import CatalogueStore, Product
from kopilka.usecases.programme_text import read_programme_text
from kopilka.values.period import DAY, local_day
from kopilka.values.quantity import ONE

LEGAL_CLASSES = frozenset(name for name, _, _ in LEGAL)
PRODUCTS_MAX = 200_000


class Catalogue:
    """What a batch needs to know besides members: one per process, refreshed by the version that a batch reads."""

    def __init__(self, store: CatalogueStore, registry: Registry) -> None:
        self._store = store
        self._registry = registry
        self._version = 0
        self.shops: dict[str, Shop] = {}
        self._versions: dict[str, list[tuple[datetime, Ruleset]]] = {}
        self._compiled: dict[tuple[str, int], Ruleset] = {}
        self._products: dict[str, Product | None] = {}
        self._budgets: list[tuple[str, str]] = []
        self._reigns: dict[str, tuple[Reign, ...]] = {}
        self._needs = Needs()
        self._gift_skus: set[str] = set()

    def refresh(self, version: int) -> None:
        """Read again where the store says that something has changed. Other threads look meanwhile: shops come last, so
        that whoever sees a shop also sees its programme.
        """
        if version == self._version:
            return
        shops = self._store.shops()
        self._products = {}
        versions: dict[str, list[tuple[datetime, Ruleset]]] = {}
        for programme, number, valid_from, text in self._store.versions():
            versions.setdefault(programme, []).append((valid_from, self._compile(programme, number, text)))
        for rows in versions.values():
            rows.sort(key=lambda row: (row[0], row[1].version))
        self._versions = versions
        self._budgets = sorted(
            {(id_, rule) for id_, rows in versions.items() for _, rules in rows for rule in rules.budgeted}
        )
        self._reigns = {id_: _ladders(rows) for id_, rows in versions.items()}
        self._needs = Needs()
        for rules in self.every_version():
            self._needs = self._needs.joined(rules.needs)
        self._gift_skus = {sku for rules in self.every_version() for sku in rules.gift_skus}
        offers = [offer for rules in self.every_version() for offer in rules.programme.gifts.values()]
        self._gift_skus |= {offer.sku for offer in offers if offer.sku}
        self.shops = shops
        self._version = version

    def _compile(self, programme: str, number: int, text: str) -> Ruleset:
        found = self._compiled.get((programme, number))
        if found is None:
            reading = read_programme_text(text, self._registry)
            if reading.programme is None:
                message = f"programme {programme} version {number} does not read: {reading.mistakes[:3]}"
                raise ValueError(message)
            found = self._compiled[(programme, number)] = Ruleset(reading.programme, number)
        return found

    def programmes(self) -> list[str]:
        """Ids of all programmes."""
        return sorted(self._versions)

    def ruleset(self, programme: str, at: datetime) -> Ruleset | None:
        """The version that decides at a moment; the first one for earlier moments, None for an unknown id."""
        rows = self._versions.get(programme)
        if not rows:
            return None
        place = bisect_right(rows, at, key=lambda row: row[0])
        return rows[max(0, place - 1)][1]

    def in_force(self, programme: str, at: datetime) -> Ruleset | None:
        """The version that rules at a moment; None before the first one begins."""
        rows = self._versions.get(programme, [])
        return self.ruleset(programme, at) if rows and rows[0][0] <= at else None

    def numbered(self, programme: str, version: int) -> Ruleset | None:
        """One version by number."""
        return self._compiled.get((programme, version))

    def told(self, decision: Decision) -> Decision:
        """A stored Decision with a reason for every rule of its version, those too that were not looked at."""
        rules = self.numbered(decision.programme, decision.version)
        return decision if rules is None else rules.told(decision, decision.at, rules.programme.zone)

    def every_version(self) -> list[Ruleset]:
        """All versions of all programmes."""
        return [rules for rows in self._versions.values() for _, rules in rows]

    def caps(self) -> bool:
        """Whether any rule has a cap per member."""
        return any(rules.capped_members for rules in self.every_version())

    def budgets(self) -> list[tuple[str, str]]:
        """(programme, rule) of every budget, in order."""
        return self._budgets

    def needs(self) -> Needs:
        """What the rules of all programmes ask to know of a member."""
        return self._needs

    def classes_of(self, skus: Iterable[str]) -> dict[str, str]:
        """The product class of goods that the catalogue knows one of."""
        products = {sku: self._products.get(sku) for sku in skus}
        rows = [(sku, row) for sku, row in products.items() if row is not None]
        named = {sku: row.product_class or (ALCOHOL if row.alcohol else "") for sku, row in rows}
        return {sku: name for sku, name in named.items() if name}

    def zone_of(self, kind: str) -> str | None:
        """The zone of the first programme that has a points kind; None for an unknown kind."""
        for programme in self.programmes():
            latest = self._versions[programme][-1][1].programme
            if kind in latest.points:
                return latest.zone
        return None

    def reigns(self, programme: str) -> tuple[Reign, ...]:
        """The ladders of a programme, first to last, where it has had more than one."""
        found = self._reigns.get(programme, ())
        return found if len(found) > 1 else ()

    def since(self, now: datetime) -> date | None:
        """From which day on purchases can matter to a level now; None where only totals do."""
        today = now.date() + DAY  # in the east it is tomorrow already
        days = [
            day
            for reigns in self._reigns.values()
            for number in range(len(reigns))
            for each in (today, today - 2 * DAY)
            if (day := counts_from(reigns, number, each)) is not None
        ]
        asked = since(self._needs.days, now.date())
        if asked is not None:
            days.append(asked)
        return max(min(days), date.min + DAY) - DAY if days else None

    def fetch(self, receipts: Sequence[Receipt]) -> None:
        """Have the products of these receipts at hand."""
        wanted = {line.sku for receipt in receipts for line in receipt.lines} | self._gift_skus
        if len(self._products) > PRODUCTS_MAX:
            self._products = {}
        missing = wanted - self._products.keys()
        if missing:
            found = self._store.products(sorted(missing))
            for sku in missing:
                self._products[sku] = found.get(sku)

    def titles(self, skus: Iterable[str]) -> dict[str, str]:
        """What goods are called, as the catalogue knows them now."""
        wanted = sorted(set(skus))
        found = self._store.products(wanted) if wanted else {}
        return {sku: product.title for sku, product in found.items() if product.title}

    def filled(self, receipt: Receipt) -> Receipt:
        """The receipt with what its lines do not say; a legal class of the catalogue always counts."""
        products = self._products
        if not any(products.get(line.sku) for line in receipt.lines):
            return receipt
        return msgspec.structs.replace(receipt, lines=tuple([self._filled(line) for line in receipt.lines]))

    def _filled(self, line: Line) -> Line:
        product = self._products.get(line.sku)
        if product is None:
            return line
        legal = product.product_class in LEGAL_CLASSES
        return msgspec.structs.replace(
            line,
            title=line.title or product.title,
            category=line.category or product.category,
            brand=line.brand or product.brand,
            tags=line.tags or product.tags,
            product_class=product.product_class if legal or not line.product_class else line.product_class,
            vat=line.vat or product.vat,
            floor_minor=max(line.floor_minor, -(-product.floor_minor * line.quantity // ONE)),
            alcohol=product.alcohol or line.alcohol,
            volume_ml=product.volume_ml or line.volume_ml,
            prices=product.prices,
        )


def _ladders(rows: Sequence[tuple[datetime, Ruleset]]) -> tuple[Reign, ...]:
    """The ladders of versions, each with the day from which it ruled; one that says the same is the same."""
    found: list[Reign] = []
    for valid_from, rules in rows:
        programme = rules.programme
        if not found or found[-1].levels != programme.levels:
            found.append(Reign(local_day(valid_from, programme.zone), programme.levels))
    return tuple(found)
