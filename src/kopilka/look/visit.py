"""A visit: one request for a page and its answer. Who asks, in which language, and what is checked before a screen works.

Screens are plain functions from a Visit to an Answer and run in a thread; nothing of the framework reaches them.
"""

import hmac
import logging
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final, Protocol

import msgspec
from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.datastructures import Cookie
from litestar.handlers import HTTPRouteHandler

from kopilka.look.jinja import Pages
from kopilka.look.shapes import Page, Theme, Trouble
from kopilka.usecases.ports import StoreUnavailableError
from kopilka.usecases.staff import Right, Staff
from kopilka.words.languages import negotiate
from kopilka.words.render import Tongue

SESSION_COOKIE, DOOR_COOKIE, LANGUAGE_COOKIE, THEME_COOKIE = (
    "kopilka_session", "kopilka_door", "kopilka_lang", "kopilka_theme",
)  # fmt: skip
SIGN_IN: Final = "/sign-in"
YEAR_SECONDS: Final = 31_536_000
_THEMES: Final[Mapping[str, Theme]] = {"light": "light", "dark": "dark", "auto": "auto"}
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_log = logging.getLogger("kopilka.look")


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """What a screen may know of its request."""

    path: str
    names: Mapping[str, str] = {}
    query: Mapping[str, str] = {}
    form: Mapping[str, Sequence[str]] = {}
    cookies: Mapping[str, str] = {}
    language: str = "ru"
    theme: Theme = "auto"
    address: str = ""
    secret: str = ""
    signed: Staff | None = None
    secure: bool = False
    origin: str = ""
    """Scheme and host by which the visitor reaches the house."""

    @property
    def staff(self) -> Staff:
        """Who asks; screens behind the sign-in always have somebody."""
        if self.signed is None:
            raise ClosedError(401)
        return self.signed

    @property
    def csrf(self) -> str:
        """What every form of this visitor carries: derived from the cookie's secret, so no other site knows it."""
        return sha256(b"csrf:" + self.secret.encode()).hexdigest()

    def get(self, name: str, default: str = "") -> str:
        """A field of the form, or else of the address."""
        if name in self.form:
            return self.form[name][-1]
        return self.query.get(name, default)

    def all(self, name: str) -> Sequence[str]:
        """Every value of a repeated field of the form."""
        return self.form.get(name, ())


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A page, a place to go to after a deed, or a file to be kept under a name."""

    body: str = ""
    status: int = 200
    goto: str = ""
    kind: str = "text/html"
    file: str = ""
    cookies: tuple[Cookie, ...] = ()


class ClosedError(Exception):
    """This page is not to be had: its status, and what to say where the usual words are not enough."""

    def __init__(self, status: int, trouble: Trouble | None = None) -> None:
        super().__init__(status)
        self.status = status
        self.trouble = trouble


class Recognises(Protocol):
    """What tells whose session a secret opens."""

    def recognise(self, secret: str) -> Staff | None:
        """The staff of a living session."""
        ...

    def new_secret(self) -> str:
        """A secret for a cookie."""
        ...


Work = Callable[[Visit], Answer]


class Entrance:
    """Makes routes of screens: recognises the visitor, checks the form's token and the right, sets the headers."""

    def __init__(self, reception: Recognises, pages: Pages) -> None:
        self._reception = reception
        self._pages = pages

    def get(self, path: str, work: Work, right: Right | None) -> HTTPRouteHandler:
        """A page. `right` None is for pages before signing in."""

        @get(path, name=None, include_in_schema=False)
        async def show(request: Request[Any, Any, Any]) -> Response[str]:
            return await self._enter(request, {}, work, right)

        return show

    def post(self, path: str, work: Work, right: Right | None) -> HTTPRouteHandler:
        """A deed: its form must carry the token."""

        @post(path, status_code=200, include_in_schema=False)
        async def act(request: Request[Any, Any, Any]) -> Response[str]:
            read = await request.form()
            form = {name: [str(value) for value in read.getall(name)] for name in read}
            return await self._enter(request, form, work, right)

        return act

    async def _enter(
        self, request: Request[Any, Any, Any], form: Mapping[str, list[str]], work: Work, right: Right | None
    ) -> Response[str]:
        visit = _visit(request, form)
        return await sync_to_thread(self._answer, visit, request.method, work, right)

    def _answer(self, visit: Visit, method: str, work: Work, right: Right | None) -> Response[str]:
        cookies: list[Cookie] = []
        if visit.query.get("lang"):
            cookies.append(
                Cookie(LANGUAGE_COOKIE, value=visit.language, max_age=YEAR_SECONDS, samesite="lax")
            )
        try:
            visit = self._recognised(visit, cookies)
            answer = self._checked(visit, method, work, right)
        except ClosedError as closed:
            answer = self.closed(visit, closed.status, closed.trouble)
        except StoreUnavailableError:
            answer = self.closed(visit, 503)
        except Exception:  # noqa: BLE001 - whatever a screen breaks, a person gets a page
            _log.exception("a screen failed", extra={"path": visit.path})
            answer = self.closed(visit, 500)
        headers = dict(HEADERS)
        status = answer.status
        if answer.goto:
            status, headers["Location"] = 303, answer.goto
        if answer.file:
            headers["Content-Disposition"] = f'attachment; filename="{answer.file}"'
        return Response(
            answer.body, status_code=status, headers=headers, cookies=[*cookies, *answer.cookies],
            media_type=answer.kind,
        )  # fmt: skip

    def _recognised(self, visit: Visit, cookies: list[Cookie]) -> Visit:
        staff = self._reception.recognise(visit.secret)
        if staff is not None:
            return msgspec.structs.replace(visit, signed=staff)
        secret = visit.cookies.get(DOOR_COOKIE) or self._reception.new_secret()
        if not visit.cookies.get(DOOR_COOKIE):
            cookies.append(secret_cookie(DOOR_COOKIE, secret, secure=visit.secure))
        return msgspec.structs.replace(visit, secret=secret)

    @staticmethod
    def _checked(visit: Visit, method: str, work: Work, right: Right | None) -> Answer:
        if right is not None and visit.signed is None:
            if method == "GET":
                return Answer(goto=f"{SIGN_IN}?next={visit.path}")
            raise ClosedError(401)
        if method == "POST" and not hmac.compare_digest(visit.csrf, visit.get("_csrf")):
            raise ClosedError(403)
        if right is not None and not visit.staff.may(right):
            raise ClosedError(403)
        return work(visit)

    def closed(self, visit: Visit, status: int, trouble: Trouble | None = None) -> Answer:
        """The page of an error."""
        page = Page(title=str(status), lang=visit.language, theme=visit.theme)
        body = self._pages.render(
            "look/error.html", Tongue(language=visit.language), page=page, status=status, trouble=trouble
        )
        return Answer(body=body, status=status)


def secret_cookie(name: str, value: str, *, secure: bool, seconds: int | None = None) -> Cookie:
    """A cookie that scripts cannot read and other sites cannot send with a form."""
    return Cookie(name, value=value, max_age=seconds, httponly=True, samesite="lax", secure=secure, path="/")


def _visit(request: Request[Any, Any, Any], form: Mapping[str, list[str]]) -> Visit:
    query = {name: str(value) for name, value in request.query_params.items()}
    cookies = request.cookies
    return Visit(
        path=request.url.path,
        names={name: str(value) for name, value in request.path_params.items()},
        query=query,
        form=form,
        cookies=cookies,
        language=negotiate(
            choice=query.get("lang"),
            cookie=cookies.get(LANGUAGE_COOKIE),
            accept=request.headers.get("accept-language"),
        ),
        theme=_THEMES.get(cookies.get(THEME_COOKIE, ""), "auto"),
        address="" if request.client is None else request.client.host,
        secret=cookies.get(SESSION_COOKIE, ""),
        secure=request.url.scheme == "https",
        origin=f"{request.url.scheme}://{request.url.netloc}",
    )
