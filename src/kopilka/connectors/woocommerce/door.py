"""WooCommerce's webhooks: what each topic does once its delivery is kept."""

import re
from typing import Any

from kopilka.connectors.kit.call import Call
from kopilka.connectors.kit.services import Services
from kopilka.connectors.kit.webhooks import NAME, Headers, SignedWebhooks, content_of, fingerprint
from kopilka.connectors.kit.webshop_customers import Customers
from kopilka.connectors.kit.webshop_orders import Orders
from kopilka.connectors.woocommerce import mapping
from kopilka.connectors.woocommerce.manifest import EARN_ON, MANIFEST
from kopilka.usecases.connections import Connection
from kopilka.usecases.foreign import ForeignDocument
from kopilka.usecases.inbox import InboxItem
from kopilka.values.errors import BadValueError

PING = re.compile(rb"webhook_id=[0-9]{1,20}\Z")
ORDERS = frozenset({"order.created", "order.updated", "order.restored"})
CUSTOMERS = frozenset({"customer.created", "customer.updated"})


class WooCommerce(SignedWebhooks):
    """The connector."""

    manifest = MANIFEST
    headers = Headers(
        "x-wc-webhook-signature", "x-wc-webhook-topic", ("x-wc-webhook-delivery-id",), "x-wc-webhook-source",
        "kopilka.test",
    )  # fmt: skip

    def unsigned(self, call: Call) -> bool:
        """The ping of a webhook that has just been made: a form, not signed, that must be answered with 200."""
        return PING.match(call.body) is not None

    def source(self, call: Call) -> str:
        """The host of the site's address."""
        address = call.headers.get(self.headers.source, "").lower()
        return address.partition("://")[2].strip("/") if "://" in address else address.strip("/")

    def delivery_id(self, call: Call, topic: str) -> str:
        """WooCommerce makes the id of the webhook's number and the second: two orders that change in one second have the
        same. So what is said is part of what makes a delivery the same.
        """
        given = call.headers.get(self.headers.ids[0], "")
        return f"{given}:{fingerprint(topic, call.body)}" if NAME.match(given) else ""

    async def work(self, item: InboxItem, connection: Connection, services: Services) -> str:
        """Work through a delivery; the code of why there was nothing to do, else an empty text."""
        try:
            return await self._hear(content_of(item), item, connection, services)
        except BadValueError as error:
            return f"bad_value:{error.field}"[:100]

    async def _hear(self, content: Any, item: InboxItem, connection: Connection, services: Services) -> str:
        topic, at = item.topic, item.received_at
        prefix = f"woocommerce:{connection.connection_id}:"
        orders, customers = Orders(services, connection), Customers(services, connection)
        if topic in ORDERS:
            earn_on = connection.setting(EARN_ON.name, EARN_ON.usual)
            said = mapping.order_of(content, topic, mapping.Reading(prefix, earn_on, at, item.delivery_id))
            return await orders.hear(said)
        if topic == "order.deleted":
            return await orders.hear(mapping.deleted_of(content, item.delivery_id))
        if topic in CUSTOMERS:
            consent = connection.setting("consent_field")
            return await customers.hear(mapping.customer_of(content, prefix, consent, at))
        if topic == "customer.deleted":
            return await customers.delete(mapping.id_of(content), at)
        return "topic_ignored"

    async def attach(
        self, document: ForeignDocument, member_id: str, connection: Connection, services: Services
    ) -> None:
        """Book a parked order for whoever has joined."""
        await Orders(services, connection).attach(document, member_id)


WOOCOMMERCE = WooCommerce()
