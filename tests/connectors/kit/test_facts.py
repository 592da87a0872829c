"""Returns that are told at any moment: before, while and after their sale is booked, whatever they name."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest
from trading import Trading, trading

from kopilka.connectors.kit.facts import Good, GoodsBack, book_return, book_sale
from kopilka.core.receipt import Line, Receipt
from kopilka.usecases.commands import Close, Ref
from kopilka.usecases.outcomes import Done


@pytest.fixture(scope="module")
def shop(shared_database: str) -> Iterator[Trading]:
    with trading(shared_database) as shop:
        yield shop


def sale(shop: Trading, id_: str, member: str) -> Close:
    lines = (Line("1", "tea-100", 3000, 10000), Line("2", "cocoa", 1000, 700))
    at = shop.clock() - timedelta(hours=1)
    return Close(Receipt(id_, "shop", at, "RUB", lines), Ref("member", member), sold=True)


def back(shop: Trading, id_: str, *goods: Good) -> GoodsBack:
    return GoodsBack("con_test", f"{id_}-back", id_, goods, shop.clock(), "shop")


@pytest.mark.parametrize("n", range(12))
def test_a_return_told_while_its_sale_is_booked_takes_its_own_line(shop: Trading, n: int) -> None:
    member, id_ = shop.member(f"+7999030{n:04}"), f"race-{n}"

    async def both() -> None:
        told = back(shop, id_, Good("cocoa", 1000, 700))
        calls = [book_sale(shop.services, sale(shop, id_, member)), book_return(shop.services, told)]
        await asyncio.gather(*(calls if n % 2 else reversed(calls)), book_return(shop.services, told))

    shop.wait(both())
    view = shop.house.views.receipt(id_)
    assert view is not None
    assert [(700, (("2", 700),))] == [(row.refund_minor, row.lines) for row in view.returns]
    assert 500 == shop.balance(member)[0]


def test_goods_that_the_sale_does_not_have_come_back_by_their_sum(shop: Trading) -> None:
    member = shop.member("+79990310001")
    shop.wait(book_sale(shop.services, sale(shop, "sum", member)))

    outcome = shop.wait(book_return(shop.services, back(shop, "sum", Good("other", 1000, 1070))))
    assert isinstance(outcome, Done)
    assert outcome.returned is not None
    assert 1070 == outcome.returned.refund_minor


def test_the_same_goods_again_are_not_there_any_more(shop: Trading) -> None:
    member = shop.member("+79990310002")
    shop.wait(book_sale(shop.services, sale(shop, "twice", member)))
    whole = [Good("tea-100", 3000, 10000), Good("cocoa", 1000, 700)]
    told = back(shop, "twice", *whole)
    first = [shop.wait(book_return(shop.services, told)) for _ in range(2)]
    other = GoodsBack("con_test", "twice-more", "twice", tuple(whole), shop.clock())

    assert [True, True] == [isinstance(each, Done) for each in first]
    assert "nothing_left" == getattr(shop.wait(book_return(shop.services, other)), "code", "")
    assert 0 == shop.balance(member)[0]
