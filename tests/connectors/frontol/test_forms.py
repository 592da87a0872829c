"""The balance slip, and forms on the till: joining by phone with a code, a card for a member."""

from typing import Any

import pytest
from till_frontol import FrontolTill, Json, cashier, position, slip
from trading import Trading

TEA = position(1, "tea-100", 450.0, 2)


def extra(till: FrontolTill, action: str, client: Json | None, **values: str) -> Json:
    who = {} if client is None else {"client": client}
    rows = [{"name": name, "value": value} for name, value in values.items()]
    return till.ask("extra/client", till.common(action=action, **who, values=rows))


def names(answer: Json) -> list[str]:
    return [row["name"] for row in answer["form"]["elements"] if row["type"] != "label"]


@pytest.fixture
def newcomer(shop: Trading) -> FrontolTill:
    """A till with nobody's phone."""
    return FrontolTill(shop, *shop.connect("frontol"))


# -- /client ----------------------------------------------------------------------------------------------------


def test_the_balance_is_told_and_printed(shop: Trading, till: FrontolTill) -> None:
    till.pay([TEA], 100)
    answer = till.ask("client", till.common(client=till.client))

    assert ["Анна П., Базовый, 200 бонусов", "До уровня «Золотой» — 5 000 ₽"] == cashier(answer)
    assert {"Уровень": "Базовый", "Доступно бонусов": "200", "Баланс": "300 бонусов"} == slip(answer)


@pytest.mark.parametrize(
    ("client", "said"),
    [
        (None, []),
        ({}, []),
        ({"card": "404"}, ["Покупатель не найден в программе"]),
        ({"mobilePhone": "abc"}, ["Покупатель не найден в программе"]),
    ],
)
def test_nobody_has_no_balance_and_that_is_no_error(
    till: FrontolTill, client: Json | None, said: list[str]
) -> None:
    answer = till.ask("client", till.common(**({} if client is None else {"client": client})))

    assert (0, said, {}) == (answer["code"], cashier(answer), slip(answer))


# -- joining ----------------------------------------------------------------------------------------------------


def test_a_buyer_joins_by_phone_with_a_code(shop: Trading, newcomer: FrontolTill) -> None:
    till, client = newcomer, newcomer.client
    form = extra(till, "describe", client)
    code = extra(till, "check", client, name="Борис Ким", consent="yes")["client"]["validationCode"]
    sent = shop.house.verifications.messages(1)[0]
    joined = extra(
        till, "execute", client | {"validationCode": code}, name="Борис  Ким", birthday="31.12.1990", card="2000 0042",
        consent="yes", receipts="yes",
    )  # fmt: skip
    quoted = till.calculate([TEA], client={"card": "20000042"})

    assert ["name", "birthday", "card", "consent", "receipts", "messages"] == names(form)
    assert (till.phone, True) == (sent.address, sent.content.startswith(code))
    assert "Борис К. теперь в программе" == cashier(joined)[0]
    assert {"mobilePhone": till.phone, "availableAmount": 0.0} == quoted["client"]
    assert {"form": "electronicAndPrinted", "contact": "mobilePhone"} == quoted["electronicCheck"]
    member = shop.seen("phone", till.phone)
    assert member is not None
    assert {("personal_data", ""), ("receipts", "")} == {
        (row.purpose, row.channel) for row in member.consents
    }
    assert ("1990-12-31", "shop") == (str(member.person.birthday), member.shop)


def test_joining_again_and_repeats_change_nothing(shop: Trading, newcomer: FrontolTill) -> None:
    extra(newcomer, "check", newcomer.client)
    first = extra(newcomer, "execute", newcomer.client, name="Борис", consent="yes")
    again = [
        extra(newcomer, action, newcomer.client, name="Борис", consent="yes")
        for action in ("execute", "check")
    ]

    assert [0, 0, 0] == [each["code"] for each in (first, *again)]
    assert [(1,)] == shop.rows("SELECT 1 FROM personal.identifier WHERE value = %s", newcomer.phone)


def test_nobody_joins_without_a_code_sent_first(shop: Trading, newcomer: FrontolTill) -> None:
    answer = extra(newcomer, "execute", newcomer.client, name="Борис", consent="yes")

    assert {"code": 1, "error": "Сначала отправьте покупателю код и проверьте его"} == answer
    assert shop.seen("phone", newcomer.phone) is None


def test_a_wrong_code_joins_nobody_and_too_many_end_it(shop: Trading, newcomer: FrontolTill) -> None:
    right = extra(newcomer, "check", newcomer.client)["client"]["validationCode"]
    wrong = newcomer.client | {"validationCode": f"{(int(right) + 1) % 10**6:06}"}
    answers = [extra(newcomer, "execute", wrong)["error"] for _ in range(6)]
    last = extra(newcomer, "execute", newcomer.client | {"validationCode": right})

    assert ["Неверный код из СМС"] * 5 == answers[:5]
    assert "Код из СМС больше не действует: рассчитайте чек заново" == answers[5] == last["error"]
    assert shop.seen("phone", newcomer.phone) is None


def test_the_phone_may_come_in_the_form(shop: Trading, newcomer: FrontolTill) -> None:
    form = extra(newcomer, "describe", None)
    extra(newcomer, "check", None, phone=newcomer.phone)
    joined = extra(newcomer, "execute", None, phone=newcomer.phone.replace("+7", "8"), consent="yes")

    assert "phone" == names(form)[0]
    assert 0 == joined["code"]
    assert shop.seen("phone", newcomer.phone) is not None


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"consent": "no"}, "Без согласия на обработку данных вступить нельзя"),
        ({"birthday": "31.02.1990"}, "День рождения пишется так: 31.12.1990"),
        ({"birthday": "01.01.2999"}, "День рождения пишется так: 31.12.1990"),
        ({"card": "x" * 200}, "Это не номер карты"),
    ],
)
def test_a_form_filled_in_wrongly_is_told_before_any_code_is_sent(
    shop: Trading, newcomer: FrontolTill, values: dict[str, str], error: str
) -> None:
    before = shop.rows("SELECT count(*) FROM personal.message")

    assert {"code": 1, "error": error} == extra(newcomer, "check", newcomer.client, **values)
    assert {"code": 1, "error": error} == extra(newcomer, "execute", newcomer.client, **values)
    assert before == shop.rows("SELECT count(*) FROM personal.message")


def test_codes_are_not_sent_without_end(newcomer: FrontolTill) -> None:
    answers = [extra(newcomer, "check", newcomer.client)["code"] for _ in range(7)]

    assert [0] * 5 + [1] * 2 == answers


def test_no_phone_no_joining(newcomer: FrontolTill) -> None:
    assert 1 == extra(newcomer, "check", {"card": "20009999"})["code"]
    assert 1 == extra(newcomer, "check", {"mobilePhone": "12"})["code"]


# -- a member ---------------------------------------------------------------------------------------------------


def test_a_member_is_shown_and_gets_a_card(shop: Trading, till: FrontolTill) -> None:
    form = extra(till, "describe", till.client)
    bound = [extra(till, "execute", till.client, card="20000055") for _ in range(2)]

    assert "Анна П., Базовый, 300 бонусов" == form["form"]["elements"][0]["text"]
    assert ["card", "receipts"] == names(form)
    assert [["Карта 20000055 привязана"]] * 2 == [cashier(each) for each in bound]
    assert "300" == slip(till.calculate([TEA], client={"card": "20000055"}))["Доступно бонусов"]


def test_a_card_of_somebody_else_is_not_bound(shop: Trading, till: FrontolTill) -> None:
    shop.member("+79990000077", card="20000066")
    answer = extra(till, "execute", till.client, card="20000066")

    assert {"code": 1, "error": "Карта 20000066 принадлежит другому участнику"} == answer


def test_receipts_go_to_the_address_that_was_agreed_to(shop: Trading) -> None:
    till = FrontolTill(shop, *shop.connect("frontol"))
    till.member = shop.member(till.phone, email="anna@example.com")
    before = till.calculate([TEA])
    extra(till, "execute", till.client, receipts="yes")
    after: dict[str, Any] = till.calculate([TEA])

    assert ("electronicCheck" in before, "email" in before["client"]) == (False, False)
    assert {"form": "electronicAndPrinted", "contact": "email"} == after["electronicCheck"]
    assert "anna@example.com" == after["client"]["email"]
