"""The shop that the screens show."""

from screens import front, shop_template, visitor

__all__ = ["front", "shop_template", "visitor"]
