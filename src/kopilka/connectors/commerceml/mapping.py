"""CommerceML's scalars, counterparties and names of requisites in our words. Goods, documents and what we write stand in
`mapping_goods.py`, `mapping_papers.py` and `mapping_out.py`.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from typing import Any

import msgspec

from kopilka.connectors.commerceml.reading import child, children, local, moment_of, requisites, text, yes
from kopilka.connectors.kit.services import Connection, receipt_id_of
from kopilka.usecases.commands import Identifier, Ref
from kopilka.usecases.members import normal
from kopilka.values.errors import BadValueError
from kopilka.values.period import zone

CURRENCIES = {
    "руб": "RUB", "руб.": "RUB", "р.": "RUB", "rur": "RUB", "643": "RUB", "810": "RUB", "бел.руб": "BYN", "933": "BYN",
    "тенге": "KZT", "398": "KZT", "usd": "USD", "840": "USD", "eur": "EUR", "978": "EUR",
}  # fmt: skip
CARDS = (
    "номер дисконтной карты", "дисконтная карта", "карта лояльности", "номер карты лояльности", "бонусная карта",
    "номер бонусной карты", "информационная карта", "номер карты",
)  # fmt: skip
"""Requisites that hold the number of a member's card, in the order of preference."""
CARD_ELEMENTS = ("ДисконтнаяКарта", "КартаЛояльности", "ИнформационнаяКарта", "БонуснаяКарта")
CARD_NUMBERS = ("Номер", "НомерКарты", "КодКарты", "Код", "Штрихкод", "МагнитныйКод", "Ид")
POINTS = ("списано бонусов", "оплачено бонусами", "сумма бонусов", "бонусы к списанию")
"""Requisites that hold the bonuses a document was paid with."""
PHONES = ("телефон", "мобильный", "сотовый")
MAILS = ("почта", "e-mail", "email", "электрон")
POSTAL = ("почтовый", "адрес")
EXTERNAL_MAX = 128
NAME_MAX = 200
COMPANY_DIGITS = 10
_SPACES = re.compile(r"[\s\u00a0\u202f]")


class Party(msgspec.Struct, frozen=True):
    """A counterparty as far as we need it: strings as they stood there. `birthday` is an ISO day."""

    id: str = ""
    name: str = ""
    phone: str = ""
    email: str = ""
    card: str = ""
    birthday: str = ""
    company: bool = False
    deleted: bool = False
    buyer: bool = True

    def reachable(self) -> bool:
        """Whether somebody of their own is behind it, and no collective "retail buyer"."""
        return bool(self.phone or self.email or self.card)


def number_of(value: str, field: str) -> Decimal:
    """A number as 1C writes it: spaces between thousands, a comma or a point."""
    plain = _SPACES.sub("", value).replace(",", ".")
    try:
        found = Decimal(plain)
    except InvalidOperation as error:
        raise BadValueError(field, "число", value) from error
    if not found.is_finite():
        raise BadValueError(field, "число", value)
    return found


def currency_of(value: str, usual: str) -> str:
    """An ISO code; the usual one where nothing is said."""
    plain = value.strip().lower()
    return CURRENCIES.get(plain, plain.upper()) if plain else usual


def instant_of(day: str, hour: str, zone_name: str) -> datetime | None:
    """A day and a time of the shop's clock as an instant; None where there is no day."""
    found = moment_of(f"{day[:10]} {hour}" if hour else day)
    return None if found is None else found.replace(tzinfo=zone(zone_name)).astimezone(UTC)


def named(values: Mapping[str, str], names: tuple[str, ...], own: str = "") -> str:
    """The first requisite of these names that is not empty; the shop's own name for it comes first."""
    wanted = (own.lower(), *names) if own else names
    return next((values[name] for name in wanted if values.get(name)), "")


def party_of(element: Any, *, card_name: str = "") -> Party:
    """A `Контрагент`."""
    values = requisites(element)
    rows = [(text(row, "Тип").lower(), text(row, "Значение")) for row in _contacts(element)]
    phone = next((v for kind, v in rows if v and any(word in kind for word in PHONES)), "")
    email = next(
        (v for kind, v in rows if "@" in v and any(word in kind for word in MAILS) and kind not in POSTAL), ""
    )
    surname, first, middle = text(element, "Фамилия"), text(element, "Имя"), text(element, "Отчество")
    parts = " ".join(part for part in (surname, first, middle) if part)
    name = parts or text(element, "ПолноеНаименование") or text(element, "Наименование")
    tax = text(element, "ИНН")
    official = text(element, "ОфициальноеНаименование")
    role = text(element, "Роль").lower()
    return Party(
        id=text(element, "Ид"),
        name=(name or official)[:NAME_MAX],
        phone=phone or named(values, ("телефон", "мобильный телефон")),
        email=email or named(values, ("e-mail", "email", "электронная почта")),
        card=_card_of(element) or named(values, CARDS, card_name),
        birthday=_birthday_of(element, values),
        company=bool(official) or len(tax) == COMPANY_DIGITS,
        deleted=yes(text(element, "ПометкаУдаления")) or element.get("Статус", "") == "Удален",
        buyer=role in {"", "покупатель", "получатель", "плательщик"},
    )


def _contacts(element: Any) -> list[Any]:
    """`Контакт` rows, also where they stand in an address."""
    rows = children(element, "Контакты", "Контакт") + children(
        element, "АдресРегистрации", "Контакты", "Контакт"
    )
    return rows + children(element, "Адрес", "Контакты", "Контакт")


def _card_of(element: Any) -> str:
    """The card of an element of its own, which some exchanges have; blocked ones do not count."""
    for row in element.iter():
        if isinstance(row.tag, str) and local(row) in CARD_ELEMENTS:
            if yes(text(row, "ПометкаУдаления")):
                continue
            found = next((text(row, name) for name in CARD_NUMBERS if text(row, name)), "")
            found = found or " ".join((row.text or "").split())
            if found:
                return found
    return ""


def card_of(element: Any, values: Mapping[str, str], card_name: str) -> str:
    """The card that a document names, outside of its counterparties."""
    for name in (*CARD_ELEMENTS, "ДисконтныеКарты", "КартыЛояльности"):
        place = child(element, name)
        if place is not None:
            found = next((text(place, each) for each in CARD_NUMBERS if text(place, each)), "")
            found = found or _card_of(place) or " ".join((place.text or "").split())
            if found:
                return found
    return named(values, CARDS, card_name)


def _birthday_of(element: Any, values: Mapping[str, str]) -> str:
    value = text(element, "ДатаРождения") or named(values, ("дата рождения", "датарождения"))
    found = moment_of(value)
    return "" if found is None or found.year < 1900 else found.date().isoformat()  # noqa: PLR2004 - 1C's empty date is 0001


def birthday_of(party: Party) -> date | None:
    """The birthday as a day."""
    return date.fromisoformat(party.birthday) if party.birthday else None


def external_of(connection: Connection, id_: str) -> str:
    """Our external id of a counterparty: a UUID is the same person in every exchange, anything else this one's own."""
    if not id_:
        return ""
    found = receipt_id_of(connection, id_)
    if len(found) <= EXTERNAL_MAX and normal("external", found):
        return found
    return f"{connection.connection_id}:{sha256(id_.encode()).hexdigest()}"


def named_by(connection: Connection, party: Party, card: str = "") -> list[tuple[str, str]]:
    """What names a buyer, most certain first: what is shown at the till, then the id, then contacts."""
    return [
        ("card", card or party.card), ("external", external_of(connection, party.id)), ("phone", party.phone),
        ("email", party.email),
    ]  # fmt: skip


def identifiers_of(connection: Connection, party: Party) -> tuple[Identifier, ...]:
    """What is to find a member who joins through the exchange."""
    rows = [(kind, normal(kind, value)) for kind, value in named_by(connection, party)]
    return tuple(Identifier(kind, value) for kind, value in rows if value)


def ref_of(kind: str, value: str) -> Ref | None:
    """A normalised reference; None where it cannot name anybody."""
    plain = normal(kind, value)
    return Ref(kind, plain) if plain else None
