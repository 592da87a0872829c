"""Shopify's webhooks: what each topic does once its delivery is kept."""

from typing import Any

from kopilka.connectors.kit.services import Services
from kopilka.connectors.kit.webhooks import Headers, SignedWebhooks, content_of
from kopilka.connectors.kit.webshop_customers import Customers
from kopilka.connectors.kit.webshop_orders import Orders
from kopilka.connectors.shopify import mapping
from kopilka.connectors.shopify.manifest import MANIFEST
from kopilka.usecases.connections import Connection
from kopilka.usecases.foreign import ForeignDocument
from kopilka.usecases.inbox import InboxItem
from kopilka.values.errors import BadValueError

ORDERS = frozenset({"orders/create", "orders/paid", "orders/cancelled", "orders/updated"})
CUSTOMERS = frozenset({"customers/create", "customers/update"})
PRIVACY = frozenset({"customers/data_request", "customers/redact", "shop/redact"})


class Shopify(SignedWebhooks):
    """The connector. An event's id is the same for every topic that tells of it, so topic and id together name a
    delivery.
    """

    manifest = MANIFEST
    headers = Headers(
        "x-shopify-hmac-sha256", "x-shopify-topic", ("x-shopify-event-id", "x-shopify-webhook-id"),
        "x-shopify-shop-domain", "kopilka/test",
    )  # fmt: skip

    async def work(self, item: InboxItem, connection: Connection, services: Services) -> str:
        """Work through a delivery; the code of why there was nothing to do, else an empty text."""
        try:
            return await self._hear(content_of(item), item, connection, services)
        except BadValueError as error:
            return f"bad_value:{error.field}"[:100]

    async def _hear(self, content: Any, item: InboxItem, connection: Connection, services: Services) -> str:
        topic, at = item.topic, item.received_at
        prefix = f"shopify:{connection.connection_id}:"
        orders, customers = Orders(services, connection), Customers(services, connection)
        if topic in ORDERS:
            return await orders.hear(mapping.order_of(content, topic, prefix, at))
        if topic == "refunds/create":
            return await orders.hear(mapping.refund_of(content, at))
        if topic in CUSTOMERS:
            return await customers.hear(mapping.customer_of(content, prefix, at))
        if topic == "customers/delete":
            return await customers.delete(mapping.id_of(content), at)
        if topic in PRIVACY:
            return await customers.obey(mapping.privacy_of(content, topic, prefix, at))
        return "topic_ignored"

    async def attach(
        self, document: ForeignDocument, member_id: str, connection: Connection, services: Services
    ) -> None:
        """Book a parked order for whoever has joined."""
        await Orders(services, connection).attach(document, member_id)


SHOPIFY = Shopify()
