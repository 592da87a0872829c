"""Receipts, returns and members out: once each, with discounts and bonuses, and nothing lost where the exchange breaks."""

from itertools import count
from typing import Any

import pytest
from lxml import etree
from one_c import Buyer, Doc, Made, brought, facts, later, line, settled, texts
from trading import CLUB, Trading, trading

from kopilka.connectors.commerceml import COMMERCEML
from kopilka.core.receipt import Line, Receipt, SpendRequest
from kopilka.core.settlement.refund import ReturnedLine, ReturnWish
from kopilka.usecases.commands import Close, Ref, Return, Void
from kopilka.usecases.outcomes import Done

_numbers = count(1)
DISCOUNTS = CLUB.replace(
    "rules:\n", "rules:\n  - {id: week, title: {ru: Неделя чая, en: Tea week}, discount: {percent: 10}}\n"
)
SCHEMA = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified">
<xs:simpleType name="Сумма"><xs:restriction base="xs:decimal"><xs:minInclusive value="0"/><xs:fractionDigits value="2"/></xs:restriction></xs:simpleType>
<xs:complexType name="Реквизиты"><xs:sequence><xs:element name="ЗначениеРеквизита" maxOccurs="unbounded"><xs:complexType><xs:sequence>
 <xs:element name="Наименование" type="xs:string"/><xs:element name="Значение" type="xs:string"/></xs:sequence></xs:complexType></xs:element></xs:sequence></xs:complexType>
<xs:complexType name="Скидки"><xs:sequence><xs:element name="Скидка" maxOccurs="unbounded"><xs:complexType><xs:sequence>
 <xs:element name="Наименование" type="xs:string"/><xs:element name="Сумма" type="Сумма"/><xs:element name="УчтеноВСумме" type="xs:boolean"/></xs:sequence></xs:complexType></xs:element></xs:sequence></xs:complexType>
<xs:complexType name="Контрагент"><xs:sequence>
 <xs:element name="Ид" type="xs:string"/><xs:element name="Наименование" type="xs:string"/><xs:element name="Роль" type="xs:string"/>
 <xs:element name="ПолноеНаименование" type="xs:string"/><xs:element name="Фамилия" type="xs:string" minOccurs="0"/>
 <xs:element name="Имя" type="xs:string" minOccurs="0"/><xs:element name="Отчество" type="xs:string" minOccurs="0"/>
 <xs:element name="Контакты" minOccurs="0"><xs:complexType><xs:sequence><xs:element name="Контакт" maxOccurs="unbounded"><xs:complexType><xs:sequence>
  <xs:element name="Тип" type="xs:string"/><xs:element name="Значение" type="xs:string"/></xs:sequence></xs:complexType></xs:element></xs:sequence></xs:complexType></xs:element>
 <xs:element name="ЗначенияРеквизитов" type="Реквизиты" minOccurs="0"/></xs:sequence></xs:complexType>
<xs:complexType name="Товар"><xs:sequence>
 <xs:element name="Ид" type="xs:string"/><xs:element name="Наименование" type="xs:string"/>
 <xs:element name="БазоваяЕдиница"><xs:complexType><xs:simpleContent><xs:extension base="xs:string"><xs:attribute name="Код" use="required"/>
  <xs:attribute name="НаименованиеПолное"/><xs:attribute name="МеждународноеСокращение"/></xs:extension></xs:simpleContent></xs:complexType></xs:element>
 <xs:element name="ЦенаЗаЕдиницу" type="Сумма"/><xs:element name="Количество" type="xs:decimal"/><xs:element name="Сумма" type="Сумма"/>
 <xs:element name="Скидки" type="Скидки" minOccurs="0"/><xs:element name="ЗначенияРеквизитов" type="Реквизиты"/></xs:sequence></xs:complexType>
<xs:complexType name="Документ"><xs:sequence>
 <xs:element name="Ид" type="xs:string"/><xs:element name="Номер" type="xs:string"/><xs:element name="Дата" type="xs:date"/>
 <xs:element name="ХозОперация"><xs:simpleType><xs:restriction base="xs:string"><xs:enumeration value="Заказ товара"/><xs:enumeration value="Возврат товара"/>
  <xs:enumeration value="Отпуск товара"/><xs:enumeration value="Розничная продажа"/></xs:restriction></xs:simpleType></xs:element>
 <xs:element name="Роль" fixed="Продавец"/><xs:element name="Валюта" type="xs:string"/><xs:element name="Курс" type="xs:decimal"/><xs:element name="Сумма" type="Сумма"/>
 <xs:element name="Контрагенты"><xs:complexType><xs:sequence><xs:element name="Контрагент" type="Контрагент"/></xs:sequence></xs:complexType></xs:element>
 <xs:element name="Время" type="xs:time"/><xs:element name="Основание" type="xs:string" minOccurs="0"/><xs:element name="Комментарий" type="xs:string" minOccurs="0"/>
 <xs:element name="Скидки" type="Скидки" minOccurs="0"/>
 <xs:element name="Товары"><xs:complexType><xs:sequence><xs:element name="Товар" type="Товар" maxOccurs="unbounded"/></xs:sequence></xs:complexType></xs:element>
 <xs:element name="ЗначенияРеквизитов" type="Реквизиты" minOccurs="0"/></xs:sequence></xs:complexType>
<xs:element name="КоммерческаяИнформация"><xs:complexType><xs:sequence>
 <xs:element name="Документ" type="Документ" minOccurs="0" maxOccurs="unbounded"/>
 <xs:element name="Контрагенты" minOccurs="0"><xs:complexType><xs:sequence><xs:element name="Контрагент" type="Контрагент" maxOccurs="unbounded"/></xs:sequence></xs:complexType></xs:element>
 </xs:sequence><xs:attribute name="ВерсияСхемы" use="required"/><xs:attribute name="ДатаФормирования" type="xs:dateTime" use="required"/></xs:complexType></xs:element>
</xs:schema>"""
"""The part of the public schema 2.08 that we write, in the order of its elements."""


@pytest.fixture(scope="module")
def schema() -> Any:
    return etree.XMLSchema(etree.fromstring(SCHEMA))


@pytest.fixture
def buyer(shop: Trading) -> Buyer:
    return Buyer(shop, points="500")


def sold(shop: Trading, buyer: Buyer | None, spent: int = 0, place: str = "shop") -> str:
    """A till's sale of two lines: 3 × 33.34 and 100.00."""
    id_ = f"rcp-{next(_numbers)}"
    lines = (
        Line("1", "tea-100", 3_000, 10_002, title="Чай & мята"),
        Line("2", "cocoa", 1_000, 11_000, 1_000, title="Какао"),
    )
    spend = SpendRequest(spent) if spent else None
    receipt = Receipt(id_, place, shop.clock(), "RUB", lines, spend=spend)
    done = shop._desk.run([Close(receipt, None if buyer is None else Ref("member", buyer.id))])[0]
    assert isinstance(done, Done), done
    settled(shop)
    return id_


def returned(shop: Trading, id_: str, quantity: int) -> str:
    wish = ReturnWish((ReturnedLine("1", quantity),))
    return_id = f"ret-{next(_numbers)}"
    done = shop._desk.run([Return(id_, return_id, wish, shop.clock(), "shop")])[0]
    assert isinstance(done, Done), done
    settled(shop)
    return return_id


def ids(tree: Any) -> list[str]:
    return texts(tree, "КоммерческаяИнформация", "Документ", "Ид")


def test_a_receipt_goes_out_with_its_buyer_discounts_and_bonuses(
    shop: Trading, made: Made, buyer: Buyer, schema: Any
) -> None:
    id_ = sold(shop, buyer, spent=2_000)
    tree = made.one_c().fetch()

    schema.assertValid(tree)
    (doc,) = tree.findall("Документ")
    assert [id_, "180.02", "Заказ товара", "Продавец", "руб"] == [
        doc.findtext(name) for name in ("Ид", "Сумма", "ХозОперация", "Роль", "Валюта")
    ]
    told = facts(doc)
    assert ("20.00", "9.00", buyer.card) == (
        told["Списано бонусов"],
        told["Начислено бонусов"],
        told["Номер дисконтной карты"],
    )
    assert ("true", "false") == (told["Заказ оплачен"], told["Отменен"])
    rows = [
        (g.findtext("Ид"), g.findtext("Количество"), g.findtext("Сумма")) for g in doc.findall("Товары/Товар")
    ]
    assert [("tea-100", "3.000", "90.02"), ("cocoa", "1.000", "90.00")] == rows
    assert "Чай & мята" == doc.findtext("Товары/Товар/Наименование")
    discounts = {row.findtext("Наименование"): row.findtext("Сумма") for row in doc.findall("Скидки/Скидка")}
    assert {"Скидка магазина": "10.00", "Оплата бонусами": "20.00"} == discounts


def test_our_own_discounts_go_out_by_the_names_of_their_rules(database: str, schema: Any) -> None:
    with trading(database, programme=DISCOUNTS, connectors=[COMMERCEML]) as shop:
        made = Made(shop)
        sold(shop, Buyer(shop))
        tree = made.one_c().fetch()

        schema.assertValid(tree)
        names = texts(tree, "Документ", "Скидки", "Скидка", "Наименование")
        assert ["Неделя чая", "Скидка магазина"] == sorted(names)


def test_the_buyer_goes_out_with_card_level_and_balance(shop: Trading, made: Made, buyer: Buyer) -> None:
    sold(shop, buyer)
    party = made.one_c().fetch().find("Документ/Контрагенты/Контрагент")

    assert (buyer.id, "Анна Петрова", "Петрова") == tuple(
        party.findtext(name) for name in ("Ид", "Наименование", "Имя")
    )
    assert [buyer.phone] == [row.findtext("Значение") for row in party.findall("Контакты/Контакт")]
    told = facts(party)
    assert (buyer.card, "Базовый", "510.00") == (
        told["Номер дисконтной карты"],
        told["Уровень"],
        told["Баланс бонусов"],
    )


def test_a_guest_is_the_retail_buyer(shop: Trading, made: Made) -> None:
    sold(shop, None)

    assert ["Розничный покупатель"] == texts(made.one_c().fetch(), "Контрагент", "Наименование")


def test_what_was_confirmed_does_not_go_out_again(shop: Trading, made: Made, buyer: Buyer) -> None:
    first, second = sold(shop, buyer), sold(shop, buyer)
    assert [first, second] == ids(made.one_c().fetch(confirm=False))
    assert [first, second] == ids(made.one_c().fetch())
    third = sold(shop, buyer)
    assert [third] == ids(made.one_c().fetch())
    assert [] == ids(made.one_c().fetch())


def test_a_repeated_query_tells_the_same_stretch_and_a_late_success_confirms_no_more(
    shop: Trading, made: Made, buyer: Buyer
) -> None:
    first, one = sold(shop, buyer), made.one_c()
    one.begin("sale")
    assert [first] == ids(etree.fromstring(one.raw("sale", "query").body))
    second = sold(shop, buyer)
    assert [first] == ids(etree.fromstring(one.raw("sale", "query").body))
    one.call("sale", "success")
    one.call("sale", "success")
    assert [] == ids(etree.fromstring(one.raw("sale", "query").body))

    assert [second] == ids(made.one_c().fetch())


def test_a_success_without_a_query_confirms_nothing(shop: Trading, made: Made, buyer: Buyer) -> None:
    id_, one = sold(shop, buyer), made.one_c()
    one.begin("sale")
    one.call("sale", "success")

    assert [id_] == ids(made.one_c().fetch())


def test_an_empty_query_confirms_nothing_that_happens_after_it(
    shop: Trading, made: Made, buyer: Buyer
) -> None:
    one = made.one_c()
    one.begin("sale")
    assert [] == ids(etree.fromstring(one.raw("sale", "query").body))
    id_ = sold(shop, buyer)
    one.raw("sale", "query")
    one.call("sale", "success")

    assert [id_] == ids(made.one_c().fetch())


def test_returns_go_out_as_documents_of_their_own(
    shop: Trading, made: Made, buyer: Buyer, schema: Any
) -> None:
    id_ = sold(shop, buyer, spent=2_000)
    made.one_c().fetch()
    return_id = returned(shop, id_, 1_000)
    tree = made.one_c().fetch()

    schema.assertValid(tree)
    (doc,) = tree.findall("Документ")
    assert [return_id, "Возврат товара", id_] == [
        doc.findtext(name) for name in ("Ид", "ХозОперация", "Основание")
    ]
    (row,) = doc.findall("Товары/Товар")
    assert ("tea-100", "1.000", doc.findtext("Сумма")) == tuple(
        row.findtext(n) for n in ("Ид", "Количество", "Сумма")
    )
    assert {"Возвращено бонусов", "Снято бонусов"} == set(facts(doc))


def test_a_sale_and_its_return_between_two_exchanges_go_out_together(
    shop: Trading, made: Made, buyer: Buyer
) -> None:
    id_ = sold(shop, buyer)
    back = [returned(shop, id_, 1_000), returned(shop, id_, 2_000)]

    assert [id_, *back] == ids(made.one_c().fetch())


def test_a_voided_receipt_goes_out_cancelled(shop: Trading, made: Made, buyer: Buyer) -> None:
    id_ = sold(shop, buyer)
    made.one_c().fetch()
    assert isinstance(shop._desk.run([Void(id_, shop.clock())])[0], Done)
    settled(shop)
    (doc,) = made.one_c().fetch().findall("Документ")

    assert (id_, "true", "[C] Отменён") == (
        doc.findtext("Ид"),
        facts(doc)["Отменен"],
        facts(doc)["Статус заказа"],
    )


def test_1cs_own_orders_go_back_only_where_it_wants_them(shop: Trading, buyer: Buyer) -> None:
    doc = Doc("УТ-1", [line("tea-100", "100")], number="0001", party=buyer.party())
    quiet, loud = Made(shop), Made(shop, own_out="yes")
    brought(quiet, doc)
    assert [] == ids(quiet.one_c().fetch())
    brought(loud, doc)
    settled(shop)
    found = loud.one_c().fetch()
    mine = [d for d in found.findall("Документ") if d.findtext("Номер") == "0001"]
    assert [("УТ-1", "5.00")] == [(d.findtext("Ид"), facts(d)["Начислено бонусов"]) for d in mine]


def test_the_first_exchange_begins_with_the_connection(shop: Trading, buyer: Buyer) -> None:
    sold(shop, buyer)

    assert [] == ids(Made(shop).one_c().fetch())


def test_receipts_of_other_shops_and_those_not_wanted_stay(shop: Trading, made: Made, buyer: Buyer) -> None:
    silent = Made(shop, receipts_out="no")
    sold(shop, buyer, place="second")
    assert [] == ids(made.one_c().fetch())
    sold(shop, buyer)
    assert [] == ids(silent.one_c().fetch())


def test_members_go_out_when_something_happened_to_them(shop: Trading, schema: Any) -> None:
    made = Made(shop, members_out="yes", receipts_out="no")
    settled(shop)
    while texts(made.one_c().fetch(), "Контрагенты", "Контрагент", "Ид"):
        pass
    buyer = Buyer(shop, points="12.50")
    settled(shop)
    tree = made.one_c().fetch()

    schema.assertValid(tree)
    (party,) = tree.findall("Контрагенты/Контрагент")
    assert (buyer.id, "12.50") == (party.findtext("Ид"), facts(party)["Баланс бонусов"])
    assert [] == texts(made.one_c().fetch(), "Контрагенты", "Контрагент", "Ид")
    sold(shop, buyer)
    assert [buyer.id] == texts(made.one_c().fetch(), "Контрагенты", "Контрагент", "Ид")


def test_much_goes_out_in_several_exchanges(
    shop: Trading, made: Made, buyer: Buyer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kopilka.connectors.commerceml.outgoing.RECEIPTS_AT_ONCE", 2)
    sales = [sold(shop, buyer) for _ in range(5)]
    got = [ids(made.one_c().fetch()) for _ in range(4)]

    assert [sales[:2], sales[2:4], sales[4:], []] == got


@pytest.mark.parametrize("encoding", ["windows-1251", "utf-8"])
def test_the_file_names_its_encoding_and_keeps_every_sign(shop: Trading, encoding: str) -> None:
    made = Made(shop, encoding=encoding)
    shop.member(f"+7908{next(_numbers):07}", card=f"441{next(_numbers)}")
    receipt = Receipt(
        f"sign-{encoding}", "shop", shop.clock(), "RUB", (Line("1", "x", 1_000, 100, title="Чай ☕ <&> ₽"),)
    )
    assert isinstance(shop._desk.run([Close(receipt)])[0], Done)
    settled(shop)
    one = made.one_c()
    one.begin("sale")
    answer = one.raw("sale", "query")

    assert f"application/xml; charset={encoding}" == answer.kind
    assert encoding in answer.body[:60].decode("ascii", "replace").lower()
    assert ["Чай ☕ <&> ₽"] == texts(etree.fromstring(answer.body), "Товар", "Наименование")


def test_what_we_hand_out_comes_back_as_ours(shop: Trading, made: Made, buyer: Buyer) -> None:
    """1C sends our documents back with its own numbers and statuses: nothing is sold twice."""
    id_ = sold(shop, buyer)
    before = buyer.balance()
    tree = made.one_c().fetch()
    made.one_c().put("sale", {"orders.xml": etree.tostring(tree, encoding="utf-8")})
    assert before == buyer.balance()
    number = tree.findtext("Документ/Номер")
    back = Doc("в1", [line("tea-100", "33.34", "3")], operation="Возврат товара", base=number, facts={})
    brought(made, back, formed=later(9))

    view = shop.house.views.receipt(id_)
    assert view is not None
    assert 1 == len(view.returns)


def test_documents_have_numbers_that_stay(shop: Trading, buyer: Buyer) -> None:
    made = Made(shop, number_prefix="КП-")
    sold(shop, buyer)
    numbers = [texts(made.one_c().fetch(confirm=False), "Документ", "Номер") for _ in range(2)]

    assert numbers[0] == numbers[1]
    assert numbers[0][0].startswith("КП-")
