"""Whole stories with the unmodified client from PyPI over a socket."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import asyncio
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
