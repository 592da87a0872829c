"""The console's pages about personal data: a request is answered, a member is told everything, erased, and an act printed."""

import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from browser import Visitor
from shopfront import Shopfront, phone

from kopilka.usecases.commands import Ref
from kopilka.usecases.connections import Wish
from kopilka.usecases.data_requests import Asked, DataRequest
from kopilka.usecases.views import MemberView

Visit = Callable[..., Visitor]
HOME = "/console/requests"


def member(front: Shopfront, number: int = 0) -> MemberView:
    found = front.house.views.member(Ref("phone", phone(number)))
    assert found is not None
    return found


def asked(front: Shopfront, wish: str, member_id: str = "", *, days: int = 1) -> DataRequest:
    """A connected shop asks, some days ago."""
    made = front.house.connections.connect("shopify", Wish("Чайная", {}, ""))
    assert isinstance(made, tuple)
    at, id_ = front.clock() - timedelta(days=days), made[0].connection_id
    content = {"topic": wish, "customer": "207119551", "orders": ["299938"]}
    return front.house.privacy.requests.ask(Asked(wish, wish, at, id_, member_id, content), id_)[0]


def test_nothing_has_to_be_answered_yet(visitor: Visit) -> None:
    page = visitor("owner")

    assert 200 == page.get(HOME).status_code
    assert "Отвечать не на что" in page.text()


@pytest.mark.parametrize("role", ["marketer", "support", "cashier"])
def test_only_owners_see_requests_and_erase(front: Shopfront, visitor: Visit, role: str) -> None:
    page, who = visitor(role), member(front).member_id

    assert {403} == {page.get(path).status_code for path in (HOME, f"/console/members/{who}/export")}
    if role != "cashier":
        page.get(f"/console/members/{who}")
        assert "Личные данные" not in page.text()
        assert 403 == page.post(f"/console/members/{who}/erase", {"sure": "1"}).status_code
    assert "active" == member(front).status


def test_a_request_of_a_shop_is_answered_by_erasing_the_member(front: Shopfront, visitor: Visit) -> None:
    who, page = member(front), visitor("owner")
    request = asked(front, "erase", who.member_id, days=25)
    page.get(HOME)
    assert "осталось 5 дней" in page.text()
    assert who.person.name in page.text()
    page.get(f"{HOME}/{request.request_id}")
    assert "207119551" in page.text()
    page.get(f"/console/members/{who.member_id}?dialog=erase")
    assert "Эти бонусы сгорят" in page.text()
    assert 422 == page.post(f"/console/members/{who.member_id}/erase", {"ground": "shop"}).status_code

    answer = page.post(f"/console/members/{who.member_id}/erase", {"ground": "shop", "sure": "1"})
    page.get(answer.headers["location"])
    text = page.text()
    assert "Акт № 1 об уничтожении персональных данных" in text
    assert "Чайная" in text
    assert who.member_id in text
    assert not [word for word in (who.person.name, phone(0)) if word in text]
    act = front.house.privacy.erasures.act_of(who.member_id)
    assert act is not None
    assert act.sha256.hex() in text
    assert "Ответ дан" in _text(page, f"{HOME}/{request.request_id}")
    assert "Сведения об этом человеке стёрты" in _text(page, f"/console/members/{who.member_id}")
    assert "стёр сведения о человеке" in _text(page, "/console/staff")


def _text(page: Visitor, path: str) -> str:
    assert 200 == page.get(path).status_code
    return page.text()


def test_an_act_speaks_english_too(front: Shopfront, visitor: Visit) -> None:
    page, who = visitor("owner", "en"), member(front, 1).member_id
    page.get(f"/console/members/{who}")
    answer = page.post(f"/console/members/{who}/erase", {"ground": "consent", "sure": "1"})

    text = _text(page, answer.headers["location"])
    assert "of erasing personal data" in text
    assert "The person withdrew their consent" in text


def test_a_member_is_told_everything_and_the_request_is_done(front: Shopfront, visitor: Visit) -> None:
    who, page = member(front, 2), visitor("owner")
    page.get(f"/console/members/{who.member_id}")
    form = {"wish": "export", "asked_on": "2026-03-01"}
    noted = page.post(f"/console/members/{who.member_id}/request", form).headers["location"]
    assert "Записан здесь" in _text(page, noted)
    told = _text(page, f"/console/members/{who.member_id}/export")
    assert all(word in told for word in (who.person.name, phone(2), "История бонусов", "Чеки"))
    file = page.get(f"/console/members/{who.member_id}/export.json")
    assert who.person.name == json.loads(file.text)["person"]["name"]
    assert "attachment" in file.headers["content-disposition"]

    here = noted.partition("?")[0]
    page.get(here)
    assert 303 == page.post(f"{here}/done", {"note": "отправлено письмом"}).status_code
    assert "отправлено письмом" in _text(page, here)
    assert 422 == page.post(f"{here}/dismiss", {"reason": "поздно"}, csrf=_csrf(page)).status_code


def _csrf(page: Visitor) -> str:
    found = re.search(r'name="_csrf" value="([^"]*)"', page.page.text)
    assert found
    return found[1]


def test_a_request_is_dismissed_with_a_reason_and_not_without(front: Shopfront, visitor: Visit) -> None:
    request, page = asked(front, "export"), visitor("owner")
    here = f"{HOME}/{request.request_id}"
    page.get(here)
    assert "никого нет" in page.text()
    assert 422 == page.post(f"{here}/dismiss", {"reason": " "}).status_code
    page.get(here)

    assert 303 == page.post(f"{here}/dismiss", {"reason": "это не наш покупатель"}).status_code
    assert "это не наш покупатель" in _text(page, here)


def test_an_erasure_is_not_said_to_be_done_while_the_member_is_there(
    front: Shopfront, visitor: Visit
) -> None:
    request, page = asked(front, "erase", member(front, 3).member_id), visitor("owner")
    page.get(f"{HOME}/{request.request_id}")

    assert 422 == page.post(f"{HOME}/{request.request_id}/done", {}).status_code


@pytest.mark.parametrize(
    "path", [f"{HOME}/prq_none", "/console/acts/ers_none", "/console/members/mem_x/export"]
)
def test_what_is_not_there_is_not_found(visitor: Visit, path: str) -> None:
    assert 404 == visitor("owner").get(path).status_code


def test_a_shop_that_is_gone_is_explained(front: Shopfront, visitor: Visit) -> None:
    request = asked(front, "erase_all", days=31)
    page = visitor("owner", "en")

    assert "Overdue requests: 1" in _text(page, HOME)
    assert "members stay" in _text(page, f"{HOME}/{request.request_id}")
