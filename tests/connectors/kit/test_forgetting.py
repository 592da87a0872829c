"""What is left of documents of every connector when a person is erased names nobody, and can still be read."""

from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import msgspec
import pytest

from kopilka.app.forgetting import RULES, forgetting
from kopilka.app.trade import CONNECTORS
from kopilka.connectors.commerceml.mapping import Party
from kopilka.connectors.commerceml.mapping_papers import SALE, Paper, PaperLine
from kopilka.connectors.commerceml.shelf import Kept, kept_of
from kopilka.connectors.kit.webshop import Bought, Known, Refund, Who, content_of, known_of
from kopilka.connectors.retailcrm.orders import Order
from kopilka.core.receipt import Line
from kopilka.usecases.foreign import PARKED, ForeignDocument

NOW = datetime(2026, 3, 8, tzinfo=UTC)
NAME, PHONE = "Аполлинария", "+79165550017"
LINES = (Line("1", "tea", 1_000, 10_000),)


def document(
    kind: str, content: Any, *, state: str = "", member: str = "mem_1", id_: str = "7"
) -> ForeignDocument:
    return ForeignDocument("con_1", kind, id_, content, NOW, member, "rcp_1", state, 3)


def left(connector: str, given: ForeignDocument) -> ForeignDocument | None:
    rule = forgetting(connector)
    assert rule is not None
    found = rule(given)
    if found is not None:
        text = msgspec.json.encode(found.content).decode()
        assert [] == [word for word in (NAME, PHONE, "mem_1") if word in text + found.member_id]
        assert (given.id, given.receipt_id, given.kind) == (found.id, found.receipt_id, found.kind)
    return found


def test_every_connector_says_what_is_left_of_its_documents() -> None:
    assert {each.manifest.id for each in CONNECTORS} == RULES.keys()
    for module, _, name in (rule.partition(":") for rule in RULES.values()):
        assert callable(getattr(import_module(f"kopilka.connectors.{module}"), name))
    assert forgetting("unheard of") is None


@pytest.mark.parametrize(("connector", "kind"), [
    ("shopify", "customer"), ("woocommerce", "waiting"), ("retailcrm", "customer"), ("retailcrm", "account"),
    ("moysklad", "counterparty"), ("frontol", "code"), ("evotor", "receipt"), ("evotor", "lost 5"),
    ("commerceml", "waiting"),
])  # fmt: skip
def test_what_only_says_who_somebody_is_goes(connector: str, kind: str) -> None:
    assert left(connector, document(kind, {"phone": PHONE})) is None


@pytest.mark.parametrize(("connector", "kind"), [
    ("retailcrm", "order_number"), ("moysklad", "demand"), ("frontol", "frontol_refund"), ("evotor", "shift 5"),
    ("commerceml", "articles"), ("uds", "operation"),
])  # fmt: skip
def test_what_names_nobody_stays_as_it_is_and_is_nobodys(connector: str, kind: str) -> None:
    found = left(connector, document(kind, {"number": "12"}))

    assert found is not None
    assert ({"number": "12"}, "") == (found.content, found.member_id)


def test_a_web_shops_order_can_still_be_returned() -> None:
    known = Known(
        Bought(NOW, NOW, "RUB", LINES), Who(PHONE), paid=True, booked="x", refunds={"5": Refund("5", NOW)}
    )
    found = left("woocommerce", document("order", content_of(known), state="booked"))

    assert found is not None
    after = known_of(found)
    assert ("booked", True, None, "x", known.bought) == (
        found.state,
        after.erased,
        after.who,
        after.booked,
        after.bought,
    )


def test_a_web_shops_order_that_waits_is_never_booked() -> None:
    known = Known(Bought(NOW, NOW, "RUB", LINES), Who(PHONE), paid=True)
    found = left("shopify", document("order", content_of(known), state=PARKED, member=""))

    assert found is not None
    assert ("erased", True) == (found.state, known_of(found).erased)


def test_an_order_of_retailcrm_keeps_what_it_was_sold_for() -> None:
    item = {"n": 1, "initialPrice": 100, "quantity": 2, "offer": {"externalId": "tea"}, "comment": NAME}
    facts = {
        "number": "A-1", "status": "complete", "firstName": NAME, "phone": PHONE, "discountManualAmount": 10,
        "customer": {"externalId": "42"}, "delivery": {"cost": 300, "address": {"text": NAME}},
    }  # fmt: skip
    payments = {"p": {"id": 1, "type": "cash", "amount": 490, "comment": NAME}}
    order = {**msgspec.structs.asdict(Order(NOW, facts, [item], payments)), "at": NOW.isoformat()}
    found = left("retailcrm", document("order", order, state="held"))

    assert found is not None
    after = msgspec.convert(found.content, Order, strict=False)
    assert {
        "number": "A-1",
        "status": "complete",
        "discountManualAmount": 10,
        "delivery": {"cost": 300},
    } == after.facts
    assert [{"n": 1, "initialPrice": 100, "quantity": 2, "offer": {"externalId": "tea"}}] == after.items
    assert {"p": {"id": 1, "type": "cash", "amount": 490}} == after.payments
    assert "placed" == found.state


def test_an_order_of_1c_becomes_a_guests() -> None:
    paper = Paper(
        SALE, "7", "A-7", NOW, "RUB", (PaperLine("1", "tea", "Чай", 1_000, 10_000),), card="770012",
        party=Party("c1", NAME, PHONE),
    )  # fmt: skip
    kept: Any = msgspec.to_builtins(Kept(paper, receipts=1, member="mem_1"))
    found = left("commerceml", document("order", kept, state="closed"))

    assert found is not None
    after = kept_of(found)
    assert after.paper is not None
    assert ("", "", True, 1, "closed") == (
        after.paper.card,
        after.member,
        after.guest,
        after.receipts,
        found.state,
    )
    assert paper.lines == after.paper.lines


def test_a_reward_of_uds_loses_its_comment_and_is_still_a_repeat() -> None:
    found = left("uds", document("reward", {"turn": 2, "comment": NAME, "units": 5}))

    assert found is not None
    assert {"turn": 2, "units": 5} == found.content
