"""A beer shop as its screens see it: two programmes, two shops, goods, people, weeks of receipts, staff of every role."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from random import Random

from argon2 import PasswordHasher
from litestar import Litestar
from litestar.exceptions import HTTPException

from kopilka.app.compose import House
from kopilka.app.screens import Screens
from kopilka.core.receipt import Line, Receipt, Shop, SpendRequest
from kopilka.core.settlement.refund import ReturnedLine, ReturnWish
from kopilka.look.jinja import Pages
from kopilka.store.staff import PostgresStaff
from kopilka.usecases.commands import Close, Command, Enrol, Identifier, Person, Ref, Return
from kopilka.usecases.outcomes import Done
from kopilka.usecases.playbooks import playbook
from kopilka.usecases.ports import Product
from kopilka.usecases.programmes import Published, Wanted
from kopilka.usecases.staff import Reception, Role, Staff

NOW = datetime(2026, 3, 8, 11, 5, tzinfo=UTC)
PASSWORD = "a long password"  # noqa: S105 - of people who do not exist
CLUB = """\
# Пивной клуб «Якорь»: кэшбэк по уровню, скидка на снеки, бонусы за вступление.
# The Anchor beer club: cashback by level, a discount on snacks, points for joining.
programme: club
title: {ru: Клуб «Якорь», en: Anchor Club}
currency: RUB
zone: Europe/Moscow
points:
  bonus:
    title: {ru: [бонус, бонуса, бонусов], en: [point, points]}
    worth: 1.00
    round: down
    life: 40d
levels:
  by: spend
  over: 365d
  ladder:
    - {id: bronze, from: 0, title: {ru: Бронза, en: Bronze}}
    - {id: silver, from: 5000, title: {ru: Серебро, en: Silver}}
    - {id: gold, from: 15000, title: {ru: Золото, en: Gold}}
rules:
  - id: cashback
    title: {ru: Кэшбэк по уровню, en: Cashback by level}
    earn: {percent: {bronze: 5, silver: 10, gold: 15}}
  - id: welcome
    title: {ru: За вступление, en: For joining}
    on: enrolment
    earn: {points: 100, life: 30d}
  - id: snacks
    title: {ru: Снеки дешевле от 1 000 ₽, en: "Cheaper snacks from ₽1,000"}
    when: {goods_total: {from: 1000}}
    goods: {category: snacks}
    discount: 10%
spend: {up_to: 30%}
"""
GOODS = (
    ("4601", "Пиво светлое «Якорь», 1 л", 18_900, ("beer",)),
    ("4602", "Пиво тёмное «Шкипер», 1 л", 21_900, ("beer",)),
    ("4603", "Сыр косичка копчёный", 98_000, ("snacks",)),
    ("4604", "Кальмар сушёный, 100 г", 25_000, ("snacks",)),
    ("4605", "Квас «Домашний», 1 л", 12_000, ("soft",)),
    ("4606", "Вобла вяленая, 1 шт", 17_550, ("snacks",)),
)
NAMES = (
    "Константин Верещагин", "Мария Кузнецова", "Ольга Ли", "Пётр Иванов", "Алексей Смирнов", "Ирина Соколова",
    "Денис Орлов", "Галина Белова", "Тимур Ахметов", "Светлана Ким", "Николай Зайцев", "Вера Фомина",
)  # fmt: skip
SHOPS = (
    Shop("tverskaya", "Europe/Moscow", "club", (), "Море Пива, Тверская"),
    Shop("arbat", "Europe/Moscow", "club", ("outlet",), "Море Пива, Арбат"),
)


class Clock:
    """A clock that tests turn."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


class Shopfront:
    """A house with everything in it, its screens, and a reception whose passwords are quick."""

    def __init__(self, conninfo: str, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self.house = House(conninfo, clock=self.clock)
        self._random = Random(7)
        quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        store, bits = PostgresStaff(self.house.pool), self._random.getrandbits
        self.reception = Reception(store, clock=self.clock, chance=bits, passwords=quick)

    def app(self, pages: Pages | None = None) -> Litestar:
        """The screens as the process serves them."""
        screens = Screens(self.house, pages)
        handlers = {HTTPException: screens.lost}
        return Litestar(screens.handlers, openapi_config=None, exception_handlers=handlers)

    def open(self) -> None:
        """Programmes, shops, goods and staff."""
        long_ago = self.clock.now - timedelta(days=60)
        for text in (CLUB, playbook("a1-fixed-card")):
            now, self.clock.now = self.clock.now, long_ago
            assert isinstance(self.house.programmes.publish(Wanted(text, 0)), Published)
            self.clock.now = now
        self.house.reference.put_shops(SHOPS, long_ago)
        rows = [Product(sku, title, category) for sku, title, _, category in GOODS]
        self.house.reference.put_products(rows, long_ago)
        self.staff()

    def staff(self) -> None:
        """Somebody of every role; a cashier belongs to the first shop."""
        for role, name in zip(
            Role, ("Анна Соколова", "Борис Чернов", "Вика Лунина", "Глеб Руднев"), strict=True
        ):
            shop = SHOPS[0].id if role is Role.CASHIER else ""
            assert isinstance(
                self.reception.add(Staff("", role.value, name, role, "ru", shop), PASSWORD), Staff
            )

    def live(self, days: int = 30, each: int = 6) -> None:
        """Weeks of receipts, each at its own moment."""
        desk, start = self.house.desk(), self.clock.now - timedelta(days=days)
        for number, name in enumerate(NAMES):
            at = start - timedelta(days=1, hours=number)
            assert isinstance(desk.run([_joins(number, name, at)], [at])[0], Done)
        for day in range(days + 1):
            sales = list(self._day(start + timedelta(days=day), each))
            sales = [(at, command) for at, command in sales if at <= self.clock.now]
            for outcome in desk.run([row for _, row in sales], [at for at, _ in sales]) if sales else ():
                assert isinstance(outcome, Done), outcome

    def _day(self, day: datetime, each: int) -> Iterator[tuple[datetime, Command]]:
        chance = self._random
        for number in range(chance.randint(each // 2, each)):
            at = day.replace(hour=8, minute=0) + timedelta(minutes=35 * number + chance.randint(0, 30))
            id_ = f"rcp_{day:%m%d}{number:02d}"
            rows = chance.sample(GOODS, chance.randint(1, 4))
            lines = tuple(_line(i, row, chance.choice((1, 1, 2, 3))) for i, row in enumerate(rows))
            guest = chance.random() < 0.2
            wish = SpendRequest() if not guest and chance.random() < 0.25 else None
            who = None if guest else Ref("card", card(chance.randrange(len(NAMES))))
            shop = chance.choice(SHOPS)
            yield at, Close(Receipt(id_, shop.id, at, "RUB", lines, till="2", spend=wish), who)
            if number == 1:
                wanted = ReturnWish((ReturnedLine("1", 1000),))
                yield (
                    at + timedelta(minutes=10),
                    Return(id_, f"{id_}-back", wanted, at + timedelta(minutes=10), shop.id),
                )


def card(number: int) -> str:
    return f"40001{number:03d}"


def phone(number: int) -> str:
    return f"+7916000{number:04d}"


def _joins(number: int, name: str, at: datetime) -> Enrol:
    identifiers = (
        Identifier("card", card(number), "gold" if number % 5 == 0 else ""),
        Identifier("phone", phone(number)),
    )
    person = Person(name, phone(number), f"guest{number}@example.org" if number % 2 else "", None, "ru")
    return Enrol(identifiers, "club", person, "tverskaya", consents=(("personal_data", ""),), at=at)


def _line(place: int, row: tuple[str, str, int, tuple[str, ...]], count: int) -> Line:
    sku, title, price, category = row
    return Line(str(place + 1), sku, count * 1000, price * count, title=title, category=category)


@contextmanager
def opened(conninfo: str, *, days: int = 0) -> Iterator[Shopfront]:
    """A shopfront over a migrated database, with so many days of receipts."""
    front = Shopfront(conninfo)
    front.open()
    if days:
        front.live(days)
    try:
        yield front
    finally:
        front.house.close()
