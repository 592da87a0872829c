"""Orders, sales and returns in: paid once, whatever repeats, changes, comes late or in another order."""

from itertools import count
from typing import Any

import pytest
from one_c import Buyer, Doc, Made, brought, discount, line, orders, parties, party
from trading import Trading

from kopilka.connectors.commerceml import COMMERCEML
from kopilka.connectors.commerceml.shelf import ORDERS

_numbers = count(1)
UNPAID = {"Заказ оплачен": "false", "Отменен": "false"}


@pytest.fixture
def buyer(shop: Trading) -> Buyer:
    return Buyer(shop)


# -- what is a purchase -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["2.08", ""])
def test_a_paid_order_is_a_purchase_in_the_new_exchange_and_the_old(
    shop: Trading, buyer: Buyer, version: str
) -> None:
    made = Made(shop, version=version)
    said = brought(made, Doc("36", [line("tea-100", "500", "2"), line("cocoa", "100")], party=buyer.party()))

    assert "success" == said[0]
    assert ({"36": ("closed", 110_000, False)}, (5_500, 5_500)) == (made.receipts(), buyer.balance())


@pytest.mark.parametrize(
    ("settings", "facts", "sold"),
    [
        ({}, UNPAID, False),
        ({}, {"Оплачен": "да"}, True),
        ({}, {"Дата оплаты по 1С": "2026-02-21T00:00:00"}, True),
        ({}, {"Дата оплаты": "0001-01-01T00:00:00"}, False),
        ({}, {"Отгружен": "true"}, True),
        ({}, {"Номер отгрузки по 1С": "О-000976"}, True),
        ({}, {"Статус заказа": "[F] Выполнен"}, True),
        ({}, {"Статус заказа": "[N] Принят"}, False),
        ({}, {"Финальный статус": "true"}, True),
        ({}, {"Статус заказа": "Закрыт"}, True),
        ({}, {"Проведен": "true"}, False),
        ({}, {"Проведен": "false", "Заказ оплачен": "true"}, False),
        ({}, {"ПометкаУдаления": "true", "Заказ оплачен": "true"}, False),
        ({"sold": "posted"}, {"Проведен": "true"}, True),
        ({"sold": "paid"}, {"Отгружен": "true"}, False),
        ({"sold": "shipped"}, {"Заказ оплачен": "true"}, False),
        ({"sold": "shipped"}, {"Заказ оплачен": "true", "Отгружен": "true"}, True),
        ({"final_statuses": "Вручён"}, {"Статус заказа": "вручён"}, True),
    ],
)
def test_when_an_order_is_a_purchase(
    shop: Trading, settings: dict[str, str], facts: dict[str, str], sold: bool
) -> None:
    made = Made(shop, **settings)
    brought(made, Doc("1", [line("tea-100", "100")], facts=facts))

    assert sold is bool(made.receipts())


def test_retail_sales_are_purchases_at_once(made: Made, buyer: Buyer) -> None:
    brought(
        made,
        Doc("чек-1", [line("tea-100", "100")], operation="Розничная продажа", facts={}, party=buyer.party()),
    )

    assert (500, 500) == buyer.balance()


def test_purchases_from_suppliers_and_other_operations_are_no_sales(made: Made) -> None:
    bought = (
        orders(Doc("1", [line("tea-100", "100")]))
        .decode()
        .replace("<Роль>Продавец</Роль>", "<Роль>Покупатель</Роль>")
    )
    said = made.one_c().put("sale", {"orders.xml": bought.encode()})
    brought(made, Doc("2", [line("tea-100", "100")], operation="Переоценка товаров"))

    assert ({}, "Документ 1: операция не о продаже покупателю") == (made.receipts(), said[2])


# -- sums, discounts, bonuses -----------------------------------------------------------------------------------


def paid(made: Made, shop: Trading, id_: str) -> tuple[int, int, list[int]]:
    """(given outside, points spent, money by line)."""
    view = shop.house.views.receipt(f"{made.prefix}:{id_}")
    assert view is not None
    sale = view.stored.sale
    spent = 0 if sale.decision.spent is None else sale.decision.spent.units
    return sum(row.given_minor for row in sale.lines()) + sale.receipt.given_minor, spent, sale.paid_parts()


@pytest.mark.parametrize(
    ("doc", "wanted"),
    [
        (Doc("1", [line("tea-100", "90", total="90", more=discount("Скидка", "10"))]), (1_000, 0, [9_000])),
        (Doc("1", [line("tea-100", "100", total="100", more=discount("Скидка", "10", inside=False))]), (1_000, 0, [9_000])),
        (Doc("1", [line("tea-100", "100"), line("cocoa", "300")], more=discount("Скидка", "40", inside=False)), (4_000, 0, [9_000, 27_000])),
        (Doc("1", [line("tea-100", "90"), line("cocoa", "270")], total="360", more=discount("Скидка", "40")), (0, 0, [9_000, 27_000])),
        (Doc("1", [line("tea-100", "100.50"), line("cocoa", "0.49")], total="100"), (99, 0, [10_000, 0])),
        (Doc("1", [line("tea-100", "33.33", "3", total="100.00")]), (0, 0, [10_000])),
        (Doc("1", [line("tea-100", "19.90", "0.755", total="15.02")]), (0, 0, [1_502])),
        (Doc("1", [line("tea-100", "1 000,00", total="1 000,00")]), (0, 0, [100_000])),
        (Doc("1", [line("tea-100", "100", more="<Налоги><Налог><Наименование>НДС</Наименование><УчтеноВСумме>false</УчтеноВСумме><Сумма>20</Сумма></Налог></Налоги>")]), (0, 0, [12_000])),
    ],
)  # fmt: skip
def test_sums_are_what_was_really_paid(
    shop: Trading, made: Made, doc: Doc, wanted: tuple[int, int, list[int]]
) -> None:
    brought(made, doc)

    got = paid(made, shop, "1")
    assert (sum(wanted[2]), wanted[:2]) == (sum(got[2]), got[:2])


@pytest.mark.parametrize(
    "how",
    [
        {"facts": {"Заказ оплачен": "true", "Списано бонусов": "150"}},
        {"facts": {"Заказ оплачен": "true"}, "more": discount("Оплата бонусами", "150", inside=False)},
        {"facts": {"Заказ оплачен": "true", "Бонусы клиента": "150,00"}},
    ],
)
def test_bonuses_that_1c_took_are_spent(shop: Trading, how: dict[str, Any]) -> None:
    made, buyer = Made(shop, points_field="Бонусы клиента"), Buyer(shop, points="400")
    brought(made, Doc("1", [line("tea-100", "1000"), line("cocoa", "500")], party=buyer.party(), **how))

    assert (0, 15_000, [90_000, 45_000]) == paid(made, shop, "1")
    assert (40_000 - 15_000 + 6_750,) * 2 == buyer.balance()


def test_bonuses_may_be_told_line_by_line(shop: Trading, made: Made) -> None:
    buyer = Buyer(shop, points="400")
    lines = [
        line("tea-100", "850", total="850", more=discount("Оплата бонусами", "150")),
        line("cocoa", "500"),
    ]
    brought(made, Doc("1", lines, party=buyer.party(), total="1350", more=discount("Оплата бонусами", "150")))

    assert (0, 15_000, [85_000, 50_000]) == paid(made, shop, "1")


def test_more_bonuses_than_there_were_become_a_debt_and_the_sale_stands(shop: Trading, made: Made) -> None:
    buyer = Buyer(shop, points="100")
    brought(
        made,
        Doc(
            "1",
            [line("tea-100", "1000")],
            party=buyer.party(),
            facts={"Заказ оплачен": "true", "Списано бонусов": "300"},
        ),
    )

    assert {"1": ("closed", 70_000, False)} == made.receipts()
    # What it gave is what its own Decision gave, with the 100 bonuses that were there.
    assert (10_000 - 30_000 + 4_500) == buyer.balance()[0]


def test_delivery_is_no_goods(shop: Trading, made: Made) -> None:
    brought(made, Doc("1", [line("tea-100", "100"), line("ORDER_DELIVERY", "300")]))

    view = shop.house.views.receipt(f"{made.prefix}:1")
    assert view is not None
    assert (10_000, 30_000) == (
        view.stored.sale.decision.goods_minor,
        view.stored.sale.decision.delivery_minor,
    )


@pytest.mark.parametrize(
    ("lines", "facts", "why"),
    [
        ([line("tea-100", "много")], {}, "Товары/Товар[1]/Сумма"),
        ([line("tea-100", "100", "0")], {}, "Товары/Товар[1]/Количество"),
        ([line("tea-100", "100", "-1")], {}, "Товары/Товар[1]/Количество"),
        ([line("cocoa", "1"), line("tea-100", "100", total="-5")], {}, "Товары/Товар[2]/Сумма"),
        ([line("tea-100", "100", total="1e30")], {}, "Товары/Товар[1]/Сумма"),
        ([], {"Заказ оплачен": "true"}, "нет строк товаров"),
        ([line(f"s{n}", "1") for n in range(1_001)], {"Заказ оплачен": "true"}, "больше 1000 строк"),
    ],
)
def test_a_wrong_document_is_told_by_its_element_and_does_not_stop_others(
    made: Made, lines: list[str], facts: dict[str, str], why: str
) -> None:
    wrong = Doc("плохой", lines, facts=facts or {"Заказ оплачен": "true"})
    said = brought(made, wrong, Doc("хороший", [line("tea-100", "100")]))

    assert ("success", {"хороший"}) == (said[0], set(made.receipts()))
    assert said[2].startswith("Документ плохой: ")
    assert why in said[2]


def test_another_currency_and_a_future_date_are_told(made: Made) -> None:
    dollars = orders(Doc("1", [line("tea-100", "100")])).decode().replace("руб", "USD").encode()
    said = made.one_c().put("sale", {"orders.xml": dollars})
    future = brought(made, Doc("2", [line("tea-100", "100")], day="2999-01-01"))

    assert {} == made.receipts()
    assert ["Документ 1: валюта не та, что в программе", "Документ 2: дата документа в будущем"] == [
        said[2],
        future[2],
    ]


# -- who --------------------------------------------------------------------------------------------------------


def test_the_card_names_the_member_before_the_counterparty_does(shop: Trading, made: Made) -> None:
    one, other = Buyer(shop), Buyer(shop)
    brought(
        made,
        Doc(
            "1",
            [line("tea-100", "100")],
            party=other.party(),
            facts={"Заказ оплачен": "true", "Номер дисконтной карты": one.card},
        ),
    )

    assert ((500, 500), (0, 0)) == (one.balance(), other.balance())


def test_a_blocked_card_or_member_gets_nothing_and_the_sale_stands(
    shop: Trading, made: Made, buyer: Buyer
) -> None:
    shop.house.members.set_card(buyer.id, buyer.card, "blocked", "test")
    said = brought(
        made,
        Doc(
            "1",
            [line("tea-100", "100")],
            facts={"Заказ оплачен": "true", "Номер дисконтной карты": buyer.card},
        ),
    )

    assert "Документ 1: карта заблокирована, продажа учтена без участника" == said[2]
    assert ({"1": ("closed", 10_000, False)}, (0, 0)) == (made.receipts(), buyer.balance())


def test_a_buyer_joins_with_the_order_where_the_shop_wants_it(shop: Trading) -> None:
    made = Made(shop, enrol="yes")
    brought(
        made, Doc("1", [line("tea-100", "100")], party=party("new", "Новый Покупатель", phone="+79040000001"))
    )

    member = shop.seen("phone", "+79040000001")
    assert member is not None
    assert (500, 500) == shop.balance(member.member_id)


def test_what_was_bought_before_the_buyer_joined_waits_and_is_booked(shop: Trading, made: Made) -> None:
    card = f"9900{next(_numbers)}"
    doc = Doc("1", [line("tea-100", "100")], facts={"Заказ оплачен": "true", "Номер дисконтной карты": card})
    said = brought(made, doc)
    assert ({}, "Документ 1: покупатель ещё не участник, покупка ждёт его") == (made.receipts(), said[2])

    member = shop.member(f"+7905{next(_numbers):07}", card=card)
    brought(made, doc)
    assert ({"1": ("closed", 10_000, False)}, (500, 500)) == (made.receipts(), shop.balance(member))


def test_orders_before_customers_end_as_customers_before_orders(shop: Trading) -> None:
    """The customers' file comes last; the sweep books what waited, once."""
    made, number = Made(shop), f"+7906{next(_numbers):07}"
    brought(made, Doc("1", [line("tea-100", "100")], party=party("late", phone=number)))
    assert {} == made.receipts()
    joined = Made(shop, enrol="yes")
    joined.one_c().put("catalog", {"contragents.xml": parties(party("late", phone=number))})
    document = shop.house.foreign.document(made.prefix, ORDERS, "1")
    member = shop.seen("phone", number)
    assert document is not None
    assert member is not None
    for _ in range(2):
        shop.wait(COMMERCEML.attach(document, member.member_id, made.connection, shop.services))

    assert ({"1": ("closed", 10_000, False)}, (500, 500)) == (made.receipts(), shop.balance(member.member_id))


def test_who_the_buyer_is_stands_with_the_member_alone(shop: Trading, made: Made, buyer: Buyer) -> None:
    for _ in range(2):
        brought(made, Doc("1", [line("tea-100", "100")], party=buyer.party("970#юля#Еремеева Юлия")))
    document = shop.house.foreign.document(made.prefix, ORDERS, "1")

    assert document is not None
    assert (buyer.id, f"{made.prefix}:1") == (document.member_id, document.receipt_id)
    assert not [word for word in (buyer.phone, "Еремеева", "Петрова") if word in str(document.content)]


def test_nobody_comes_for_a_sale_and_it_is_a_guests(shop: Trading, made: Made) -> None:
    brought(made, Doc("1", [line("tea-100", "100")], party=party("x", phone=f"+7907{next(_numbers):07}")))
    document = shop.house.foreign.document(made.prefix, ORDERS, "1")
    assert document is not None
    shop.wait(COMMERCEML.attach(document, "", made.connection, shop.services))
    assert {"1": ("closed", 10_000, False)} == made.receipts()
