"""What settings pages of modules ask for: sites, statuses, ways to pay and to deliver; and what the key may do.

A shop keeps its own orders; these lists are the usual ones, with the statuses that the connection knows.
"""

from collections.abc import Mapping
from typing import Any

from kopilka.connectors.retailcrm.ask import Ask
from kopilka.connectors.retailcrm.manifest import CANCELLED, COMPLETED
from kopilka.connectors.retailcrm.wire import Handler, Route

COUNTRIES = {
    "RUB": "RU",
    "KZT": "KZ",
    "BYN": "BY",
    "UZS": "UZ",
    "AMD": "AM",
    "KGS": "KG",
    "GEL": "GE",
    "USD": "US",
}
MAY = (
    "/api/loyalty/account/create", "/api/loyalty/account/{id}/activate", "/api/loyalty/account/{id}",
    "/api/loyalty/account/{id}/edit", "/api/loyalty/account/{id}/bonus/credit",
    "/api/loyalty/account/{id}/bonus/charge", "/api/loyalty/account/{id}/bonus/operations",
    "/api/loyalty/account/{id}/bonus/{status}/details", "/api/loyalty/accounts", "/api/loyalty/bonus/operations",
    "/api/loyalty/calculate", "/api/loyalty/loyalties", "/api/loyalty/loyalties/{id}",
    "/api/orders/loyalty/apply", "/api/orders/loyalty/cancel-bonus-operations",
    "/api/verification/sms/confirm", "/api/verification/sms/{checkId}/status", "/api/verification/sms/send",
    "/api/customers", "/api/customers/create", "/api/customers/upload", "/api/customers/history",
    "/api/customers/{externalId}", "/api/customers/{externalId}/edit",
    "/api/orders", "/api/orders/create", "/api/orders/upload", "/api/orders/history", "/api/orders/statuses",
    "/api/orders/{externalId}", "/api/orders/{externalId}/edit",
    "/api/orders/payments/create", "/api/orders/payments/{id}/edit", "/api/orders/payments/{id}/delete",
    "/api/customer-interaction/{site}/cart/{customerId}", "/api/customer-interaction/{site}/cart/set",
    "/api/customer-interaction/{site}/cart/clear",
    "/api/reference/sites", "/api/reference/delivery-types", "/api/reference/payment-types",
    "/api/reference/payment-statuses", "/api/reference/statuses", "/api/reference/status-groups",
    "/api/reference/order-methods", "/api/reference/order-types", "/api/reference/stores",
    "/api/reference/price-types", "/api/statistic/update",
)  # fmt: skip
SCOPES = (
    "order_read", "order_write", "customer_read", "customer_write", "reference_read", "loyalty_read", "loyalty_write",
    "verification_read", "verification_write", "analytics_write",
)  # fmt: skip
GROUPS = (
    ("new", "Новый", "New"),
    ("approval", "Согласование", "Approval"),
    ("assembling", "Комплектация", "Assembling"),
    ("delivery", "Доставка", "Delivery"),
    ("complete", "Выполнен", "Completed"),
    ("cancel", "Отменён", "Cancelled"),
)
STATUSES = (
    ("new", "new", "Новый", "New"),
    ("prepayed", "approval", "Предоплата поступила", "Prepaid"),
    ("assembling", "assembling", "Комплектуется", "Being assembled"),
    ("assembling-complete", "assembling", "Укомплектован", "Assembled"),
    ("send-to-delivery", "delivery", "Передан в доставку", "Sent to delivery"),
    ("delivering", "delivery", "Доставляется", "On its way"),
    ("complete", "complete", "Выполнен", "Completed"),
    ("cancel-other", "cancel", "Отменён", "Cancelled"),
)
PAYMENTS = (
    ("cash", "Наличные", "Cash"),
    ("bank-card", "Банковская карта", "Bank card"),
    ("bank-transfer", "Банковский перевод", "Bank transfer"),
    ("e-money", "Электронные деньги", "Electronic money"),
)
PAID = (
    ("not-paid", "Не оплачен", "Not paid"),
    ("wait-payment", "Ожидает оплаты", "Awaiting payment"),
    ("paid", "Оплачен", "Paid"),
    ("returned", "Возвращён", "Refunded"),
    ("fail", "Ошибка", "Failed"),
)
DELIVERIES = (
    ("self-delivery", "Самовывоз", "Pickup"),
    ("courier", "Курьер", "Courier"),
    ("post", "Почта", "Post"),
)
METHODS = (
    ("shopping-cart", "Через корзину", "By the cart"),
    ("one-click", "В один клик", "In one click"),
    ("phone", "По телефону", "By phone"),
    ("offline", "Офлайн", "Offline"),
)
TYPES = (("eshop-individual", "Физическое лицо", "Person"), ("eshop-legal", "Юридическое лицо", "Company"))


async def credentials(ask: Ask) -> Mapping[str, Any]:
    """What the key may do, and which sites it sees."""
    sites = sorted(await ask.shops())
    access = "access_selective" if ask.connection.shop else "access_full"
    return {"credentials": list(MAY), "scopes": list(SCOPES), "siteAccess": access, "sitesAvailable": sites}


async def api_versions(_: Ask) -> Mapping[str, Any]:
    """Which versions are spoken."""
    return {"versions": ["5"]}


async def system_info(_: Ask) -> Mapping[str, Any]:
    """What is speaking."""
    return {"systemVersion": "kopilka", "publicUrl": "", "technicalUrl": ""}


async def sites(ask: Ask) -> Mapping[str, Any]:
    """The shops that the key sees."""
    found = {}
    for code, shop in sorted((await ask.shops()).items()):
        currency = (await ask.rules(shop)).programme.currency
        found[code] = {
            "id": await ask.number("shop", code), "name": shop.title or code, "code": code, "url": "",
            "currency": currency, "countryIso": COUNTRIES.get(currency, ""), "defaultForCrm": False,
            "description": "", "phones": "",
        }  # fmt: skip
    return {"sites": found}


async def statuses(ask: Ask) -> Mapping[str, Any]:
    """Statuses of orders: the usual ones, and those that the connection calls completed or cancelled."""
    rows = {code: (group, ask.say(ru, en)) for code, group, ru, en in STATUSES}
    for setting, group in ((COMPLETED, "complete"), (CANCELLED, "cancel")):
        for code in ask.connection.setting(setting.name, setting.usual).replace(",", " ").split():
            rows[code] = (group, rows.get(code, ("", code))[1])
    found = {
        code: {"name": name, "code": code, "active": True, "ordering": place * 10, "group": group}
        for place, (code, (group, name)) in enumerate(rows.items(), 1)
    }
    return {"statuses": found}


async def status_groups(ask: Ask) -> Mapping[str, Any]:
    """Groups of statuses."""
    known = (await statuses(ask))["statuses"].values()
    found = {}
    for place, (code, ru, en) in enumerate(GROUPS, 1):
        inside = [row["code"] for row in known if row["group"] == code]
        found[code] = {
            "name": ask.say(ru, en), "code": code, "active": True, "ordering": place * 10, "process": True,
            "statuses": inside,
        }  # fmt: skip
    return {"statusGroups": found}


async def stores(ask: Ask) -> Mapping[str, Any]:
    """The shops as places where goods are kept."""
    found = {
        code: {"name": shop.title or code, "code": code, "type": "store-type-retail", "active": True}
        for code, shop in sorted((await ask.shops()).items())
    }
    return {"stores": found}


async def price_types(ask: Ask) -> Mapping[str, Any]:
    """The one price that there is."""
    name = ask.say("Базовая", "Base")
    row = {"id": 1, "code": "base", "name": name, "active": True, "default": True, "ordering": 10}
    return {"priceTypes": [row]}


async def statistic(_: Ask) -> Mapping[str, Any]:
    """A shop's statistics are its own."""
    return {}


def _listing(name: str, rows: tuple[tuple[str, str, str], ...], **more: Any) -> Handler:
    """A list that is the same for all."""

    async def answer(ask: Ask) -> Mapping[str, Any]:
        found = {
            code: {"name": ask.say(ru, en), "code": code, "active": True, "ordering": place * 10, **more}
            for place, (code, ru, en) in enumerate(rows, 1)
        }
        return {name: found}

    return answer


ROUTES: tuple[Route, ...] = (
    ("GET", "/api/credentials", credentials),
    ("GET", "/api/api-versions", api_versions),
    ("GET", "/api/system-info", system_info),
    ("GET", "/api/v5/credentials", credentials),
    ("GET", "/api/v5/reference/sites", sites),
    ("GET", "/api/v5/reference/statuses", statuses),
    ("GET", "/api/v5/reference/status-groups", status_groups),
    ("GET", "/api/v5/reference/stores", stores),
    ("GET", "/api/v5/reference/price-types", price_types),
    ("GET", "/api/v5/reference/delivery-types", _listing("deliveryTypes", DELIVERIES)),
    ("GET", "/api/v5/reference/payment-types", _listing("paymentTypes", PAYMENTS)),
    ("GET", "/api/v5/reference/payment-statuses", _listing("paymentStatuses", PAID)),
    ("GET", "/api/v5/reference/order-methods", _listing("orderMethods", METHODS)),
    ("GET", "/api/v5/reference/order-types", _listing("orderTypes", TYPES)),
    ("POST", "/api/v5/statistic/update", statistic),
    ("GET", "/api/v5/statistic/update", statistic),
)
