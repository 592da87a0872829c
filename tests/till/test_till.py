"""The till: a story from the first scan to the return; nothing is booked twice, and errors say what to do."""

from collections.abc import Callable

import pytest
from browser import Visitor
from shopfront import Shopfront, card, phone

from kopilka.usecases.commands import Ref

Visit = Callable[..., Visitor]


class Cashier:
    """Works the form as the page's script does: sends everything that the page holds, and one deed."""

    def __init__(self, visit: Visitor) -> None:
        self.visit = visit
        visit.get("/till")
        self.form: dict[str, object] = {"goods": "", "new_price": "", "new_count": "1", "spend": "none"}

    def do(self, deed: str, **fields: str) -> str:
        kept = {name: self.visit.hidden(name) for name in ("receipt", "at", "member", "shop")}
        self.visit.post("/till", {**self.form, **kept, **fields, "do": deed})
        return self.visit.text()

    def add(self, price: str, count: str = "1", title: str = "Сыр") -> None:
        for name, value in (("sku", ""), ("title", title), ("price", price), ("count", count)):
            self.form.setdefault(name, [])
            self.form[name].append(value)  # type: ignore[attr-defined]


@pytest.fixture
def cashier(visitor: Visit) -> Cashier:
    return Cashier(visitor("cashier"))


def free(front: Shopfront, number: int) -> int:
    member = front.house.views.member(Ref("card", card(number)))
    assert member is not None
    return sum(wallet.free for wallet in front.house.views.wallets((member.bucket, member.holder_id)))


@pytest.mark.parametrize("number", [phone(3), "8 916 000-00-03", card(3)])
def test_a_member_is_found_by_phone_or_card(cashier: Cashier, number: str) -> None:
    page = cashier.do("find", find=number)

    assert "Пётр И." in page
    assert phone(3) not in cashier.visit.page.text


def test_a_story_from_the_first_price_to_the_slip(cashier: Cashier, front: Shopfront) -> None:
    before = free(front, 3)
    cashier.do("find", find=card(3))
    page = cashier.do("add", goods="2 * 1 000,50")
    assert "2 001,00 ₽" in page
    cashier.add("1 000,50", "2")
    page = cashier.do("close", spend="max")

    assert "Чек закрыт" in page
    last = front.house.views.receipts(limit=1)[0]
    assert (200_100, min(before, 600)) == (last.goods_minor, last.spent_units)
    assert before - last.spent_units + sum(last.earned.values()) == free(front, 3)


def test_a_lost_reply_sent_again_is_the_same_receipt(cashier: Cashier, front: Shopfront) -> None:
    cashier.do("find", find=card(3))
    cashier.add("500")
    kept = {name: cashier.visit.hidden(name) for name in ("receipt", "at", "member", "shop", "_csrf")}
    form = {**cashier.form, **kept, "do": "close"}
    front.clock.now = front.clock.now.replace(minute=front.clock.now.minute + 1)
    pages = [
        (cashier.visit.post("/till", form, csrf=kept["_csrf"]).status_code, cashier.visit.text())
        for _ in range(2)
    ]

    assert pages[0][1].split("Для печати")[1] == pages[1][1].split("Для печати")[1]
    assert 200 == pages[1][0]
    assert 1 == sum(row.receipt_id == kept["receipt"] for row in front.house.views.receipts(limit=200))
    assert 1 == sum(row.subject == kept["receipt"] for row in front.reception.actions())


def test_a_guest_pays_and_is_told_what_they_miss(cashier: Cashier) -> None:
    cashier.add("900")
    page = cashier.do("count")

    assert "Скажите покупателю Кэшбэк по уровню: только для участников" in page
    assert "900,00 ₽" in cashier.do("close")


def test_a_stranger_is_enrolled_by_phone_and_welcomed(cashier: Cashier, front: Shopfront) -> None:
    assert "никто не нашёлся" in cashier.do("find", find="8 999 123-45-67")
    page = cashier.do("enrol", find="8 999 123-45-67", name="Новый Гость")

    assert "Новый Г." in page
    assert "100 бонусов" in page
    assert front.house.views.member(Ref("phone", "+79991234567")) is not None


def test_goods_are_found_by_a_part_of_their_name_and_priced_as_lately(cashier: Cashier) -> None:
    assert "Кальмар сушёный" in cashier.do("count", goods="кальмар")
    cashier.do("add", goods="4604")

    assert 'value="250,00"' in cashier.visit.page.text
    assert "4604" == cashier.visit.hidden("picked")


def test_what_cannot_be_read_is_said_plainly_and_nothing_is_booked(
    cashier: Cashier, front: Shopfront
) -> None:
    rows = len(front.house.views.receipts(limit=200))
    assert "В чеке пока нет товаров" in cashier.do("close")
    cashier.add("сто")
    assert "Это не сумма" in cashier.do("close")

    assert 422 == cashier.visit.page.status_code
    assert rows == len(front.house.views.receipts(limit=200))


def test_more_points_than_allowed_are_refused_before_the_sale(cashier: Cashier) -> None:
    cashier.do("find", find=card(3))
    cashier.add("100")
    page = cashier.do("close", spend="amount", amount="90")

    assert 422 == cashier.visit.page.status_code
    assert "здесь можно не больше: 30 бонусов" in page


def test_a_cashier_sells_in_their_own_shop_only(cashier: Cashier, front: Shopfront) -> None:
    cashier.add("100")
    kept = {name: cashier.visit.hidden(name) for name in ("receipt", "at", "member")}
    cashier.visit.post("/till", {**cashier.form, **kept, "shop": "arbat", "do": "close"})

    assert "tverskaya" == front.house.views.receipts(limit=1)[0].shop


def test_goods_come_back_by_the_number_of_the_receipt(cashier: Cashier, front: Shopfront) -> None:
    cashier.do("find", find=card(3))
    cashier.add("500")
    cashier.do("close")
    number = front.house.views.receipts(limit=1)[0].receipt_id
    cashier.visit.get(f"/till/return?receipt={number}&count=1&key=ret_9&line-0=1")
    assert "К выдаче 500,00 ₽" in cashier.visit.text()
    form = {"receipt": number, "key": "ret_9", "count": "1", "line-0": "1"}
    token = cashier.visit.csrf()
    for _ in range(2):
        assert (
            "Возврат проведён"
            in (cashier.visit.post("/till/return", form, csrf=token), cashier.visit.text())[1]
        )

    seen = front.house.views.receipt(number)
    assert seen is not None
    assert [50_000] == [row.refund_minor for row in seen.returns]


def test_an_unknown_receipt_number_is_said_plainly(cashier: Cashier) -> None:
    cashier.visit.get("/till/return?receipt=rcp_nothing")

    assert "Такого чека нет" in cashier.visit.text()


def test_without_a_shop_the_till_says_what_to_do(database: str) -> None:
    front = Shopfront(database)
    front.staff()
    visit = Visitor(front.app())
    visit.sign_in("owner")
    visit.get("/till")

    assert "Магазин ещё не настроен" in visit.text()
    visit.close()
    front.house.close()
