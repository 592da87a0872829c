"""The desk as a counter for situations: commands in, what was decided out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Protocol

import msgspec

from kopilka.core.member.coupon import NEW
from kopilka.core.receipt import Receipt, Shop
from kopilka.core.rules.decision import Decision
from kopilka.core.settlement.refund import ReturnedLine, ReturnWish
from kopilka.usecases.commands import (
    Act,
    ActivateCoupon,
    Adjust,
    CancelCoupon,
    Close,
    Command,
    Enrol,
    Hold,
    Identifier,
    IssueCoupon,
    PayOut,
    Person,
    Quote,
    RedeemGift,
    Ref,
    Release,
    Return,
    ReturnGift,
    SetLevel,
    TakeBackAction,
    Void,
)
from kopilka.usecases.coupons import Coupons, why_not
from kopilka.usecases.desk import Desk
from kopilka.usecases.members import MemberChange, Members, PersonChange
from kopilka.usecases.outcomes import Done, Refused
from kopilka.usecases.show import Views
from kopilka.usecases.situation_counter import Hand, Owned, Seen, Wish
from kopilka.usecases.situation_steps import Facts
from kopilka.usecases.views import MemberView
from kopilka.values.period import local_day

EXTERNAL, STAFF = "external", "situation"


class Reference(Protocol):
    """What a counter must be able to set up."""

    def put_shops(self, shops: Sequence[Shop], at: datetime) -> None: ...

    def add_version(  # noqa: PLR0913 - one row of a table
        self, programme: str, *, expected: int, valid_from: datetime, text: str, sha256: bytes, at: datetime, by: str
    ) -> bool: ...  # fmt: skip


class House(Protocol):
    """What a counter is opened in."""

    @property
    def reference(self) -> Reference:
        """Shops and programmes."""
        ...

    @property
    def members(self) -> Members: ...

    @property
    def coupons(self) -> Coupons: ...

    @property
    def views(self) -> Views: ...

    def desk(self) -> Desk:
        """A desk for this counter."""
        ...


class DeskCounter:
    """See `situation_counter.Counter`. The house must have been made with the clock `hand`; `night` does what the house
    does by itself.
    """

    def __init__(self, house: House, hand: Hand, night: Callable[[datetime], object]) -> None:
        self._house = house
        self._desk = house.desk()
        self._reference = house.reference
        self._hand = hand
        self._night = night
        self._number = 0
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

    def coupon(self, member: str, wish: Wish, at: datetime) -> Seen:
        command = IssueCoupon(Ref(EXTERNAL, member), wish.programme, wish.name, STAFF, self._key(), STAFF)
        return self._run(command, at)

    def activate(self, code: str, member: str, at: datetime) -> Seen:
        who = Ref(EXTERNAL, member) if member else None
        return self._run(ActivateCoupon(code, who, STAFF, self._key(), STAFF), at)

    def cancel(self, code: str, at: datetime) -> Seen:
        return self._run(CancelCoupon(code, "situation", STAFF, self._key(), STAFF), at)

    def act(self, member: str, wish: Wish, at: datetime) -> Seen:
        return self._run(Act(Ref(EXTERNAL, member), wish.programme, wish.name, wish.ref, at), at)

    def take_back(self, wish: Wish, at: datetime) -> Seen:
        return self._run(TakeBackAction(wish.programme, wish.name, wish.ref, at), at)

    def redeem(self, member: str, wish: Wish, at: datetime) -> Seen:
        who = Ref(EXTERNAL, member)
        return self._run(RedeemGift(who, wish.programme, wish.name, STAFF, self._key(), wish.count), at)

    def return_gift(self, redemption: str, at: datetime) -> Seen:
        return self._run(ReturnGift(redemption, at, STAFF, self._key(), STAFF), at)

    def pay_out(self, member: str, kind: str, units: int, at: datetime) -> Seen:
        key = self._key()
        seen = self._run(PayOut(Ref(EXTERNAL, member), kind, units, key, STAFF, key, STAFF), at)
        rules = self._desk.catalogue.ruleset(self._programme, at)
        if seen.refused or rules is None:
            return seen
        rate = rules.programme.points[kind].rate
        return msgspec.structs.replace(seen, refund_minor=rate.minor_for(units))

    def set_level(self, member: str, wish: Wish, at: datetime) -> Seen:
        last = date.fromisoformat(wish.last_on) if wish.last_on else None
        who = Ref(EXTERNAL, member)
        command = SetLevel(who, wish.programme, wish.name, "situation", STAFF, self._key(), STAFF, last)
        return self._run(command, at)

    def tag(self, member: str, tags: Sequence[str], at: datetime) -> Seen:
        self._hand.at = at
        found = self._house.members.find(Ref(EXTERNAL, member))
        if isinstance(found, MemberView):
            change = MemberChange(tags=tuple(tags))
            found = self._house.members.change(found.member_id, change, PersonChange(), (), STAFF)
        return Seen(refused=found.code) if isinstance(found, Refused) else Seen()

    def night(self, at: datetime) -> None:
        self._hand.at = at
        self._night(at)

    def owned(self, member: str, at: datetime) -> Owned:
        self._hand.at = at
        found = self._house.members.find(Ref(EXTERNAL, member))
        rules = self._desk.catalogue.ruleset(self._programme, at)
        if isinstance(found, Refused) or rules is None:
            return Owned()
        holder, today = (found.bucket, found.holder_id), local_day(at, rules.programme.zone)
        coupons = [row.coupon for row in self._house.coupons.of_member(holder)]
        shop = self._desk.catalogue.shops[self._shop]
        return Owned(
            tuple(
                (row.code, row.series) for row in coupons if row.state == NEW or why_not(row, today) is None
            ),
            tuple(row.perk for row in self._house.views.perks(holder, found.member_id, shop)),
        )

    def balances(self, member: str, at: datetime) -> dict[str, tuple[int, int]]:
        self._hand.at = at
        rules = self._desk.catalogue.ruleset(self._programme, at)
        currency = "" if rules is None else rules.programme.currency
        nothing = Receipt(f"{member}-balance", self._shop, at, currency, ())
        quoted = self._desk.quote([Quote(nothing, Ref(EXTERNAL, member))])[0]
        return {} if isinstance(quoted, Refused) else quoted.balances

    def _key(self) -> str:
        self._number += 1
        return f"{self._programme}-{self._number}"

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
            return told(outcome)
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


def told(outcome: Done) -> Seen:
    """What a verb did that is about no receipt."""
    deed, code = outcome.deed, "" if outcome.coupon is None else outcome.coupon.code
    seen = Seen(coupon=code, redemption=outcome.txn, balances=outcome.balances)
    if deed is None:
        return seen
    moved = deed.moved()
    came = {kind: units for kind, units in moved.items() if units > 0}
    went = {kind: -units for kind, units in moved.items() if units < 0}
    match outcome.verb:
        case "take_back":
            return msgspec.structs.replace(seen, taken=deed.taken)
        case "return_gift":
            return msgspec.structs.replace(seen, back=went)
        case _:
            return msgspec.structs.replace(seen, earned=came, costs=went)


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
