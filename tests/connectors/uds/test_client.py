"""Whole stories with the unmodified client from PyPI over a socket."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import httpx
import pytest
from async_uds_api import (
    UDSBadRequestError,
    UDSClient,
    UDSForbiddenError,
    UDSNotFoundError,
    UDSUnauthorizedError,
)
from async_uds_api.models import (
    CreateOperation,
    CreateVoucher,
    PurchaseCalcRequest,
    RefundOperationRequest,
    RewardRequest,
)
from trading import Trading, trading

from kopilka.usecases.connections import Connection

PHONE = "+79990000017"
NONCE = "7f1c0000-0000-4000-8000-0000000000aa"


@pytest.fixture
def shop(database: str) -> Iterator[Trading]:
    with trading(database) as shop:
        yield shop


@asynccontextmanager
async def client_of(shop: Trading, connection: Connection, secret: str) -> AsyncIterator[UDSClient]:
    async with UDSClient(
        str(connection.number), secret, base_url=f"{shop.url}/partner/v2", retries=1
    ) as client:
        yield client


def test_a_day_at_a_till(shop: Trading) -> None:
    connection, secret = shop.connect("uds")
    member = shop.member(PHONE, points="150.50")
    code = shop.house.verifications.show_code(member).code

    async def day() -> None:
        async with client_of(shop, connection, secret) as uds:
            settings = await uds.settings.get()
            assert (connection.number, "CHARGE_SCORES", "RUB") == (
                settings.id, settings.base_discount_policy.value, settings.currency,
            )  # fmt: skip
            found = await uds.customers.find(
                code=code, total=1000.0, exchange_code=True, skip_loyalty_total=200.0
            )
            assert found.code is not None
            assert (150.5, 1000.0, 40.0) == (
                found.purchase.max_points,
                found.purchase.cash,
                found.purchase.cashback,
            )
            bill = {"total": 1000.0, "skipLoyaltyTotal": 200.0, "points": 100.0}
            calc = await uds.operations.calc(
                PurchaseCalcRequest.model_validate({"code": code, "receipt": bill})
            )
            assert (900.0, 35.0, 10.0) == (
                calc.purchase.cash,
                calc.purchase.cashback,
                calc.purchase.points_percent,
            )
            wish = CreateOperation.model_validate(
                {
                    "code": found.code,
                    "nonce": NONCE,
                    "cashier": {"externalId": "k-2", "name": "Ольга"},
                    "receipt": {**bill, "cash": 900.0, "number": "42"},
                }
            )
            sold = await uds.operations.create(wish)
            assert (-100.0, 1000.0, 900.0, "42") == (sold.points, sold.total, sold.cash, sold.receipt_number)
            assert sold == await uds.operations.create(wish)
            part = await uds.operations.refund(sold.id, RefundOperationRequest(partial_amount=100.0))
            assert ("REVERSAL", -100.0, -90.0, 10.0, sold.id) == (
                part.state.value, part.total, part.cash, part.points, part.origin.id,
            )  # fmt: skip
            rest = await uds.operations.refund(sold.id)
            assert (-900.0, -810.0, 90.0) == (rest.total, rest.cash, rest.points)
            assert "CANCELED" == (await uds.operations.get(sold.id)).state.value
            assert rest == await uds.operations.get(rest.id)

    asyncio.run(day())
    assert (15_050, 15_050) == shop.balance(member)


def test_people_rewards_vouchers_and_what_is_not_there(shop: Trading) -> None:
    connection, secret = shop.connect("uds", tags="vip", purchase_by_phone="yes", points_by_phone="yes")
    member = shop.member(PHONE, points="20", card="7700000017")

    async def day() -> None:
        async with client_of(shop, connection, secret) as uds:
            found = await uds.customers.find(phone=PHONE, total=100.0)
            assert (20.0, 100.0) == (found.purchase.max_points, found.purchase.total)
            by_uid = await uds.customers.find(uid=found.user.uid)
            assert by_uid.user == found.user
            id_ = found.user.participant.id
            assert found.user == await uds.customers.get(id_)
            tags = await uds.tags.list()
            assert ["vip"] == [
                row.name for row in (await uds.customers.set_tags(id_, [tags.rows[0].id])).rows
            ]
            assert 1 == (await uds.customers.get_tags(id_)).total
            await uds.operations.reward(
                RewardRequest(points=30.5, participants=[id_], comment="Спасибо", silent=True)
            )
            assert 50.5 == (await uds.customers.get(id_)).participant.points
            voucher = await uds.operations.create_voucher(
                CreateVoucher.model_validate({"receipt": {"total": 500.0, "number": "9"}})
            )
            assert (12, 25.0) == (len(voucher.code), voucher.points)
            bill = {"total": 300.0, "cash": 300.0, "points": 0.0}
            for n in range(3):
                buyer = {"phone": f"+7999000010{n}"}
                await uds.operations.create(
                    CreateOperation.model_validate({"participant": buyer, "receipt": bill})
                )
            listed = [row async for row in uds.operations.iter_all(page_size=2)]
            assert [0, 0, 0, 30.5, 20.0] == [row.points for row in listed]
            assert listed[3] == await uds.operations.get(listed[3].id)
            assert {PHONE, "+79990000100", "+79990000101", "+79990000102"} == {
                row.phone async for row in uds.customers.iter_all(page_size=3)
            }

    asyncio.run(day())
    assert (5_050, 5_050) == shop.balance(member)


def test_errors_are_those_that_the_client_knows(shop: Trading) -> None:
    connection, secret = shop.connect("uds")
    other, _ = shop.connect("uds")
    code = shop.house.verifications.show_code(shop.member(PHONE, points="5")).code

    async def day() -> None:
        async with client_of(shop, connection, secret) as uds:
            with pytest.raises(UDSNotFoundError) as missing:
                await uds.customers.find(phone="+79990000099")
            assert ("notFound", "Не найдено") == (missing.value.error_code, missing.value.message)
            with pytest.raises(UDSNotFoundError):
                await uds.goods.list()
            with pytest.raises(UDSNotFoundError):
                await uds.operations.get(1)
            bill = {"total": 1000.0, "cash": 900.0, "points": 100.0}
            with pytest.raises(UDSBadRequestError) as short:
                await uds.operations.create(CreateOperation.model_validate({"code": code, "receipt": bill}))
            assert "insufficientFunds" == short.value.error_code
        async with client_of(shop, connection, "another key") as uds:
            with pytest.raises(UDSUnauthorizedError):
                await uds.settings.get()
        async with client_of(shop, other, secret) as uds:
            with pytest.raises(UDSForbiddenError):
                await uds.settings.get()

    asyncio.run(day())


def test_a_client_that_lost_the_answer_repeats_and_nothing_happens_twice(shop: Trading) -> None:
    """The client makes a new X-Origin-Request-Id for every try, so that only what is asked for can tell a repeat."""
    connection, secret = shop.connect("uds", points_by_phone="yes")
    member = shop.member(PHONE, points="100")
    sent: list[str] = []

    class Deaf(httpx.AsyncHTTPTransport):
        """Hears every second answer only."""

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            answer = await super().handle_async_request(request)
            sent.append(request.headers["x-origin-request-id"])
            if len(sent) % 2:
                await answer.aread()
                raise httpx.ReadError("the answer was lost")
            return answer

    async def day() -> None:
        address = f"{shop.url}/partner/v2"
        async with (
            httpx.AsyncClient(transport=Deaf(), base_url=address) as wire,
            UDSClient(str(connection.number), secret, base_url=address, client=wire) as uds,
        ):
            wish = CreateOperation.model_validate(
                {
                    "participant": {"phone": PHONE},
                    "nonce": NONCE,
                    "receipt": {"total": 200.0, "cash": 150.0, "points": 50.0},
                }
            )
            sold = await uds.operations.create(wish)
            part = await uds.operations.refund(sold.id, RefundOperationRequest(partial_amount=50.0))
            assert (-50.0, -37.5, 12.5) == (part.total, part.cash, part.points)
            await uds.operations.refund(sold.id)

    asyncio.run(day())
    assert len(sent) == len(set(sent)) == 6
    view = shop.house.views.receipt(NONCE)
    assert view is not None
    assert [3_750, 11_250] == [row.refund_minor for row in view.returns]
    assert (10_000, 10_000) == shop.balance(member)
