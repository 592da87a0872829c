"""A whole exchange of both types over a socket, as 1C plays it: windows-1251, archives, parts, progress, fetching."""

import pytest
from one_c import Buyer, Doc, FailureError, Made, facts, file, line, parties, party, settled, zipped
from trading import Trading

from kopilka.core.receipt import Line, Receipt
from kopilka.usecases.commands import Close, Ref

GOODS = """<Классификатор><Ид>к</Ид><Группы><Группа><Ид>г1</Ид><Наименование>Чай</Наименование></Группа></Группы></Классификатор>
<Каталог СодержитТолькоИзменения="false"><Ид>к</Ид><Товары><Товар><Ид>story-1</Ид><Наименование>Чай зелёный</Наименование>
<Группы><Ид>г1</Ид></Группы></Товар></Товары></Каталог>"""
PRICES = """<ПакетПредложений СодержитТолькоИзменения="false"><ТипыЦен><ТипЦены><Ид>ц</Ид><Наименование>Розничная</Наименование>
</ТипЦены></ТипыЦен><Предложения><Предложение><Ид>story-1</Ид><Цены><Цена><ИдТипаЦены>ц</ИдТипаЦены>
<ЦенаЗаЕдиницу>199.00</ЦенаЗаЕдиницу><Валюта>руб</Валюта></Цена></Цены></Предложение></Предложения></ПакетПредложений>"""


@pytest.mark.parametrize("version", ["2.08", ""])
def test_goods_customers_orders_and_receipts_are_exchanged_both_ways(shop: Trading, version: str) -> None:
    made = Made(shop, over_socket=True, version=version, enrol="yes")
    phone = f"+7909000000{len(version)}"

    # Goods and customers come in an archive in windows-1251, uploaded in parts.
    one = made.one_c()
    one.begin("catalog")
    archive = zipped(
        {
            "import.xml": file(GOODS, encoding="windows-1251"), "offers.xml": file(PRICES, encoding="windows-1251"),
            "contragents.xml": parties(party("к-1", "Иванов Иван", phone=phone, card=f"31{len(version)}00")),
        }
    )  # fmt: skip
    assert "yes" == one.zip
    one.upload("catalog", "v8_1.zip", archive, limit=300)
    for name in ("import.xml", "offers.xml", "contragents.xml"):
        assert "success" == one.import_("catalog", name)[0]
    product = shop.house.reference.products(["story-1"])["story-1"]
    assert (("Чай",), {"Розничная": 19_900}) == (product.category, product.prices)
    member = shop.seen("phone", phone)
    assert member is not None

    # An order that the buyer paid for comes in, then a part of it goes back.
    order = Doc("36", [line("story-1", "199", "2")], number="УТ-36", party=party("к-1"))
    made.one_c().put("sale", {"orders.xml": file(order.xml(), encoding="windows-1251")})
    assert (1_990, 1_990) == shop.balance(member.member_id)
    back = Doc("37", [line("story-1", "199")], operation="Возврат товара", base="УТ-36", facts={})
    made.one_c().put("sale", {"orders.zip": zipped({"orders.xml": file(back.xml())})})
    assert (995, 995) == shop.balance(member.member_id)

    # A till's sale goes out, once.
    buyer = Buyer(shop)
    shop_sale(shop, buyer, f"story-{version}")
    tree = made.one_c().fetch()
    (doc,) = tree.findall("Документ")
    assert (f"story-{version}", "9.95") == (doc.findtext("Ид"), facts(doc)["Начислено бонусов"])
    assert [] == made.one_c().fetch().findall("Документ")


def shop_sale(shop: Trading, buyer: Buyer, id_: str) -> None:
    receipt = Receipt(id_, "shop", shop.clock(), "RUB", (Line("1", "story-1", 1_000, 19_900),))
    shop._desk.run([Close(receipt, Ref("member", buyer.id))])
    settled(shop)


def test_a_wrong_password_ends_the_exchange_before_it_begins(shop: Trading) -> None:
    made = Made(shop, over_socket=True)
    made.secret = made.secret[::-1]
    with pytest.raises(FailureError, match="Неверный логин или пароль"):
        made.one_c().put("sale", {"orders.xml": file()})
