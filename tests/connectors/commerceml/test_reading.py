"""Reading files: encodings, archives, what is broken or hostile, and how much memory it takes."""

import io
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from one_c import Doc, FailureError, Made, file, goods_file, line, orders, zipped
from trading import Trading

from kopilka.connectors.commerceml.importing import read_step
from kopilka.connectors.commerceml.mapping_goods import Dictionary
from kopilka.connectors.commerceml.mapping_papers import How
from kopilka.connectors.commerceml.reading import UnreadableError, Walk, text

GOODS, BROUGHT = 20_000, 11_000
PEAK_MAX = 2**20
"""What walking over a file of eleven megabytes may hold."""


def walked(content: bytes) -> list[str]:
    return [text(item.element, "Ид") for item in Walk(io.BytesIO(content))]


def refused(content: bytes) -> UnreadableError:
    with pytest.raises(UnreadableError) as error:
        walked(content)
    return error.value


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251", "utf-16"])
def test_a_file_is_read_in_the_encoding_that_it_names(encoding: str) -> None:
    assert ["заказ №1"] == walked(orders(Doc("заказ №1"), encoding=encoding))


def test_a_file_with_a_byte_order_mark_is_read() -> None:
    assert ["1"] == walked(b"\xef\xbb\xbf" + orders(Doc("1")))


def test_external_entities_are_refused(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("пароль", encoding="utf-8")
    head = f'<!DOCTYPE r [<!ENTITY x SYSTEM "file://{secret}">]>'
    error = refused(
        f'<?xml version="1.0"?>\n{head}\n<КоммерческаяИнформация>&x;</КоммерческаяИнформация>'.encode()
    )

    assert ("doctype", 3) == (error.code, error.line)


def test_entities_that_grow_are_refused_before_they_do() -> None:
    steps = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE r [<!ENTITY a0 "ха">{steps}]><КоммерческаяИнформация><Документ><Ид>&a11;</Ид></Документ></КоммерческаяИнформация>'

    assert "doctype" == refused(bomb.encode()).code


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE КоммерческаяИнформация SYSTEM "http://127.0.0.1:9/x.dtd">',
        "<!DOCTYPE КоммерческаяИнформация>",
    ],
)
def test_document_types_are_refused_and_nothing_is_fetched(head: str) -> None:
    assert "doctype" == refused(f"{head}<КоммерческаяИнформация/>".encode()).code


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"hello", "broken"),
        (b"<offers/>", "not_commerceml"),
        (b"\x00\x01\x02", "broken"),
        (orders(Doc("1"))[:-30], "broken"),
        (orders(Doc("1")) * 2, "broken"),
        (orders(Doc("1")).replace("Заказ".encode(), b"\xd0"), "broken"),
    ],
)
def test_what_is_no_commerceml_is_refused(content: bytes, code: str) -> None:
    assert code == refused(content).code


def test_a_broken_file_is_told_by_line_and_element_and_writes_nothing(made: Made) -> None:
    good = orders(Doc("1", [line("tea-100", "100")]), Doc("2", [line("tea-100", "200")])).decode()
    broken = good.replace("<Номер>2</Номер>", "<Номер>2</Нимер>").encode()

    with pytest.raises(FailureError) as error:
        made.one_c().put("sale", {"orders.xml": broken})
    message = error.value.args[0][1]
    assert message.startswith("Файл orders.xml — не XML: строка 3, элемент Номер:")
    assert {} == made.receipts()


def test_after_a_broken_file_the_whole_one_may_come(made: Made) -> None:
    one, whole = made.one_c(), orders(Doc("1", [line("tea-100", "100")]))
    one.begin("sale")
    one.upload("sale", "orders.xml", whole[:200])
    with pytest.raises(FailureError):
        one.import_("sale", "orders.xml")
    one.upload("sale", "orders.xml", whole)
    one.import_("sale", "orders.xml")

    assert {"1": ("closed", 10_000, False)} == made.receipts()


def test_an_archive_may_hold_several_files_and_pictures(made: Made) -> None:
    archive = zipped(
        {
            "import.xml": b"".join(goods_file(3)), "orders.xml": orders(Doc("1", [line("tea-100", "100")])),
            "import_files/a/1.jpg": b"\xff\xd8",
        }
    )  # fmt: skip
    one = made.one_c()
    one.begin("catalog")
    one.upload("catalog", "v8_1.zip", archive)

    assert "товаров 3" in one.import_("catalog", "import.xml")[1]
    assert "документов 1" in one.import_("catalog", "orders.xml")[1]
    # A repeat is told the same again, though the archive is gone.
    assert "товаров 3" in one.import_("catalog", "import.xml")[1]
    assert ["failure", "Файл offers.xml не загружен в этом сеансе.", ""] == one.call(
        "catalog", "import", filename="offers.xml"
    )


def test_an_archive_may_be_asked_for_by_its_own_name(made: Made) -> None:
    docs = {f"orders{n}.xml": orders(Doc(str(n), [line("tea-100", "100")])) for n in range(3)}
    made.one_c().put("sale", {"orders.zip": zipped(docs)})

    assert {"0", "1", "2"} == set(made.receipts())


def test_a_damaged_archive_is_told(made: Made) -> None:
    whole = zipped({"orders.xml": orders(Doc("1"))})
    for content in (b"PK\x03\x04 no archive", whole[: len(whole) // 2]):
        one = made.one_c()
        one.begin("sale")
        one.upload("sale", "orders.zip", content)

        assert "Архив повреждён или не является zip." == one.call("sale", "import", filename="orders.zip")[1]


def spoilt(how: str) -> bytes:
    """An archive whose list of files reads well while a file in it does not."""
    whole = bytearray(zipped({"orders.xml": orders(Doc("1"))}))
    directory = whole.rindex(b"PK\x01\x02")
    if how == "encrypted":
        whole[6] |= 1
        whole[directory + 8] |= 1
    elif how == "unknown method":
        whole[8:10] = whole[directory + 10 : directory + 12] = (99).to_bytes(2, "little")
    else:
        middle = directory // 2
        whole[middle : middle + 8] = bytes(255 - each for each in whole[middle : middle + 8])
    return bytes(whole)


@pytest.mark.parametrize("how", ["encrypted", "unknown method", "damaged inside"])
def test_an_archive_that_cannot_be_unpacked_is_told_and_books_nothing(made: Made, how: str) -> None:
    one = made.one_c()
    one.begin("sale")
    one.upload("sale", "orders.zip", spoilt(how))

    said = one.call("sale", "import", filename="orders.zip")

    assert ["failure", "Архив повреждён или не является zip."] == said[:2]
    assert "1" not in made.receipts()


def test_an_archive_that_grows_beyond_measure_is_refused(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kopilka.connectors.commerceml.reading.UNPACKED_MAX", 100_000)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("import.xml", b" " * 200_000)
    one = made.one_c()
    one.begin("catalog")
    one.upload("catalog", "bomb.zip", out.getvalue())

    assert "Файл слишком большой." == one.call("catalog", "import", filename="import.xml")[1]


def test_twenty_thousand_goods_are_read_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "import.xml"
    with path.open("wb") as out:
        out.writelines(goods_file(GOODS))
    assert path.stat().st_size > PEAK_MAX
    with path.open("rb") as content:
        tracemalloc.start()
        walked_over = sum(1 for _ in Walk(content))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()

    assert (GOODS + 1, True) == (walked_over, peak < PEAK_MAX)


def test_a_step_holds_no_more_than_its_own_goods() -> None:
    content = io.BytesIO(b"".join(goods_file(6_000)))
    step = read_step(content, 0, Dictionary(), How("id", "Europe/Moscow", "RUB"))
    content.seek(0)
    rest = read_step(content, step.done, Dictionary(), How("id", "Europe/Moscow", "RUB"))

    assert (5_000, 5_001, None) == (len(step.rows), step.done, step.kinds)
    assert (1_000, {"group": 1, "good": 6_000}) == (len(rest.rows), rest.kinds)


def test_memory_of_the_tree_does_not_grow_with_the_file() -> None:
    """The tree of lxml stands outside of what Python counts: what is walked over must be gone from it."""
    content = b"".join(goods_file(2_000))
    most = 0
    for item in Walk(io.BytesIO(content)):
        root = item.element.getroottree().getroot()
        most = max(most, sum(1 for _ in root.iter()))

    assert most < 2_000


def test_eleven_thousand_goods_are_imported_in_steps(shop: Trading, made: Made) -> None:
    one = made.one_c()
    said = one.put("catalog", {"import.zip": zipped({"import.xml": b"".join(goods_file(BROUGHT))})})

    assert ["progress", "Файл import.xml: обработано 5001."] == one.said[:2]
    assert 2 == one.said.count("progress")
    assert "success" == said[0]
    assert [(BROUGHT,)] == shop.rows("SELECT count(*) FROM product WHERE sku LIKE 'sku-%%'")


def test_an_empty_exchange_is_fine(made: Made) -> None:
    assert "success" == made.one_c().put("sale", {"orders.xml": file()})[0]
