"""Gifts, payouts, perks, tags and facts on the console: given once, taken back once, told in both languages."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from browser import Visitor
from shopfront import Shopfront, card

from kopilka.usecases.commands import Ref
from kopilka.usecases.members import MemberChange, PersonChange
from kopilka.usecases.playbooks import playbook
from kopilka.usecases.programmes import Published, Wanted
from kopilka.usecases.views import MemberView

Visit = Callable[..., Visitor]


def publish(front: Shopfront, *names: str) -> None:
    now, front.clock.now = front.clock.now, front.clock.now - timedelta(days=59)
    for name in names:
        assert isinstance(front.house.programmes.publish(Wanted(playbook(name), 0)), Published)
    front.clock.now = now


def member(front: Shopfront, number: int = 0) -> MemberView:
    found = front.house.views.member(Ref("card", card(number)))
    assert found is not None
    return found


def path(front: Shopfront) -> str:
    return f"/console/members/{member(front).member_id}"


def free(front: Shopfront, kind: str) -> int:
    found = member(front)
    wallets = front.house.views.wallets((found.bucket, found.holder_id))
    return sum(wallet.free for wallet in wallets if wallet.kind == kind)


def give(visit: Visitor, front: Shopfront, points: str, kind: str) -> None:
    visit.get(path(front))
    form = {"points": points, "kind": kind, "reason": "x", "way": "add", "key": f"k-{kind}"}
    assert 303 == visit.post(f"{path(front)}/adjust", form).status_code


def test_a_gift_is_given_once_and_taken_back_once(visitor: Visit, front: Shopfront) -> None:
    publish(front, "b10-gift-catalogue")
    visit = visitor("support")
    give(visit, front, "1000", "bonus")
    before = free(front, "bonus")
    visit.get(path(front))
    form = {"gift": "gift-catalogue:mug", "pieces": "1", "key": visit.hidden("key")}
    answers = [visit.post(f"{path(front)}/gift", form, csrf=visit.csrf()) for _ in range(1)]
    visit.get(path(front))
    answers.append(visit.post(f"{path(front)}/gift", form))
    redemption = answers[0].headers["location"].partition("?")[0]

    assert answers[0].headers["location"] == answers[1].headers["location"]
    assert before - 500 == free(front, "bonus")
    visit.get(redemption)
    assert "Кружка" in visit.text()
    assert "0,00" in visit.text()
    for _ in range(2):
        visit.get(redemption) if "_csrf" in visit.page.text else None
        assert 303 == visit.post(f"{redemption}/return", {}).status_code
        visit.get(path(front))
    assert before == free(front, "bonus")
    visit.get(redemption)
    assert "вернулся" in visit.text()
    assert f'href="{redemption}"' in visit.get(path(front)).text


def test_gifts_that_cannot_be_had_have_no_button_and_are_refused(visitor: Visit, front: Shopfront) -> None:
    publish(front, "b10-gift-catalogue")
    visit = visitor("owner", "en")
    visit.get(path(front))
    had = free(front, "bonus")
    answers = []
    for gift, pieces in (
        ("mug", "0"),
        ("mug", "-1"),
        ("mug", "x"),
        ("mug", "9999"),
        ("car", "1"),
        ("tote", "900"),
    ):
        form = {"gift": f"gift-catalogue:{gift}", "pieces": pieces, "key": f"k{gift}{pieces}"}
        answers.append(visit.post(f"{path(front)}/gift", form).status_code)

    assert [422] * 6 == answers
    assert had == free(front, "bonus")


def test_the_catalogue_shows_what_is_left(visitor: Visit, front: Shopfront) -> None:
    visit = visitor("owner", "en")
    visit.get("/console/gifts")
    assert "No gifts yet" in visit.text()

    publish(front, "b10-gift-catalogue")
    visit.get("/console/gifts")
    assert "Mug" in visit.text()
    assert "of 100" in visit.text()
    assert "not counted" in visit.text()
    assert 404 == visit.get("/console/gifts/txn_nothing").status_code


def test_money_is_paid_out_once(visitor: Visit, front: Shopfront) -> None:
    publish(front, "b11-cashback")
    visit = visitor("support", "en")
    assert "Pay out money" not in visit.get(path(front)).text
    give(visit, front, "50.25", "money")
    visit.get(path(front))
    assert "Can be paid out: 50.25" in visit.text()
    form = {"payout_kind": "money", "payout": "20,25", "reference": "order 7", "key": visit.hidden("key")}
    for _ in range(2):
        assert 303 == visit.post(f"{path(front)}/payout", form).status_code
        visit.get(path(front))

    assert 3000 == free(front, "money")
    wrong = [{"payout": "x"}, {"payout": "40"}, {"reference": " "}, {"payout_kind": "gold"}, {"payout": "0"}]
    codes = [
        visit.post(f"{path(front)}/payout", {**form, "key": f"w{n}", **row}).status_code
        for n, row in enumerate(wrong)
    ]
    assert [422] * 5 == codes
    assert 3000 == free(front, "money")


@pytest.mark.parametrize(("language", "said"), [("ru", "по 10 апр. 2026"), ("en", "through 10 Apr 2026")])
def test_perks_are_told_with_their_day_and_what_to_do(
    visitor: Visit, front: Shopfront, language: str, said: str
) -> None:
    publish(front, "d12-perks")
    found = member(front)
    with front.house.pool.connection() as connection:
        connection.execute(
            "INSERT INTO perk (bucket, holder_id, programme, perk, source, since, last_on)"
            " VALUES (%s, %s, 'perks', 'tasting', 'r', %s, %s)",
            (found.bucket, found.holder_id, date(2026, 2, 1), date(2026, 4, 10)),
        )
    visit = visitor("owner", language)
    visit.get(path(front))

    assert said in visit.text()
    assert {"ru": "Выдайте конверт", "en": "Hand over the envelope"}[language] in visit.text()


def test_tags_and_facts_of_others_stay_when_a_form_is_saved(visitor: Visit, front: Shopfront) -> None:
    visit = visitor("support")
    visit.get(path(front))
    members, id_ = front.house.members, member(front).member_id
    form = {
        "name": "Анна", "phone": "", "email": "", "birthday": "", "tags_were": "", "tags": "vip, мама",
        "further_were": "", "further": "размер: M\nпитомец: кот",
    }  # fmt: skip
    members.change(id_, MemberChange(add_tags=("b2b",)), PersonChange(attributes={"язык": "kk"}), (), "api")
    assert 303 == visit.post(f"{path(front)}/change", form).status_code

    after = member(front)
    assert ({"b2b", "vip", "мама"}, {"размер": "M", "питомец": "кот", "язык": "kk"}) == (
        set(after.tags),
        dict(after.person.attributes),
    )
    visit.get(path(front))
    assert "размер" in visit.text()
    assert 422 == visit.post(f"{path(front)}/change", {**form, "further": "просто слова"}).status_code
    assert 422 == visit.post(f"{path(front)}/change", {**form, "tags": "x" * 65}).status_code


def test_what_a_member_says_of_themselves_stands_in_no_log(visitor: Visit, front: Shopfront) -> None:
    visit = visitor("support")
    visit.get(path(front))
    form = {
        "name": "Анна",
        "phone": "",
        "email": "",
        "birthday": "",
        "further_were": "",
        "further": "питомец: кот",
    }
    visit.post(f"{path(front)}/change", form)
    with front.house.pool.connection() as connection:
        told = connection.execute(
            "SELECT detail::text FROM staff_action UNION ALL SELECT data::text FROM event"
        ).fetchall()

    assert [] == [row for row in told if "кот" in str(row)]
