"""Whether the system lives and is ready, its counters, and its documentation: the OpenAPI document and pages."""

from html import escape
from importlib.resources import files

import msgspec

from kopilka.api.door import Doors, Reply, Request, Route
from kopilka.api.metrics import KIND, Metrics
from kopilka.api.openapi import openapi
from kopilka.api.problems import PROBLEMS, Problem
from kopilka.words.catalogue import catalogue

HTML = "text/html; charset=utf-8"
_CSP = (
    (
        "Content-Security-Policy",
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'",
    ),
)


class HealthOut(msgspec.Struct):
    """The state in one word."""

    status: str


async def health(_: Doors, __: Request) -> Reply:
    """The process answers."""
    return Reply(HealthOut("ok"))


async def ready(doors: Doors, _: Request) -> Reply:
    """The database answers and is migrated."""
    if not await doors.run(doors.services.ready):
        raise Problem("unavailable", headers=[("Retry-After", "1")])
    return Reply(HealthOut("ready"))


async def problem(_: Doors, request: Request) -> Reply:
    """The page about a code."""
    kind = PROBLEMS.get(request.args[0])
    if kind is None:
        raise Problem("unknown_address")
    title = catalogue(request.language).raw(kind.title)
    page = (
        f'<!doctype html><html lang="{request.language}"><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<h1>{escape(title)}</h1><p><code>{escape(request.args[0])}</code>, HTTP {kind.status}</p></html>"
    )
    return Reply(page.encode(), kind=HTML, headers=_CSP)


async def page(_: Doors, __: Request) -> Reply:
    """The reference as a page that needs nothing from elsewhere."""
    return Reply(files("kopilka.api").joinpath("docs.html").read_bytes(), kind=HTML, headers=_CSP)


async def script(_: Doors, __: Request) -> Reply:
    """What the page of the reference runs."""
    return Reply(files("kopilka.api").joinpath("docs.js").read_bytes(), kind="text/javascript; charset=utf-8")


def routes(metrics: Metrics, documented: tuple[Route, ...]) -> tuple[Route, ...]:
    """Routes of this room; `documented` are those that the OpenAPI document tells of."""
    told: list[bytes] = []

    async def document(_: Doors, __: Request) -> Reply:
        if not told:
            told.append(msgspec.json.encode(openapi(documented)))
        return Reply(told[0])

    async def counters(_: Doors, __: Request) -> Reply:
        return Reply(metrics.text(), kind=KIND)

    return (
        Route("GET", "/health", health, "The process answers", public=True, gives=HealthOut),
        Route("GET", "/ready", ready, "The database answers and is migrated", public=True, gives=HealthOut),
        Route("GET", "/metrics", counters, "Counters for Prometheus", public=True),
        Route("GET", "/v1/openapi.json", document, "This document", public=True),
        Route("GET", "/docs", page, "The reference as a page", public=True),
        Route("GET", "/docs.js", script, "The page's script", public=True),
        Route("GET", "/problems/{code}", problem, "About a problem", public=True),
    )
