"""A return at the till: the receipt by its number, what comes back, the effect, and one key that books it."""

from collections.abc import Callable, Mapping

from kopilka.core.settlement.sale import Sale
from kopilka.look.returns import ReturnForm, read_wish, return_lines
from kopilka.look.shapes import Page
from kopilka.look.slip import points_text
from kopilka.look.visit import Answer, Visit
from kopilka.till.services import Services
from kopilka.usecases.commands import Return
from kopilka.usecases.outcomes import Refused
from kopilka.words import calendar, formats
from kopilka.words.catalogue import catalogue
from kopilka.words.refusals import refusal
from kopilka.words.render import Tongue
from kopilka.words.tongue import tongue_of


class GiveBack:
    """The screen. `frame` makes the page around it, as the till's."""

    def __init__(self, services: Services, frame: Callable[[Visit], Page]) -> None:
        self._services = services
        self._frame = frame

    def show(self, visit: Visit) -> Answer:
        """The form; with a number the lines, with quantities the effect."""
        number = visit.get("receipt").strip()
        if not number:
            return self._page(visit, Tongue(language=visit.language))
        seen = self._services.views.receipt(number)
        if seen is None:
            tongue = Tongue(language=visit.language)
            return self._page(visit, tongue, error=refusal(Refused("unknown_receipt"), tongue), number=number)
        sale = seen.stored.sale
        tongue, form = self._tongue(visit, sale), return_lines(sale, visit)
        if not visit.get("count"):
            return self._page(visit, tongue, sale=sale, form=form, number=number)
        wish = read_wish(sale, visit)
        quote = (
            wish
            if isinstance(wish, Refused)
            else self._services.counter.quote_return(self._command(visit, sale, wish))
        )
        if isinstance(quote, Refused):
            error = refusal(quote, tongue)
            return self._page(visit, tongue, sale=sale, form=form, number=number, error=error)
        effects = self._effects(tongue, sale, quote.refund_minor, quote.points_back, quote.points_taken)
        return self._page(visit, tongue, sale=sale, form=form, number=number, effects=effects)

    def book(self, visit: Visit) -> Answer:
        """Book what was shown; its id makes a second sending the same deed."""
        number = visit.get("receipt").strip()
        seen = self._services.views.receipt(number)
        if seen is None:
            return self.show(visit)
        sale = seen.stored.sale
        tongue, wish = self._tongue(visit, sale), read_wish(sale, visit)
        outcome = (
            wish
            if isinstance(wish, Refused)
            else self._services.counter.run([self._command(visit, sale, wish)])[0]
        )
        if isinstance(outcome, Refused) or outcome.returned is None:
            refused = outcome if isinstance(outcome, Refused) else Refused("nothing_left")
            form = return_lines(sale, visit)
            return self._page(
                visit, tongue, sale=sale, form=form, number=number, error=refusal(refused, tongue)
            )
        if not outcome.replayed:
            self._services.reception.note(visit.staff, "receipt.returned", number, return_id=visit.get("key"))
        done = outcome.returned
        effects = self._effects(tongue, sale, done.refund_minor, done.points_back, done.points_taken)
        return self._page(visit, tongue, done=effects)

    def _command(self, visit: Visit, sale: Sale, form: ReturnForm) -> Return:
        client, now = f"till:{visit.staff.staff_id}", self._services.clock()
        return Return(sale.receipt.id, visit.get("key"), form.wish, now, sale.receipt.shop, client)

    def _tongue(self, visit: Visit, sale: Sale) -> Tongue:
        rules = self._services.views.catalogue().numbered(sale.decision.programme, sale.decision.version)
        return tongue_of(visit.language, [] if rules is None else [rules.programme])

    @staticmethod
    def _effects(
        tongue: Tongue, sale: Sale, refund: int, back: Mapping[str, int], taken: Mapping[str, int]
    ) -> list[tuple[str, str]]:
        say = catalogue(tongue.language)
        rows = [(say.gettext("Pay out"), formats.money(tongue.language, refund, sale.decision.currency))]
        for title, units in (
            (say.gettext("Points given back"), back),
            (say.gettext("Earned points taken back"), taken),
        ):
            rows += [(title, points_text(tongue, value, kind)) for kind, value in units.items() if value]
        return rows

    def _page(  # noqa: PLR0913 - the states of one page
        self, visit: Visit, tongue: Tongue, *, sale: Sale | None = None, form: ReturnForm | None = None, number: str = "",
        error: str = "", effects: list[tuple[str, str]] | None = None, done: list[tuple[str, str]] | None = None,
    ) -> Answer:  # fmt: skip
        when = "" if sale is None else calendar.moment(visit.language, sale.receipt.at, tongue.zone, "long")
        body = self._services.pages.render(
            "till/return.html", tongue, page=self._frame(visit), csrf=visit.csrf, number=number, when=when,
            form=form, effects=effects, done=done, error=error, key=visit.get("key") or self._services.new_id("ret_"),
        )  # fmt: skip
        return Answer(body=body, status=422 if error else 200)
