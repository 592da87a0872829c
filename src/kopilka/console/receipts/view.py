"""Receipts of all shops, newest first; a number in the search goes straight to its receipt."""

from urllib.parse import urlencode

from kopilka.console.rows import RECEIPT_COLUMNS, columns_in, receipt_rows
from kopilka.console.shell import Shell
from kopilka.look.cursor import read_moment, write_moment
from kopilka.look.visit import Answer, Visit
from kopilka.usecases.views import ReceiptRow
from kopilka.words.catalogue import catalogue

PAGE = 30


class Receipts:
    """The screen."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def show(self, visit: Visit) -> Answer:
        """A page of the list."""
        services, number, shop = self._shell.services, visit.get("q").strip(), visit.get("shop")
        if number and services.views.receipt(number) is not None:
            return Answer(goto=f"/console/receipts/{number}")
        found = services.views.receipts(shop=shop, after=read_moment(visit.get("after")), limit=PAGE + 1)
        shown, tongue = found[:PAGE], self._shell.tongue(visit)
        shops = services.views.catalogue().shops
        titles = {id_: row.title or id_ for id_, row in shops.items()}
        say = catalogue(visit.language)
        return self._shell.page(
            visit, "receipts/page.html", title=say.gettext("Receipts"), place="receipts", tongue=tongue,
            rows=receipt_rows(shown, tongue, titles), columns=columns_in(visit.language, RECEIPT_COLUMNS),
            shops=[("", say.gettext("All shops")), *sorted(titles.items(), key=lambda row: row[1])], shop=shop, q=number,
            following=_following(shown, shop) if len(found) > PAGE else "",
            previous=f"?{urlencode({'shop': shop})}" if visit.get("after") else "",
        )  # fmt: skip


def _following(shown: list[ReceiptRow], shop: str) -> str:
    last = shown[-1]
    return "?" + urlencode({"shop": shop, "after": write_moment(last.recorded_at, last.receipt_id)})
