"""Gifts, perks, choices and albums without a name at the till."""

import re
from collections.abc import Callable
from datetime import timedelta

from browser import Visitor
from shopfront import Shopfront, card

from kopilka.core.receipt import Shop
from kopilka.usecases.commands import Adjust, Ref
from kopilka.usecases.outcomes import Done
from kopilka.usecases.playbooks import playbook
from kopilka.usecases.programmes import Published, Wanted

Visit = Callable[..., Visitor]


def runs(front: Shopfront, name: str, programme: str) -> None:
    """The cashier's shop runs a ready programme from now on."""
    now, front.clock.now = front.clock.now, front.clock.now - timedelta(days=1)
    assert isinstance(front.house.programmes.publish(Wanted(playbook(name), 0)), Published)
    front.clock.now = now
    front.house.reference.put_shops([Shop("tverskaya", "Europe/Moscow", programme, (), "Тверская")], now)


def give(front: Shopfront, who: Ref, units: int, kind: str) -> None:
    outcome = front.house.desk().run([Adjust(who, kind, units, "x", "t", f"{kind}{units}{who.value}")])[0]
    assert isinstance(outcome, Done), outcome


def free(front: Shopfront, who: Ref, kind: str) -> int:
    member = front.house.views.member(who)
    assert member is not None
    wallets = front.house.views.wallets((member.bucket, member.holder_id))
    return sum(wallet.free for wallet in wallets if wallet.kind == kind)


def form(visit: Visitor) -> dict[str, list[str] | str]:
    """What the page would send, as a browser fills it in."""
    inputs = re.findall(r"<input[^>]*>", visit.page.text)
    found: dict[str, list[str]] = {}
    for text in inputs:
        name, value = re.search(r' name="([^"]*)"', text), re.search(r' value="([^"]*)"', text)
        if (
            name is None
            or ("radio" in text and " checked" not in text)
            or name[1] == "_csrf"
            or "checkbox" in text
        ):
            continue
        found.setdefault(name[1], []).append("" if value is None else value[1])
    return {name: values if len(values) > 1 else values[0] for name, values in found.items()}


def do(visit: Visitor, deed: str, **more: str) -> None:
    answer = visit.post("/till", {**form(visit), **more, "do": deed})
    assert answer.status_code in {200, 422}, answer.text


def test_a_gift_is_asked_about_given_once_and_stands_on_the_receipt_at_nothing(
    visitor: Visit, front: Shopfront
) -> None:
    runs(front, "b10-gift-catalogue", "gift-catalogue")
    who = Ref("card", card(1))
    give(front, who, 5000, "bonus")
    before = free(front, who, "bonus")
    visit = visitor("cashier")
    visit.get("/till")
    do(visit, "find", find=card(1))
    do(visit, "gift:mug")
    assert "Выдать «Кружка»?" in visit.text()
    assert before == free(front, who, "bonus")

    asked = form(visit)
    for _ in range(2):
        visit.post("/till", {**asked, "do": "give:mug"})
    assert before - 500 == free(front, who, "bonus")
    assert ["0"] == re.findall(r'name="price" value="([^"]*)"', visit.page.text), visit.text()
    do(visit, "add", goods="199.90")
    do(visit, "close")
    assert "Чек закрыт" in visit.text()
    receipt = front.house.views.receipts(limit=1)[0]
    assert (19990, 19990) == (receipt.goods_minor, receipt.paid_minor)
    stored = front.house.views.receipt(receipt.receipt_id)
    assert stored is not None
    assert [("mug-01", 0), ("free", 19990)] == [
        (line.sku, line.sum_minor) for line in stored.stored.sale.receipt.lines
    ]


def test_a_gift_that_cannot_be_had_is_not_offered_and_refused(visitor: Visit, front: Shopfront) -> None:
    runs(front, "b10-gift-catalogue", "gift-catalogue")
    who = Ref("card", card(1))
    give(front, who, 300 - free(front, who, "bonus"), "bonus")
    visit = visitor("cashier")
    visit.get("/till")
    do(visit, "find", find=card(1))

    assert "Гравировка" in visit.text()
    assert "Кружка" not in visit.text()
    do(visit, "give:mug")
    assert "Не хватает бонусов" in visit.text()
    do(visit, "give:car")
    assert "Такого подарка нет" in visit.text()
    do(visit, "forget")
    do(visit, "give:engraving")
    assert 300 == free(front, who, "bonus")


def test_an_album_without_a_name_is_found_by_its_code(visitor: Visit, front: Shopfront) -> None:
    runs(front, "d9-sticker-album", "sticker-album")
    visit = visitor("cashier")
    visit.get("/till")
    do(visit, "find", find="ALBUM-0042")
    do(visit, "enrol", find="ALBUM-0042")
    album = Ref("card", "ALBUM-0042")
    found = front.house.views.member(album)
    assert found is not None
    assert ("", "") == (found.person.name, found.person.phone)
    give(front, album, 10, "sticker")

    visit.get("/till")
    do(visit, "find", find="ALBUM-0042")
    assert "Вещь из списка за полцены" in visit.text()
    do(visit, "add", goods="pan", picked="", new_price="1200", new_count="1")
    visit.post("/till", {**form(visit), "sku": "pan-24", "choice": "album", "do": "look"})
    assert "600,00" in visit.text()
    do(visit, "close", choice="album", sku="pan-24")
    assert "Чек закрыт" in visit.text()
    assert 1 == free(front, album, "sticker")


def test_the_cashier_sees_perks_and_what_to_do(visitor: Visit, front: Shopfront) -> None:
    runs(front, "d12-perks", "perks")
    visit = visitor("cashier", "en")
    visit.get("/till")
    do(visit, "find", find=card(2))
    assert "Invitation" not in visit.text()
    do(visit, "add", goods="60000")
    do(visit, "close")
    visit.get("/till")
    do(visit, "find", find=card(2))

    assert "Invitation to a tasting through 7 May 2026 Hand over the envelope" in visit.text()
    assert "Served without queueing" in visit.text()
    assert "Show the way to a free till" in visit.text()
