"""The cashier's page. `router(services)` is all that `app` needs; its script lies in `static/`."""

from kopilka.till.routes import router
from kopilka.till.services import Services

__all__ = ["Services", "router"]
