"""The console: screens of the staff, a folder each. `router(services)` is all that `app` needs."""

from kopilka.console.routes import router
from kopilka.console.services import Services

__all__ = ["Services", "router"]
