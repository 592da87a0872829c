"""One long story in which every event happens, is told with the data that the documentation names, and names no person."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from receivers import Came, Receiver
from telling import Telling, telling

from kopilka.app.night import work_in
from kopilka.core.event.kinds import KINDS
from kopilka.core.receipt import Line, Receipt, SpendRequest
from kopilka.core.rules.registry import REGISTRY
from kopilka.core.settlement.refund import ReturnWish
from kopilka.store.nightly import PostgresNight
from kopilka.usecases.catalogue import Catalogue
from kopilka.usecases.commands import (
    Act,
    ActivateCoupon,
    Adjust,
    CancelCoupon,
    Close,
    Enrol,
    Exchange,
    Hold,
    Identifier,
    IssueCoupon,
    PayOut,
    Person,
    RedeemGift,
    Ref,
    Release,
    Return,
    ReturnGift,
    SetLevel,
    TakeBackAction,
    Void,
)
from kopilka.usecases.erase_member import Erased, ErasureWish
from kopilka.usecases.members import MemberChange, PersonChange
from kopilka.usecases.nightly import run_night
from kopilka.usecases.views import ConsentFacts
from kopilka.values.period import local_day

pytestmark = pytest.mark.usefixtures("inside")
STORY = """
programme: club
title: {ru: Клуб, en: Club}
currency: RUB
zone: Europe/Moscow
points:
  bonus: {worth: 1.00, decimals: 2, life: 30d, payout: yes, title: {ru: [бонус, бонуса, бонусов], en: [point, points]}}
  late: {worth: 1.00, pending: 5d, life: 30d, title: {ru: [балл, балла, баллов], en: [late point, late points]}}
levels:
  by: spend
  over: 20d
  warn: 7d
  ladder:
    - {id: base, from: 0, title: {ru: Базовый, en: Base}}
    - {id: gold, from: 5000, title: {ru: Золотой, en: Gold}}
coupons:
  next: {title: {ru: Купон, en: Coupon}, life: 30d}
  printed: {title: {ru: Листовка, en: Leaflet}, activation: yes}
perks:
  tea: {title: {ru: Чай, en: Tea}}
gifts:
  mug: {title: {ru: Кружка, en: Mug}, points: 10, kind: bonus}
rules:
  - {id: cashback, title: {ru: Кешбэк, en: Cashback}, earn: {percent: 10}}
  - {id: later, title: {ru: Позже, en: Later}, earn: {percent: 5, kind: late}}
  - {id: review, title: {ru: Отзыв, en: Review}, on: action, when: {action: review}, earn: {points: 50}}
  - {id: birthday, title: {ru: День рождения, en: Birthday}, on: birthday, earn: {points: 300}}
  - {id: tea, title: {ru: Чай, en: Tea}, when: {goods_total: {from: 5000}}, perk: {of: tea, for: 60d}}
  - {id: gives, title: {ru: Купон, en: Coupon}, when: {first_purchase: yes}, coupon: {of: next}}
  - {id: takes, title: {ru: Скидка, en: Off}, when: {coupon: next}, discount: 10%}
spend: {up_to: 50%}
"""
WHO = Ref("card", "777")
SECRETS = ("Anna Petrova", "79990000017", "anna@example.org", "because Anna asked", "order of Anna")


@pytest.fixture
def house(database: str) -> Iterator[Telling]:
    with telling(database, STORY) as made:
        yield made


class Story:
    """What happens, one verb after another."""

    def __init__(self, house: Telling) -> None:
        self.house = house
        self._number = 0

    def receipt(self, id_: str, rub: int, *, spend: bool = False, codes: tuple[str, ...] = ()) -> Receipt:
        line = Line("1", "tea-100", 1000, rub * 100)
        at = self.house.clock() - timedelta(seconds=1)
        return Receipt(id_, "shop", at, "RUB", (line,), codes=codes, spend=SpendRequest() if spend else None)

    def join_and_buy(self) -> None:
        clock, run = self.house.clock, self.house.run
        born = local_day(clock(), "Europe/Moscow").replace(year=1980)
        person = Person("Anna Petrova", "+79990000017", "anna@example.org", born)
        consents = (("personal_data", ""),)
        run(Enrol((Identifier("card", "777"),), "club", person, "shop", consents=consents))
        run(Close(self.receipt("one", 6000), WHO))
        code = self.house.rows("SELECT code FROM coupon")[0][0]
        run(Hold(self.receipt("held", 100), WHO))
        run(Release("held"))
        run(Close(self.receipt("two", 1000, spend=True, codes=(code,)), WHO))
        run(Return("two", "back", ReturnWish(amount_minor=10_000), clock(), "shop"))
        run(Close(self.receipt("three", 100), WHO))
        run(Void("three", clock()))

    def serve(self) -> None:
        clock, run = self.house.clock, self.house.run
        run(Adjust(WHO, "bonus", 100_000, "because Anna asked", "t", "k1", "stf_1"))
        run(Exchange(WHO, "bonus", 1000, "sticker", "t", "k2"))
        run(PayOut(WHO, "bonus", 1000, "order of Anna", "t", "k3"))
        redeemed = run(RedeemGift(WHO, "club", "mug", "t", "k4"))[0]
        run(ReturnGift(redeemed.txn, clock()))
        run(Act(WHO, "club", "review", "r1", clock()))
        run(TakeBackAction("club", "review", "r1", clock()))
        run(SetLevel(WHO, "club", "gold", "because Anna asked", "t", "k5", last_on=None))
        run(SetLevel(WHO, "club", "", "over", "t", "k6"))
        first = run(IssueCoupon(WHO, "club", "printed", "t", "k7"))[0].coupon
        second = run(IssueCoupon(WHO, "club", "next", "t", "k8"))[0].coupon
        assert first is not None
        assert second is not None
        run(ActivateCoupon(first.code))
        run(CancelCoupon(second.code, "because Anna asked"))

    def change(self) -> None:
        house = self.house.house
        member = house.views.member(WHO)
        assert member is not None
        now = self.house.clock()
        for given in (True, False):
            said = [ConsentFacts("marketing", "sms", given, "test", now)]
            house.members.change(member.member_id, MemberChange(), PersonChange(), said, "stf_1")

    def leave(self) -> None:
        member = self.house.house.views.member(WHO)
        assert member is not None
        wish = ErasureWish(member.member_id, "stf_1")
        assert isinstance(self.house.house.privacy.erasures.erase(wish), Erased)

    def night(self, days: int) -> None:
        self.house.clock.ahead += timedelta(days=days)
        house, now = self.house.house, self.house.clock()
        work_in(house, now)
        run_night(PostgresNight(house.pool), Catalogue(house.reference, REGISTRY), now, days)


def data(came: Came) -> dict[str, Any]:
    found: dict[str, Any] = came.json["data"]
    return found


def test_every_event_happens_and_is_told_as_documented(house: Telling, site: Receiver) -> None:
    house.subscribe(site.url)
    story = Story(house)
    story.join_and_buy()
    story.serve()
    story.change()
    story.night(0)
    story.night(14)
    story.night(25)
    story.night(30)
    story.leave()
    house.tell()
    happened: dict[str, list[dict[str, Any]]] = {}
    for came in site.got:
        happened.setdefault(came.json["type"], []).append(data(came))

    assert set(KINDS) == set(happened)
    for name, rows in happened.items():
        fields = {field for row in rows for field in row} - {"holder", "member", "receipt"}
        assert fields == set(KINDS[name].fields) - {"member"}, name
    everything = b"".join(came.body for came in site.got).decode()
    assert [] == [secret for secret in SECRETS if secret in everything]
    assert len({came.id for came in site.got}) == len(site.got)
    assert [("hdr_", "mem_")] == sorted({(row["holder"][:4], row["member"][:4]) for rows in happened.values() for row in rows})  # fmt: skip


def test_what_follows_comes_with_the_events_that_are_documented(house: Telling, site: Receiver) -> None:
    house.subscribe(site.url)
    story = Story(house)
    story.join_and_buy()
    story.serve()
    story.change()
    story.night(0)
    house.tell()
    last = ""
    for came in site.got:
        name = came.json["type"]
        if "~" in came.id:
            assert last in KINDS[name].within, (last, name)
        else:
            last = name
