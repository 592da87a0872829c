"""Back-testing history with the programme that was live reproduces every live decision, whatever rules read and give."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random

import msgspec
import pytest
from world import ZONE, World, opened

from kopilka.core.receipt import Line, Receipt, Shop, SpendRequest
from kopilka.core.rules.decision import Decision, SpendRoom
from kopilka.core.rules.ruleset import Ruleset
from kopilka.lab.backtest import Backtest
from kopilka.usecases.commands import Close, Ref

EVERYTHING = """
programme: club
title: Club
currency: RUB
zone: Europe/Moscow
points:
  bonus: {worth: 1.00, decimals: 1, life: 20d}
  sticker: {}
levels: {by: receipts, over: 15d, ladder: [{id: base, from: 0}, {id: often, from: 3}]}
coupons:
  spring: {code: SPRING, uses: 7, per_member: 2}
  next: {life: 9d, auto: yes}
  paper: {life: 30d}
perks: {early: {title: Early}}
rules:
  - {id: cashback, earn: {percent: {base: 3, often: 7}}}
  - {id: spring, when: {coupon: spring}, discount: {amount: 50}}
  - {id: gives-next, when: {receipt_number: {every: 3}}, coupon: next}
  - {id: takes-next, when: {coupon: next}, discount: 10}
  - {id: gives-paper, when: {goods_total: {from: 700}}, coupon: paper}
  - {id: takes-paper, when: {coupon: paper}, goods: {tag: tea}, discount: 40}
  - {id: stickers, earn: {points: 1, per: 100, whole: yes, kind: sticker}}
  - {id: album, cost: {points: 6, kind: sticker}, goods: {tag: tea}, discount: 50}
  - {id: tea-again, when: {history: {goods: {tag: tea}, within: 8d}}, goods: {tag: tea}, earn: {points: 5}}
  - {id: a-day, caps: {member: {per: day, uses: 1, money: 20}}, goods: {tag: milk}, discount: 15}
  - {id: scarce, caps: {budget: {uses: 9, money: 120}}, goods: {tag: bread}, discount: {amount: 12.34}, group: scarce}
  - {id: early, when: {goods_total: {from: 900}}, perk: {of: early, for: 5d}}
  - {id: for-early, when: {perk: early}, earn: {points: 1}}
  - {id: sample, when: {days_since_purchase: {from: 2}}, gift: {any_of: [sample-1, sample-2, sample-3], never_bought: yes}}
spend: {up_to: 30%}
"""
SHOP = Shop("s1", ZONE, "club")


@pytest.fixture
def world(database: str) -> Iterator[World]:
    with opened(database, EVERYTHING) as found:
        yield found


def some_receipt(world: World, dice: Random, codes: list[str]) -> Receipt:
    tags = ("tea", "milk", "bread")
    lines = tuple(
        Line(f"l{i}", f"sku-{i}", 1000, dice.randrange(1, 60_000), tags=(dice.choice(tags),))
        for i in range(dice.randrange(1, 4))
    )
    shown = tuple(code for code in (dice.choice(["", "SPRING", "spring ", "NOPE"]), *codes) if code)
    spend = SpendRequest(None) if dice.random() < 0.5 else None
    return Receipt(f"r{world.number()}", "s1", world.now, "RUB", lines, codes=shown, spend=spend)


def live(world: World, dice: Random, receipts: int) -> list[tuple[str, Receipt, Decision, tuple[str, ...]]]:
    """A random history of three members: who, what, what was decided, codes of the coupons given."""
    members = [world.enrol() for _ in range(3)]
    paper: dict[Ref, list[str]] = {who: [] for who in members}
    rows = []
    for _ in range(receipts):
        world.pass_time(hours=dice.randrange(1, 40))
        who = dice.choice(members)
        shown = [paper[who].pop()] if paper[who] and dice.random() < 0.6 else []
        receipt = some_receipt(world, dice, shown)
        sale = world.done(Close(receipt, who)).sale
        assert sale is not None
        series = [issue.series for issue in sale.decision.issues]
        paper[who] += [code for code, of in zip(sale.issued, series, strict=True) if of == "paper"]
        rows.append((who.value, sale.receipt, sale.decision, sale.issued))
    return rows


def without_room(decision: Decision) -> Decision:
    """A back-test does not work out how many points might have paid where nobody asked to."""
    return decision if decision.spent is not None else msgspec.structs.replace(decision, room=SpendRoom())


@pytest.mark.parametrize("seed", range(4))
def test_a_back_test_of_the_live_programme_reproduces_every_live_decision(world: World, seed: int) -> None:
    history = live(world, Random(seed), 60)
    replay = Backtest(Ruleset(world.programme))

    for who, receipt, decided, issued in history:
        again = replay.buy(who, receipt, SHOP, issued)

        assert without_room(decided) == without_room(again)

    used = [code for _, _, decided, _ in history for code in decided.codes if code.used]
    given = {row.rule for _, _, decided, _ in history for row in (*decided.taken, *decided.earned)}
    assert {"spring", "next", "paper"} <= {code.series for code in used}
    assert {"album", "tea-again", "a-day", "scarce", "for-early"} <= given
    assert world.now - timedelta(days=10) > history[0][1].at
