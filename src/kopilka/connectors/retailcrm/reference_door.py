"""Placeholder of this connector's routes."""

from kopilka.connectors.retailcrm.wire import Route

ROUTES: tuple[Route, ...] = ()
