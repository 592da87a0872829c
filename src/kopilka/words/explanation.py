"""Explanations in the reader's language: each node as a sentence, a line for the cashier, a word to the customer, a
trace for support, and the smallest change that would give more.
"""

from collections.abc import Iterator

import msgspec

from kopilka.core.programme.document import Programme, Rule
from kopilka.core.programme.fields import Flat
from kopilka.core.programme.sayings import Sayings
from kopilka.core.receipt import Receipt
from kopilka.core.rules.decision import Decision, Skipped
from kopilka.core.rules.explain.node import Node
from kopilka.core.rules.explain.rest import ranked
from kopilka.core.rules.explain.words import MESSAGE
from kopilka.core.rules.reason import PRICED, Reason
from kopilka.core.rules.registry import REGISTRY
from kopilka.values.money import decimal_text, exponent
from kopilka.values.period import local_day
from kopilka.words import calendar, formats
from kopilka.words.catalogue import catalogue
from kopilka.words.reasons import in_language, said
from kopilka.words.render import Tongue, render

CASHIER_MAX = 80
_INDENT = "  "
AUDIENCE = {kind.code: to for to, kind in MESSAGE.items()}


class Spoken(msgspec.Struct, frozen=True):
    """A receipt in a few words. `unlock` is empty where nothing small would give more."""

    cashier: str
    customer: str
    unlock: str


class Teller:
    """Speaks about receipts of one programme version."""

    def __init__(self, programme: Programme, tongue: Tongue) -> None:
        self._say = catalogue(tongue.language)
        self._programme = programme
        self._sayings = Sayings(programme, REGISTRY)
        self._rules: dict[str, Rule] = {rule.id: rule for rule in programme.rules}
        self._titled = {id_ for id_, title in tongue.rules.items() if title != id_}
        quoted = {id_: title if id_ in self._titled else f"«{id_}»" for id_, title in tongue.rules.items()}
        self.tongue = msgspec.structs.replace(tongue, rules=quoted)

    # -- nodes --------------------------------------------------------------------------------------------------

    def text(self, node: Node) -> str:
        """A node as a sentence, after the title of its rule."""
        words = self._effect(node.rule, node.effect) or said(node.reason, self.tongue)
        if node.effect >= 0 and (to := AUDIENCE.get(node.reason.code)):
            words = f"{said(node.reason, self.tongue)}: {self.message(node.rule, node.effect, to)}"
        return f"{self.rule(node.rule)}: {words}" if node.rule else words

    def rule(self, id_: str) -> str:
        """What a rule is called: its title, or its id in quotes where it has none."""
        if id_ in self._titled:
            return self.tongue.rules[id_]
        return self._say.gettext("rule “%(rule)s”", rule=id_)

    def amount(self, node: Node) -> str:
        """The amount of a node for people; empty where it has none."""
        if node.minor is not None:
            return formats.money(self.tongue.language, node.minor, self.tongue.currency)
        return self.points(node.units, node.kind) if node.units is not None else ""

    def exact(self, node: Node) -> str:
        """The amount of a node as a decimal text."""
        if node.minor is not None:
            return decimal_text(node.minor, self._digits)
        if node.units is None:
            return ""
        words = self.tongue.points.get(node.kind)
        return decimal_text(node.units, 0 if words is None else words.decimals)

    @property
    def _digits(self) -> int:
        return exponent(self.tongue.currency)

    def trace(self, tree: Node) -> str:
        """The whole tree as text, a line for each node."""
        return "\n".join(self._lines(tree, 0))

    def _lines(self, node: Node, depth: int) -> Iterator[str]:
        text, amount = self.text(node), self.amount(node)
        told = f" = {amount}" if amount and not text.endswith(":") else ""
        yield f"{_INDENT * depth}{text}{told}"
        for inner in node.below:
            yield from self._lines(inner, depth + 1)

    def _effect(self, rule: str, number: int) -> str:
        known = self._rules.get(rule)
        if known is None or not 0 <= number < len(known.effects):
            return ""
        saying = self._sayings.effect(known.effects[number])
        return render(in_language(saying.words, self.tongue.language), saying.params, self.tongue)

    # -- in a few words -----------------------------------------------------------------------------------------

    def spoken(self, receipt: Receipt, decision: Decision, *, closed: bool) -> Spoken:
        """A receipt for the cashier and for the customer; one that is closed says what was, else what will be."""
        unlock = self.unlock(decision)
        now = "" if closed else unlock
        customer = self._customer(receipt, decision, now, closed=closed)
        return Spoken(self._cashier(decision, now), customer, unlock)

    def unlock(self, decision: Decision) -> str:
        """The smallest change that gives more, where it alone stands in the way: "ещё 240 ₽ — и бесплатная доставка"."""
        return next(iter(self.unlocks(decision)), "")

    def unlocks(self, decision: Decision) -> list[str]:
        """Every change that by itself would give more, the smallest first."""
        return [self._gain(row) for row in ranked(decision.skipped) if row.alone]

    def _gain(self, row: Skipped) -> str:
        gain = self._gives(row.rule)
        missing = row.reason.params.get("missing")
        if isinstance(missing, int) and self._in_money(row.reason):
            money = formats.money(self.tongue.language, missing, self.tongue.currency, short=True)
            return self._say.gettext("%(money)s more, and you get: %(gain)s", money=money, gain=gain)
        return f"{gain}: {said(row.reason, self.tongue)}"

    @staticmethod
    def _in_money(reason: Reason) -> bool:
        return reason.code in PRICED

    def _gives(self, id_: str) -> str:
        """What a rule gives, from its effects; by its title where that depends on more than can be said shortly."""
        rule = self._rules.get(id_)
        if rule is None:
            return self.rule(id_)
        short = all(
            isinstance(value, Flat) or not isinstance(value, msgspec.Struct)
            for effect in rule.effects
            for value in (
                getattr(effect, name) for name in ("percent", "amount", "points") if hasattr(effect, name)
            )
        )
        if not short and id_ in self._titled:
            return self.rule(id_)
        promises = [number for number, row in enumerate(rule.effects) if getattr(row, "PROMISES", True)]
        words = [self._effect(id_, number) for number in promises]
        return ", ".join(filter(None, words)) or self.rule(id_)

    def _cashier(self, decision: Decision, unlock: str) -> str:
        parts = [*self.messages(decision, "cashier")]
        if decision.discount_minor:
            parts.append(self._say.gettext("discount %(money)s", money=self.money(decision.discount_minor)))
        if decision.spent is not None and decision.spent.units:
            parts.append(f"−{self.points(decision.spent.units, decision.spent.kind)}")
        parts += [self.points(units, kind, signed=True) for kind, units in _by_kind(decision)]
        if not parts:
            parts.append(self._say.gettext("no discounts and no points"))
        return _fitting([*parts, unlock])

    def messages(self, decision: Decision, to: str) -> tuple[str, ...]:
        """Everything that rules say to somebody here."""
        return tuple(self.message(row.rule, row.number, to) for row in decision.messages if row.to == to)

    def message(self, rule: str, number: int, to: str) -> str:
        """The words of a rule to somebody: the cashier, the slip, the customer."""
        known = self._rules.get(rule)
        effect = known.effects[number] if known is not None and 0 <= number < len(known.effects) else None
        return in_language(getattr(effect, to, {}), self.tongue.language)

    def _customer(self, receipt: Receipt, decision: Decision, unlock: str, *, closed: bool) -> str:
        first = self._paid(decision, closed=closed)
        second = self._earned(receipt, decision) or (unlock[:1].upper() + unlock[1:])
        return f"{first}. {second}." if second else f"{first}."

    def _paid(self, decision: Decision, *, closed: bool) -> str:
        say, parts = self._say, []
        if decision.discount_minor:
            parts.append(say.gettext("discount %(money)s", money=self.money(decision.discount_minor)))
        if decision.spent is not None and decision.spent.units:
            points = self.points(decision.spent.units, decision.spent.kind)
            parts.append(say.gettext("%(points)s paid", points=points))
        money = self.money(decision.paid_minor)
        start = (
            say.gettext("Paid: %(money)s", money=money)
            if closed
            else say.gettext("To pay: %(money)s", money=money)
        )
        return f"{start} ({', '.join(parts)})" if parts else start

    def _earned(self, receipt: Receipt, decision: Decision) -> str:
        rows = _by_kind(decision)
        if not rows:
            return ""
        points = ", ".join(self.points(units, kind, signed=True) for kind, units in rows)
        first = min(row.active_on for row in decision.earned)
        lasts = [row.last_on for row in decision.earned if row.last_on is not None]
        tag = self.tongue.language
        if first > local_day(receipt.at, self.tongue.zone):
            day = calendar.day_of_year(tag, first)
            return self._say.gettext(
                "For the purchase: %(points)s, spendable from %(day)s", points=points, day=day
            )
        if lasts:
            day = calendar.day(tag, min(lasts), "long")
            return self._say.gettext(
                "For the purchase: %(points)s, to be spent by %(day)s", points=points, day=day
            )
        return self._say.gettext("For the purchase: %(points)s", points=points)

    def money(self, minor: int) -> str:
        """Money without zero kopecks."""
        return formats.money(self.tongue.language, minor, self.tongue.currency, short=True)

    def points(self, units: int, kind: str, *, signed: bool = False) -> str:
        """Points with their noun; a kind that no document names any more is shown by its id."""
        words, tag = self.tongue.points.get(kind), self.tongue.language
        if words is None:
            return f"{formats.number(tag, units, signed=signed)} {kind}"
        return formats.points(tag, units, words.decimals, words.forms_in(tag), signed=signed)


def _by_kind(decision: Decision) -> list[tuple[str, int]]:
    found: dict[str, int] = {}
    for row in decision.earned:
        found[row.kind] = found.get(row.kind, 0) + row.units
    return [(kind, units) for kind, units in found.items() if units]


def _fitting(parts: list[str]) -> str:
    """As many parts as one line of the till holds; the first one is cut where it alone is too long."""
    kept = parts[0][: CASHIER_MAX - 1] + "…" if len(parts[0]) > CASHIER_MAX else parts[0]
    for part in parts[1:]:
        if part and len(kept) + len(part) + 3 <= CASHIER_MAX:
            kept += f" · {part}"
    return kept
