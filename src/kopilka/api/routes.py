"""The table of routes: every resource's lines together."""

from kopilka.api import (
    batches,
    catalogue,
    codes,
    coupons,
    deeds,
    explanations,
    keys,
    levels,
    members,
    privacy,
    programmes,
    receipts,
    subscriptions,
    terms,
    wallets,
)
from kopilka.api.door import Doors, Route, Services
from kopilka.api.metrics import Metrics
from kopilka.api.server import Api
from kopilka.api.system import routes as system_routes

ROUTES: tuple[Route, ...] = (
    *receipts.ROUTES,
    *explanations.ROUTES,
    *batches.ROUTES,
    *members.ROUTES,
    *privacy.ROUTES,
    *codes.ROUTES,
    *wallets.ROUTES,
    *coupons.ROUTES,
    *deeds.ROUTES,
    *levels.ROUTES,
    *programmes.ROUTES,
    *terms.ROUTES,
    *catalogue.ROUTES,
    *keys.ROUTES,
    *subscriptions.ROUTES,
)
PREFIXES = ("/v1/", "/health", "/ready", "/metrics", "/problems/", "/docs")
"""Addresses that the API answers; everything else is for other rooms."""


def api(services: Services) -> Api:
    """The API over some services."""
    metrics = Metrics()
    return Api(Doors(services), (*ROUTES, *system_routes(metrics, ROUTES)), metrics)
