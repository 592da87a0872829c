"""The screens over a house: console, till, public pages, the files that every page uses, and the page of a wrong address."""

import secrets
import threading
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from litestar import Request, Response, Router, get
from litestar.exceptions import HTTPException, NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from kopilka import console, portal, till
from kopilka.app.compose import House
from kopilka.app.trade import Workshop
from kopilka.core.settlement.refund import Returned
from kopilka.look.jinja import Pages
from kopilka.look.shapes import Page
from kopilka.look.static import FOREVER, Shelf, look_folder
from kopilka.look.visit import HEADERS, LANGUAGE_COOKIE
from kopilka.store.staff import PostgresStaff
from kopilka.usecases.commands import Command, Quote, Return
from kopilka.usecases.desk import Desk
from kopilka.usecases.outcomes import Outcome, Refused
from kopilka.usecases.quote_receipt import Quoted
from kopilka.usecases.staff import Reception
from kopilka.values.ids import make_id
from kopilka.words.languages import negotiate
from kopilka.words.render import Tongue

ID_BITS = 74
ROOMS = ("kopilka.console", "kopilka.till", "kopilka.portal")


class ThreadDesks:
    """A desk for every thread that asks: what the screens' threads share is the store alone."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._local = threading.local()

    def run(self, commands: Sequence[Command]) -> list[Outcome]:
        """Carry out commands in one transaction."""
        return self._desk().run(commands)

    def quote(self, commands: Sequence[Quote]) -> list[Quoted | Refused]:
        """Decide receipts without writing anything."""
        return self._desk().quote(commands)

    def quote_return(self, command: Return) -> Returned | Refused:
        """What a return would do."""
        return self._desk().quote_return(command)

    def _desk(self) -> Desk:
        desk: Desk | None = getattr(self._local, "desk", None)
        if desk is None:
            desk = self._local.desk = self._house.desk()
        return desk


def reception_of(house: House) -> Reception:
    """Where the staff of a house sign in."""
    return Reception(PostgresStaff(house.pool), clock=house.clock, chance=secrets.randbits)


def routers(house: House, pages: Pages, reception: Reception) -> list[Router]:
    """Console, till and public pages over a house."""
    desks, store = ThreadDesks(house), PostgresStaff(house.pool)

    def new_id(prefix: str) -> str:
        return make_id(prefix, int(house.clock().timestamp() * 1000), secrets.randbits(ID_BITS))

    return [
        console.router(
            console.Services(
                pages=pages, reception=reception, views=house.views, members=house.members,
                programmes=house.programmes, counter=desks, days=store, coupons=house.coupons,
                connections=house.connections, inbox=house.inbox, verifications=house.verifications,
                trade=Workshop(house), outbox=house.outbox, privacy=house.privacy, clock=house.clock, new_id=new_id,
            )
        ),
        till.router(
            till.Services(
                pages=pages, reception=reception, views=house.views, counter=desks, goods=house.reference,
                prices=store, coupons=house.coupons, clock=house.clock, new_id=new_id,
            )
        ),
        portal.router(
            portal.Services(pages=pages, reception=reception, views=house.views, clock=house.clock)
        ),
    ]  # fmt: skip


class Screens:
    """The handlers of every page, and what answers where there is none."""

    def __init__(self, house: House, pages: Pages | None = None) -> None:
        self._pages = pages or pages_of()
        self.handlers: list[ControllerRouterHandler] = [
            self._static(),
            start,
            *routers(house, self._pages, reception_of(house)),
        ]

    def _static(self) -> ControllerRouterHandler:
        shelf = self._pages.shelf

        @get("/static/{name:str}", include_in_schema=False, sync_to_thread=False)
        def static(name: FromPath[str]) -> Response[bytes]:
            file = shelf.by_hashed.get(name)
            if file is None:
                raise NotFoundException
            headers = {"Cache-Control": FOREVER, "X-Content-Type-Options": "nosniff"}
            return Response(file.content, media_type=file.mime, headers=headers)

        return static

    def lost(self, request: Request[Any, Any, Any], error: HTTPException) -> Response[str]:
        """The page of an address that is not there, or of a request that cannot be read."""
        wish, accept = request.cookies.get(LANGUAGE_COOKIE), request.headers.get("accept-language")
        tag, status = negotiate(cookie=wish, accept=accept), error.status_code
        page = Page(title=str(status), lang=tag)
        body = self._pages.render(
            "look/error.html", Tongue(language=tag), page=page, status=status, trouble=None
        )
        return Response(body, status_code=status, headers=HEADERS, media_type="text/html")


@get("/", include_in_schema=False, sync_to_thread=False)
def start() -> Redirect:
    """The front door."""
    return Redirect("/console", status_code=302)


def pages_of() -> Pages:
    """The templates of every room, and every static file of the house."""
    shelf = Shelf([look_folder(), files("kopilka.till").joinpath("static")])
    return Pages(ROOMS, shelf)
