"""One receipt: the slip with its reasons, what came back; a return that shows its effect first; voiding on its day."""

from collections.abc import Mapping

from kopilka.console.receipt.why import why_words
from kopilka.console.rows import CHANNELS, STATES
from kopilka.console.shell import Shell
from kopilka.core.programme.document import Treatment
from kopilka.core.settlement.fiscal import fiscal_sale, treatment_of
from kopilka.core.settlement.sale import CLOSED, Sale, rest_of
from kopilka.look.printed import printed
from kopilka.look.returns import ReturnForm, read_wish, return_lines
from kopilka.look.shapes import Trouble
from kopilka.look.slip import Slip, points_text
from kopilka.look.visit import Answer, ClosedError, Visit
from kopilka.usecases.commands import Ref, Return, Void
from kopilka.usecases.outcomes import Refused
from kopilka.usecases.views import ReceiptView, ReturnFacts
from kopilka.values.period import local_day
from kopilka.words import calendar, formats
from kopilka.words.catalogue import catalogue
from kopilka.words.render import Tongue, render
from kopilka.words.tongue import title_of


class Receipt:
    """The screen and its deeds."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def show(self, visit: Visit) -> Answer:
        """The page."""
        return self._page(visit, self._found(visit))

    def void(self, visit: Visit) -> Answer:
        """Undo the receipt as a whole."""
        seen, services = self._found(visit), self._shell.services
        id_ = seen.stored.sale.receipt.id
        outcome = services.counter.run([Void(id_, services.clock(), f"console:{visit.staff.staff_id}")])[0]
        if isinstance(outcome, Refused):
            return self._page(visit, seen, self._shell.trouble(visit, outcome))
        if not outcome.replayed:
            services.reception.note(visit.staff, "receipt.voided", id_, txn=outcome.txn)
        return Answer(goto=f"/console/receipts/{id_}?done=voided")

    def ask_return(self, visit: Visit) -> Answer:
        """The form of a return; with quantities in the address, what it would do."""
        seen = self._found(visit)
        form = return_lines(seen.stored.sale, visit)
        if not visit.get("count"):
            return self._return_page(visit, seen, form)
        return self._quoted(visit, seen, form)

    def give_back(self, visit: Visit) -> Answer:
        """Book the return that was shown; its id makes a second sending the same deed."""
        seen, services = self._found(visit), self._shell.services
        sale = seen.stored.sale
        wish = read_wish(sale, visit)
        command = wish if isinstance(wish, Refused) else self._command(sale, visit, wish)
        outcome = command if isinstance(command, Refused) else services.counter.run([command])[0]
        if isinstance(outcome, Refused):
            trouble = self._shell.trouble(visit, outcome, self._tongue(visit, sale))
            return self._return_page(visit, seen, return_lines(sale, visit), trouble)
        if not outcome.replayed:
            services.reception.note(
                visit.staff, "receipt.returned", sale.receipt.id, return_id=visit.get("key")
            )
        return Answer(goto=f"/console/receipts/{sale.receipt.id}?done=returned")

    def _found(self, visit: Visit) -> ReceiptView:
        seen = self._shell.services.views.receipt(visit.names["receipt_id"])
        if seen is None:
            raise ClosedError(404)
        return seen

    def _cashier(self, staff_id: str) -> str:
        """The name of whoever sold, where it is somebody of ours."""
        people = {row.staff_id: row.name for row in self._shell.services.reception.staff()}
        return people.get(staff_id) or staff_id

    def _command(self, sale: Sale, visit: Visit, form: ReturnForm) -> Return:
        actor = f"console:{visit.staff.staff_id}"
        now = self._shell.services.clock()
        return Return(sale.receipt.id, visit.get("key"), form.wish, now, sale.receipt.shop, actor)

    def _tongue(self, visit: Visit, sale: Sale) -> Tongue:
        """The words of the version that decided."""
        rules = self._shell.services.views.catalogue().numbered(
            sale.decision.programme, sale.decision.version
        )
        return self._shell.tongue(visit, *([] if rules is None else [rules.programme]))

    def _quoted(self, visit: Visit, seen: ReceiptView, form: ReturnForm) -> Answer:
        sale = seen.stored.sale
        wish, tongue = read_wish(sale, visit), self._tongue(visit, sale)
        quote = (
            wish
            if isinstance(wish, Refused)
            else self._shell.services.counter.quote_return(self._command(sale, visit, wish))
        )
        if isinstance(quote, Refused):
            return self._return_page(visit, seen, form, self._shell.trouble(visit, quote, tongue))
        say = catalogue(visit.language)
        effects = [
            (
                say.gettext("Pay out"),
                formats.money(visit.language, quote.refund_minor, sale.decision.currency),
            )
        ]
        rows: tuple[tuple[str, Mapping[str, int]], ...] = (
            (say.gettext("Points given back"), quote.points_back),
            (say.gettext("Earned points taken back"), quote.points_taken),
            (say.gettext("Earned points already spent"), quote.points_missed),
        )
        effects += [(title, _units(tongue, units)) for title, units in rows if any(units.values())]
        if quote.level and quote.level != sale.decision.level:
            effects.append((say.gettext("Level after it"), tongue.levels.get(quote.level, quote.level)))
        return self._return_page(visit, seen, form, effects=effects)

    def _return_page(
        self, visit: Visit, seen: ReceiptView, form: ReturnForm, trouble: Trouble | None = None,
        effects: list[tuple[str, str]] | None = None,
    ) -> Answer:  # fmt: skip
        sale = seen.stored.sale
        return self._shell.page(
            visit, "receipt/return.html", title=catalogue(visit.language).gettext("Return of goods"), place="receipts",
            tongue=self._tongue(visit, sale), status=422 if trouble else 200, form=form, trouble=trouble, effects=effects,
            receipt_id=sale.receipt.id, key=visit.get("key") or self._shell.services.new_id("ret_"),
        )  # fmt: skip

    def _page(self, visit: Visit, seen: ReceiptView, trouble: Trouble | None = None) -> Answer:
        services, sale = self._shell.services, seen.stored.sale
        tongue, say = self._tongue(visit, sale), catalogue(visit.language)
        known = services.views.catalogue()
        rules = known.numbered(sale.decision.programme, sale.decision.version)
        shop = known.shops.get(sale.receipt.shop)
        slip = Slip(sale.receipt, sale.decision, tongue)
        place = (shop.title if shop is not None else "") or sale.receipt.shop
        when = calendar.moment(visit.language, sale.receipt.at, tongue.zone, "long")
        buyer = services.views.member(Ref("member", sale.member_id)) if sale.member_id else None
        till = say.gettext("till %(till)s", till=sale.receipt.till) if sale.receipt.till else ""
        complete = rest_of(sale, sale.done()).complete
        closed = sale.state == CLOSED
        today = local_day(services.clock(), tongue.zone) == local_day(sale.recorded_at, tongue.zone)
        facts = [
            (say.gettext("State"), say.gettext(STATES[sale.state])),
            (say.gettext("Booked"), calendar.moment(visit.language, sale.recorded_at, tongue.zone)),
            (say.gettext("Channel"), say.gettext(CHANNELS.get(sale.receipt.channel, sale.receipt.channel))),
            (say.gettext("Cashier"), self._cashier(sale.receipt.cashier)),
            (say.gettext("Codes"), ", ".join(sale.receipt.codes)),
            (say.gettext("Chosen"), render("{choice:choices}", {"choice": sale.receipt.choice}, tongue)),
            (say.gettext("Level then"), tongue.levels.get(sale.decision.level, sale.decision.level)),
        ]
        treatment = Treatment.DISCOUNT if rules is None else treatment_of(rules.programme)
        fiscal = fiscal_sale(sale.receipt, sale.decision, treatment)
        title = sale.decision.programme if rules is None else title_of(rules.programme, visit.language)
        return self._shell.page(
            visit, "receipt/page.html", title=say.gettext("Receipt"), place="receipts", tongue=tongue,
            status=422 if trouble else 200, trouble=trouble, sale=sale,
            view=slip.view(title=place, subtitle=" · ".join(filter(None, (when, till))), number=sale.receipt.id, closed=True),
            why=why_words(visit, seen, known, tongue), buyer=buyer,
            facts=[(name, text) for name, text in facts if text],
            returns=[_return_words(row, tongue, sale.decision.currency) for row in seen.returns],
            may_return=closed and not complete, may_void=closed and today and not any(sale.progress),
            programme=title, fiscal=printed(fiscal, sale.decision.currency, tongue), variance=_variance(sale, tongue), won=tongue.levels.get(sale.level_won, sale.level_won),
        )  # fmt: skip


def _units(tongue: Tongue, units: Mapping[str, int]) -> str:
    return ", ".join(points_text(tongue, value, kind) for kind, value in units.items() if value)


def _return_words(row: ReturnFacts, tongue: Tongue, currency: str) -> tuple[str, str, str]:
    """When, how much money, and what happened to points."""
    say = catalogue(tongue.language)
    notes = []
    if any(row.points_back.values()):
        notes.append(say.gettext("given back: %(points)s", points=_units(tongue, row.points_back)))
    if any(row.points_taken.values()):
        notes.append(say.gettext("taken back: %(points)s", points=_units(tongue, row.points_taken)))
    when = calendar.moment(tongue.language, row.returned_at, tongue.zone)
    return when, formats.money(tongue.language, row.refund_minor, currency), " · ".join(notes)


def _variance(sale: Sale, tongue: Tongue) -> list[tuple[str, str]]:
    """Where the till took other sums than decided."""
    titles = {line.id: line.title or line.sku for line in sale.lines()}
    return [
        (
            titles.get(line, line),
            str(value)
            if line == "points"
            else formats.money(tongue.language, value, sale.decision.currency, signed=True),
        )
        for line, value in sale.variance.items()
    ]
