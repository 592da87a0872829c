"""Counterparties in: members are updated by id, card, phone or e-mail, and enrolled where the shop wants it."""

from datetime import date
from itertools import count

import pytest
from one_c import Made, parties, party, requisites
from trading import Trading

from kopilka.usecases.erase_member import Erased, ErasureWish
from kopilka.usecases.views import MemberView

_numbers = count(1)


def phone() -> str:
    return f"+7901{next(_numbers):07}"


def brought(made: Made, *rows: str, **more: str) -> list[str]:
    return made.one_c().put("catalog", {"contragents.xml": parties(*rows, **more)})


def named(member: MemberView | None, kind: str) -> list[str]:
    assert member is not None
    return [row.value for row in member.identifiers if row.kind == kind and row.status == "active"]


def test_a_counterparty_joins_where_the_shop_wants_it(shop: Trading) -> None:
    made, number = Made(shop, enrol="yes"), phone()
    born = "<Фамилия>Петрова</Фамилия><Имя>Анна</Имя><Отчество>Ивановна</Отчество><ДатаРождения>1990-05-06</ДатаРождения>"
    brought(
        made,
        party("c-1", phone="8" + number[2:], email=f"A{number}@Example.org", card="7700 0001", more=born),
    )
    member = shop.seen("phone", number)

    assert member is not None
    assert ("Петрова Анна Ивановна", date(1990, 5, 6)) == (member.person.name, member.person.birthday)
    assert f"a{number}@example.org" == member.person.email
    assert (["77000001"], [f"{made.prefix}:c-1"]) == (named(member, "card"), named(member, "external"))
    assert "shop" == member.shop


def test_without_that_setting_nobody_joins(shop: Trading, made: Made) -> None:
    number = phone()
    brought(made, party("c-1", phone=number))

    assert shop.seen("phone", number) is None


def test_a_repeat_makes_nobody_twice(shop: Trading) -> None:
    made, number = Made(shop, enrol="yes"), phone()
    for _ in range(3):
        brought(made, party("c-2", phone=number), party("c-2", phone=number))

    assert [(1,)] == shop.rows("SELECT count(*) FROM personal.person WHERE phone = %s", number)


def test_a_member_is_updated_by_whatever_names_them(shop: Trading, made: Made) -> None:
    for by in ("phone", "email", "card", "external"):
        number, mail, card = phone(), f"m{next(_numbers)}@example.org", f"555{next(_numbers)}"
        names = {"email": mail, "card": card, "external": f"{made.prefix}:{by}"}
        member = shop.member(number, **names)
        told = {"phone": {"phone": number}, "email": {"email": mail}, "card": {"card": card}, "external": {}}[
            by
        ]
        new_card = {} if by == "card" else {"card": f"777{next(_numbers)}"}
        brought(made, party(by if by == "external" else f"{by}-id", "Новое Имя", **told, **new_card))

        after = shop.seen("member", member)
        assert after is not None
        assert ("Новое Имя", number) == (after.person.name, after.person.phone), by
        assert set(new_card.values()) <= set(named(after, "card"))


def test_a_new_phone_replaces_the_old_one(shop: Trading, made: Made) -> None:
    old, new = phone(), phone()
    member = shop.member(old, external=f"{made.prefix}:x1")
    brought(made, party("x1", phone=new))

    found = shop.seen("phone", new)
    assert (found and found.member_id, shop.seen("phone", old)) == (member, None)


def test_what_belongs_to_somebody_else_is_told_and_left(shop: Trading, made: Made) -> None:
    theirs, mine = phone(), phone()
    other = shop.member(theirs, card=f"888{next(_numbers)}")
    member = shop.member(mine, external=f"{made.prefix}:x2")
    said = brought(made, party("x2", phone=theirs))

    assert "Контрагент x2: телефон, почта или карта уже у другого участника" == said[2]
    assert [other, member] == [
        view.member_id for number in (theirs, mine) if (view := shop.seen("phone", number))
    ]


def test_a_uuid_is_the_same_person_in_every_exchange(shop: Trading) -> None:
    id_, number = "62E1BAD5-97D9-4A6D-AE51-51DBD6780837", phone()
    brought(Made(shop, enrol="yes"), party(id_, phone=number))
    brought(Made(shop), party(id_, "Другое Имя"))

    member = shop.seen("external", id_.lower())
    assert member is not None
    assert ("Другое Имя", number) == (member.person.name, member.person.phone)


@pytest.mark.parametrize(
    "row",
    [
        party(
            "o1",
            "ООО Ромашка",
            phone="+79020000001",
            more="<ОфициальноеНаименование>ООО Ромашка</ОфициальноеНаименование>",
        ),
        party("o2", "ООО", phone="+79020000001", more="<ИНН>7806080903</ИНН>"),
        party("o3", phone="+79020000001", more="<ПометкаУдаления>true</ПометкаУдаления>"),
        party("o4", phone="+79020000001").replace("<Роль>Покупатель</Роль>", "<Роль>Продавец</Роль>"),
        party("o5", "Розничный покупатель"),
        party("o6", phone="нет телефона"),
    ],
)
def test_companies_sellers_and_collective_buyers_do_not_join(shop: Trading, row: str) -> None:
    before = shop.rows("SELECT count(*) FROM member")
    brought(Made(shop, enrol="yes"), row)

    assert before == shop.rows("SELECT count(*) FROM member")


def test_cards_may_stand_in_elements_of_their_own(shop: Trading) -> None:
    made = Made(shop, enrol="yes", card_field="Скидочная карта клиента")
    rows = {
        "4001": "<ДисконтныеКарты><ДисконтнаяКарта><Номер>4001</Номер></ДисконтнаяКарта></ДисконтныеКарты>",
        "4002": "<КартаЛояльности><Штрихкод>4002</Штрихкод></КартаЛояльности>",
        "4003": requisites({"Карта лояльности": "4003"}),
        "4004": requisites({"Скидочная карта клиента": "4004", "Карта лояльности": "9"}),
    }
    brought(made, *(party(f"e{card}", more=more) for card, more in rows.items()))

    assert [True] * 4 == [shop.seen("card", card) is not None for card in rows]


def test_an_erased_member_stays_erased(shop: Trading, made: Made) -> None:
    number = phone()
    member = shop.member(number, external=f"{made.prefix}:gone")
    assert isinstance(shop.house.privacy.erasures.erase(ErasureWish(member, "test")), Erased)
    said = brought(made, party("gone", "Опять Анна", phone=number))

    after = shop.seen("member", member)
    assert after is not None
    assert ("erased", "", ()) == (after.status, after.person.name, after.identifiers)
    assert [None, None] == [shop.seen("external", f"{made.prefix}:gone"), shop.seen("phone", number)]
    assert "success" == said[0]


def test_an_id_of_bitrix_may_be_long_and_hold_a_name(shop: Trading) -> None:
    made, number = Made(shop, enrol="yes"), phone()
    id_ = "970#Eremeeva-Ukka055#Еремеева Юлия " + "ю" * 150
    brought(made, party(id_, phone=number))
    brought(made, party(id_, "Вторая"))

    found = shop.seen("phone", number)
    assert found is not None
    assert "Вторая" == found.person.name
