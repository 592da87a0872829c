"""Goods in: groups, sku, brand, taxes, what the law says, prices; partial files keep the rest. Goods out: pages."""

from typing import Any

import pytest
from lxml import etree
from one_c import Made, file, requisites, texts
from trading import Trading

from kopilka.usecases.ports import Product

CLASSIFIER = """<Классификатор><Ид>к</Ид><Группы>
<Группа><Ид>г1</Ид><Наименование>Продукты</Наименование><Группы><Группа><Ид>г2</Ид><Наименование>Чай</Наименование>
<Группы><Группа><Ид>г3</Ид><Наименование>Зелёный</Наименование></Группа></Группы></Группа></Группы></Группа></Группы>
<Свойства><Свойство><Ид>п1</Ид><Наименование>Бренд</Наименование><ВариантыЗначений>
<Справочник><ИдЗначения>б1</ИдЗначения><Значение>Гринфилд</Значение></Справочник></ВариантыЗначений></Свойство>
<Свойство><Ид>п2</Ид><Наименование>Цвет</Наименование></Свойство></Свойства></Классификатор>"""
TYPES = """<ТипыЦен><ТипЦены><Ид>ц1</Ид><Наименование>Розничная</Наименование><Валюта>руб</Валюта></ТипЦены>
<ТипЦены><Ид>ц2</Ид><Наименование>Клубная</Наименование></ТипЦены>
<ТипЦены><Ид>ц3</Ид><Наименование>Минимальная цена</Наименование></ТипЦены></ТипыЦен>"""


def good(id_: str, title: str = "Чай", *, group: str = "г3", more: str = "") -> str:
    groups = f"<Группы><Ид>{group}</Ид></Группы>" if group else ""
    return f"<Товар><Ид>{id_}</Ид><Наименование>{title}</Наименование>{groups}{more}</Товар>"


def catalogue(*goods: str, changes: bool = False) -> str:
    told = str(changes).lower()
    return f'<Каталог СодержитТолькоИзменения="{told}"><Товары>{"".join(goods)}</Товары></Каталог>'


def price(type_: str, value: str, currency: str = "руб", factor: str = "1") -> str:
    return (
        f"<Цена><ИдТипаЦены>{type_}</ИдТипаЦены><ЦенаЗаЕдиницу>{value}</ЦенаЗаЕдиницу><Валюта>{currency}</Валюта>"
        f"<Коэффициент>{factor}</Коэффициент></Цена>"
    )


def offer(id_: str, *prices: str, title: str = "") -> str:
    name = f"<Наименование>{title}</Наименование>" if title else ""
    return f"<Предложение><Ид>{id_}</Ид>{name}<Цены>{''.join(prices)}</Цены></Предложение>"


def offers(*rows: str, changes: bool = False, types: str = TYPES) -> str:
    told = str(changes).lower()
    return (
        f'<ПакетПредложений СодержитТолькоИзменения="{told}">{types}<Предложения>{"".join(rows)}</Предложения>'
        "</ПакетПредложений>"
    )


def brought(made: Made, *items: str) -> list[str]:
    return made.one_c().put("catalog", {"import.xml": file(*items)})


def product(shop: Trading, sku: str) -> Product:
    return shop.house.reference.products([sku])[sku]


def test_goods_come_with_their_path_brand_and_tax(shop: Trading, made: Made) -> None:
    maker = "<Изготовитель><Ид>и</Ид><Наименование>Майский</Наименование></Изготовитель>"
    tax = "<СтавкиНалогов><СтавкаНалога><Наименование>НДС</Наименование><Ставка>10</Ставка></СтавкаНалога></СтавкиНалогов>"
    listed = "<ЗначенияСвойств><ЗначенияСвойства><Ид>п1</Ид><Значение>б1</Значение></ЗначенияСвойства></ЗначенияСвойств>"
    no_tax = tax.replace("10", "Без налога")
    brought(
        made,
        CLASSIFIER,
        catalogue(good("g-1", more=maker + tax), good("g-2", more=listed + no_tax), good("g-3", group="")),
    )

    path = ("Продукты", "Чай", "Зелёный")
    assert Product("g-1", "Чай", path, "Майский", vat="10") == product(shop, "g-1")
    assert Product("g-2", "Чай", path, "Гринфилд", vat="none") == product(shop, "g-2")
    assert Product("g-3", "Чай") == product(shop, "g-3")


@pytest.mark.parametrize(
    ("facts", "title", "wanted"),
    [
        (
            {"ОсобенностьУчета": "АлкогольнаяПродукция", "ВидНоменклатуры": "Водка"},
            "Водка 0,5 л",
            ("alcohol", "vodka", 500),
        ),
        ({"ВидНоменклатуры": "Коньяк", "Объем": "0.25"}, "Коньяк", ("alcohol", "cognac", 250)),
        ({"ВидНоменклатуры": "Виски", "Объем": "700 мл"}, "Виски", ("alcohol", "whisky", 700)),
        ({"ОсобенностьУчета": "ТабачнаяПродукция"}, "Сигареты", ("tobacco", "", 0)),
        ({"ТипМаркировки": "Никотиносодержащая продукция"}, "Жидкость 30 мл", ("nicotine", "", 30)),
        ({"ВидНоменклатуры": "Подарочный сертификат"}, "Сертификат", ("certificate", "", 0)),
        ({"ВидНоменклатуры": "Товар"}, "Сок 1 л", ("", "", 1000)),
    ],
)
def test_what_the_law_thinks_of_goods_is_read(
    shop: Trading, made: Made, facts: dict[str, str], title: str, wanted: tuple[str, str, int]
) -> None:
    sku = f"law-{made.connection.number}"
    brought(made, catalogue(good(sku, title, group="", more=requisites(facts))))
    row = product(shop, sku)

    assert wanted == (row.product_class, row.alcohol, row.volume_ml)


def test_prices_come_by_the_names_of_their_types(shop: Trading, made: Made) -> None:
    rows = [price("ц1", "1 234,50"), price("ц2", "1199"), price("ц3", "1 000.00")]
    brought(made, CLASSIFIER, catalogue(good("p-1")), offers(offer("p-1", *rows)))
    row = product(shop, "p-1")

    assert ({"Розничная": 123_450, "Клубная": 119_900}, 100_000) == (row.prices, row.floor_minor)


def test_a_price_of_several_pieces_is_of_one(shop: Trading, made: Made) -> None:
    brought(made, catalogue(good("p-2")), offers(offer("p-2", price("ц1", "100", factor="6"))))

    assert {"Розничная": 1_667} == product(shop, "p-2").prices


def test_prices_in_another_currency_are_left_out_and_told(shop: Trading, made: Made) -> None:
    said = brought(
        made, catalogue(good("p-3")), offers(offer("p-3", price("ц1", "155", "USD"), price("ц2", "99")))
    )

    assert {"Клубная": 9_900} == product(shop, "p-3").prices
    assert "Предложение p-3: цены в другой валюте пропущены" == said[2]


def test_a_partial_file_keeps_what_it_does_not_name(shop: Trading, made: Made) -> None:
    brought(
        made,
        CLASSIFIER,
        catalogue(good("k-1"), good("k-2")),
        offers(offer("k-1", price("ц1", "100"), price("ц2", "90"))),
    )
    # Later files hold ids alone: names of groups and price types came before.
    brought(made, catalogue(good("k-1", "Чай новый"), changes=True))
    brought(made, offers(offer("k-1", price("ц1", "110")), changes=True, types=""))
    row = product(shop, "k-1")

    assert ("Чай новый", ("Продукты", "Чай", "Зелёный")) == (row.title, row.category)
    assert {"Розничная": 11_000, "Клубная": 9_000} == row.prices
    assert "Чай" == product(shop, "k-2").title


def test_a_complete_list_of_prices_replaces_ours_and_nobody_elses(shop: Trading, made: Made) -> None:
    shop.house.reference.put_products([Product("w-1", prices={"опт": 5_000})], shop.clock())
    brought(made, offers(offer("w-1", price("ц1", "100"), price("ц2", "90"))))
    brought(made, offers(offer("w-1", price("ц1", "120"))))

    assert {"Розничная": 12_000, "опт": 5_000} == product(shop, "w-1").prices


def test_what_others_know_of_goods_stays(shop: Trading, made: Made) -> None:
    known = Product(
        "s-1", "Старое", ("Склад",), "Марка", ("new",), "alcohol", "20", 100, "vodka", 500, {"опт": 1}
    )
    shop.house.reference.put_products([known], shop.clock())
    brought(made, catalogue(good("s-1", "Новое", group=""), changes=True))

    row = product(shop, "s-1")
    assert ("Новое", ("Склад",), "Марка", ("new",), "alcohol", "vodka", {"опт": 1}) == (
        row.title, row.category, row.brand, row.tags, row.product_class, row.alcohol, row.prices,
    )  # fmt: skip


def test_a_repeat_writes_nothing(shop: Trading, made: Made) -> None:
    items = (CLASSIFIER, catalogue(good("r-1")), offers(offer("r-1", price("ц1", "100"))))
    brought(made, *items)
    version = shop.rows("SELECT version FROM catalogue_state")
    brought(made, *items)

    assert version == shop.rows("SELECT version FROM catalogue_state")


def test_variants_of_goods_have_prices_of_their_own(shop: Trading, made: Made) -> None:
    brought(made, CLASSIFIER, catalogue(good("v-1")))
    brought(
        made,
        offers(
            offer("v-1#красный", price("ц1", "10"), title="Чай красный"),
            offer("v-1#синий", price("ц1", "20")),
        ),
    )

    red, blue = product(shop, "v-1#красный"), product(shop, "v-1#синий")
    assert ({"Розничная": 1_000}, {"Розничная": 2_000}) == (red.prices, blue.prices)
    assert red.category == ("Продукты", "Чай", "Зелёный") == blue.category


def test_the_article_may_be_the_sku_though_prices_name_ids(shop: Trading) -> None:
    made = Made(shop, sku="article")
    article = "<Артикул>ART-7</Артикул>"
    brought(made, CLASSIFIER, catalogue(good("a-1", more=article), good("a-2")))
    brought(made, offers(offer("a-1", price("ц1", "10")), offer("a-2", price("ц1", "20")), changes=True))

    assert [{"Розничная": 1_000}, {"Розничная": 2_000}] == [
        product(shop, sku).prices for sku in ("ART-7", "a-2")
    ]


def test_goods_marked_for_deletion_stay_as_they_were(shop: Trading, made: Made) -> None:
    brought(made, catalogue(good("d-1", "Было", group="")))
    brought(made, catalogue(good("d-1", "Удалено", group="", more="<ПометкаУдаления>true</ПометкаУдаления>")))

    assert "Было" == product(shop, "d-1").title


def test_goods_that_cannot_be_read_do_not_stop_their_neighbours(shop: Trading, made: Made) -> None:
    said = brought(
        made, catalogue("<Товар><Наименование>Без Ид</Наименование></Товар>", good("n-1")),
        offers(offer("n-1", price("ц1", "дорого")), offer("n-2", price("ц1", "-1")), offer("n-3", price("ц1", "7"))),
    )  # fmt: skip

    assert ("success", 3) == (said[0], len([row for row in said if "ожид" in row or "expected" in row]))
    assert {"Розничная": 700} == product(shop, "n-3").prices


# -- out --------------------------------------------------------------------------------------------------------


def pages(made: Made, kind: str = "get_catalog") -> list[Any]:
    one, found = made.one_c(), []
    one.begin(kind)
    while True:
        body = one.raw(kind, "query").body
        if body == b"finished=yes\n":
            return found
        assert body.startswith("Выгружено товаров: ".encode("cp1251"))
        found.append(etree.fromstring(body.split(b"\n", 1)[1]))


@pytest.mark.parametrize("kind", ["get_catalog", "catalog"])
def test_the_catalogue_goes_out_in_pages(
    shop: Trading, made: Made, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr("kopilka.connectors.commerceml.outgoing.GOODS_AT_ONCE", 3)
    found = pages(made, kind)
    ids = [id_ for tree in found for id_ in texts(tree, "Товары", "Товар", "Ид")]

    assert len(found) > 1
    assert sorted(row.sku for row in shop.house.reference.list_products("", 10_000)) == ids


def test_what_goes_out_comes_in_as_it_was(shop: Trading, made: Made) -> None:
    was = Product(
        "rt-1",
        "Чай & «мята» №1",
        ("Продукты", "Чай"),
        "Марка",
        vat="20",
        prices={"Розничная": 19_900, "Клубная": 15_050},
    )
    shop.house.reference.put_products([was], shop.clock())
    one = made.one_c()
    one.begin("get_catalog")
    body = one.raw("get_catalog", "query").body.split(b"\n", 1)[1]
    shop.house.reference.put_products([Product("rt-1")], shop.clock())
    made.one_c().put("catalog", {"import.xml": body})

    assert was == product(shop, "rt-1")
