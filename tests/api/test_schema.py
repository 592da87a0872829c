"""Calls made up from the OpenAPI document: whatever comes, no answer is a mistake of ours, and each status is told of."""

from typing import Any

import httpx
import msgspec
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.generation import GenerationMode

from kopilka.api.openapi import openapi
from kopilka.api.routes import ROUTES

EXAMPLES = 12
DOCUMENT = msgspec.json.decode(msgspec.json.encode(openapi(ROUTES)))
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
OPERATIONS = [found.ok() for found in SCHEMA.get_all_operations()]
QUICKLY = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)


def sent(shop: Any, case: Any) -> httpx.Response:
    """The answer to a made-up call."""
    call = case.as_transport_kwargs(base_url="http://shop")
    headers = {
        name: str(value) for name, value in (call.get("headers") or {}).items() if str(value).isascii()
    }
    headers["Authorization"] = f"Bearer {shop.secret}"
    request = shop.client.build_request(
        call["method"], call["url"], params=call.get("params"), headers=headers,
        json=call.get("json"), content=call.get("data") if isinstance(call.get("data"), bytes | str) else None,
    )  # fmt: skip
    answer: httpx.Response = shop.wait(shop.client.send(request))
    return answer


def at_home(shop: Any, body: Any) -> None:
    """Make a fitting body one of a shop and a moment that are there, so that it gets past the first look."""
    if isinstance(body, dict):
        known = {"shop": "s1", "programme": "club", "currency": "RUB", "at": shop.at, "kind": "bonus"}
        body |= {name: value for name, value in known.items() if name in body}
        body.pop("member", None)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["fitting", "wrong"])
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.label)
def test_no_call_is_answered_with_a_mistake_of_ours(
    still_shop: Any, operation: Any, mode: GenerationMode
) -> None:
    @QUICKLY
    @given(st.data())
    def try_it(data: st.DataObject) -> None:
        case = data.draw(operation.as_strategy(generation_mode=mode))
        if mode is GenerationMode.POSITIVE:
            at_home(still_shop, case.body)

        answer = sent(still_shop, case)

        assert answer.status_code < 500, answer.text
        told = DOCUMENT["paths"][operation.path][operation.method.lower()]["responses"]
        if answer.status_code not in {404, 405}:
            assert str(answer.status_code) in told, answer.text
        if answer.status_code >= 400:
            assert "application/problem+json" == answer.headers["content-type"]

    try:
        try_it()
    except BaseExceptionGroup as group:
        raise group.exceptions[0] from None
