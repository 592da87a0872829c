"""1C as it calls a site: files of CommerceML, and whole exchanges over any way of calling."""

import io
import zipfile
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from xml.sax.saxutils import escape

import httpx
from lxml import etree
from trading import Trading

from kopilka.connectors.kit.call import Answer, Call

FORMED = "2026-03-01T12:00:00"
Send = Callable[[Call], Answer]


def requisites(rows: Mapping[str, str]) -> str:
    told = "".join(
        f"<ЗначениеРеквизита><Наименование>{escape(name)}</Наименование><Значение>{escape(value)}</Значение>"
        "</ЗначениеРеквизита>"
        for name, value in rows.items()
    )
    return f"<ЗначенияРеквизитов>{told}</ЗначенияРеквизитов>" if told else ""


def party(id_: str, name: str = "Анна Петрова", *, more: str = "", **named: str) -> str:
    """A counterparty; `phone`, `email`, `card` name it."""
    rows = [("Телефон рабочий", named.get("phone", "")), ("Электронная почта", named.get("email", ""))]
    contacts = "".join(
        f"<Контакт><Тип>{kind}</Тип><Значение>{value}</Значение></Контакт>" for kind, value in rows if value
    )
    card = named.get("card", "")
    return (
        f"<Контрагент><Ид>{escape(id_)}</Ид><Наименование>{escape(name)}</Наименование><Роль>Покупатель</Роль>"
        f"<ПолноеНаименование>{escape(name)}</ПолноеНаименование>{more}"
        + (f"<Контакты>{contacts}</Контакты>" if contacts else "")
        + requisites({"Номер дисконтной карты": card} if card else {})
        + "</Контрагент>"
    )


def line(sku: str, price: str, quantity: str = "1", *, total: str = "", more: str = "") -> str:
    if not total:
        plain = price.replace(" ", "").replace(",", ".")
        total = str(round(float(plain) * float(quantity), 2)) if plain.replace(".", "").isdigit() else price
    return (
        f"<Товар><Ид>{sku}</Ид><Наименование>{sku}</Наименование><ЦенаЗаЕдиницу>{price}</ЦенаЗаЕдиницу>"
        f"<Количество>{quantity}</Количество><Сумма>{total}</Сумма>{more}</Товар>"
    )


def discount(name: str, amount: str, *, inside: bool = True) -> str:
    return (
        f"<Скидки><Скидка><Наименование>{name}</Наименование><Сумма>{amount}</Сумма>"
        f"<УчтеноВСумме>{str(inside).lower()}</УчтеноВСумме></Скидка></Скидки>"
    )


@dataclass
class Doc:
    """A document."""

    id: str
    lines: Sequence[str] = ()
    number: str = ""
    operation: str = "Заказ товара"
    day: str = "2026-02-20"
    hour: str = "12:30:00"
    party: str = ""
    base: str = ""
    total: str = ""
    more: str = ""
    facts: Mapping[str, str] = field(default_factory=lambda: {"Заказ оплачен": "true", "Отменен": "false"})

    def xml(self) -> str:
        return (
            f"<Документ><Ид>{escape(self.id)}</Ид><Номер>{self.number or self.id}</Номер><Дата>{self.day}</Дата>"
            f"<ХозОперация>{self.operation}</ХозОперация><Роль>Продавец</Роль><Валюта>руб</Валюта><Курс>1</Курс>"
            + (f"<Сумма>{self.total}</Сумма>" if self.total else "")
            + (f"<Контрагенты>{self.party}</Контрагенты>" if self.party else "")
            + f"<Время>{self.hour}</Время>"
            + (f"<Основание>{self.base}</Основание>" if self.base else "")
            + self.more
            + (f"<Товары>{''.join(self.lines)}</Товары>" if self.lines else "")
            + requisites(self.facts)
            + "</Документ>"
        )


def file(*items: str, encoding: str = "utf-8", formed: str = FORMED) -> bytes:
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?>\n'
        f'<КоммерческаяИнформация xmlns="urn:1C.ru:commerceml_2" ВерсияСхемы="2.08" ДатаФормирования="{formed}">'
        + "\n".join(items)
        + "</КоммерческаяИнформация>"
    )
    return text.encode(encoding)


def orders(*docs: Doc, formed: str = FORMED, encoding: str = "utf-8") -> bytes:
    return file(*(doc.xml() for doc in docs), formed=formed, encoding=encoding)


def parties(*rows: str, formed: str = FORMED) -> bytes:
    return file("<Контрагенты>" + "".join(rows) + "</Контрагенты>", formed=formed)


def zipped(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


class OverSocket:
    """Calls over a socket; `php` is the script that 1C appends."""

    def __init__(self, url: str, connection_id: str, php: str = "/1c_exchange.php") -> None:
        self.address = f"{url}/exchange/1c/{connection_id}{php}"

    def __call__(self, call: Call) -> Answer:
        answer = httpx.request(
            call.method,
            self.address,
            params=list(call.query),
            headers=call.headers,
            content=call.body,
            timeout=60,
        )
        return Answer(answer.status_code, answer.content, answer.headers["content-type"])


class FailureError(Exception):
    """The site answered `failure`."""


class OneC:
    """The exchange as 1C plays it: checkauth, init, files in parts, import until success, query, success."""

    def __init__(self, send: Send, connection: Any, secret: str, *, version: str = "2.08") -> None:
        self.send = send
        self.connection = connection
        self.secret = secret
        self.version = version
        self.cookie = ""
        self.sessid = ""
        self.zip = ""
        self.limit = 0
        self.said: list[str] = []

    def call(self, kind: str, mode: str, body: bytes = b"", **query: str) -> list[str]:
        return self.raw(kind, mode, body, **query).body.decode("cp1251").split("\n")

    def raw(self, kind: str, mode: str, body: bytes = b"", **query: str) -> Answer:
        rows = [("type", kind), ("mode", mode), *query.items()]
        headers = {"cookie": self.cookie} if self.cookie else {}
        if self.sessid:
            rows.append(("sessid", self.sessid))
        path = f"/exchange/1c/{self.connection.connection_id}/1c_exchange.php"
        return self.send(Call("POST" if body else "GET", path, query=rows, headers=headers, body=body))

    def begin(self, kind: str) -> None:
        pair = b64encode(f"{self.connection.number}:{self.secret}".encode()).decode()
        rows = [("type", kind), ("mode", "checkauth")]
        path = f"/exchange/1c/{self.connection.connection_id}/1c_exchange.php"
        answer = self.send(Call("GET", path, query=rows, headers={"authorization": f"Basic {pair}"}))
        lines = answer.body.decode("cp1251").split("\n")
        if lines[0] != "success":
            raise FailureError(lines)
        self.cookie, self.sessid = f"{lines[1]}={lines[2]}", lines[3].removeprefix("sessid=")
        told = {"version": self.version} if self.version else {}
        rows_ = dict(row.split("=", 1) for row in self.call(kind, "init", **told) if "=" in row)
        self.zip, self.limit = rows_.get("zip", ""), int(rows_.get("file_limit", "0"))

    def upload(self, kind: str, name: str, content: bytes, limit: int = 0) -> list[str]:
        limit = limit or self.limit
        said: list[str] = []
        for start in range(0, len(content), limit):
            said = self.call(kind, "file", content[start : start + limit], filename=name)
            if said[0] != "success":
                raise FailureError(said)
        return said

    def import_(self, kind: str, name: str) -> list[str]:
        steps = 0
        while True:
            said = self.call(kind, "import", filename=name)
            self.said += said
            steps += 1
            if said[0] == "failure":
                raise FailureError(said)
            if said[0] == "success":
                return said
            assert said[0] == "progress", said
            assert steps < 1_000

    def put(self, kind: str, files: Mapping[str, bytes]) -> list[str]:
        """A whole exchange that hands files over."""
        self.begin(kind)
        self.said = []
        said: list[str] = []
        for name, content in files.items():
            said = self.upload(kind, name, content)
            if kind == "catalog" or self.version:
                said = self.import_(kind, name)
        return said

    def fetch(self, *, confirm: bool = True) -> Any:
        """A whole exchange that fetches documents; the file's root."""
        self.begin("sale")
        tree = etree.fromstring(self.raw("sale", "query").body)
        if confirm:
            assert "success" == self.call("sale", "success")[0]
        return tree


def texts(tree: Any, *path: str) -> list[str]:
    """The texts at the end of a path, wherever it begins."""
    where = "//" + "/".join(f"*[local-name()='{name}']" for name in path)
    return [element.text or "" for element in tree.xpath(where)]


def facts(element: Any) -> dict[str, str]:
    """A document's requisites."""
    rows = element.findall("ЗначенияРеквизитов/ЗначениеРеквизита")
    return {row.findtext("Наименование"): row.findtext("Значение") for row in rows}


def goods_file(count: int, *, changes: bool = False) -> Iterable[bytes]:
    """A catalogue of many goods, piece by piece."""
    yield b'<?xml version="1.0" encoding="utf-8"?>\n'
    yield f'<КоммерческаяИнформация ВерсияСхемы="2.08" ДатаФормирования="{FORMED}">'.encode()
    yield (
        "<Классификатор><Ид>к</Ид><Группы><Группа><Ид>г1</Ид><Наименование>Продукты</Наименование><Группы><Группа>"
        "<Ид>г2</Ид><Наименование>Чай</Наименование></Группа></Группы></Группа></Группы></Классификатор>"
    ).encode()
    yield f'<Каталог СодержитТолькоИзменения="{str(changes).lower()}"><Ид>к</Ид><Товары>'.encode()
    for n in range(count):
        yield (
            f"<Товар><Ид>sku-{n:06}</Ид><Артикул>A{n}</Артикул><Наименование>Товар {n}</Наименование><Группы><Ид>г2</Ид>"
            "</Группы><Описание>Длинное описание товара, которое нам не нужно, но которое занимает место.</Описание>"
            "<СтавкиНалогов><СтавкаНалога><Наименование>НДС</Наименование><Ставка>20</Ставка></СтавкаНалога>"
            "</СтавкиНалогов></Товар>\n"
        ).encode()
    yield "</Товары></Каталог></КоммерческаяИнформация>".encode()


class Made:
    """A connection with 1C on it."""

    def __init__(
        self, shop: Trading, *, over_socket: bool = False, version: str = "2.08", **settings: str
    ) -> None:
        self.shop = shop
        self.connection, self.secret = shop.connect("commerceml", **settings)
        self._send: Any = OverSocket(shop.url, self.connection.connection_id) if over_socket else shop.call
        self.version = version

    def one_c(self) -> OneC:
        return OneC(self._send, self.connection, self.secret, version=self.version)

    @property
    def prefix(self) -> str:
        return self.connection.connection_id

    def receipts(self) -> dict[str, tuple[str, int, bool]]:
        """State, money and whether all came back, by the document's id."""
        mine = "SELECT receipt_id, state, paid_minor FROM receipt WHERE receipt_id LIKE %s ORDER BY 1"
        rows = self.shop.rows(mine, f"{self.prefix}:%")
        found = {}
        for id_, state, paid in rows:
            view = self.shop.house.views.receipt(id_)
            assert view is not None
            sale = view.stored.sale
            gone = all(a >= b for a, b in zip(sale.done(), sale.wholes(), strict=True))
            found[id_.removeprefix(self.prefix + ":")] = (state, paid, gone)
        return found


_numbers = count(1)


class Buyer:
    """A member with a phone and a card of their own."""

    def __init__(self, shop: Trading, points: str = "") -> None:
        number = next(_numbers)
        self.shop, self.phone, self.card = shop, f"+7903{number:07}", f"6600{number}"
        self.id = shop.member(self.phone, card=self.card, points=points)

    def party(self, id_: str = "c") -> str:
        return party(id_, phone=self.phone)

    def balance(self) -> tuple[int, int]:
        return self.shop.balance(self.id)


def brought(made: Made, *docs: Doc, formed: str = FORMED) -> list[str]:
    """What 1C is told of documents that it brings."""
    return made.one_c().put("sale", {"orders.xml": orders(*docs, formed=formed)})


def later(day: int) -> str:
    """When a newer file was made."""
    return f"2026-03-{day:02}T12:00:00"


def back(id_: str, base: str, *lines: str, **facts: str) -> Doc:
    """Goods that come back."""
    return Doc(id_, lines, operation="Возврат товара", base=base, facts=facts)


def settled(shop: Trading) -> None:
    """Wait until what has happened can be told: nothing that still runs could add anything before it."""
    ((last,),) = shop.rows("SELECT coalesce(max(txid), 0) FROM event")
    shop.until(lambda: shop.services.feed.bound() > last)
