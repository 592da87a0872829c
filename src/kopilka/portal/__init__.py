"""What members and everybody may see: public pages, without the console's schemas. `router(services)` is all that `app`
needs.
"""

from kopilka.portal.routes import router
from kopilka.portal.services import Services

__all__ = ["Services", "router"]
