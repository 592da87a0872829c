"""Shopify: a shop's signed webhooks about orders, refunds, customers and privacy."""

from kopilka.connectors.shopify.door import SHOPIFY

__all__ = ["SHOPIFY"]
