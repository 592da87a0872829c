"""The public page of a programme's terms: what it promises now, in plain sentences, to be read and printed."""

from kopilka.look.shapes import Page
from kopilka.look.visit import Answer, ClosedError, Visit
from kopilka.portal.services import Services
from kopilka.words.terms import terms_in
from kopilka.words.tongue import tongue_of


class TermsPage:
    """The page."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def show(self, visit: Visit) -> Answer:
        """The terms of the version in force."""
        known = self._services.views.catalogue()
        rules = known.ruleset(visit.names["programme_id"], self._services.clock())
        if rules is None:
            raise ClosedError(404)
        programme = rules.programme
        tongue = tongue_of(visit.language, [programme], known.shops)
        terms = terms_in(programme, tongue)
        page = Page(title=terms.title, lang=visit.language, theme=visit.theme)
        body = self._services.pages.render(
            "portal/terms/page.html", tongue, page=page, terms=terms, paused=programme.paused
        )
        return Answer(body=body)
