"""1C:Enterprise and 1C-Bitrix: the exchange with a site in CommerceML 2."""

from kopilka.connectors.commerceml.door import CommerceMl

COMMERCEML = CommerceMl()

__all__ = ["COMMERCEML"]
