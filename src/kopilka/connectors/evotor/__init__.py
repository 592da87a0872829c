"""Evotor: receipts of smart terminals arrive by webhook and become sales and returns."""

from kopilka.connectors.evotor.door import Evotor

EVOTOR = Evotor()

__all__ = ["EVOTOR", "Evotor"]
