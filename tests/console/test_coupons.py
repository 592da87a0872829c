"""The console's page of coupons: batches as files, one code found and dealt with, no code in addresses or the log."""

import re
from collections.abc import Callable

import pytest
from browser import Visitor
from coupon_front import with_coupons
from shopfront import Shopfront, card

from kopilka.core.member.coupon import well_formed
from kopilka.usecases.commands import Ref

Visit = Callable[..., Visitor]


@pytest.fixture
def shop(front: Shopfront) -> Shopfront:
    return with_coupons(front)


def made(visit: Visitor, series: str = "club:leaflet", count: str = "3") -> list[str]:
    """Make a batch as the page does, and download its codes."""
    visit.get("/console/coupons")
    answer = visit.post(
        "/console/coupons", {"series": series, "count": count, "title": "Май", "key": visit.hidden("key")}
    )
    assert 303 == answer.status_code
    batch = answer.headers["location"].partition("batch=")[2]
    page = visit.get(answer.headers["location"])
    assert f"/console/coupons/{batch}" in page.text
    file = visit.get(f"/console/coupons/{batch}")
    assert file.headers["content-type"].startswith("text/csv")
    assert (
        file.headers["content-disposition"]
        == f'attachment; filename="{series.partition(":")[2]}-{batch}.csv"'
    )
    visit.get("/console/coupons")
    return [row.partition(",")[0] for row in file.text.splitlines()[1:]]


def log_of(front: Shopfront) -> str:
    return str(front.reception.actions(after="", limit=50))


@pytest.mark.usefixtures("shop")
def test_a_shop_without_coupons_is_told_where_they_come_from(front: Shopfront, visitor: Visit) -> None:
    page = visitor("support")
    page.get("/console/coupons")

    assert "промокод SPRING" in page.text()
    assert "из 100" in page.text()
    assert "Выпустить купоны" not in page.text()
    assert front.house.coupons.batches() == []


def test_a_batch_is_made_once_and_its_codes_are_a_file(shop: Shopfront, visitor: Visit) -> None:
    codes = made(visitor("marketer"))
    support = visitor("support")
    batch = shop.house.coupons.batches()[0].batch

    assert [3, 3] == [len(codes), sum(map(well_formed, codes))]
    assert 403 == support.get(f"/console/coupons/{batch}").status_code
    assert "Май" in visitor("owner", "en").get("/console/coupons").text
    assert "coupons.made" in log_of(shop)
    assert "coupons.listed" in log_of(shop)


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"count": "0"}, "Укажите, сколько купонов: от 1 до 1 000 000."),
        ({"count": "много"}, "Укажите, сколько купонов"),
        ({"count": "3", "series": "club:spring"}, "один общий код"),
        ({"count": "3", "last_on": "вчера"}, "Такого дня нет в календаре"),
        ({"count": "3", "last_on": "2026-01-01"}, "Этот день уже прошёл"),
    ],
)
def test_a_batch_that_cannot_be_made_says_why(visitor: Visit, form: dict[str, str], said: str) -> None:
    visit = visitor("owner")
    visit.get("/console/coupons")
    answer = visit.post("/console/coupons", {"series": "club:leaflet", "key": visit.hidden("key"), **form})

    assert 422 == answer.status_code
    assert said in visit.text()


def test_a_code_is_found_activated_for_a_member_and_withdrawn(shop: Shopfront, visitor: Visit) -> None:
    code = made(visitor("owner"))[0]
    visit = visitor("support")
    visit.get("/console/coupons")
    visit.post("/console/coupons/find", {"code": code.lower()})
    assert "купон ещё не активирован" in visit.text()
    visit.post("/console/coupons/activate", {"code": code, "who": card(3)})
    assert "Купон действует." in visit.text()
    member = shop.house.views.member(Ref("card", card(3)))
    assert member is not None
    assert f"/console/members/{member.member_id}" in visit.page.text
    assert f"{code[:5]}-{code[5:]}" in visit.get(f"/console/members/{member.member_id}").text
    visit.get("/console/coupons")
    assert 422 == visit.post("/console/coupons/cancel", {"code": code, "reason": " "}).status_code
    visit.post("/console/coupons/cancel", {"code": code, "reason": "утечка"})
    assert "Купон отменён." in visit.text()

    assert re.search(r"coupon\.cancelled", log_of(shop))
    assert code not in log_of(shop)


@pytest.mark.usefixtures("shop")
def test_what_is_typed_wrong_is_said_to_be_wrong(visitor: Visit) -> None:
    visit = visitor("support", "en")
    visit.get("/console/coupons")
    assert 422 == visit.post("/console/coupons/find", {"code": "NOTHING"}).status_code
    assert "there is no such code" in visit.text()
    visit.post("/console/coupons/find", {"code": "spring"})

    assert "promo code for all" in visit.text()


def test_a_coupon_is_given_on_the_member_s_card_once(shop: Shopfront, visitor: Visit) -> None:
    visit = visitor("support")
    member = shop.house.views.member(Ref("card", card(5)))
    assert member is not None
    path = f"/console/members/{member.member_id}"
    visit.get(path)
    form = {"series": "club:present", "key": visit.hidden("key"), "_csrf": visit.csrf()}
    answers = [visit.post(f"{path}/coupon", form, csrf=form["_csrf"]) for _ in range(2)]

    assert [303, 303] == [answer.status_code for answer in answers]
    assert 1 == len(shop.house.coupons.of_member((member.bucket, member.holder_id)))
    visit.get(path)
    assert "Скидка 200 ₽" in visit.text()
