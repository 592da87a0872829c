"""The console's pages of connections: connecting, the key shown once, a test call, closing; for owners alone."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from browser import Visitor
from shopfront import Shopfront

from kopilka.app.trade import CONNECTORS

Visit = Callable[..., Visitor]
PLACE = "/console/connections"
IDS = [each.manifest.id for each in CONNECTORS]


def connected(visit: Visitor, connector: str) -> tuple[str, str]:
    """Connect as the page does; the id of the connection and its key."""
    visit.get(f"{PLACE}/new/{connector}")
    page = visit.post(f"{PLACE}/new/{connector}", {"title": "Касса 1", "shop": "tverskaya"})
    assert 200 == page.status_code, page.text
    id_ = re.search(r"/console/connections/(con_\w+)", page.text)
    secret = re.search(r'<code id="secret">([^<]+)</code>', page.text)
    assert id_ is not None
    assert secret is not None
    return id_[1], secret[1]


def test_every_connector_can_be_connected_and_tried(front: Shopfront, visitor: Visit) -> None:
    owner = visitor("owner")
    for connector in IDS:
        id_, secret = connected(owner, connector)
        page = owner.get(f"{PLACE}/{id_}")
        assert secret not in page.text
        tried = owner.post(f"{PLACE}/{id_}/try", {})
        told = re.findall(r'<p class="small">.*?</p>|<pre.*?</pre>', tried.text, re.DOTALL)
        assert "Отвечает." in tried.text, f"{connector}: {told}"
        assert front.house.connections.calls(id_), connector


def test_a_page_lists_what_is_connected_and_what_can_be(front: Shopfront, visitor: Visit) -> None:
    owner = visitor("owner")
    assert "Пока ничего не подключено" in owner.get(PLACE).text

    connected(owner, IDS[0])
    page = owner.get(PLACE)
    assert "Касса 1" in page.text
    for each in CONNECTORS:
        assert each.manifest.title.ru in unescape(page.text)


def test_a_new_key_replaces_the_old_one(front: Shopfront, visitor: Visit) -> None:
    owner = visitor("owner")
    id_, old = connected(owner, IDS[0])
    page = owner.post(f"{PLACE}/{id_}/renew", {})
    new = re.search(r'<code id="secret">([^<]+)</code>', page.text)

    assert new is not None
    assert old != new[1] == front.house.connections.secret(id_)


def test_what_is_wrong_in_the_form_is_said_beside_it(front: Shopfront, visitor: Visit) -> None:
    owner = visitor("owner")
    owner.get(f"{PLACE}/new/{IDS[0]}")
    page = owner.post(f"{PLACE}/new/{IDS[0]}", {"title": "Касса", "shop": "no-such"})

    assert 422 == page.status_code
    assert "Такого магазина нет." in page.text
    assert [] == front.house.connections.all()


def test_a_closed_connection_stays_in_the_list_and_answers_nobody(front: Shopfront, visitor: Visit) -> None:
    owner = visitor("owner")
    id_, _ = connected(owner, IDS[0])
    assert 303 == owner.post(f"{PLACE}/{id_}/close", {}).status_code

    assert "закрыто" in owner.get(f"{PLACE}/{id_}").text
    assert front.house.connections.get(id_) is None
    assert 404 == owner.post(f"{PLACE}/{id_}/close", {}).status_code


@pytest.mark.parametrize("role", ["marketer", "support", "cashier"])
def test_connections_are_for_owners(front: Shopfront, visitor: Visit, role: str) -> None:
    assert 403 == visitor(role).get(PLACE).status_code


@pytest.mark.parametrize("path", ["/no-such", "/new/no-such"])
def test_an_unknown_connection_has_no_page(front: Shopfront, visitor: Visit, path: str) -> None:
    assert 404 == visitor("owner").get(PLACE + path).status_code


def test_both_languages_and_no_empty_words(front: Shopfront, visitor: Visit) -> None:
    owner = visitor("owner")
    page = owner.get(f"{PLACE}?lang=en")
    for each in CONNECTORS:
        assert each.manifest.words.en in unescape(page.text)
