"""A site that speaks RetailCRM's API: the vendor's own Python client, and plain calls as other clients write them."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec
import requests
import retailcrm
from trading import Trading


class Site:
    """One connection of a served house. `client` is the vendor's."""

    def __init__(self, shop: Trading, *, place: str = "shop", **settings: str) -> None:
        self.shop = shop
        self.connection, self.key = shop.connect("retailcrm", shop=place, **{"rate": "0", **settings})
        self.client = retailcrm.v5(shop.url, self.key)

    def get(
        self, path: str, query: Mapping[str, Any] | Sequence[tuple[str, Any]] = (), **headers: str
    ) -> Any:
        """A GET as modules of sites send it: the key among the parameters."""
        pairs = [("apiKey", self.key), *(query.items() if isinstance(query, Mapping) else query)]
        return requests.get(f"{self.shop.url}{path}?{urlencode(pairs)}", headers=headers, timeout=60)

    def post(self, path: str, fields: Mapping[str, Any]) -> Any:
        """A form as modules of sites send it: objects as JSON texts."""
        form = {
            key: value if isinstance(value, str) else msgspec.json.encode(value).decode()
            for key, value in fields.items()
        }
        return requests.post(f"{self.shop.url}{path}", data={"apiKey": self.key, **form}, timeout=60)

    def join(self, external_id: str, phone: str, **more: Any) -> dict[str, Any]:
        """A customer who joins; the account."""
        wish = {"phoneNumber": phone, "customer": {"externalId": external_id}, **more}
        return done(self.client.loyalty_account_create("shop", wish))["loyaltyAccount"]  # type: ignore[no-any-return]

    def account(self, id_: int) -> dict[str, Any]:
        return done(self.client.loyalty_account(id_))["loyaltyAccount"]  # type: ignore[no-any-return]

    def member_id(self, account: Mapping[str, Any]) -> str:
        found = self.shop.house.foreign.id_of("member", account["id"])
        assert found is not None
        return found

    def sent_code(self, phone: str) -> str:
        """The code in the newest message to a phone."""
        messages = [each for each in self.shop.house.verifications.messages(200) if each.address == phone]
        newest = max(messages, key=lambda each: each.created_at)
        found = re.search(r"\d{6}", newest.content)
        assert found, newest
        return found[0]


def done(response: Any) -> dict[str, Any]:
    """What a successful call answered."""
    content = response.get_response()
    assert response.is_successful(), content
    assert content["success"] is True
    return dict(content)


def refused(response: Any, status: int = 400) -> dict[str, Any]:
    """What a call was refused with."""
    content = response.get_response()
    assert status == response.get_status_code(), content
    assert content["success"] is False
    return dict(content)
