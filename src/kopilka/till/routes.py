"""The map of the till."""

from litestar import Router

from kopilka.look.visit import Entrance
from kopilka.till.give_back import GiveBack
from kopilka.till.services import Services
from kopilka.till.view import Till
from kopilka.usecases.staff import Right


def router(services: Services) -> Router:
    """All routes."""
    door = Entrance(services.reception, services.pages)
    till = Till(services)
    back = GiveBack(services, till.frame)
    return Router(
        path="/till",
        route_handlers=[
            door.get("/", till.show, Right.SELL),
            door.post("/", till.act, Right.SELL),
            door.get("/return", back.show, Right.SELL),
            door.post("/return", back.book, Right.SELL),
        ],
    )
