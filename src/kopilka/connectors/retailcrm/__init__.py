"""RetailCRM (Simla) API v5: shops' sites and clients that speak it use Kopilka as their loyalty server."""

from kopilka.connectors.retailcrm.door import RETAILCRM

__all__ = ["RETAILCRM"]
