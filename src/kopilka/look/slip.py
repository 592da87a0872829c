"""A receipt and its Decision as people read them: lines, discounts by rule, points, and why. Words only, no sums made."""

from collections.abc import Iterator

import msgspec

from kopilka.core.receipt import Line, Receipt
from kopilka.core.rules.decision import Decision, Earned
from kopilka.core.rules.explain.rest import ranked
from kopilka.core.rules.reason import Reason as CoreReason
from kopilka.look.shapes import Reason, ReceiptLine, ReceiptSum, ReceiptView
from kopilka.values.quantity import ONE
from kopilka.words import calendar, formats
from kopilka.words.catalogue import catalogue
from kopilka.words.reasons import said
from kopilka.words.render import Tongue


class Slip:
    """The words of one receipt for one reader."""

    def __init__(self, receipt: Receipt, decision: Decision, tongue: Tongue) -> None:
        self._receipt = receipt
        self._decision = decision
        self._tongue = tongue
        self._say = catalogue(tongue.language)

    def view(self, *, title: str, subtitle: str = "", number: str = "", closed: bool = False) -> ReceiptView:
        """The whole receipt; one under way says what is missing for more, a closed one what was paid."""
        decision = self._decision
        return ReceiptView(
            title=title,
            subtitle=subtitle,
            number=number,
            lines=tuple(self._lines()),
            sums=tuple(self._sums(closed=closed)),
            earned=", ".join(self._points(row.units, row.kind, signed=True) for row in by_kind(decision)),
            earned_note=" · ".join(dict.fromkeys(self.dates(row) for row in decision.earned)),
            reasons=() if closed else self.reasons(),
        )

    def reasons(self) -> tuple[Reason, ...]:
        """Every rule that did not apply: those that one change would unlock come first, the smallest change first."""
        return tuple(
            Reason(text=f"{self._rule(row.rule)}: {said(row.reason, self._tongue)}", met=False)
            for row in ranked(self._decision.skipped)
        )

    def dates(self, earned: Earned) -> str:
        """From when on points can be spent and until when: "spendable from 22 March, through 18 September"."""
        tag = self._tongue.language
        active = calendar.day(tag, earned.active_on, "long")
        if earned.last_on is None:
            return self._say.gettext("spendable from %(day)s", day=active)
        last = calendar.day(tag, earned.last_on, "long")
        return self._say.gettext("spendable from %(day)s through %(last)s", day=active, last=last)

    def _lines(self) -> Iterator[ReceiptLine]:
        for i, line in enumerate(self._receipt.all_lines()):
            left = self._decision.left[i]
            reasons = [
                Reason(text=f"{self._rule(row.rule)}: {self._money(-row.parts[i])}")
                for row in self._decision.taken
                if row.parts[i]
            ]
            marks = [self._say.gettext("on sale")] if line.promo else []
            delivery = line is self._receipt.delivery
            yield ReceiptLine(
                title=line.title or (self._say.gettext("Delivery") if delivery else line.sku),
                detail="" if delivery else self._detail(line),
                sum=self._money(left),
                before=self._money(line.sum_minor) if left != line.sum_minor else "",
                marks=marks,
                reasons=reasons,
            )

    def _detail(self, line: Line) -> str:
        quantity = formats.quantity(self._tongue.language, line.quantity)
        price, rest = divmod(line.sum_minor * ONE, line.quantity or ONE)
        return quantity if rest else f"{quantity} × {self._money(price)}"

    def _sums(self, *, closed: bool) -> Iterator[ReceiptSum]:
        decision, say = self._decision, self._say
        yield ReceiptSum(title=say.gettext("Goods"), sum=self._money(decision.goods_minor))
        if decision.delivery_minor or self._receipt.delivery is not None:
            delivery = self._receipt.delivery
            minor = decision.delivery_minor if delivery is None else delivery.sum_minor
            yield ReceiptSum(title=say.gettext("Delivery"), sum=self._money(minor))
        if decision.given_minor:
            yield ReceiptSum(
                title=say.gettext("Discounts given outside"),
                sum=self._money(-decision.given_minor),
                kind="discount",
            )
        for row in decision.taken:
            if row.minor:
                yield ReceiptSum(title=self._rule(row.rule), sum=self._money(-row.minor), kind="discount")
        if decision.spent is not None and decision.spent.units:
            paid = self._points(decision.spent.units, decision.spent.kind)
            room = decision.room.reason
            why = () if room is None else (Reason(text=self.most(room)),)
            yield ReceiptSum(
                title=say.gettext("Paid with points: %(points)s", points=paid),
                sum=self._money(-decision.spent.minor), kind="points", reasons=why,
            )  # fmt: skip
        yield ReceiptSum(
            title=say.gettext("Paid") if closed else say.gettext("To pay"),
            sum=self._money(decision.paid_minor),
            kind="total",
        )

    def most(self, why: CoreReason) -> str:
        """How many points may be spent here, and what limits it."""
        points = self._points(self._decision.room.units, self._decision.room.kind)
        return f"{self._say.gettext('At most %(points)s', points=points)}: {said(why, self._tongue)}"

    def _rule(self, rule: str) -> str:
        return self._tongue.rules.get(rule, rule)

    def _money(self, minor: int) -> str:
        return formats.money(self._tongue.language, minor, self._decision.currency)

    def _points(self, units: int, kind: str, *, signed: bool = False) -> str:
        return points_text(self._tongue, units, kind, signed=signed)


class KindUnits(msgspec.Struct, frozen=True):
    """Units of a points kind."""

    units: int
    kind: str


def by_kind(decision: Decision) -> list[KindUnits]:
    """What a Decision earns, a row for each points kind."""
    rows: dict[str, int] = {}
    for row in decision.earned:
        rows[row.kind] = rows.get(row.kind, 0) + row.units
    return [KindUnits(units, kind) for kind, units in rows.items()]


def points_text(tongue: Tongue, units: int, kind: str, *, signed: bool = False) -> str:
    """Points with their noun; a kind that no document names any more is shown by its id."""
    words = tongue.points.get(kind)
    if words is None:
        return f"{formats.number(tongue.language, units, signed=signed)} {kind}"
    return formats.points(
        tongue.language, units, words.decimals, words.forms_in(tongue.language), signed=signed
    )
