"""Spending confirmed by a code that is sent to the customer."""

from datetime import timedelta

import pytest
from till_frontol import FrontolTill, cashier, position
from trading import Trading

TEA = position(1, "tea-100", 450.0, 2)


@pytest.fixture
def till(shop: Trading) -> FrontolTill:
    return FrontolTill.opened(shop, points="300", confirm_spending="yes")


def sent(shop: Trading, till: FrontolTill) -> list[str]:
    messages = shop.house.verifications.messages(200)
    return [message.content[:6] for message in messages if message.address == till.phone]


def test_the_code_is_sent_once_however_often_a_receipt_is_calculated(
    shop: Trading, till: FrontolTill
) -> None:
    codes = {till.calculate([TEA])["client"]["validationCode"] for _ in range(3)}

    assert codes == set(sent(shop, till))
    assert 1 == len(sent(shop, till))


def test_bonuses_pay_with_the_right_code_only(shop: Trading, till: FrontolTill) -> None:
    code = till.calculate([TEA])["client"]["validationCode"]
    without = till.pay([TEA], 100)
    wrong = till.pay([TEA], 100, client=till.client | {"validationCode": "x" + code[1:]})
    right = [till.pay([TEA], amount, client=till.client | {"validationCode": code}) for amount in (100, 120)]

    assert (1, "Для оплаты бонусами нужен код из СМС: он отправлен покупателю") == (
        without["code"],
        without["error"],
    )
    assert (1, "Неверный код из СМС") == (wrong["code"], wrong["error"])
    assert ([0, 0], (30_000, 18_000)) == ([each["code"] for each in right], shop.balance(till.member))


def test_a_code_is_good_for_one_receipt(shop: Trading, till: FrontolTill) -> None:
    code = till.calculate([TEA])["client"]["validationCode"]
    client = till.client | {"validationCode": code}
    till.pay([TEA], 100, client=client)
    other = till.pay([TEA], 100, client=client, uid=till.other)

    assert (1, (30_000, 20_000)) == (other["code"], shop.balance(till.member))
    assert 2 == len(sent(shop, till))


def test_a_code_does_not_live_for_ever(shop: Trading, till: FrontolTill) -> None:
    code = till.calculate([TEA])["client"]["validationCode"]
    shop.clock.ahead += timedelta(minutes=11)
    late = till.pay([TEA], 100, client=till.client | {"validationCode": code})

    assert (1, (30_000, 30_000)) == (late["code"], shop.balance(till.member))


def test_guessing_ends_after_some_tries(shop: Trading, till: FrontolTill) -> None:
    code = till.calculate([TEA])["client"]["validationCode"]
    wrong = till.client | {"validationCode": f"{(int(code) + 1) % 10**6:06}"}
    errors = [till.pay([TEA], 100, client=wrong)["error"] for _ in range(6)]
    right = till.pay([TEA], 100, client=till.client | {"validationCode": code})

    assert (["Неверный код из СМС"] * 5, 1) == (errors[:5], right["code"])
    assert 30_000 == shop.balance(till.member)[1]


def test_the_form_sends_the_code_too(shop: Trading, till: FrontolTill) -> None:
    answer = till.ask("extra/client", till.common(action="check", client=till.client, values=[]))
    code = answer["client"]["validationCode"]
    paid = till.pay([TEA], 100, client=till.client | {"validationCode": code})

    assert ([code], 0) == (sent(shop, till), paid["code"])
    assert [f"Код отправлен на телефон ··{till.phone[-2:]}"] == cashier(answer)


def test_a_receipt_printed_without_the_code_is_booked_all_the_same(shop: Trading, till: FrontolTill) -> None:
    assert 0 == till.confirm([TEA], 800, 100)["code"]
    assert 24_000 == shop.balance(till.member)[0]


def test_no_code_is_asked_for_where_it_is_not_set(shop: Trading) -> None:
    plain = FrontolTill.opened(shop, points="300")

    assert "validationCode" not in plain.calculate([TEA])["client"]
    assert 0 == plain.pay([TEA], 100)["code"]
