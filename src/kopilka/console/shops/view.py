"""Shops: which programme each runs, its groups and zone; a new one."""

from collections.abc import Mapping
from urllib.parse import urlencode

from kopilka.console.rows import columns_in
from kopilka.console.shell import Shell
from kopilka.core.receipt import Shop
from kopilka.look.shapes import Trouble
from kopilka.look.visit import Answer, Visit
from kopilka.usecases.outcomes import Refused
from kopilka.usecases.staff import Right
from kopilka.values.errors import BadValueError
from kopilka.values.period import zone
from kopilka.words.catalogue import N_, catalogue
from kopilka.words.tongue import title_of

SHOWN_MAX = 50
COLUMNS = (
    ("shop", N_("Shop"), False),
    ("programme", N_("Programme"), False),
    ("groups", N_("Groups"), False),
    ("zone", N_("Time zone"), True),
)


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
        shops, text = self._shell.services.programmes.shops(), visit.query.get("q", "").strip()
        known = [(shop, f"{shop.id} {shop.title} {shop.programme}".casefold()) for shop in shops]
        found = [shop for shop, said in known if text.casefold() in said]
        edited = visit.get("shop") if trouble else visit.query.get("edit", "")
        may = visit.staff.may(Right.PUBLISH)
        return self._shell.page(
            visit, "shops/page.html", title=catalogue(visit.language).gettext("Shops"), place="shops", q=text,
            rows=[_row(shop, dict(programmes), may=may) for shop in found[:SHOWN_MAX]],
            columns=columns_in(visit.language, COLUMNS), total=len(found), shown=min(len(found), SHOWN_MAX),
            any=bool(shops), edited=next((shop for shop in shops if shop.id == edited), None) if may else None,
            programmes=programmes, trouble=trouble, status=422 if trouble else 200,
        )  # fmt: skip


def _row(shop: Shop, titles: Mapping[str, str], *, may: bool) -> Mapping[str, object]:
    return {
        "shop": shop.title or shop.id,
        "small_shop": shop.id if shop.title else "",
        "programme": titles.get(shop.programme, shop.programme),
        "groups": ", ".join(shop.groups),
        "zone": shop.zone,
        **({"href": "?" + urlencode({"edit": shop.id})} if may else {}),
    }
