"""MoySklad Loyalty API 1.0: the till "Касса МойСклад" asks, Kopilka is the loyalty server."""

from kopilka.connectors.moysklad.door import MoySklad

MOYSKLAD = MoySklad()

__all__ = ["MOYSKLAD", "MoySklad"]
