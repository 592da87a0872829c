"""Gifts for points: the catalogue with what is left of each, and one redemption, which may be taken back."""

from kopilka.console.gifts.words import COLUMNS, gift_rows
from kopilka.console.rows import columns_in
from kopilka.console.shell import Shell
from kopilka.look.offers import gift_title
from kopilka.look.shapes import Trouble
from kopilka.look.slip import points_text
from kopilka.look.visit import Answer, ClosedError, Visit
from kopilka.usecases.commands import Ref, ReturnGift
from kopilka.usecases.offers import Redemption
from kopilka.usecases.outcomes import Refused
from kopilka.words import calendar, formats
from kopilka.words.catalogue import catalogue
from kopilka.words.tongue import title_of


class Gifts:
    """The screens and the deed."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def show(self, visit: Visit) -> Answer:
        """The catalogues of all programmes that have one."""
        tongue, views = self._shell.tongue(visit), self._shell.services.views
        catalogues = []
        for programme in self._shell.ruling():
            found = views.gifts(programme.programme) if programme.gifts else None
            if found:
                catalogues.append(
                    (title_of(programme, visit.language), programme.programme, gift_rows(found, tongue))
                )
        return self._shell.page(
            visit, "gifts/page.html", title=catalogue(visit.language).gettext("Gifts"), place="gifts", tongue=tongue,
            catalogues=catalogues, columns=columns_in(visit.language, COLUMNS),
        )  # fmt: skip

    def one(self, visit: Visit) -> Answer:
        """Gifts that went out together."""
        return self._page(visit, self._found(visit), None)

    def give_back(self, visit: Visit) -> Answer:
        """They come back; twice is once."""
        found, services = self._found(visit), self._shell.services
        staff = visit.staff.staff_id
        command = ReturnGift(found.redemption, services.clock(), f"console:{staff}", actor=staff)
        outcome = services.counter.run([command])[0]
        if isinstance(outcome, Refused):
            return self._page(visit, found, self._shell.trouble(visit, outcome))
        if not outcome.replayed:
            services.reception.note(
                visit.staff, "gift.returned", outcome.member_id, redemption=found.redemption
            )
        return Answer(goto=f"/console/gifts/{found.redemption}?done=gift_returned")

    def _found(self, visit: Visit) -> Redemption:
        found = self._shell.services.views.redemption(visit.names["redemption"])
        if found is None:
            raise ClosedError(404)
        return found

    def _page(self, visit: Visit, found: Redemption, trouble: Trouble | None) -> Answer:
        tag, say, tongue = visit.language, catalogue(visit.language), self._shell.tongue(visit)
        services, deed = self._shell.services, found.deed
        rules = services.views.catalogue().numbered(deed.programme, deed.version)
        member = services.views.member(Ref("member", found.stored.member_id))
        named = "" if member is None else member.person.name or member.person.phone
        title = gift_title(None if rules is None else rules.programme, deed.what, tag)
        sku = (
            ""
            if rules is None or deed.what not in rules.programme.gifts
            else rules.programme.gifts[deed.what].sku
        )
        facts = [
            (say.gettext("Gift"), title),
            (say.gettext("Pieces"), formats.number(tag, deed.pieces)),
            (say.gettext("Paid with points"), points_text(tongue, deed.units, deed.kind)),
            (say.gettext("Article"), sku),
            (say.gettext("Went out"), "" if found.stored.recorded_at is None else calendar.moment(tag, found.stored.recorded_at, tongue.zone)),
            (say.gettext("Came back"), "" if found.returned_at is None else calendar.moment(tag, found.returned_at, tongue.zone)),
        ]  # fmt: skip
        return self._shell.page(
            visit, "gifts/one.html", title=title, place="gifts", tongue=tongue, status=422 if trouble else 200,
            name=title, member_id=found.stored.member_id, member_name=named or found.stored.member_id,
            facts=[row for row in facts if row[1]], trouble=trouble, back=found.returned_at is not None,
            redemption=found.redemption,
        )  # fmt: skip
