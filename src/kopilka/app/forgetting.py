"""By what rule documents of each connector are erased with a person; imported when somebody is."""

from importlib import import_module

from kopilka.usecases.erase_member import Forget

RULES = {
    "retailcrm": "retailcrm.forgetting:forget",
    "moysklad": "moysklad.forgetting:forget",
    "frontol": "frontol.forgetting:forget",
    "uds": "uds.forgetting:forget",
    "evotor": "evotor.forgetting:forget",
    "shopify": "kit.forgetting:forget_webshop",
    "woocommerce": "kit.forgetting:forget_webshop",
    "commerceml": "commerceml.forgetting:forget",
}
"""One line each; documents of a connector that is not here go as a whole."""


def forgetting(connector: str) -> Forget | None:
    """The rule of a connector."""
    where = RULES.get(connector)
    if where is None:
        return None
    module, _, name = where.partition(":")
    found: Forget = getattr(import_module(f"kopilka.connectors.{module}"), name)
    return found
