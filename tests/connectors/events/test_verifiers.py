"""What we send is verified by the libraries that receivers use, unmodified: of PyPI here, of npm in Node."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from node_checks import ask_node
from standardwebhooks import Webhook as StandardWebhook
from svix.webhooks import Webhook as SvixWebhook

from kopilka.connectors.events.formats import FORMATS, Letter
from kopilka.usecases.deliveries import Fact

SECRET, OTHER = ("whsec_" + base64.b64encode(bytes([n]) * 32).decode() for n in (7, 8))
FACT = Fact(
    "evt_01", "points.accrued", datetime(2026, 11, 1, 12, tzinfo=UTC), datetime(2026, 11, 1, 12, tzinfo=UTC), "hld_01",
    "mem_01", "чек №7", 1, {"kind": "bonus", "units": 450, "note": "Кешбэк — €"},
)  # fmt: skip
NAMES = ("cloudevents", "cloudevents-binary", "standard")
"""The formats that Standard Webhooks signs; other connectors sign theirs in their own way."""
LIBRARIES = {"standardwebhooks": StandardWebhook, "svix": SvixWebhook}
AGES = {"now": timedelta(0), "old": timedelta(minutes=6), "ahead": -timedelta(minutes=6)}


def letter(name: str, *, age: str = "now", secrets: tuple[str, ...] = (SECRET,)) -> Letter:
    """An event as it is sent."""
    return FORMATS[name].write(FACT, datetime.now(UTC) - AGES[age], secrets)


def asked(one: Letter, secret: str = SECRET, body: bytes | None = None) -> dict[str, Any]:
    """A question for Node."""
    text = (one.body if body is None else body).decode()
    return {"secret": secret, "body": text, "headers": dict(one.headers)}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("library", sorted(LIBRARIES))
def test_libraries_of_pypi_accept_what_we_send_and_nothing_else(library: str, name: str) -> None:
    verify = LIBRARIES[library]

    def accepts(one: Letter, secret: str = SECRET, body: bytes | None = None) -> bool:
        return not raises(
            lambda: verify(secret).verify(one.body if body is None else body, dict(one.headers))
        )

    sent, both = letter(name), letter(name, secrets=(SECRET, OTHER))
    assert [True, True, True] == [accepts(sent), accepts(both), accepts(both, OTHER)]
    assert [False, False] == [accepts(sent, OTHER), accepts(sent, body=sent.body + b" ")]
    assert [False, False] == [accepts(letter(name, age=age)) for age in ("old", "ahead")]


@pytest.mark.parametrize("library", sorted(LIBRARIES))
def test_libraries_of_npm_accept_what_we_send_and_nothing_else(library: str) -> None:
    good, bad = [], []
    for name in NAMES:
        sent, both = letter(name), letter(name, secrets=(SECRET, OTHER))
        good += [asked(sent), asked(both), asked(both, OTHER)]
        bad += [asked(sent, OTHER), asked(sent, body=sent.body + b" ")]
        bad += [asked(letter(name, age=age)) for age in ("old", "ahead")]
    said = ask_node([{"ask": library, **each} for each in (*good, *bad)])

    assert ["valid"] * len(good) == said[: len(good)]
    assert "valid" not in said[len(good) :]


def raises(verify: Callable[[], object]) -> bool:
    """Whether a verifier refuses. What it returns says nothing: some return the body, some nothing."""
    try:
        verify()
    except Exception:  # noqa: BLE001 - each library has an exception of its own
        return True
    return False
