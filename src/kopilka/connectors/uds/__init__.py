"""UDS Partner API v2: tills and shop systems with a UDS module use Kopilka as their loyalty server."""

from kopilka.connectors.uds.door import UDS

__all__ = ["UDS"]
