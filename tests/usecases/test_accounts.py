"""Members found in the database by what they have: the same as judging them one by one by what screens show."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from kopilka.app.compose import House
from kopilka.core.receipt import Line, Receipt, Shop, SpendRequest
from kopilka.core.settlement.refund import ReturnedLine, ReturnWish
from kopilka.usecases.accounts import AccountSearch, Bounds, Means
from kopilka.usecases.commands import (
    Adjust,
    Close,
    Command,
    Enrol,
    Hold,
    Identifier,
    Person,
    Ref,
    Return,
    SetLevel,
)
from kopilka.usecases.members import MemberChange, PersonChange
from kopilka.usecases.outcomes import Done
from kopilka.usecases.programmes import Published, Wanted
from kopilka.usecases.views import MemberView, StandingView, WalletView
from kopilka.values.period import local_day

ZONE = "Asia/Novosibirsk"
PROGRAMME = """
programme: {name}
title: Club
currency: RUB
zone: Asia/Novosibirsk
points:
  bonus: {{worth: 1.00, decimals: 2, pending: 10d, life: 60d}}
levels:
  {levels}
  ladder: [{{id: base, from: 0}}, {{id: silver, from: {silver}}}, {{id: gold, from: {gold}}}]
rules: [{{id: cashback, earn: {{percent: {{base: 5, silver: 7, gold: 10}}}}}}]
spend: {{up_to: 100%}}
returns: {{deficit: allow}}
"""
LADDERS = {
    "ever": ("by: spend", 700, 1_500), "window": ("by: spend, over: 180d", 200, 500),
    "grace": ("by: spend, over: 30d, grace: 40d, one_step: yes", 300, 900),
    "receipts": ("by: receipts, over: calendar_year", 1, 2), "points": ("by: points, points: bonus", 20, 60),
    "tenure": ("by: tenure", 9, 12), "ltv": ("by: ltv, months: 6, over: 120d", 1_000, 2_500),
}  # fmt: skip
WORDS = ("Анна", "Пётр", "лена", "Ёлкин", "@shop", "retailcrm:c2:", "44", "9990")
DAYS, PEOPLE, ROUNDS, AT_ONCE = 400, 24, 60, 7


class Shops:
    """Shops with a programme each, members who bought, got and gave back for a year, and one clock."""

    def __init__(self, conninfo: str) -> None:
        self.now = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
        self.house = House(conninfo, clock=lambda: self.now)
        self.end, self.dice = self.now, random.Random(7)
        self.now -= timedelta(days=DAYS)
        for name, ladder in LADDERS.items():
            self.publish(name, *ladder)
        self.house.reference.put_shops(
            [Shop(f"shop-{each}", ZONE, each, (), each) for each in LADDERS], self.now
        )
        self.desk = self.house.desk()
        self.members: list[str] = []
        self.sold: list[str] = []
        for number in range(ROUNDS):
            if number == ROUNDS - 3:
                self.publish("grace", LADDERS["grace"][0].replace("40d", "60d"), 1_000, 5_000, version=1)
            self.now += timedelta(days=DAYS) / ROUNDS
            commands = [self.something(number * AT_ONCE + n) for n in range(AT_ONCE)]
            for outcome in self.desk.run(commands):
                if isinstance(outcome, Done) and outcome.verb == "enrol":
                    self.members.append(outcome.member_id)
        self.last_hour()
        self.house.views.catalogue()
        self.now = self.end
        self.house.members.change(
            self.members[3], MemberChange(status="blocked"), PersonChange(), (), "stf_1"
        )
        members = self.house.accounts.members(sorted(self.members, reverse=True))
        means = self.house.accounts.means([(each.bucket, each.holder_id) for each in members])
        self.known = [(each, means[each.holder_id]) for each in members]

    def publish(self, name: str, levels: str, silver: int, gold: int, *, version: int = 0) -> None:
        lines = "\n  ".join(levels.split(", "))
        text = PROGRAMME.format(name=name, levels=lines, silver=silver, gold=gold)
        assert isinstance(self.house.programmes.publish(Wanted(text, version)), Published)

    def last_hour(self) -> None:
        """Half of the members reserve all they have, and then returns find nothing left; what is reserved lapses, and
        nobody writes that down.
        """
        self.now = self.end - timedelta(hours=1)
        line = Line("1", "tea", 1000, 9_000_000)
        for number, id_ in enumerate(self.members[::2]):
            receipt = Receipt(f"z{number}", "shop-ever", self.now, "RUB", (line,), spend=SpendRequest())
            self.desk.run([Hold(receipt, Ref("member", id_), "t", minutes=30)])
        wish = ReturnWish(lines=(ReturnedLine("1", None),))
        self.desk.run(
            [Return(id_, f"ret-{id_}", wish, self.now, "shop-ever", "t") for id_ in self.sold[2::3]]
        )

    def something(self, step: int) -> Command:
        dice, name, now = self.dice, self.dice.choice(list(LADDERS)), self.now
        if len(self.members) < PEOPLE and step % AT_ONCE == 0:
            return self.newcomer(len(self.members), name)
        who = Ref("member", dice.choice(self.members or ["nobody"]))
        line = Line("1", "tea", 1000, dice.randrange(50, 1_500) * 100)
        match dice.randrange(8):
            case 0:
                last = (
                    local_day(now, ZONE) + timedelta(days=dice.randrange(20, 300))
                    if dice.randrange(2)
                    else None
                )
                first = (
                    local_day(now, ZONE) + timedelta(days=dice.randrange(1, 19))
                    if dice.randrange(2)
                    else None
                )
                return Adjust(
                    who,
                    "bonus",
                    dice.randrange(1, 50_000),
                    "x",
                    "t",
                    f"a{step}",
                    last_on=last,
                    active_on=first,
                )
            case 1:
                return Adjust(who, "bonus", -dice.randrange(1, 2_000), "x", "t", f"a{step}")
            case 2:
                last = local_day(now, ZONE) + timedelta(days=dice.randrange(200))
                return SetLevel(
                    who, name, dice.choice(["silver", "gold", ""]), "x", "t", f"l{step}", last_on=last
                )
            case 3 if self.sold:
                wish = ReturnWish(lines=(ReturnedLine("1", None),))
                return Return(dice.choice(self.sold), f"ret{step}", wish, now, f"shop-{name}", "t")
            case 4:
                spend = Receipt(f"h{step}", f"shop-{name}", now, "RUB", (line,), spend=SpendRequest())
                return Hold(spend, who, "t", minutes=dice.choice([30, 200_000]))
            case _:
                self.sold.append(f"r{step}")
                spending = SpendRequest() if dice.randrange(3) == 0 else None
                return Close(
                    Receipt(f"r{step}", f"shop-{name}", now, "RUB", (line,), spend=spending),
                    who,
                    sold=True,
                    client="t",
                )

    def newcomer(self, n: int, programme: str) -> Enrol:
        name = self.dice.choice(["Анна", "ПЁТР", "Алена", "Елкин"])
        phone, email = f"+7999{n:07}", f"u{n}@shop.ru"
        found = [Identifier("phone", phone), Identifier("card", f"44{n:02}")]
        if n % 2:
            found.append(Identifier("external", f"retailcrm:c{n % 3}:{'north' if n % 5 else 'south'}:{n}"))
        return Enrol(
            tuple(found), programme, Person(name, phone, email), f"shop-{programme}" if n % 4 else ""
        )


@pytest.fixture(scope="module")
def shops(shared_database: str) -> Iterator[Shops]:
    made = Shops(shared_database)
    yield made
    made.house.close()


def judged(shops: Shops, search: AccountSearch) -> list[str]:
    """Whoever is meant, newest first, as one would tell from what each member's screen shows."""
    return [each.member_id for each, means in shops.known if fits(each, means, search)]


def fits(member: MemberView, means: Means, search: AccountSearch) -> bool:
    wallet = next((each for each in means.wallets if each.kind == search.kind), None)
    standing = next((each for each in means.standings if each.programme == search.programme), None)
    names = {each.programme for each in means.standings}
    return (
        search.status in {"", member.status}
        and (not search.programmes or bool(names & set(search.programmes)))
        and (search.members is None or member.member_id in search.members)
        and said(member, search.words)
        and search.phone in member.person.phone
        and (not search.card or any(each.value == search.card for each in member.cards()))
        and (not search.sites or bool(sites(member, search.home) & set(search.sites)))
        and (search.enrolled_from is None or member.enrolled_at >= search.enrolled_from)
        and (search.enrolled_until is None or member.enrolled_at <= search.enrolled_until)
        and within(0 if wallet is None else max(0, wallet.free), search.amount)
        and within(0 if standing is None else ordered(standing), search.orders)
        and (not search.levels or (standing is not None and level(standing) in search.levels))
        and burns(wallet, search.burning)
    )


def said(member: MemberView, words: str) -> bool:
    texts = [member.person.name, member.person.email, *(each.value for each in member.identifiers)]
    plain = [each.lower().replace("ё", "е") for each in texts]
    return any(words.lower().replace("ё", "е") in each for each in plain)


def sites(member: MemberView, home: str) -> set[str]:
    values = [each.value for each in member.identifiers if each.value.startswith("retailcrm:")]
    return {value.split(":", 3)[2] for value in values} or {member.shop or home}


def within(value: int, bounds: Bounds) -> bool:
    least, most = bounds
    return (least is None or value >= least) and (most is None or value <= most)


def ordered(standing: StandingView) -> int:
    by_spend = standing.level is not None and standing.level.by == "spend"
    return standing.level.outlook.total if by_spend and standing.level else standing.spend_minor


def level(standing: StandingView) -> str:
    return "" if standing.level is None else standing.level.outlook.level


def burns(wallet: WalletView | None, days: tuple[date | None, date | None]) -> bool:
    if days == (None, None):
        return True
    first, last = days[0] or date.min, days[1] or date.max
    ends = [
        local_day(lot.expires_at - timedelta(microseconds=1), ZONE)
        for lot in (() if wallet is None else wallet.lots)
        if lot.expires_at is not None and lot.rest > lot.held
    ]
    return any(first <= day <= last for day in ends)


def some_search(dice: random.Random, members: list[str], now: datetime) -> AccountSearch:
    def bounds(most: int) -> Bounds:
        return dice.choice([None, dice.randrange(-most, most)]), dice.choice(
            [None, dice.randrange(-most // 4, most)]
        )

    def day() -> date | None:
        return dice.choice([None, now.date() + timedelta(days=dice.randrange(-30, 90))])

    asked: list[dict[str, object]] = [
        {"amount": bounds(40_000)}, {"orders": bounds(900_000)}, {"burning": (day(), day())},
        {"levels": tuple(dice.sample(["base", "silver", "gold"], dice.randrange(1, 3)))},
        {"status": dice.choice(["active", "blocked"])}, {"programmes": tuple(dice.sample(list(LADDERS), 2))},
        {"words": dice.choice(WORDS)}, {"phone": str(dice.randrange(100))}, {"card": f"44{dice.randrange(99):02}"},
        {"sites": tuple(dice.sample(["north", "south", "shop-ever", "home"], 2))},
        {"members": tuple(dice.sample(members, 20))}, {"enrolled_from": now - timedelta(days=dice.randrange(DAYS))},
        {"enrolled_until": now - timedelta(days=dice.randrange(DAYS))},
    ]  # fmt: skip
    found: dict[str, object] = {}
    for each in dice.sample(asked, dice.choice([1, 1, 1, 2, 3])):
        found |= each
    return msgspec.convert(
        {**found, "programme": dice.choice(list(LADDERS)), "kind": "bonus", "identifiers": "retailcrm:", "home": "home"},
        AccountSearch, strict=False,
    )  # fmt: skip


def test_the_database_finds_whom_one_would_find_by_looking_at_each(shops: Shops) -> None:
    dice, seen = random.Random(11), set()
    for _ in range(300):
        search = some_search(dice, shops.members, shops.now)
        wanted = judged(shops, search)
        skip, limit = dice.randrange(5), dice.randrange(1, 12)
        page = msgspec.structs.replace(search, skip=skip, limit=limit)

        assert (len(wanted), wanted[skip : skip + limit]) == shops.house.accounts.find(page), search
        seen.add(len(wanted))
    assert len(seen) > 15  # the questions told members apart


def test_every_level_of_every_ladder_has_its_members(shops: Shops) -> None:
    found = {}
    for programme in LADDERS:
        for each in ("base", "silver", "gold"):
            search = AccountSearch(programme=programme, levels=(each,), kind="bonus")
            found[programme, each] = shops.house.accounts.find(search)
            assert judged(shops, search) == found[programme, each][1]
    assert [] == [asked for asked, (total, _) in found.items() if not total]


def test_days_beyond_the_calendar_find_nobody_or_everybody_who_burns(shops: Shops) -> None:
    far = AccountSearch(programme="ever", kind="bonus", burning=(date.max, None))
    wide = msgspec.structs.replace(far, burning=(date.min, date.max))

    assert (0, []) == shops.house.accounts.find(far)
    assert judged(shops, wide) == shops.house.accounts.find(wide)[1]
