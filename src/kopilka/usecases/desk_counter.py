"""The desk as a counter for situations: commands in, what was decided out."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Protocol

from kopilka.core.receipt import Receipt, Shop
from kopilka.core.rules.decision import Decision
from kopilka.core.settlement.refund import ReturnedLine, ReturnWish
from kopilka.usecases.commands import (
    Adjust,
    Close,
    Command,
    Enrol,
    Hold,
    Identifier,
    Person,
    Quote,
    Ref,
    Release,
    Return,
    Void,
)
from kopilka.usecases.desk import Desk
from kopilka.usecases.outcomes import Refused
from kopilka.usecases.situation_counter import Hand, Seen
from kopilka.usecases.situation_steps import Facts

EXTERNAL = "external"


class Reference(Protocol):
    """What a counter must be able to set up."""

    def put_shops(self, shops: Sequence[Shop], at: datetime) -> None: ...

    def add_version(  # noqa: PLR0913 - one row of a table
        self, programme: str, *, expected: int, valid_from: datetime, text: str, sha256: bytes, at: datetime, by: str
    ) -> bool: ...  # fmt: skip


class DeskCounter:
    """See `situation_counter.Counter`. The desk must have been made with the clock `hand`."""

    def __init__(self, desk: Desk, reference: Reference, hand: Hand) -> None:
        self._desk = desk
        self._reference = reference
        self._hand = hand
        self._programme = ""
        self._shop = ""

    def open(self, programme: str, text: str, shops: Sequence[Shop], at: datetime) -> None:
        digest = sha256(text.encode()).digest()
        self._programme, self._shop = programme, shops[0].id
        self._reference.add_version(
            programme, expected=1, valid_from=at, text=text, sha256=digest, at=at, by="situations"
        )
        self._reference.put_shops(shops, at)

    def enrol(self, programme: str, member: str, facts: Facts, at: datetime) -> Seen:
        identifiers = [Identifier(EXTERNAL, member)]
        if facts.card:
            identifiers.append(Identifier("card", f"{member}-card", facts.card))
        if facts.phone:
            identifiers.append(Identifier("phone", facts.phone))
        birthday = date.fromisoformat(facts.birthday) if facts.birthday else None
        person = Person(
            phone=facts.phone, birthday=birthday, language=facts.language or "ru", attributes=facts.attributes
        )
        return self._run(Enrol(tuple(identifiers), programme, person, tags=facts.tags), at)

    def receipt(self, verb: str, receipt: Receipt, member: str, at: datetime) -> Seen:
        who = Ref(EXTERNAL, member) if member else None
        if verb == "quote":
            self._hand.at = at
            quoted = self._desk.quote([Quote(receipt, who)])[0]
            if isinstance(quoted, Refused):
                return Seen(refused=quoted.code)
            return decided(quoted.decision, receipt, quoted.balances)
        return self._run(Hold(receipt, who) if verb == "hold" else Close(receipt, who), at)

    def undo(self, verb: str, receipt_id: str, at: datetime) -> Seen:
        return self._run(Release(receipt_id) if verb == "release" else Void(receipt_id, at), at)

    def give_back(
        self, receipt_id: str, return_id: str, lines: dict[str, int], amount_minor: int | None, at: datetime
    ) -> Seen:
        wish = ReturnWish(tuple(ReturnedLine(line, count) for line, count in lines.items()), amount_minor)
        return self._run(Return(receipt_id, return_id, wish, at), at)

    def adjust(self, member: str, kind: str, units: int, last_on: str, at: datetime) -> Seen:
        last = date.fromisoformat(last_on) if last_on else None
        key = f"{member}-{at.isoformat()}-{units}"
        return self._run(Adjust(Ref(EXTERNAL, member), kind, units, "situation", "", key, last_on=last), at)

    def balances(self, member: str, at: datetime) -> dict[str, tuple[int, int]]:
        self._hand.at = at
        rules = self._desk.catalogue.ruleset(self._programme, at)
        currency = "" if rules is None else rules.programme.currency
        nothing = Receipt(f"{member}-balance", self._shop, at, currency, ())
        quoted = self._desk.quote([Quote(nothing, Ref(EXTERNAL, member))])[0]
        return {} if isinstance(quoted, Refused) else quoted.balances

    def _run(self, command: Command, at: datetime) -> Seen:
        self._hand.at = at
        outcome = self._desk.run([command])[0]
        if isinstance(outcome, Refused):
            return Seen(refused=outcome.code)
        if outcome.returned is not None:
            returned = outcome.returned
            return Seen(
                refund_minor=returned.refund_minor, back=returned.points_back, taken=returned.points_taken,
                level=returned.level, balances=outcome.balances,
            )  # fmt: skip
        if outcome.sale is None:
            return Seen(balances=outcome.balances)
        decision = self._desk.catalogue.told(outcome.sale.decision)
        return decided(decision, outcome.sale.receipt, outcome.balances)


def decided(decision: Decision, receipt: Receipt, balances: Mapping[str, tuple[int, int]]) -> Seen:
    """What a Decision says, for a situation to compare."""
    parts = decision.paid_parts()
    reason = decision.room.reason
    return Seen(
        paid_minor=decision.paid_minor,
        discount_minor=decision.discount_minor,
        delivery_minor=0 if receipt.delivery is None else parts[-1],
        lines={line.id: part for line, part in zip(receipt.lines, parts, strict=False)},
        earned=summed((row.kind, row.units) for row in decision.earned),
        spent_units=0 if decision.spent is None else decision.spent.units,
        costs=summed((row.kind, row.units) for row in decision.charges),
        room_units=decision.room.units,
        room_reason="" if reason is None else reason.code,
        level=decision.level,
        skipped={row.rule: row.reason for row in decision.skipped},
        gifts=gathered((row.rule, row.sku) for row in decision.gifts),
        messages=gathered((row.to, row.rule) for row in decision.messages),
        codes={row.code: "used" if row.reason is None else row.reason.code for row in decision.codes},
        balances=balances,
    )


def summed(rows: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Units by kind."""
    found: dict[str, int] = {}
    for kind, units in rows:
        found[kind] = found.get(kind, 0) + units
    return found


def gathered(rows: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Names by name."""
    found: dict[str, tuple[str, ...]] = {}
    for key, name in rows:
        found[key] = (*found.get(key, ()), name)
    return found
