"""The console: who gets in, what each role sees, pages in both languages, deeds that are done once."""

import re
from collections.abc import Callable

import pytest
from browser import Visitor
from shopfront import CLUB, Shopfront, card, phone

from kopilka.core.receipt import Line, Receipt
from kopilka.usecases.commands import Close, Ref
from kopilka.usecases.outcomes import Done
from kopilka.usecases.tries import PAIR_MAX

Visit = Callable[..., Visitor]
PAGES = (
    "/console", "/console/members", "/console/members?q=zzz", "/console/members/new", "/console/receipts",
    "/console/programmes", "/console/programmes/club", "/console/programmes/edit?playbook=b1-bonus-card",
    "/console/playbooks", "/console/playbooks?q=zzz", "/console/playbooks/c1-beer-club",
    "/console/coupons", "/console/shops", "/console/staff", "/console/connections",
    "/console/connections/new/frontol", "/console/events", "/till", "/till/return",
)  # fmt: skip
OWNERS = {"/console/staff", "/console/connections", "/console/connections/new/frontol", "/console/events"}
CLOSED_TO = {
    "marketer": OWNERS,
    "support": OWNERS,
    "cashier": {page for page in PAGES if page.startswith("/console")},
}


def member_path(front: Shopfront, number: int = 0) -> str:
    member = front.house.views.member(Ref("card", card(number)))
    assert member is not None
    return f"/console/members/{member.member_id}"


def balance(front: Shopfront, number: int = 0) -> int:
    member = front.house.views.member(Ref("card", card(number)))
    assert member is not None
    return sum(wallet.free for wallet in front.house.views.wallets((member.bucket, member.holder_id)))


@pytest.mark.parametrize("role", ["owner", "marketer", "support", "cashier"])
def test_a_role_opens_its_pages_and_no_others(visitor: Visit, role: str) -> None:
    visit = visitor(role)

    expected = {page: 403 if page in CLOSED_TO.get(role, ()) else 200 for page in PAGES}
    assert expected == {page: visit.get(page).status_code for page in PAGES}


@pytest.mark.parametrize("language", ["ru", "en"])
def test_pages_speak_one_language_whole(visitor: Visit, front: Shopfront, language: str) -> None:
    visit = visitor("owner", language)
    receipt = front.house.views.receipts(limit=1)[0].receipt_id
    for page in (
        *PAGES,
        member_path(front),
        f"/console/receipts/{receipt}",
        f"/console/receipts/{receipt}/return",
    ):
        assert visit.get(page).status_code == 200
        assert f'<html lang="{language}"' in visit.page.text
        assert "style=" not in visit.page.text
        ids = re.findall(r' id="([^"]+)"', visit.page.text)
        assert len(ids) == len(set(ids)), page


def test_nobody_gets_in_without_signing_in(visitor: Visit) -> None:
    visit = visitor()

    assert {"/sign-in?next=/console/members"} == {visit.get("/console/members").headers["location"]}
    assert 401 == visit.post("/console/shops", {}, csrf="").status_code


def test_a_wrong_password_and_a_wrong_login_are_answered_the_same(visitor: Visit) -> None:
    visit = visitor()
    answers = [(visit.sign_in("owner", "wrong").status_code, visit.text()) for _ in range(1)]
    other = visit.sign_in("nobody", "wrong").status_code, visit.text()

    assert answers == [other]
    assert 403 == other[0]
    assert "Неверный логин или пароль" in other[1]


def test_too_many_tries_are_stopped_even_with_the_right_password(visitor: Visit) -> None:
    visit = visitor()
    for _ in range(PAIR_MAX):
        visit.sign_in("owner", "wrong")

    assert 429 == visit.sign_in("owner").status_code
    assert 303 == visit.sign_in("support").status_code


def test_a_form_without_its_token_is_refused(visitor: Visit, front: Shopfront) -> None:
    visit = visitor("owner")
    before = balance(front)
    form = {"points": "50", "kind": "bonus", "reason": "x", "key": "k", "way": "add"}

    assert 403 == visit.post(f"{member_path(front)}/adjust", form, csrf="").status_code
    assert 403 == visit.post("/sign-in", {"login": "owner"}, csrf="0" * 64).status_code
    assert before == balance(front)


def test_the_session_ends_with_signing_out(visitor: Visit) -> None:
    visit = visitor("owner")
    visit.post("/sign-out", {})

    assert 303 == visit.get("/console").status_code


def test_cookies_of_a_session_are_out_of_reach_of_scripts_and_of_other_sites(visitor: Visit) -> None:
    visit = visitor()
    cookie = visit.sign_in("owner").headers["set-cookie"]

    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "default-src 'self'" in visit.page.headers["content-security-policy"]


def test_onward_leads_only_within_the_house(visitor: Visit) -> None:
    visit = visitor()
    visit.get("/sign-in")
    form = {"login": "owner", "password": "a long password", "next": "//evil.example"}

    assert "/console" == visit.post("/sign-in", form).headers["location"]


def test_a_form_sent_twice_books_points_once(visitor: Visit, front: Shopfront) -> None:
    visit, path = visitor("support"), member_path(front)
    before = balance(front)
    visit.get(path)
    form = {
        "key": visit.hidden("key"),
        "way": "add",
        "points": "1 50",
        "kind": "bonus",
        "reason": "sorry",
        "last_on": "",
    }
    answers = [visit.post(f"{path}/adjust", form, csrf=visit.csrf() if n == 0 else None) for n in range(1)]
    visit.get(path)
    answers.append(visit.post(f"{path}/adjust", form))

    assert [f"{path}?done=adjusted"] * 2 == [answer.headers["location"] for answer in answers]
    assert before + 150 == balance(front)
    assert ["points.adjusted"] == [
        row.action for row in front.reception.actions() if row.subject and row.subject in path
    ]


def test_points_without_a_reason_are_asked_about(visitor: Visit, front: Shopfront) -> None:
    visit, path = visitor("owner"), member_path(front)
    visit.get(path)
    form = {"key": "k1", "way": "take", "points": "999999", "kind": "bonus", "reason": "mistake"}

    assert 422 == visit.post(f"{path}/adjust", {**form, "reason": " "}).status_code
    assert "нужно заполнить" in visit.text()
    assert 422 == visit.post(f"{path}/adjust", form).status_code
    assert "Не хватает бонусов" in visit.text()


def test_a_member_is_found_by_name_phone_and_card_in_any_case(visitor: Visit) -> None:
    visit = visitor("owner")
    found = [visit.get(f"/console/members?q={text}").text for text in ("верещагин", phone(0)[-7:], card(0))]

    assert all("Константин Верещагин" in page for page in found)


def test_a_new_member_is_enrolled_once_and_welcomed(visitor: Visit, front: Shopfront) -> None:
    visit = visitor("support")
    visit.get("/console/members/new")
    form = {
        "key": visit.hidden("key"),
        "name": "Новый",
        "phone": "8 (999) 000-11-22",
        "programme": "club",
        "shop": "",
    }
    answers = [visit.post("/console/members/new", form, csrf=token) for token in [visit.csrf()] * 2]
    member = front.house.views.member(Ref("phone", "+79990001122"))

    assert member is not None
    assert [f"/console/members/{member.member_id}?done=enrolled"] * 2 == [
        a.headers["location"] for a in answers
    ]
    assert "100 бонусов" in (visit.get(f"/console/members/{member.member_id}"), visit.text())[1]


def test_cards_are_issued_replaced_and_blocked(visitor: Visit, front: Shopfront) -> None:
    visit, path = visitor("owner"), member_path(front, 1)
    visit.get(path)
    token = visit.csrf()
    for form in (
        {"new": "777 000"},
        {"card": "777000", "new": "777001"},
        {"card": "777001", "do": "blocked"},
    ):
        assert 303 == visit.post(f"{path}/cards", form, csrf=token).status_code
    member = front.house.views.member(Ref("card", "777001"))

    assert member is not None
    statuses = {row.value: row.status for row in member.cards()}
    assert {card(1): "active", "777000": "replaced", "777001": "blocked"} == statuses


def test_a_receipt_says_what_applied_and_what_did_not(visitor: Visit, front: Shopfront) -> None:
    row = next(
        row for row in front.house.views.receipts(limit=100) if row.member_id and row.goods_minor < 90_000
    )
    visit = visitor("owner")
    visit.get(f"/console/receipts/{row.receipt_id}")

    assert re.search(r"Кэшбэк по уровню: (5|10|15) % от [\d ,]+ ₽ \d+ бонус", visit.text())
    assert "Снеки дешевле от 1 000 ₽: не хватает покупок на" in visit.text()


def test_a_receipt_answers_why_not_another_number(visitor: Visit, front: Shopfront) -> None:
    row = next(row for row in front.house.views.receipts(limit=100) if row.spent_units and row.earned)
    visit, path = visitor("support"), f"/console/receipts/{row.receipt_id}"

    visit.get(f"{path}?expected=100000&of=earned")
    assert "Чем объяснить разницу, в чеке не видно" in visit.text()
    visit.get(f"{path}?expected={(row.paid_minor + 100 * row.spent_units) // 100}&of=paid")
    assert "оплачено баллами" in visit.text()
    visit.get(f"{path}?expected=many&of=earned")
    assert "Это не сумма" in visit.text()


def test_a_programme_shows_its_terms(visitor: Visit) -> None:
    visit = visitor("marketer")
    visit.get("/console/programmes/club")

    assert "Что вы получаете Кэшбэк по уровню Бронза — 5 %, Серебро — 10 %, Золото — 15 %" in visit.text()


def test_a_return_shows_its_effect_and_is_booked_once(visitor: Visit, front: Shopfront) -> None:
    row = next(row for row in front.house.views.receipts(limit=100) if row.earned and not row.returned)
    visit, path = visitor("support"), f"/console/receipts/{row.receipt_id}/return"
    visit.get(f"{path}?count=1&key=ret_1&line-0=1")
    assert "К выдаче" in visit.text()
    form = {"key": "ret_1", "count": "1", "line-0": "1"}
    token = visit.csrf()
    answers = [visit.post(path, form, csrf=token).status_code for _ in range(2)]
    seen = front.house.views.receipt(row.receipt_id)

    assert seen is not None
    assert ([303, 303], 1) == (answers, len(seen.returns))


def test_a_receipt_is_voided_on_its_day_only(visitor: Visit, front: Shopfront) -> None:
    rows = front.house.views.receipts(limit=200)
    fresh = next(row for row in rows if not row.returned)
    old = next(row for row in reversed(rows) if not row.returned)
    visit = visitor("owner")
    visit.get("/console")
    token = visit.csrf()

    assert 303 == visit.post(f"/console/receipts/{fresh.receipt_id}/void", {}, csrf=token).status_code
    assert 422 == visit.post(f"/console/receipts/{old.receipt_id}/void", {}, csrf=token).status_code


def test_the_editor_tells_mistakes_by_line_and_changes_in_words(visitor: Visit) -> None:
    visit = visitor("marketer")
    visit.get("/console/programmes/edit?programme=club")
    broken = visit.post(
        "/console/programmes/check", {"text": CLUB.replace("up_to: 30%", "up_to: much"), "do": "check"}
    )
    assert 422 == broken.status_code
    assert "строка 33" in visit.text()
    assert 'class="wrong"' in visit.page.text
    visit.post("/console/programmes/check", {"text": CLUB.replace("gold: 15}", "gold: 20}"), "do": "check"})

    assert "15 % → 20 %" in visit.text()
    assert "Опубликовать версию 2" in visit.text()


def test_a_level_by_hand_is_set_once_with_a_reason_and_told_in_the_log(
    visitor: Visit, front: Shopfront
) -> None:
    visit, path = visitor("support"), member_path(front)
    visit.get(path)
    form = {
        "key": "k1",
        "level": "club/gold",
        "level_last_on": "2199-12-31",
        "level_reason": "guest of honour",
    }
    assert 422 == visit.post(f"{path}/level", {**form, "level_reason": " "}).status_code
    assert 422 == visit.post(f"{path}/level", {**form, "level": "club/diamond"}).status_code
    assert 422 == visit.post(f"{path}/level", {**form, "level_last_on": "2001-01-01"}).status_code
    answers = [visit.post(f"{path}/level", form, csrf=token) for token in [visit.csrf()] * 2]

    assert [f"{path}?done=level_set"] * 2 == [answer.headers["location"] for answer in answers]
    visit.get(path)
    assert "задан вручную по 31 декабря 2199" in visit.text()
    assert ["level.set"] == [
        row.action for row in front.reception.actions() if row.subject and row.subject in path
    ]


def test_the_editor_says_what_a_new_ladder_would_do_to_todays_members(
    visitor: Visit, front: Shopfront
) -> None:
    visit = visitor("owner")
    visit.get("/console/programmes/edit?programme=club")
    text = CLUB.replace("{id: silver, from: 5000,", "{id: silver, from: 0.01,")
    visit.post("/console/programmes/check", {"text": text, "do": "check"})
    assert "Что станет с уровнями" in visit.text()
    assert "Бронза Серебро" in " ".join(visit.text().split())

    visit.post("/console/programmes/check", {"text": CLUB.replace("gold: 15}", "gold: 20}"), "do": "check"})
    assert "Что станет с уровнями" not in visit.text()
    assert 1 == len(front.house.programmes.versions("club"))


def test_publishing_makes_the_next_version_and_only_for_who_may(visitor: Visit, front: Shopfront) -> None:
    text = CLUB.replace("gold: 15}", "gold: 20}")
    form = {"text": text.replace("\n", "\r\n"), "do": "publish", "expected": "1", "from": ""}
    support, marketer = visitor("support"), visitor("marketer")
    for visit in (support, marketer):
        visit.get("/console/programmes/edit?programme=club")

    assert 403 == support.post("/console/programmes/check", form).status_code
    assert 303 == marketer.post("/console/programmes/check", form).status_code
    assert [1, 2] == [row.number for row in front.house.programmes.versions("club")]
    assert text == front.house.programmes.versions("club")[-1].text


def test_a_shop_is_given_another_programme(visitor: Visit, front: Shopfront) -> None:
    visit = visitor("marketer")
    visit.get("/console/shops")
    other = next(id_ for id_ in front.house.programmes.names() if id_ != "club")
    form = {
        "shop": "arbat",
        "title": "Арбат",
        "programme": other,
        "zone": "Europe/Moscow",
        "groups": "outlet, old",
    }
    answer = visit.post("/console/shops", form)

    shop = next(shop for shop in front.house.programmes.shops() if shop.id == "arbat")
    assert (303, other, ("outlet", "old")) == (answer.status_code, shop.programme, shop.groups)


def test_an_address_that_is_not_there_gets_a_page(visitor: Visit) -> None:
    visit = visitor("owner")

    assert [404] * 3 == [
        visit.get(path).status_code for path in ("/nowhere", "/console/members/mem_0", "/console/x/y")
    ]
    assert "Такой страницы нет" in (visit.get("/nowhere"), visit.text())[1]


def test_the_language_and_the_theme_follow_the_visitor(visitor: Visit) -> None:
    visit = visitor("owner")
    visit.get("/console?lang=en")
    assert "Overview" in (visit.get("/console"), visit.text())[1]


def test_a_receipt_shows_what_its_member_chose(front: Shopfront, visitor: Visit) -> None:
    line = Line("1", "4601", 1000, 18_900)
    receipt = Receipt("rcp_chosen", "tverskaya", front.clock.now, "RUB", (line,), choice="earn")
    assert isinstance(front.house.desk().run([Close(receipt, Ref("card", card(0)))])[0], Done)
    visit = visitor("support")

    assert 200 == visit.get("/console/receipts/rcp_chosen").status_code
    assert "Выбор участника копить баллы" in visit.text()
