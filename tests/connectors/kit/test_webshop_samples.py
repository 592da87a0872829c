"""Samples of web shops do what they say to the balance, not only to the answer."""

from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
import pytest
from ruamel.yaml import YAML
from trading import trading

from kopilka.connectors.kit.call import Call
from kopilka.connectors.shopify import SHOPIFY
from kopilka.connectors.woocommerce import WOOCOMMERCE

HOME = Path(str(files("kopilka.connectors")))
PHONE = "+79990000017"
STORIES = [
    pytest.param(each, file, id=f"{each.manifest.id}-{file.stem}")
    for each in (SHOPIFY, WOOCOMMERCE)
    for file in sorted((HOME / each.manifest.id / "samples").glob("*.yaml"))
]


@pytest.mark.parametrize(("connector", "file"), STORIES)
def test_a_sample_ends_each_step_with_its_balance(connector: Any, file: Path, database: str) -> None:
    with trading(database, connectors=[connector]) as shop:
        text = file.read_text(encoding="utf-8").replace("{now}", shop.clock().isoformat())
        story = YAML(typ="safe").load(text)
        for _ in story.get("given", ()):
            shop.member(PHONE)
        connection, secret = shop.connect(connector.manifest.id, **story.get("settings", {}))
        checked = 0
        for step in story["steps"]:
            method, path = step["call"].replace("{connection}", connection.connection_id).split(" ")
            body = step["text"].encode() if "text" in step else msgspec.json.encode(step.get("json", {}))
            headers = {name: str(value) for name, value in step.get("headers", {}).items()}
            call = connector.sign(Call(method, path, headers=headers, body=body), connection, secret)
            assert step["answer"]["status"] == shop.call(call).status
            shop.work_inbox()
            shop.until(lambda: all(item.done_at for item in shop.house.inbox.items(connection.connection_id)))
            if "balance" in step:
                seen = shop.seen("phone", PHONE)
                assert seen is not None
                total = shop.balance(seen.member_id)[0]
                assert step["balance"] == f"{total // 100}.{total % 100:02}"
                checked += 1

        assert checked
