"""The map of the public pages."""

from litestar import Router

from kopilka.look.visit import Entrance
from kopilka.portal.services import Services
from kopilka.portal.terms.view import TermsPage


def router(services: Services) -> Router:
    """All routes."""
    door = Entrance(services.reception, services.pages)
    return Router(
        path="/",
        route_handlers=[door.get("/terms/{programme_id:str}", TermsPage(services).show, None)],
    )
