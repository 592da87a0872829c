"""Shops: which programme each runs, its groups and zone; a new one."""

from kopilka.console.shell import Shell
from kopilka.core.receipt import Shop
from kopilka.look.shapes import Trouble
from kopilka.look.visit import Answer, Visit
from kopilka.usecases.outcomes import Refused
from kopilka.values.errors import BadValueError
from kopilka.values.period import zone
from kopilka.words.catalogue import catalogue
from kopilka.words.tongue import title_of


class Shops:
    """The screen and its deed."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def show(self, visit: Visit) -> Answer:
        """The list."""
        return self._page(visit)

    def save(self, visit: Visit) -> Answer:
        """Change a shop, or add one."""
        services, id_ = self._shell.services, visit.get("shop").strip()
        before = next((shop for shop in services.programmes.shops() if shop.id == id_), None)
        zone_name = visit.get("zone").strip() or (before.zone if before is not None else "Europe/Moscow")
        try:
            zone(zone_name)
        except BadValueError:
            return self._page(visit, self._shell.trouble(visit, Refused("bad_zone", field="zone")))
        if not id_ or not id_.replace("-", "").replace("_", "").isalnum():
            return self._page(visit, self._shell.trouble(visit, Refused("required", field="shop")))
        groups = tuple(dict.fromkeys(visit.get("groups").replace(",", " ").split()))
        shop = Shop(id_, zone_name, visit.get("programme"), groups, visit.get("title").strip())
        refused = services.programmes.put_shop(shop)
        if refused is not None:
            return self._page(visit, self._shell.trouble(visit, refused))
        services.reception.note(visit.staff, "shop.changed", id_, programme=shop.programme)
        return Answer(goto="/console/shops?done=shop_saved")

    def _page(self, visit: Visit, trouble: Trouble | None = None) -> Answer:
        programmes = [(row.programme, title_of(row, visit.language)) for row in self._shell.ruling()]
        return self._shell.page(
            visit, "shops/page.html", title=catalogue(visit.language).gettext("Shops"), place="shops",
            shops=self._shell.services.programmes.shops(), programmes=programmes, titles=dict(programmes), trouble=trouble,
            status=422 if trouble else 200,
        )  # fmt: skip
