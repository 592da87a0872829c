"""Runs situations: carries out their steps at a counter and says what came out otherwise than written.

A counter is any way into the house: the desk itself here, the HTTP API in the tests. Neither knows what is expected.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

import msgspec

from kopilka.core.programme.codes import normalised
from kopilka.core.programme.document import Programme
from kopilka.core.programme.registry import Registry
from kopilka.core.receipt import Line, Payment, Receipt, Shop, SpendRequest
from kopilka.usecases.programme_text import read_programme_text
from kopilka.usecases.situation_checks import Checks, Unmet
from kopilka.usecases.situation_counter import Counter, Owned, Seen, Wish
from kopilka.usecases.situation_steps import Facts, Goods, Place, SituationError, Step, Story
from kopilka.usecases.situation_text import programme_of
from kopilka.values.errors import BadValueError
from kopilka.values.money import minor_units, scaled
from kopilka.values.period import read_span, zone
from kopilka.values.quantity import DIGITS as QUANTITY_DIGITS
from kopilka.values.quantity import ONE

SHOP = "main"
OF_MEMBERS = frozenset(("adjust", "balance", "coupon", "act", "redeem", "payout", "set_level", "tag"))
_SHORT_WAIT = re.compile(r"(\d+)(min|h)\Z")


def run_story(story: Story, counter: Counter, registry: Registry) -> list[Unmet]:
    """Carry a situation out; an empty answer means that everything came out as written."""
    plain = read_programme_text(story.programme, registry)
    if plain.programme is None and story.document:
        raise SituationError(f"{story.title}: {story.document} does not read", plain.errors, story.document)
    scope = "s" + sha256(story.title.encode()).hexdigest()[:12]
    text = programme_of(story, scope)
    reading = read_programme_text(text, registry)
    if reading.programme is None:
        said = ", ".join(f"{mistake.code} at {mistake.path}" for mistake in reading.errors)
        changed = " with `change`" if story.situation.change else ""
        raise SituationError(f"{story.title}: the programme does not read{changed}: {said}")
    return _Run(story, counter, reading.programme, text).all()


class _Run:
    """One situation under way."""

    def __init__(self, story: Story, counter: Counter, programme: Programme, text: str) -> None:
        self.title = story.title
        self.situation = situation = story.situation
        self.counter = counter
        self.programme = programme
        self.text = text
        self.checks = Checks(programme)
        self.now = self.moment(situation.start)
        self.people: set[str] = set()
        self.receipts: dict[str, tuple[Receipt, str]] = {}
        self.codes: dict[str, str] = {}
        self.redemptions: dict[str, str] = {}
        self.unmet: list[Unmet] = []
        self.number = 0

    def all(self) -> list[Unmet]:
        scope, situation = self.programme.programme, self.situation
        places = {SHOP: Place(), **{id_: _place(row) for id_, row in situation.shops.items()}}
        shops = [
            Shop(f"{scope}-{id_}", place.zone or self.programme.zone, scope, place.groups)
            for id_, place in places.items()
        ]
        self.counter.open(scope, self.text, shops, self.now)
        members = situation.members
        people = members if isinstance(members, dict) else dict.fromkeys(members, Facts())
        try:
            for name, facts in people.items():
                self.join(scope, name, facts)
            for number, step in enumerate(situation.steps, 1):
                self.number = number
                self.step(step)
        except (BadValueError, SituationError) as error:
            place = f"{self.title}, step {self.number}" if self.number else self.title
            raise SituationError(f"{place}: {error}") from error
        return self.unmet

    def join(self, scope: str, name: str, facts: Facts) -> None:
        """Enrol one of those who are members from the start."""
        seen = self.counter.enrol(scope, f"{scope}-{name}", self.known(name, facts), self.now)
        if seen.refused:
            raise SituationError(f"{name} cannot join: {seen.refused}")

    def step(self, step: Step) -> None:
        verb, named = step.verb()
        scope = self.programme.programme
        if verb in {"wait", "until", "night"}:
            self.now = self.later(named) if verb == "wait" else self.moment(named)
            if verb == "night":
                self.counter.night(self.now)
            return
        self.named(step, "" if verb not in OF_MEMBERS else named)
        who = f"{scope}-{named}"
        seen = Seen()
        match verb:
            case "enrol":
                seen = self.counter.enrol(scope, who, self.known(named, step.facts()), self.now)
            case "quote" | "hold" | "close":
                receipt, buyer = self.receipt(named, step)
                who = f"{scope}-{buyer}" if buyer else ""
                seen = self.with_names(step, self.counter.receipt(verb, receipt, who, self.now))
            case "release" | "void":
                who = self.buyer_of(named)
                seen = self.counter.undo(verb, f"{scope}-{named}", self.now)
            case "return":
                who = self.buyer_of(named)
                lines = {line: scaled(count, QUANTITY_DIGITS, field="of") for line, count in step.of.items()}
                amount = minor_units(step.amount, self.programme.currency) if step.amount else None
                id_ = f"{scope}-{named}"
                seen = self.counter.give_back(id_, f"{id_}-{self.number}", lines, amount, self.now)
            case "activate" | "cancel" | "take_back" | "return_gift":
                who = f"{scope}-{step.by}" if step.by else ""
                seen = self.by_name(verb, named, step, who)
            case _:
                seen = self.of_member(verb, who, step)
        self.check(step, seen, who)

    def of_member(self, verb: str, who: str, step: Step) -> Seen:
        """What is done with a member beside purchases."""
        counter, scope, now = self.counter, self.programme.programme, self.now
        match verb:
            case "adjust":
                kind, units = self.points(step)
                return counter.adjust(who, kind, units, step.last_on, now)
            case "payout":
                kind, units = self.points(step)
                return counter.pay_out(who, kind, units, now)
            case "coupon":
                seen = counter.coupon(who, Wish(scope, step.series), now)
                self.codes[step.as_ or step.series] = seen.coupon
                return seen
            case "act":
                return counter.act(who, Wish(scope, step.action, f"{scope}-{step.ref}"), now)
            case "redeem":
                pieces = scaled(step.pieces, 0, field="pieces")
                seen = counter.redeem(who, Wish(scope, step.gift, count=pieces), now)
                self.redemptions[step.as_ or step.gift] = seen.redemption
                return seen
            case "set_level":
                return counter.set_level(who, Wish(scope, step.to, last_on=step.last_on), now)
            case "tag":
                return counter.tag(who, step.tags, now)
            case _:
                return Seen()

    def by_name(self, verb: str, named: str, step: Step, who: str) -> Seen:
        """What is done with a coupon, an action or a gift that went out."""
        counter, scope, now = self.counter, self.programme.programme, self.now
        match verb:
            case "activate":
                return counter.activate(self.code(named, step.by), who, now)
            case "cancel":
                return counter.cancel(self.code(named, step.by), now)
            case "take_back":
                return counter.take_back(Wish(scope, step.action, f"{scope}-{named}"), now)
            case _:
                if named not in self.redemptions:
                    raise SituationError(f"no gift went out as {named}")
                return counter.return_gift(self.redemptions[named], now)

    def code(self, name: str, buyer: str) -> str:
        """The code that a step calls by a name of the situation, or by the series of the buyer's own coupon."""
        series = self.programme.coupons.get(name)
        if series is not None and not series.code and buyer:
            owned = self.counter.owned(f"{self.programme.programme}-{buyer}", self.now)
            own = next((code for code, kind in owned.coupons if kind == name), "")
            if own and self.codes.get(name, own) not in {code for code, _ in owned.coupons}:
                self.codes[name] = own
            self.codes.setdefault(name, own or name)
        return self.codes.get(name) or name

    def with_names(self, step: Step, seen: Seen) -> Seen:
        """What became of codes, by the names that the step calls them."""
        shown = {name: normalised(self.codes.get(name) or name) for name in step.codes}
        told = {name: seen.codes[code] for name, code in shown.items() if code in seen.codes}
        return msgspec.structs.replace(seen, codes=told)

    def known(self, name: str, facts: Facts) -> Facts:
        """The facts of a member; a telephone number belongs to one person only, so each situation has its own."""
        self.people.add(name)
        check_day(facts.birthday)
        if not facts.phone:
            return facts
        told = f"{self.programme.programme} {name} {facts.phone}"
        digits = int.from_bytes(sha256(told.encode()).digest()[:8])
        return msgspec.structs.replace(facts, phone=f"+79{digits % 10**9:09d}")

    def named(self, step: Step, member: str) -> None:
        """Refuse names that nothing in the situation bears, unless a refusal for them is expected."""
        for name in filter(None, (member, step.by)):
            if name not in self.people and step.refused != "unknown_member":
                raise SituationError(f"nobody is called {name}")
        if step.shop and step.shop not in {SHOP, *self.situation.shops} and step.refused != "unknown_shop":
            raise SituationError(f"no shop is called {step.shop}")
        check_day(step.last_on)

    def points(self, step: Step) -> tuple[str, int]:
        """The points of a step: `50`, or `{stamp: 3}`."""
        written = step.points if isinstance(step.points, dict) else {self.checks.kind(): step.points}
        if len(written) != 1:
            raise SituationError("points of one kind at a time")
        ((kind, amount),) = written.items()
        return kind, scaled(amount, self.checks.points(kind).decimals, field="points")

    def receipt(self, named: str, step: Step) -> tuple[Receipt, str]:
        """The receipt of a step; one that is named again without goods is the same one, changed by what is written."""
        if not step.sum and not step.goods and named in self.receipts:
            receipt, buyer = self.receipts[named]
        else:
            scope = self.programme.programme
            goods = step.goods or (Goods("goods", step.sum),)
            shop = f"{scope}-{step.shop or SHOP}"
            receipt = Receipt(f"{scope}-{named}", shop, self.now, self.programme.currency, self.lines(goods))
            buyer = ""
        buyer = step.by or buyer
        receipt = msgspec.structs.replace(receipt, **self.changes(step, buyer))
        self.receipts[named] = (receipt, buyer)
        return receipt, buyer

    def changes(self, step: Step, buyer: str) -> dict[str, object]:
        """What a step says of its receipt beside the goods."""
        currency = self.programme.currency
        changes: dict[str, object] = {
            name: getattr(step, name) for name in ("channel", "till", "choice") if getattr(step, name)
        }
        if step.codes:
            changes["codes"] = tuple(self.code(name, buyer) for name in step.codes)
        if step.payments:
            changes["payments"] = tuple(
                Payment(kind, minor_units(amount, currency, field="payments"))
                for kind, amount in step.payments.items()
            )
        if step.delivery:
            minor = minor_units(step.delivery, currency, field="delivery")
            changes["delivery"] = Line("delivery", "delivery", ONE, minor)
        if step.spend:
            digits = self.checks.points(self.programme.spend_kind() or self.checks.kind()).decimals
            units = None if step.spend == "all" else scaled(step.spend, digits, field="spend")
            changes["spend"] = SpendRequest(units)
        return changes

    def lines(self, goods: tuple[Goods, ...]) -> tuple[Line, ...]:
        """Lines called by their sku; the second of one sku is `beer-2`."""
        found: dict[str, Line] = {}
        for row in goods:
            same = [line for line in found.values() if line.sku == row.sku]
            id_ = f"{row.sku}-{len(same) + 1}" if same else row.sku
            found[id_] = self.line(id_, row)
        return tuple(found.values())

    def line(self, id_: str, row: Goods) -> Line:
        currency = self.programme.currency
        return Line(
            id_, row.sku, scaled(row.pieces, QUANTITY_DIGITS, field="pieces"),
            minor_units(row.sum, currency, field="sum"), given_minor=minor_units(row.given, currency, field="given"),
            floor_minor=minor_units(row.floor, currency, field="floor"), category=row.category, brand=row.brand,
            tags=row.tags, product_class=row.product_class, promo=row.promo == "yes", marking=row.marking,
            alcohol=row.alcohol, volume_ml=scaled(row.volume_ml, 0, field="volume_ml"),
        )  # fmt: skip

    def buyer_of(self, named: str) -> str:
        buyer = self.receipts[named][1] if named in self.receipts else ""
        return f"{self.programme.programme}-{buyer}" if buyer else ""

    def check(self, step: Step, seen: Seen, who: str) -> None:
        self.unmet += self.checks.unmet(self.number, step, seen, _Asked(self, who))

    def moment(self, text: str) -> datetime:
        try:
            local = datetime.fromisoformat(text)
        except ValueError as error:
            raise SituationError(f"{text!r} is not a moment such as 2026-03-02 12:00") from error
        return local.replace(tzinfo=zone(self.programme.zone)).astimezone(UTC)

    def later(self, text: str) -> datetime:
        """This much later: minutes or hours, or days and months at the same time of day."""
        short = _SHORT_WAIT.match(text)
        if short:
            return self.now + timedelta(minutes=int(short[1]) * (1 if short[2] == "min" else 60))
        local = self.now.astimezone(zone(self.programme.zone))
        day = read_span(text, field="wait").after(local.date())
        return datetime.combine(day, local.time(), local.tzinfo).astimezone(UTC)


def check_day(text: str) -> None:
    """Refuse a text that is not a day, where there is one."""
    try:
        date.fromisoformat(text or "2000-01-01")
    except ValueError as error:
        raise SituationError(f"{text!r} is not a day such as 2026-03-08") from error


def _place(written: tuple[str, ...] | Place) -> Place:
    """A shop of which only the groups are written stands in the programme's zone."""
    return written if isinstance(written, Place) else Place(written)


class _Asked:
    """Questions about the member of a step."""

    def __init__(self, run: _Run, who: str) -> None:
        self._run = run
        self._who = who

    def balances(self) -> Mapping[str, tuple[int, int]]:
        return self._run.counter.balances(self._member(), self._run.now)

    def owned(self) -> Owned:
        return self._run.counter.owned(self._member(), self._run.now)

    def _member(self) -> str:
        if not self._who:
            raise SituationError("what somebody has is asked, but nobody is named")
        return self._who
