"""The door of the staff: login and password, and the way out. Cashiers go to the till, everybody else to the console."""

from kopilka.console.services import Services
from kopilka.look.shapes import Page
from kopilka.look.visit import SESSION_COOKIE, SIGN_IN, Answer, Visit, secret_cookie
from kopilka.usecases.outcomes import Refused
from kopilka.usecases.staff import SESSION, Right, Staff
from kopilka.words.catalogue import catalogue
from kopilka.words.refusals import refusal
from kopilka.words.render import Tongue


class SignIn:
    """The form, the deed and the way out."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def show(self, visit: Visit) -> Answer:
        """The form, or onward for whoever is signed in already."""
        if visit.signed is not None:
            return Answer(goto=_onward(visit, visit.signed))
        return self._form(visit)

    def sign_in(self, visit: Visit) -> Answer:
        """Open a session."""
        opened = self._services.reception.sign_in(visit.get("login"), visit.get("password"), visit.address)
        if isinstance(opened, Refused):
            status = 429 if opened.code == "too_many_tries" else 403
            return self._form(visit, refusal(opened, Tongue(language=visit.language)), status)
        seconds = int(SESSION.total_seconds())
        cookie = secret_cookie(SESSION_COOKIE, opened.secret, secure=visit.secure, seconds=seconds)
        return Answer(goto=_onward(visit, opened.staff), cookies=(cookie,))

    def sign_out(self, visit: Visit) -> Answer:
        """End the session."""
        if visit.signed is not None:
            self._services.reception.sign_out(visit.secret)
        gone = secret_cookie(SESSION_COOKIE, "", secure=visit.secure, seconds=0)
        return Answer(goto=SIGN_IN, cookies=(gone,))

    def _form(self, visit: Visit, error: str = "", status: int = 200) -> Answer:
        title = catalogue(visit.language).gettext("Sign in")
        body = self._services.pages.render(
            "console/sign_in/page.html", Tongue(language=visit.language),
            page=Page(title=title, lang=visit.language, theme=visit.theme), csrf=visit.csrf, error=error,
            login=visit.get("login"), onward=visit.get("next"),
        )  # fmt: skip
        return Answer(body=body, status=status)


def _onward(visit: Visit, staff: Staff) -> str:
    """Where to go after signing in: only to a place of this house."""
    wish = visit.get("next")
    if wish.startswith("/") and not wish.startswith(("//", "/\\")) and staff.may(Right.WATCH):
        return wish
    return "/console" if staff.may(Right.WATCH) else "/till"
