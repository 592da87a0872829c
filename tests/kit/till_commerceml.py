"""1C over a bad network: whole exchanges that break anywhere — between file, import, query and success — and are played
again from the start, as 1C does, until all that was sold has been told and all that happened has been fetched.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from faulty import LostError, Wire
from lxml import etree
from one_c import Doc, FailureError, OneC, line, orders, parties, party, texts
from trading import Trading

PRICES = {"tea-100": 100, "cocoa": 250, "cup": 90}
FORMED = "2026-03-{day:02}T{hour:02}:00:00"
CANCELLED = {"Заказ оплачен": "true", "Отменен": "true"}


@dataclass
class Book:
    """What 1C has in its own books: its documents as they are now, and what it has taken from the site."""

    person: str
    docs: dict[str, Doc] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    fetched: list[str] = field(default_factory=list)
    hours: int = 0

    def write(self, doc: Doc) -> None:
        self.docs[doc.id] = doc
        self.changed.add(doc.id)

    def moment(self) -> str:
        self.hours += 1
        return FORMED.format(day=1 + self.hours // 24, hour=self.hours % 24)


class CommerceTill:
    """Sells, changes, cancels and takes back in 1C, and exchanges after each; the list of what it does is fixed by `seed`.
    `formed` counts on over tries: a file made later is newer.
    """

    def __init__(self, shop: Trading, connection: Any, secret: str, seed: int, buyer: Any) -> None:
        self.connection, self.secret = connection, secret
        self.buyer = buyer
        self.chance = Random(seed)
        self.chance_of_people = Random(seed)
        self.book = Book(party(f"к-{seed}", phone=buyer.phone))
        self.version = self.chance.choice(("2.08", ""))

    # -- the shop's day -----------------------------------------------------------------------------------------

    def sell(self, wire: Wire) -> None:
        for number in range(2):
            self._order(number)
            self._try_exchange(wire)
            if self.chance.random() < 0.7:
                self._something_happens(self.chance.randrange(number + 1))
                self._try_exchange(wire)

    def _order(self, number: int) -> None:
        lines = self._lines()
        facts = {"Заказ оплачен": "true", "Отменен": "false"}
        if self.chance.random() < 0.3:
            facts["Списано бонусов"] = "3"
        self.book.write(Doc(f"з{number}", lines, number=f"УТ-{number}", party=self.book.person, facts=facts))

    def _lines(self) -> Sequence[str]:
        skus = self.chance.sample(sorted(PRICES), self.chance.randint(1, 3))
        return [line(sku, str(PRICES[sku]), str(self.chance.randint(1, 3))) for sku in skus]

    def _something_happens(self, number: int) -> None:
        doc = self.book.docs[f"з{number}"]
        what = self.chance.randrange(4)
        if what == 0:
            self.book.write(replace(doc, lines=self._lines()))
        elif what == 1:
            self.book.write(replace(doc, facts=CANCELLED))
        elif what == 2:
            self.book.write(replace(doc, facts={"Заказ оплачен": "true", "Отменен": "false"}))
        else:
            sku = texts(etree.fromstring(f"<x>{doc.lines[0]}</x>"), "Товар", "Ид")[0]
            back = [line(sku, str(PRICES[sku]), "1")]
            self.book.write(Doc(f"в{number}", back, operation="Возврат товара", base=doc.id, facts={}))

    # -- the exchange -------------------------------------------------------------------------------------------

    def _try_exchange(self, wire: Wire) -> bool:
        """One exchange; what breaks is played again with the next one."""
        try:
            self._exchange(wire)
        except (LostError, FailureError):
            return False
        return True

    def _exchange(self, wire: Wire) -> None:
        # Every call is made once: 1C does not send a call again, it begins the exchange anew.
        one = OneC(lambda call: wire.send(lambda: call), self.connection, self.secret, version=self.version)
        sending = sorted(self.book.changed)
        formed = self.book.moment()
        docs = [self.book.docs[id_] for id_ in sending]
        if self.chance_of_people.random() < 0.2:
            one.put("catalog", {"contragents.xml": parties(self.book.person, formed=formed)})
        one.begin("sale")
        if docs:
            one.upload("sale", "orders.xml", orders(*docs, formed=formed))
            if self.version:
                one.import_("sale", "orders.xml")
            self.book.changed.difference_update(sending)
        tree = etree.fromstring(one.raw("sale", "query").body)
        # Taken into the books by their ids: what is told twice is the same document.
        self.book.fetched += [id_ for id_ in texts(tree, "Документ", "Ид") if id_ not in self.book.fetched]
        one.call("sale", "success")

    def catch_up(self, wire: Wire) -> None:
        self.book.changed.update(self.book.docs)
        assert self._try_exchange(wire)
        assert self._try_exchange(wire)


def till_of(shop: Trading, connection: Any, secret: str, seed: int = 0, buyer: Any = None) -> CommerceTill:
    """A till for one run."""
    return CommerceTill(shop, connection, secret, seed, buyer)
