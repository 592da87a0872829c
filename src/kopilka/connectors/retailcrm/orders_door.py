"""Orders."""

from kopilka.connectors.retailcrm.wire import Route

ROUTES: tuple[Route, ...] = ()
