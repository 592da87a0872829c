"""The OpenAPI 3.1 document, made from the table of routes and the schemas that it serves with."""

import re
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

import msgspec

from kopilka.api.door import Route
from kopilka.api.problems import PROBLEMS, Document
from kopilka.usecases.keys import SCOPES

_ABOUT = """Receipts, members and wallets of a Kopilka installation.

Money, points and quantities are decimal texts (`"2350.00"`) in major units; whole JSON numbers are accepted, floats are
refused. Moments carry an offset (`2026-11-21T12:30:00+03:00`); naive ones are refused. Refusals are problem documents
(RFC 9457) with a stable `code` and every wrong field; their words and all explanations follow `Accept-Language`
(`ru`, `en`). Writing calls are harmless to repeat: a receipt or return by its id, the others by `Idempotency-Key`; a
repeat gets the stored answer with `Idempotent-Replay: true`.
"""
_ALWAYS = {"400": "bad_json", "401": "unauthorized", "403": "forbidden", "503": "unavailable"}


def openapi(routes: Sequence[Route]) -> dict[str, Any]:
    """The document."""
    types = [each for route in routes for each in (route.takes, route.gives) if each is not None]
    unique = list({id(each): each for each in [*types, Document]}.values())
    schemas, components = msgspec.json.schema_components(unique, ref_template="#/components/schemas/{name}")
    known = {id(each): schema for each, schema in zip(unique, schemas, strict=True)}
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, known)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Kopilka",
            "version": version("kopilka") if _installed() else "0",
            "description": _ABOUT,
        },
        "paths": paths,
        "components": {
            "schemas": _plain(components),
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": f"Scopes: {', '.join(SCOPES)}."}
            },
        },
        "security": [{"key": []}],
    }


def _installed() -> bool:
    try:
        version("kopilka")
    except ModuleNotFoundError:
        return False
    return True


def _operation(route: Route, known: dict[int, Any]) -> dict[str, Any]:
    words = " ".join(filter(None, [route.words, f"Scope: `{route.scope}`." if route.scope else ""]))
    operation: dict[str, Any] = {
        "operationId": _name(route),
        "summary": route.summary,
        "description": words,
        "tags": [route.path.split("/")[2] if route.path.startswith("/v1/") else "system"],
        "parameters": _parameters(route),
        "responses": _responses(route, known),
    }
    if route.public:
        operation["security"] = []
    if route.takes is not None:
        content = {"application/json": {"schema": known[id(route.takes)]}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _name(route: Route) -> str:
    words = re.findall(r"[a-z]+", route.path.removeprefix("/v1"))
    return "_".join([route.method.lower(), *words])


def _parameters(route: Route) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "minLength": 1, "maxLength": 128},
        }
        for name in re.findall(r"\{(\w+)\}", route.path)
    ]
    rows += [
        {
            "name": p.name,
            "in": "query",
            "required": p.required,
            "description": p.words,
            "schema": {"type": "string"},
        }
        for p in route.params
    ]
    if route.idempotent:
        rows.append(
            {
                "name": "Idempotency-Key", "in": "header", "required": route.idempotent == "required",
                "description": "Makes a repeat harmless, for ever, within the API key.",
                "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]([ -~]*[!-~])?$"},
            }
        )  # fmt: skip
    return rows


def _responses(route: Route, known: dict[int, Any]) -> dict[str, Any]:
    good: dict[str, Any] = {"description": "Done."}
    if route.gives is not None:
        good["content"] = {route.kind: {"schema": known[id(route.gives)]}}
    answers: dict[str, Any] = {str(route.status): good}
    codes: dict[str, list[str]] = {}
    if not route.public:
        for status, code in _ALWAYS.items():
            codes.setdefault(status, []).append(code)
    if route.takes is not None or "{" in route.path:
        codes.setdefault("422", []).append("invalid")
    if route.takes is not None:
        codes.setdefault("413", []).append("too_large")
    if route.idempotent == "required":
        codes.setdefault("400", []).append("key_required")
    if "{" in route.path:
        codes.setdefault("404", []).append("unknown_address")
    for code in route.problems:
        codes.setdefault(str(PROBLEMS[code].status), []).append(code)
    for status, names in sorted(codes.items()):
        answers[status] = {
            "description": ", ".join(f"`{name}`" for name in names),
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Document"}}},
        }
    return answers


def _plain(value: Any) -> Any:
    """Schemas without what only Python knows (msgspec's default tuples)."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value
