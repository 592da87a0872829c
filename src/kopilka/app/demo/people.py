"""Made-up people for real households: always the same ones, half of them Russian, none of them reachable.

Phones begin with +7 000, a code that no network has, so that nobody's real number is ever shown or rung.
"""

from datetime import date, timedelta
from hashlib import sha256

from kopilka.usecases.commands import Enrol, Identifier, Person

_RU_WOMEN = (
    "Анна", "Мария", "Елена", "Ольга", "Наталья", "Ирина", "Татьяна", "Светлана", "Екатерина", "Юлия", "Дарья",
    "Полина", "Вера", "Ксения", "Алина", "Марина",
)  # fmt: skip
_RU_MEN = (
    "Александр", "Дмитрий", "Сергей", "Андрей", "Алексей", "Иван", "Михаил", "Николай", "Павел", "Роман", "Илья",
    "Кирилл", "Егор", "Фёдор", "Борис", "Тимур",
)  # fmt: skip
_RU_LAST = (
    "Иванов", "Смирнов", "Кузнецов", "Попов", "Васильев", "Петров", "Соколов", "Михайлов", "Новиков", "Фёдоров",
    "Морозов", "Волков", "Алексеев", "Лебедев", "Семёнов", "Егоров", "Павлов", "Козлов", "Степанов", "Николаев",
    "Орлов", "Андреев", "Макаров", "Никитин", "Захаров", "Зайцев", "Соловьёв", "Борисов", "Яковлев", "Григорьев",
)  # fmt: skip
_EN_FIRST = (
    "Olivia", "Emma", "Ava", "Sophia", "Grace", "Hannah", "Chloe", "Ruth", "Alice", "Nora", "Liam", "Noah", "James",
    "Henry", "Samuel", "Daniel", "Jack", "Owen", "Leo", "Arthur", "Priya", "Mei", "Carlos", "Amir",
)  # fmt: skip
_EN_LAST = (
    "Smith", "Johnson", "Brown", "Miller", "Davis", "Wilson", "Anderson", "Taylor", "Moore", "Martin", "Clark",
    "Lewis", "Walker", "Young", "King", "Wright", "Hill", "Green", "Baker", "Carter", "Murphy", "Cooper", "Bailey",
    "Reed", "Kelly", "Howard", "Ward", "Brooks", "Gray", "Patel",
)  # fmt: skip
CARD_DIGITS = 12
FIRST_BIRTHDAY = date(1948, 1, 1)
BIRTHDAYS = 20_000


def person(household: str) -> Person:
    """Who a household is: always the same person."""
    dice = int.from_bytes(sha256(f"person {household}".encode()).digest(), "big")
    birthday = FIRST_BIRTHDAY + timedelta(days=dice // 7 % BIRTHDAYS)
    if dice % 2:
        woman = dice // 2 % 2 == 1
        first = (_RU_WOMEN if woman else _RU_MEN)[dice // 4 % 16]
        last = _RU_LAST[dice // 64 % len(_RU_LAST)] + ("а" if woman else "")
        return Person(f"{first} {last}", phone(household), birthday=birthday, language="ru")
    name = f"{_EN_FIRST[dice // 4 % len(_EN_FIRST)]} {_EN_LAST[dice // 128 % len(_EN_LAST)]}"
    return Person(name, phone(household), birthday=birthday, language="en")


def phone(household: str) -> str:
    """A number that cannot be anybody's: `+7 000 00` and the household's own five digits."""
    return f"+700000{int(household):05d}"


def card(household: str) -> str:
    """The number of a card: EAN-13 of the range that shops use for themselves."""
    digits = f"20{int(household):010d}"
    odd, even = (sum(map(int, digits[start::2])) for start in (0, 1))
    return f"{digits}{-(odd + 3 * even) % 10}"


def enrolment(household: str, programme: str, shop: str) -> Enrol:
    """How a household joins: by phone, with a card, and agreeing to messages where chance says so."""
    who = person(household)
    agrees = sha256(f"agrees {household}".encode()).digest()[0] % 3 > 0
    return Enrol(
        (
            Identifier("phone", who.phone),
            Identifier("card", card(household)),
            Identifier("external", household),
        ),
        programme,
        person=who,
        shop=shop,
        consents=(("personal_data", ""), *((("advertising", "sms"),) if agrees else ())),
        client="demo",
        key=f"enrol:{household}",
    )
