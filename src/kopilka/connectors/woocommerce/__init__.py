"""WooCommerce: a shop's signed webhooks about orders, refunds and customers."""

from kopilka.connectors.woocommerce.door import WOOCOMMERCE

__all__ = ["WOOCOMMERCE"]
