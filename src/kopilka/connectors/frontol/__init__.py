"""Frontol Priority API: tills with ATOL Frontol 6 use Kopilka as their loyalty server."""

from kopilka.connectors.frontol.door import Frontol

FRONTOL = Frontol()

__all__ = ["FRONTOL", "Frontol"]
