"""The fiscal view as people read it: the lines that a till prints, and how they are settled. Words only, no sums made."""

from typing import Final

import msgspec

from kopilka.core.programme.document import Treatment
from kopilka.core.settlement.fiscal import (
    ADVANCE,
    CASH,
    COUNTER,
    DELIVERY,
    ELECTRONIC,
    GIFT,
    PREPAID,
    Fiscal,
    FiscalLine,
)
from kopilka.words import formats
from kopilka.words.catalogue import N_, catalogue
from kopilka.words.render import Tongue

_KINDS: Final = {DELIVERY: N_("Delivery"), GIFT: N_("Gift"), ADVANCE: N_("Advance: a gift certificate")}
_MEANS: Final = {
    CASH: N_("Cash (1031)"),
    ELECTRONIC: N_("Electronic (1081)"),
    PREPAID: N_("Prepaid: certificate (1215)"),
    COUNTER: N_("Counter-provision: points (1217)"),
}


class PrintedLine(msgspec.Struct, frozen=True):
    """A line to print: "Tea", "2 × 33,33 ₽", "66,66 ₽", and what stands under it."""

    title: str
    count: str
    sum: str
    notes: tuple[str, ...] = ()


class Printed(msgspec.Struct, frozen=True):
    """Everything to print; `note` says how spent points are treated, where any were spent."""

    lines: tuple[PrintedLine, ...]
    sums: tuple[tuple[str, str], ...]
    note: str = ""

    def text(self) -> list[str]:
        """The same as lines of a narrow slip."""
        rows: list[str] = []
        for line in self.lines:
            rows += [line.title, f"  {line.count} = {line.sum}", *(f"  {note}" for note in line.notes)]
        return rows + [f"{title}: {text}" for title, text in self.sums]


def printed(fiscal: Fiscal, currency: str, tongue: Tongue) -> Printed:
    """The view in the reader's words."""
    tag, say = tongue.language, catalogue(tongue.language)

    def money(minor: int) -> str:
        return formats.money(tag, minor, currency)

    sums = [(say.gettext("Total (1020)"), money(fiscal.total_minor))]
    sums += [(say.gettext(_MEANS[means]), money(minor)) for means, minor in fiscal.payments]
    if fiscal.rest_minor:
        sums.append((say.gettext("By other means"), money(fiscal.rest_minor)))
    note = ""
    if any(line.points_minor for line in fiscal.lines):
        note = (
            say.gettext("Spent points are a discount: the prices are already reduced by them.")
            if fiscal.treatment is Treatment.DISCOUNT
            else say.gettext("Spent points are a payment: the prices stay as they are.")
        )
    return Printed(tuple(_line(line, currency, tongue) for line in fiscal.lines), tuple(sums), note)


def _line(line: FiscalLine, currency: str, tongue: Tongue) -> PrintedLine:
    tag, say = tongue.language, catalogue(tongue.language)

    def money(minor: int) -> str:
        return formats.money(tag, minor, currency)

    kind = _KINDS.get(line.kind, "")
    notes = [say.gettext(kind)] if kind and line.title else []
    if line.vat:
        notes.append(say.gettext("VAT %(rate)s", rate=line.vat))
    if line.marking:
        notes.append(say.gettext("Marking code %(code)s", code=line.marking))
    notes += [f"{tongue.rules.get(rule, rule)}: {money(-minor)}" for rule, minor in line.discounts if minor]
    if line.given_minor:
        notes.append(f"{say.gettext('Discounts given outside')}: {money(-line.given_minor)}")
    if line.points_minor:
        notes.append(f"{say.gettext('Points')}: {money(-line.points_minor)}")
    if not line.exact:
        notes.append(say.gettext("No price × quantity gives this sum."))
    title = line.title or (say.gettext(kind) if kind and line.kind != ADVANCE else "") or line.sku
    count = f"{formats.quantity(tag, line.quantity)} × {money(line.price_minor)}"
    return PrintedLine(title, count, money(line.sum_minor), tuple(notes))
