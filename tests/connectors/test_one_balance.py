"""One balance whichever door is used: a member joins through RetailCRM, spends through UDS, is refunded through Frontol, and
has one history in the API and in the console.
"""

import asyncio
import html
import re
from collections.abc import Iterator

import httpx
import pytest
from async_uds_api import UDSClient
from async_uds_api.models import CreateOperation, Operation
from crm_site import Site, done
from till_frontol import FrontolTill, position, slip
from trading import Trading, trading

from kopilka.app.screens import reception_of
from kopilka.usecases.staff import Role, Staff

PHONE = "+79990000017"
SALE = "7f1c0000-0000-4000-8000-0000000000aa"
PASSWORD = "a long password of a test"  # noqa: S105 - of nobody


@pytest.fixture
def shop(database: str) -> Iterator[Trading]:
    with trading(database) as shop:
        yield shop


def bought(shop: Trading, code: str) -> Operation:
    """A thousand roubles at a till that speaks UDS, a hundred of them by bonuses; told twice."""
    connection, secret = shop.connect("uds")
    wish = CreateOperation.model_validate(
        {
            "code": code,
            "nonce": SALE,
            "receipt": {"total": 1000.0, "points": 100.0, "cash": 900.0, "number": "42"},
        }
    )

    async def buy() -> Operation:
        address = f"{shop.url}/partner/v2"
        async with UDSClient(str(connection.number), secret, base_url=address, retries=1) as uds:
            sold = await uds.operations.create(wish)
            assert sold == await uds.operations.create(wish)
            return sold

    return asyncio.run(buy())


def console_page(shop: Trading, member_id: str) -> str:
    """The member's page as staff read it."""
    made = reception_of(shop.house).add(Staff("", "owner", "Ольга", Role.OWNER, "ru", ""), PASSWORD)
    assert isinstance(made, Staff), made
    with httpx.Client(base_url=shop.url, follow_redirects=True, cookies={"kopilka_lang": "ru"}) as browser:
        token = re.search(r'name="_csrf" value="([^"]*)"', browser.get("/sign-in").text)
        assert token
        form = {"_csrf": html.unescape(token[1]), "login": "owner", "password": PASSWORD}
        assert browser.post("/sign-in", data=form).status_code == 200
        page = browser.get(f"/console/members/{member_id}")
    assert page.status_code == 200
    bare = re.sub(r"<(script|style|template).*?</\\1>|<[^>]+>", " ", page.text, flags=re.DOTALL)
    return " ".join(html.unescape(bare).replace("\u00a0", " ").split())


def test_one_member_of_three_systems_has_one_balance_and_one_history(shop: Trading) -> None:
    site = Site(shop)
    site.client.customer_create({"externalId": "c-1", "firstName": "Анна", "lastName": "Петрова"}, "shop")
    account = site.join("c-1", PHONE)
    done(site.client.loyalty_account_activate(account["id"]))
    done(site.client.loyalty_account_bonus_credit(account["id"], 300, None, None, "подарок"))
    member_id = site.member_id(account)

    sold = bought(shop, shop.house.verifications.show_code(member_id).code)
    assert (-100.0, 900.0) == (sold.points, sold.cash)

    till = FrontolTill(shop, *shop.connect("frontol"))
    shown = till.calculate([position(1, "tea-100", 450.0)], client={"mobilePhone": PHONE})
    assert "245" == slip(shown)["Доступно бонусов"]
    goods = [position(1, "tea-100", 500.0, referenceIndex=1)]
    answers = [till.refund(goods, 450, sale=f"{{{SALE.upper()}}}") for _ in range(2)]
    assert {"Возвращено на счёт": "50 бонусов", "Списано за возврат": "22,50 бонуса"} == slip(answers[0])
    assert answers[0] == answers[1]

    assert 272.5 == site.account(account["id"])["amount"]
    key = shop.house.keys.create("api", ("admin",))
    assert isinstance(key, tuple)
    with httpx.Client(
        base_url=f"{shop.url}/v1/members/{member_id}", headers={"Authorization": f"Bearer {key[1]}"}
    ) as api:
        (receipt,) = api.get("/receipts").json()["receipts"]
        lines = api.get("/statement").json()["lines"]
        (wallet,) = api.get("/wallets").json()["wallets"]
    assert (SALE, "closed", True) == (receipt["id"], receipt["state"], receipt["returned"])
    assert {"300.00", "-100.00", "45.00", "50.00", "-22.50"} == {line["points"] for line in lines}
    assert [SALE] * 4 == [line["receipt"] for line in lines if "receipt" in line]
    assert ("272.50", "272.50") == (wallet["total"], wallet["free"])
    page = console_page(shop, member_id)
    assert "списано 100 бонусов" in page
    for told in ("Анна Петрова", "272,50 бонуса", "−100 бонусов", "900,00 ₽", "был возврат"):
        assert told in page, told
