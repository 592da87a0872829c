"""Runs situations: carries out their steps at a counter and says what came out otherwise than written.

A counter is any way into the house: the desk itself here, the HTTP API in the tests. Neither knows what is expected.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Protocol

import msgspec

from kopilka.core.programme.document import PointsKind, Programme
from kopilka.core.programme.registry import Registry
from kopilka.core.receipt import Line, Receipt, Shop, SpendRequest
from kopilka.usecases.programme_text import read_programme_text
from kopilka.usecases.situation_text import (
    Amounts,
    Goods,
    Situation,
    SituationError,
    Step,
    Story,
    programme_of,
)
from kopilka.values.errors import BadValueError
from kopilka.values.money import decimal_text, major_text, minor_units, scaled
from kopilka.values.period import read_span, zone
from kopilka.values.quantity import ONE

SHOP = "main"
_SHORT_WAIT = re.compile(r"(\d+)(min|h)\Z")


class Seen(msgspec.Struct, frozen=True):
    """What a counter answered, in smallest units; a field that the verb does not answer stays as it is here."""

    refused: str = ""
    paid_minor: int = 0
    discount_minor: int = 0
    delivery_minor: int = 0
    earned: dict[str, int] = {}
    spent_units: int = 0
    room_units: int = 0
    room_reason: str = ""
    level: str = ""
    skipped: dict[str, str] = {}
    balances: dict[str, tuple[int, int]] = {}
    refund_minor: int = 0
    back: dict[str, int] = {}
    taken: dict[str, int] = {}


class Counter(Protocol):
    """A way into the house. Members are named by an external id."""

    def open(self, programme: str, text: str, shops: Sequence[Shop], at: datetime) -> None:
        """Publish a programme and put its shops."""
        ...

    def enrol(self, programme: str, member: str, card_type: str, at: datetime) -> Seen: ...

    def receipt(self, verb: str, receipt: Receipt, member: str, at: datetime) -> Seen:
        """Quote, hold or close."""
        ...

    def undo(self, verb: str, receipt_id: str, at: datetime) -> Seen:
        """Release or void."""
        ...

    def give_back(
        self, receipt_id: str, return_id: str, lines: dict[str, int], amount_minor: int | None, at: datetime
    ) -> Seen:
        """Return lines (quantities in thousandths), an amount, or everything."""
        ...

    def adjust(self, member: str, kind: str, units: int, last_on: str, at: datetime) -> Seen: ...

    def balances(self, member: str, at: datetime) -> dict[str, tuple[int, int]]:
        """(total, free) by kind at a moment."""
        ...


class Unmet(msgspec.Struct, frozen=True):
    """Something came out otherwise: step (from 1), field, both texts."""

    step: int
    field: str
    expected: str
    actual: str

    def __str__(self) -> str:
        return f"step {self.step}: {self.field} should be {self.expected}, is {self.actual}"


def run_story(story: Story, counter: Counter, registry: Registry) -> list[Unmet]:
    """Carry a situation out; an empty answer means that everything came out as written."""
    scope = "s" + sha256(story.title.encode()).hexdigest()[:12]
    text = programme_of(story, scope)
    reading = read_programme_text(text, registry)
    if reading.programme is None:
        raise SituationError(
            f"{story.title}: the programme does not read: {[m.code for m in reading.errors]}"
        )
    return _Run(story.situation, counter, reading.programme, text).all()


class _Run:
    """One situation under way."""

    def __init__(self, situation: Situation, counter: Counter, programme: Programme, text: str) -> None:
        self.situation = situation
        self.counter = counter
        self.programme = programme
        self.text = text
        self.now = self.moment(situation.start)
        self.receipts: dict[str, tuple[Receipt, str]] = {}
        self.unmet: list[Unmet] = []
        self.number = 0

    def all(self) -> list[Unmet]:
        scope = self.programme.programme
        groups: dict[str, tuple[str, ...]] = {SHOP: (), **self.situation.shops}
        shops = [
            Shop(f"{scope}-{id_}", self.programme.zone, scope, tuple(named)) for id_, named in groups.items()
        ]
        self.counter.open(scope, self.text, shops, self.now)
        members = self.situation.members
        cards = members if isinstance(members, dict) else {name: {} for name in members}
        for name, facts in cards.items():
            self.counter.enrol(scope, f"{scope}-{name}", facts.get("card", ""), self.now)
        for number, step in enumerate(self.situation.steps, 1):
            self.number = number
            try:
                self.step(step)
            except BadValueError as error:
                raise SituationError(f"{self.situation.name}, step {self.number}: {error}") from error
        return self.unmet

    def step(self, step: Step) -> None:
        verb, named = step.verb()
        scope = self.programme.programme
        if verb in {"wait", "until"}:
            self.now = self.later(named) if verb == "wait" else self.moment(named)
            return
        who = f"{scope}-{named if verb in {'enrol', 'adjust', 'balance'} else step.by}"
        seen = Seen()
        match verb:
            case "enrol":
                seen = self.counter.enrol(scope, who, step.card, self.now)
            case "quote" | "hold" | "close":
                receipt, buyer = self.receipt(named, step)
                who = f"{scope}-{buyer}" if buyer else ""
                seen = self.counter.receipt(verb, receipt, who, self.now)
            case "release" | "void":
                who = self.buyer_of(named)
                seen = self.counter.undo(verb, f"{scope}-{named}", self.now)
            case "return":
                who = self.buyer_of(named)
                lines = {line: scaled(count, 3, field="of") for line, count in step.of.items()}
                amount = minor_units(step.amount, self.programme.currency) if step.amount else None
                id_ = f"{scope}-{named}"
                seen = self.counter.give_back(id_, f"{id_}-{self.number}", lines, amount, self.now)
            case "adjust":
                kind = self.kind()
                units = scaled(step.points, self.points(kind).decimals, field="points")
                seen = self.counter.adjust(who, kind, units, step.last_on, self.now)
        self.check(step, seen, who)

    def receipt(self, named: str, step: Step) -> tuple[Receipt, str]:
        """The receipt of a step; one that is named again without goods is the same one."""
        if not step.sum and not step.goods and named in self.receipts:
            return self.receipts[named]
        scope, currency = self.programme.programme, self.programme.currency
        goods = step.goods or (Goods("goods", step.sum),)
        spend = None
        if step.spend:
            digits = self.points(self.programme.spend_kind() or self.kind()).decimals
            spend = SpendRequest(None if step.spend == "all" else scaled(step.spend, digits, field="spend"))
        receipt = Receipt(
            f"{scope}-{named}", f"{scope}-{step.shop or SHOP}", self.now, currency,
            tuple(self.line(row) for row in goods),
            delivery=Line("delivery", "delivery", ONE, minor_units(step.delivery, currency)) if step.delivery else None,
            channel=step.channel or "store", spend=spend,
        )  # fmt: skip
        self.receipts[named] = (receipt, step.by)
        return receipt, step.by

    def line(self, row: Goods) -> Line:
        currency = self.programme.currency
        return Line(
            row.sku, row.sku, scaled(row.pieces, 3, field="pieces"), minor_units(row.sum, currency, field="sum"),
            given_minor=minor_units(row.given, currency), floor_minor=minor_units(row.floor, currency),
            category=row.category, brand=row.brand, tags=row.tags, product_class=row.product_class,
            promo=row.promo == "yes",
        )  # fmt: skip

    def buyer_of(self, named: str) -> str:
        buyer = self.receipts[named][1] if named in self.receipts else ""
        return f"{self.programme.programme}-{buyer}" if buyer else ""

    def check(self, step: Step, seen: Seen, who: str) -> None:
        if step.refused != seen.refused:
            self.unmet.append(
                Unmet(self.number, "refused", step.refused or "nothing", seen.refused or "nothing")
            )
            return
        for field, actual in (
            ("pays", seen.paid_minor), ("discount", seen.discount_minor),
            ("delivery_pays", seen.delivery_minor), ("refunds", seen.refund_minor),
        ):  # fmt: skip
            self.money(field, getattr(step, field), actual)
        for field, units in (("spends", seen.spent_units), ("room", seen.room_units)):
            self.amounts(field, getattr(step, field), {self.programme.spend_kind(): units})
        for field, said in (("limit", seen.room_reason), ("level", seen.level)):
            wanted = getattr(step, field)
            if wanted and wanted != said:
                self.unmet.append(Unmet(self.number, field, wanted, said or "nothing"))
        for rule, reason in step.because.items():
            if seen.skipped.get(rule, "") != reason:
                said = seen.skipped.get(rule, "") or "that it applied"
                self.unmet.append(Unmet(self.number, f"because {rule}", reason, said))
        self.amounts("earns", step.earns, seen.earned)
        self.amounts("back", step.back, seen.back)
        self.amounts("taken", step.taken, seen.taken)
        if (step.has or step.free) and who:
            found = self.counter.balances(who, self.now)
            self.amounts("has", step.has, {kind: total for kind, (total, _) in found.items()})
            self.amounts("free", step.free, {kind: free for kind, (_, free) in found.items()})

    def money(self, field: str, wanted: str, actual: int) -> None:
        if wanted and minor_units(wanted, self.programme.currency, field=field) != actual:
            shown = major_text(actual, self.programme.currency)
            self.unmet.append(Unmet(self.number, field, wanted, shown))

    def amounts(self, field: str, wanted: Amounts, actual: dict[str, int]) -> None:
        if not wanted:
            return
        rows = wanted if isinstance(wanted, dict) else {self.kind(): wanted}
        for kind, amount in rows.items():
            digits = self.points(kind).decimals
            if scaled(amount, digits, field=field) != actual.get(kind, 0):
                shown = decimal_text(actual.get(kind, 0), digits)
                self.unmet.append(Unmet(self.number, field, f"{amount} {kind}", shown))

    def kind(self) -> str:
        kinds = list(self.programme.points)
        if not kinds:
            raise SituationError(f"{self.situation.name}: the programme has no points")
        return kinds[0]

    def points(self, kind: str) -> PointsKind:
        if kind not in self.programme.points:
            raise SituationError(f"{self.situation.name}: no points {kind}")
        return self.programme.points[kind]

    def moment(self, text: str) -> datetime:
        try:
            local = datetime.fromisoformat(text)
        except ValueError as error:
            raise SituationError(f"{self.situation.name}: {text!r} is not a moment") from error
        return local.replace(tzinfo=zone(self.programme.zone)).astimezone(UTC)

    def later(self, text: str) -> datetime:
        """This much later: minutes or hours, or days and months at the same time of day."""
        short = _SHORT_WAIT.match(text)
        if short:
            return self.now + timedelta(minutes=int(short[1]) * (1 if short[2] == "min" else 60))
        local = self.now.astimezone(zone(self.programme.zone))
        day = read_span(text, field="wait").after(local.date())
        return datetime.combine(day, local.time(), local.tzinfo).astimezone(UTC)


class Hand:
    """A clock that is set by hand."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at
