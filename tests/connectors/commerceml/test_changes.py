"""Documents that repeat, change, are cancelled or come back, and sales that other doors know."""

from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import pytest
from one_c import Buyer, Doc, Made, back, brought, file, later, line
from trading import Trading

from kopilka.core.receipt import Line, Receipt
from kopilka.usecases.commands import Close, Hold, Ref, Stated
from kopilka.usecases.outcomes import Done

_numbers = count(1)
UNPAID = {"Заказ оплачен": "false", "Отменен": "false"}
CANCELLED = {"Заказ оплачен": "true", "Отменен": "true"}


@pytest.fixture
def buyer(shop: Trading) -> Buyer:
    return Buyer(shop)


# -- repeats and changes ----------------------------------------------------------------------------------------


def test_a_repeat_changes_nothing(made: Made, buyer: Buyer) -> None:
    doc = Doc("1", [line("tea-100", "100"), line("cocoa", "50")], party=buyer.party())
    for _ in range(3):
        brought(made, doc)
    turned = Doc("1", list(reversed(doc.lines)), party=buyer.party())
    brought(made, turned, formed=later(2))

    assert ({"1": ("closed", 15_000, False)}, (750, 750)) == (made.receipts(), buyer.balance())


def test_a_changed_order_replaces_what_was_booked(made: Made, buyer: Buyer) -> None:
    brought(made, Doc("1", [line("tea-100", "100", "3")], party=buyer.party()))
    brought(
        made,
        Doc("1", [line("tea-100", "100", "2"), line("cocoa", "50")], party=buyer.party()),
        formed=later(2),
    )

    assert {"1": ("closed", 30_000, True), "1~2": ("closed", 25_000, False)} == made.receipts()
    assert (1_250, 1_250) == buyer.balance()


def test_an_older_file_never_overwrites_a_newer_one(made: Made, buyer: Buyer) -> None:
    brought(made, Doc("1", [line("tea-100", "100", "2")], party=buyer.party()), formed=later(5))
    said = brought(made, Doc("1", [line("tea-100", "100", "9")], party=buyer.party()), formed=later(4))

    assert "Документ 1: уже есть более новые сведения" == said[2]
    assert ({"1": ("closed", 20_000, False)}, (1_000, 1_000)) == (made.receipts(), buyer.balance())


def test_an_order_is_cancelled_and_comes_back(made: Made, buyer: Buyer) -> None:
    lines = [line("tea-100", "100")]
    brought(made, Doc("1", lines, party=buyer.party()))
    for _ in range(2):
        brought(made, Doc("1", lines, party=buyer.party(), facts=CANCELLED), formed=later(2))
    assert ({"1": ("closed", 10_000, True)}, (0, 0)) == (made.receipts(), buyer.balance())

    for _ in range(2):
        brought(made, Doc("1", lines, party=buyer.party()), formed=later(3))
    assert {"1": ("closed", 10_000, True), "1~2": ("closed", 10_000, False)} == made.receipts()
    assert (500, 500) == buyer.balance()


def test_a_payment_that_is_taken_back_takes_the_bonuses_back(made: Made, buyer: Buyer) -> None:
    brought(made, Doc("1", [line("tea-100", "100")], party=buyer.party()))
    brought(made, Doc("1", [line("tea-100", "100")], party=buyer.party(), facts=UNPAID), formed=later(2))

    assert (0, 0) == buyer.balance()


def test_an_order_that_gets_its_card_later_moves_to_the_member(made: Made, buyer: Buyer) -> None:
    brought(made, Doc("1", [line("tea-100", "100")]))
    brought(made, Doc("1", [line("tea-100", "100")], party=buyer.party()), formed=later(2))

    assert ({"1": True, "1~2": False}, (500, 500)) == (
        {k: v[2] for k, v in made.receipts().items()},
        buyer.balance(),
    )


# -- returns ----------------------------------------------------------------------------------------------------


def test_goods_come_back_in_parts(made: Made, buyer: Buyer) -> None:
    brought(made, Doc("1", [line("tea-100", "100", "3"), line("cocoa", "50")], party=buyer.party()))
    assert (1_750, 1_750) == buyer.balance()
    for _ in range(3):
        brought(made, back("в1", "1", line("tea-100", "100", "1")))
    assert (1_250, 1_250) == buyer.balance()
    brought(made, back("в2", "1", line("tea-100", "100", "2"), line("cocoa", "50")))
    assert ({"1": ("closed", 35_000, True)}, (0, 0)) == (made.receipts(), buyer.balance())


def test_an_order_sent_again_after_its_return_is_not_sold_again(made: Made, buyer: Buyer) -> None:
    doc = Doc("1", [line("tea-100", "100")], party=buyer.party())
    brought(made, doc)
    brought(made, back("в1", "1", line("tea-100", "100")))
    brought(made, doc, formed=later(3))

    assert ({"1": ("closed", 10_000, True)}, (0, 0)) == (made.receipts(), buyer.balance())


def test_an_order_edited_after_all_of_it_came_back_is_what_it_says_now(made: Made, buyer: Buyer) -> None:
    brought(made, Doc("1", [line("tea-100", "100")], party=buyer.party()))
    brought(made, back("в1", "1", line("tea-100", "100")))
    for _ in range(2):
        brought(made, Doc("1", [line("cocoa", "50", "2")], party=buyer.party()), formed=later(2))

    assert {"1": ("closed", 10_000, True), "1~2": ("closed", 10_000, False)} == made.receipts()
    assert (500, 500) == buyer.balance()


def test_a_return_may_come_before_its_order(made: Made, buyer: Buyer) -> None:
    said = brought(made, back("в1", "1", line("tea-100", "100", "1")))
    assert "Документ в1: заказ ещё не пришёл, возврат ждёт его" == said[2]
    brought(made, Doc("1", [line("tea-100", "100", "3")], party=buyer.party()))

    assert (1_000, 1_000) == buyer.balance()


def test_a_return_may_name_the_order_by_its_number(made: Made, buyer: Buyer) -> None:
    brought(made, Doc("1", [line("tea-100", "100")], number="УТ-0001", party=buyer.party()))
    brought(made, back("в1", "УТ-0001", line("tea-100", "100")))

    assert (0, 0) == buyer.balance()


def test_a_return_that_grows_gives_back_the_difference(made: Made, buyer: Buyer) -> None:
    brought(made, Doc("1", [line("tea-100", "100", "5")], party=buyer.party()))
    brought(made, back("в1", "1", line("tea-100", "100", "1")))
    for _ in range(2):
        brought(made, back("в1", "1", line("tea-100", "100", "3")), formed=later(2))

    assert (1_000, 1_000) == buyer.balance()


def test_a_return_that_is_not_posted_waits_and_one_withdrawn_is_told(made: Made, buyer: Buyer) -> None:
    brought(made, Doc("1", [line("tea-100", "100")], party=buyer.party()))
    brought(made, back("в1", "1", line("tea-100", "100"), Проведен="false"))
    assert (500, 500) == buyer.balance()
    brought(made, back("в1", "1", line("tea-100", "100"), Проведен="true"), formed=later(2))
    assert (0, 0) == buyer.balance()
    said = brought(made, back("в1", "1", line("tea-100", "100"), Проведен="false"), formed=later(3))
    assert "Документ в1: возврат отменён в 1С после учёта: верните баллы вручную" == said[2]


def test_more_than_was_bought_takes_what_was_there(made: Made, buyer: Buyer) -> None:
    brought(made, Doc("1", [line("tea-100", "100", "2")], party=buyer.party()))
    said = brought(made, back("в1", "1", line("tea-100", "100", "5"), line("cocoa", "1")))

    assert ("Документ в1: возвращают больше, чем осталось: учтено то, что было", (0, 0)) == (
        said[2],
        buyer.balance(),
    )


def test_a_return_follows_an_order_that_was_replaced(made: Made, buyer: Buyer) -> None:
    brought(made, Doc("1", [line("tea-100", "100", "3")], party=buyer.party()))
    brought(made, back("в1", "1", line("tea-100", "100", "1")))
    brought(made, Doc("1", [line("tea-100", "90", "3")], party=buyer.party()), formed=later(2))

    # 3 × 90 bought, one of them brought back.
    assert (900, 900) == buyer.balance()


def test_a_return_without_an_order_is_recorded_and_told(shop: Trading, made: Made) -> None:
    said = brought(made, back("в9", "", line("tea-100", "100")))

    assert "Документ в9: не указано, какой заказ возвращают" == said[2]
    assert [(1,)] == shop.rows(
        "SELECT count(*) FROM stray_return WHERE return_id = %s", f"{made.prefix}:ret:в9"
    )


def test_bonuses_spent_come_back_with_the_goods(shop: Trading, made: Made) -> None:
    buyer = Buyer(shop, points="300")
    facts = {"Заказ оплачен": "true", "Списано бонусов": "300"}
    brought(made, Doc("1", [line("tea-100", "1000")], party=buyer.party(), facts=facts))
    assert (3_500, 3_500) == buyer.balance()
    brought(made, back("в1", "1", line("tea-100", "1000")))

    assert (30_000, 30_000) == buyer.balance()


# -- containers, and sales of other doors -------------------------------------------------------------------------


def test_a_container_holds_an_order_with_its_payments_and_shipments(made: Made, buyer: Buyer) -> None:
    order = Doc(
        "482", [line("tea-100", "100")], party=buyer.party(), facts={"Проведен": "true", "Отменен": "false"}
    )
    payment = Doc("482-1", operation="Выплата безналичных денег", facts={"Проведен": "true"})
    shipment = Doc("482-2", [line("tea-100", "100")], operation="Отпуск товара", facts={"Проведен": "true"})
    for row in ([order], [payment, order], [shipment, payment, order]):
        made.one_c().put(
            "sale",
            {"documents.xml": file("<Контейнер>" + "".join(doc.xml() for doc in row) + "</Контейнер>")},
        )

    assert ({"482": ("closed", 10_000, False)}, (500, 500)) == (made.receipts(), buyer.balance())


def test_a_shipment_that_comes_before_its_order_counts(made: Made, buyer: Buyer) -> None:
    brought(made, Doc("о1", [line("tea-100", "100")], operation="Отпуск товара", base="1", facts={}))
    assert {} == made.receipts()
    brought(made, Doc("1", [line("tea-100", "100")], party=buyer.party(), facts=UNPAID))

    assert ({"1": ("closed", 10_000, False)}, (500, 500)) == (made.receipts(), buyer.balance())


def till_sale(shop: Trading, buyer: Buyer, receipt_id: str, at: Any = None, place: str = "shop") -> None:
    receipt = Receipt(receipt_id, place, at or shop.clock(), "RUB", (Line("1", "tea-100", 2_000, 20_000),))
    done = shop._desk.run([Close(receipt, Ref("member", buyer.id), Stated({"1": 20_000}, 0), sold=True)])[0]
    assert isinstance(done, Done)


def test_a_sale_of_another_door_is_not_booked_twice_and_may_be_cancelled(
    shop: Trading, made: Made, buyer: Buyer
) -> None:
    id_ = f"0f8fad5b-d9cb-469f-a165-{next(_numbers):012}"
    till_sale(shop, buyer, id_)
    brought(made, Doc(id_, [line("tea-100", "100", "2")], party=buyer.party()))
    assert (1_000, 1_000) == buyer.balance()
    brought(made, back("в1", id_, line("tea-100", "100", "1")))
    assert (500, 500) == buyer.balance()
    brought(made, Doc(id_, [line("tea-100", "100", "2")], facts=CANCELLED), formed=later(2))
    assert (0, 0) == buyer.balance()


def test_receipts_of_another_shop_are_left_alone(shop: Trading, made: Made, buyer: Buyer) -> None:
    id_ = f"0f8fad5b-d9cb-469f-b165-{next(_numbers):012}"
    till_sale(shop, buyer, id_, place="second")
    said = brought(
        made,
        Doc(id_, [line("tea-100", "100", "2")], facts=CANCELLED),
        back("в1", id_, line("tea-100", "100")),
    )

    assert ["Документ " + name + ": чек другого магазина" for name in (id_, "в1")] == said[2:4]
    assert (1_000, 1_000) == buyer.balance()


def test_one_balance_whichever_door_is_used(shop: Trading, made: Made, buyer: Buyer) -> None:
    till_sale(shop, buyer, f"till-{next(_numbers)}")
    brought(made, Doc("1", [line("tea-100", "100")], party=buyer.party()))
    held = Receipt(
        f"held-{next(_numbers)}", "shop", shop.clock(), "RUB", (Line("1", "tea-100", 1_000, 10_000),)
    )
    assert isinstance(shop._desk.run([Hold(held, Ref("member", buyer.id))])[0], Done)

    assert (1_500, 1_500) == buyer.balance()


def test_two_exchanges_at_once_sell_once(made: Made, buyer: Buyer) -> None:
    docs = [Doc(str(n), [line("tea-100", "100")], party=buyer.party()) for n in range(5)]
    with ThreadPoolExecutor(4) as many:
        for said in many.map(lambda _: brought(made, *docs), range(8)):
            assert "success" == said[0]

    assert {str(n): ("closed", 10_000, False) for n in range(5)} == made.receipts()
    assert (2_500, 2_500) == buyer.balance()
