"""Every connector's samples — recorded or published calls — replayed against a served house."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec
import pytest
from ruamel.yaml import YAML
from trading import CLUB, Trading, trading

from kopilka.app.trade import CONNECTORS
from kopilka.connectors.kit.call import Call
from kopilka.usecases.connections import Connection

ANY = "…"
HOME = Path(str(files("kopilka.connectors")))
STORIES = [
    pytest.param(each, file, id=f"{each.manifest.id}-{file.stem}")
    for each in CONNECTORS
    for file in sorted((HOME / each.manifest.id / "samples").glob("*.yaml"))
]
_json = msgspec.json.Decoder(float_hook=Decimal)


@pytest.mark.parametrize(("connector", "file"), STORIES)
def test_a_sample_is_answered_in_its_shape(connector: Any, file: Path, database: str) -> None:
    story = YAML(typ="safe").load(file.read_text(encoding="utf-8"))
    with trading(database, programme=story.get("programme", CLUB)) as shop:
        for given in story.get("given", ()):
            shop.member(**{key: str(value) for key, value in given["member"].items()})
        connection, secret = shop.connect(connector.manifest.id, **story.get("settings", {}))
        told = Told(shop, connection, secret)
        for number, step in enumerate(story["steps"], 1):
            call = connector.sign(told.call(step), connection, secret)
            answer = shop.call(call)
            shop.work_inbox()
            wanted = step["answer"]
            assert wanted.get("status", 200) == answer.status, f"step {number}: {answer.body.decode()}"
            if "json" in wanted:
                got = _json.decode(answer.body)
                assert [] == list(differences(told.filled(wanted["json"]), got)), f"step {number}: {got}"
            if "text" in wanted:
                text = answer.body.decode(step.get("charset", "utf-8"))
                assert fits(told.filled(wanted["text"]), text), f"step {number}: {text}"


class Told:
    """Texts of a story with its places filled in."""

    def __init__(self, shop: Trading, connection: Connection, secret: str) -> None:
        now = shop.clock()
        self._names = {
            "connection": connection.connection_id, "number": str(connection.number), "secret": secret,
            "today": date.today().isoformat(), "now": now.isoformat(),  # noqa: DTZ011 - any day near will do
        }  # fmt: skip

    def filled(self, value: Any) -> Any:
        match value:
            case str():
                return re.sub(r"\{(\w+)\}", lambda m: self._names.get(m[1], m[0]), value)
            case dict():
                return {key: self.filled(each) for key, each in value.items()}
            case list():
                return [self.filled(each) for each in value]
            case _:
                return value

    def call(self, step: dict[str, Any]) -> Call:
        method, address = self.filled(step["call"]).split(" ", 1)
        parts = urlsplit(address)
        headers = {key: str(value) for key, value in self.filled(step.get("headers", {})).items()}
        body = b""
        if "json" in step:
            body = msgspec.json.encode(self.filled(step["json"]))
            headers.setdefault("content-type", "application/json")
        elif "form" in step:
            form = {
                key: value if isinstance(value, str) else msgspec.json.encode(value).decode()
                for key, value in self.filled(step["form"]).items()
            }
            body = urlencode(form).encode()
            headers.setdefault("content-type", "application/x-www-form-urlencoded")
        elif "text" in step:
            body = self.filled(step["text"]).encode(step.get("charset", "utf-8"))
        query = parse_qsl(parts.query, keep_blank_values=True)
        return Call(method, parts.path, query=query, headers=headers, body=body)


def differences(wanted: Any, got: Any, place: str = "") -> Iterator[str]:
    """Where an answer is not as wanted: objects may have more keys, lists are compared item by item."""
    match wanted:
        case dict():
            if not isinstance(got, dict):
                yield f"{place}: {got!r} is no object"
                return
            for key, each in wanted.items():
                if key not in got:
                    yield f"{place}.{key} is missing"
                else:
                    yield from differences(each, got[key], f"{place}.{key}")
        case list():
            if not isinstance(got, list) or len(got) != len(wanted):
                yield f"{place}: {got!r} is no list of {len(wanted)}"
                return
            for n, (one, other) in enumerate(zip(wanted, got, strict=True)):
                yield from differences(one, other, f"{place}[{n}]")
        case _:
            if not same(wanted, got):
                yield f"{place}: {got!r} is not {wanted!r}"


def same(wanted: Any, got: Any) -> bool:
    """Whether a value is as wanted: `…` alone is any value; a number is a number however it is written."""
    if isinstance(wanted, str):
        return wanted == ANY or (isinstance(got, str) and fits(wanted, got))
    if isinstance(wanted, float):
        return isinstance(got, int | Decimal) and not isinstance(got, bool) and Decimal(str(wanted)) == got
    return bool(wanted == got) and isinstance(wanted, bool) is isinstance(got, bool)


def fits(wanted: str, got: str) -> bool:
    """Whether a text is as wanted, where `…` stands for anything."""
    return re.fullmatch(".*".join(map(re.escape, wanted.split(ANY))), got, re.DOTALL) is not None


def test_the_comparison_finds_what_differs() -> None:
    got = {"a": [1, {"b": "да"}], "c": Decimal("2.50"), "d": True}

    assert [] == list(differences({"a": [1, {"b": "д…"}], "c": 2.5, "d": ANY}, got))
    wrong = [{"a": [1]}, {"a": [1, {"b": "нет"}]}, {"c": 2.51}, {"d": 1}, {"e": ANY}, {"a": [True, {}]}]
    assert [1] * len(wrong) == [len(list(differences(each, got))) for each in wrong]
