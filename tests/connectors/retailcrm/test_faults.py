"""Joining over a bad network: whatever gets lost, late or doubled, one customer is one member with what was theirs.

Sales over a bad network are in `test_order_faults.py`.
"""

import os
import re
from collections.abc import Iterator
from random import Random
from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest
from faulty import LostError, Wire
from trading import Trading, trading

from kopilka.connectors.kit.call import Call
from kopilka.connectors.retailcrm import RETAILCRM

SEEDS = 1_000 if os.environ.get("KOPILKA_SOAK") else 16
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def shop(shared_database: str) -> Iterator[Trading]:
    with trading(shared_database) as shop:
        yield shop


class Newcomer:
    """A buyer on a site who joins, asks for a code and shows it; the site repeats a call that was not answered."""

    def __init__(self, shop: Trading, number: int, chance: Random | None) -> None:
        self.shop, self.wire = shop, Wire(shop.call, chance)
        self.connection, self.key = shop.connect("retailcrm", rate="0", confirm_registration="yes")
        self.phone, self.external_id = f"+7997{number:07}", f"n-{number}"

    def join(self) -> dict[str, Any]:
        customer = {"externalId": self.external_id, "firstName": "Анна"}
        self.say("customers/create", customer=customer, site="shop")
        account = {"phoneNumber": self.phone, "customer": {"externalId": self.external_id}}
        self.say("loyalty/account/create", loyaltyAccount=account, site="shop")
        id_ = self.account()["id"]
        check = self.say(f"loyalty/account/{id_}/activate").get("verification")
        if check is not None:
            shown = {"checkId": check["checkId"], "code": self.code(check["checkId"])}
            self.say("verification/sms/confirm", verification=shown)
        self.wire.mend()
        return self.account()

    def account(self) -> dict[str, Any]:
        query = [("filter[customerExternalId]", self.external_id)]
        call = Call("GET", "/api/v5/loyalty/accounts", query=query)
        answer = self.until_answered(lambda: RETAILCRM.sign(call, self.connection, self.key))
        (found,) = answer["loyaltyAccounts"]
        return dict(found)

    def code(self, check_id: str) -> str:
        found = self.shop.rows("SELECT code FROM personal.verification WHERE check_id = %s", check_id)
        assert re.fullmatch(r"\d{6}", found[0][0])
        return str(found[0][0])

    def say(self, path: str, **fields: Any) -> dict[str, Any]:
        form = {k: v if isinstance(v, str) else msgspec.json.encode(v).decode() for k, v in fields.items()}
        return self.until_answered(
            lambda: RETAILCRM.sign(
                Call("POST", f"/api/v5/{path}", headers=FORM, body=urlencode(form).encode()),
                self.connection,
                self.key,
            )
        )

    def until_answered(self, make: Any) -> dict[str, Any]:
        while True:
            try:
                answer = self.wire.send(make)
            except LostError:
                continue
            assert answer.status < 500, answer.body
            return dict(msgspec.json.decode(answer.body))


@pytest.mark.parametrize("seed", range(SEEDS))
def test_whoever_joins_over_a_bad_network_joins_once(shop: Trading, seed: int) -> None:
    newcomer = Newcomer(shop, seed, Random(seed))
    before = shop.member(newcomer.phone, points="500") if seed % 2 else None
    account = newcomer.join()

    member = shop.seen("phone", newcomer.phone)
    assert member is not None
    assert before in {None, member.member_id}
    assert (True, 500 if before else 0) == (account["active"], account["amount"])
    assert 1 == sum(row.kind == "external" for row in member.identifiers)
    assert account["id"] == shop.house.foreign.number("member", member.member_id)
