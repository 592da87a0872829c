"""The real ledger, driven through the desk over PostgreSQL, beside a much simpler one; compared after every step.

Bounded here; KOPILKA_SOAK=20 runs twenty times as long.
"""

import os
from datetime import timedelta
from fractions import Fraction
from typing import Any

import hypothesis.strategies as st
from chain import chain_holds
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from simple_ledger import FOREVER, MOSCOW, TEXT, SimpleLedger, SimpleSale, midnight, shares
from world import START, World, opened

from kopilka.core.ledger.book import balance_at
from kopilka.core.ledger.posting import Cause
from kopilka.core.member.ladder import rank_now
from kopilka.core.receipt import Line
from kopilka.usecases.commands import (
    Adjust,
    Close,
    Command,
    Enrol,
    Exchange,
    Hold,
    Identifier,
    Quote,
    Ref,
    Release,
    Stated,
    Void,
)
from kopilka.usecases.outcomes import Done, Refused

LONGER = int(os.environ.get("KOPILKA_SOAK", "1"))
GOODS = st.lists(
    st.tuples(st.integers(1, 60000), st.sampled_from([1, 333, 1000, 2000, 3000])), min_size=1, max_size=3
)
WHO = st.integers(0, 1)
SHARE = st.sampled_from([0, 1, 50, 99, 100])
RECEIPT = st.integers(0, 40)
SPANS = [
    timedelta(minutes=1),
    timedelta(minutes=29),
    timedelta(minutes=31),
    timedelta(hours=11),
    timedelta(days=1),
]


class LedgerMachine(RuleBasedStateMachine):
    """Two members, one till, one clock."""

    world: World
    runs = 0

    def __init__(self) -> None:
        super().__init__()
        type(self).runs += 1
        self.world.now = START
        self.programme = self.world.desk.catalogue
        self.names = [Ref("card", f"run{self.runs}-{i}") for i in (0, 1)]
        self.simple = [SimpleLedger(), SimpleLedger()]
        self.owner: dict[str, int] = {}
        self.held: dict[str, tuple[list[tuple[int, int]], int]] = {}
        self.sent: list[Command] = []
        self.number = 0

    # -- plumbing -----------------------------------------------------------------------------------------------

    @property
    def now(self) -> Any:
        return self.world.now

    def fresh(self) -> str:
        self.number += 1
        return f"run{self.runs}-{self.number}"

    def key(self) -> dict[str, str]:
        return {"client": "till", "key": self.fresh()}

    def receipt(self, id_: str, goods: list[tuple[int, int]], spend: int | None = None) -> Any:
        lines = tuple(Line(f"l{i}", f"sku-{i}", quantity, money) for i, (money, quantity) in enumerate(goods))
        return self.world.receipt(lines=lines, id_=id_, spend=spend)

    def done(self, command: Command) -> Done:
        outcome = self.world.run(command)[0]
        assert isinstance(outcome, Done), outcome
        assert not outcome.replayed
        self.sent.append(command)
        return outcome

    def refused(self, command: Command, code: str) -> None:
        outcome = self.world.run(command)[0]
        assert isinstance(outcome, Refused), outcome
        assert code == outcome.code

    def pick(self, number: int, ids: list[str]) -> str:
        return ids[number % len(ids)]

    def open_sales(self) -> list[str]:
        return [id_ for id_, who in self.owner.items() if self.sale(id_) and not self.sale(id_).voided]

    def sale(self, id_: str) -> Any:
        return self.simple[self.owner[id_]].sales.get(id_)

    def spendable(self, who: int, goods: list[tuple[int, int]], share: int) -> int:
        most = min(self.simple[who].free(self.now), sum(money for money, _ in goods) // 100)
        return most * share // 100

    # -- verbs --------------------------------------------------------------------------------------------------

    @initialize()
    def enrol(self) -> None:
        for name in self.names:
            self.done(Enrol((Identifier("card", name.value),), "club", **self.key()))

    @rule(who=WHO, goods=GOODS, share=SHARE)
    def buy(self, who: int, goods: list[tuple[int, int]], share: int) -> None:
        id_, spend = self.fresh(), self.spendable(who, goods, share)
        self.done(Close(self.receipt(id_, goods, spend), self.names[who], **self.key()))
        self.simple[who].buy(id_, goods, self.now, spend=spend)
        self.owner[id_] = who

    @rule(who=WHO, goods=GOODS)
    def ask_for_too_much(self, who: int, goods: list[tuple[int, int]]) -> None:
        spend = self.spendable(who, goods, 100) + 1
        self.refused(Close(self.receipt(self.fresh(), goods, spend), self.names[who]), "spend_too_much")
        self.refused(Hold(self.receipt(self.fresh(), goods, spend), self.names[who]), "spend_too_much")

    @rule(who=WHO, goods=GOODS)
    def quote(self, who: int, goods: list[tuple[int, int]]) -> None:
        quoted = self.world.desk.quote([Quote(self.receipt(self.fresh(), goods), self.names[who])])[0]
        assert not isinstance(quoted, Refused)
        simple = self.simple[who]
        assert self.spendable(who, goods, 100) == quoted.decision.room.units
        assert simple.level() == quoted.decision.level
        assert simple.earns(sum(money for money, _ in goods)) == sum(
            row.units for row in quoted.decision.earned
        )

    @rule(who=WHO, goods=GOODS, share=SHARE)
    def hold(self, who: int, goods: list[tuple[int, int]], share: int) -> None:
        self._hold(self.fresh(), who, goods, share)

    def _hold(self, id_: str, who: int, goods: list[tuple[int, int]], share: int) -> None:
        spend = self.spendable(who, goods, share)
        self.done(Hold(self.receipt(id_, goods, spend), self.names[who], **self.key()))
        money = sum(money for money, _ in goods)
        self.simple[who].hold(id_, spend, self.simple[who].earns(money - 100 * spend), self.now)
        self.owner[id_], self.held[id_] = who, (goods, spend)

    @precondition(lambda self: self.held)
    @rule(number=RECEIPT, goods=GOODS, share=SHARE)
    def replace_hold(self, number: int, goods: list[tuple[int, int]], share: int) -> None:
        id_ = self.pick(number, list(self.held))
        who = self.owner[id_]
        self.simple[who].let_go(id_)
        self.simple[who].burn(self.now)
        self._hold(id_, who, goods, share)

    @precondition(lambda self: self.held)
    @rule(number=RECEIPT)
    def release(self, number: int) -> None:
        id_ = self.pick(number, list(self.held))
        self.done(Release(id_, **self.key()))
        self.simple[self.owner[id_]].let_go(id_)
        self.simple[self.owner[id_]].burn(self.now)
        del self.held[id_]

    @precondition(lambda self: self.held)
    @rule(number=RECEIPT)
    def close_hold(self, number: int) -> None:
        id_ = self.pick(number, list(self.held))
        goods, spend = self.held[id_]
        who = self.owner[id_]
        command = Close(self.receipt(id_, goods, spend), self.names[who], **self.key())
        if id_ not in self.simple[who].holds:
            self.refused(command, "hold_lapsed")
            return
        self.done(command)
        self.simple[who].buy(id_, goods, self.now, spend=spend)
        del self.held[id_]

    @rule(who=WHO, goods=GOODS, number=RECEIPT, cheaper=st.integers(0, 3), points=st.integers(0, 400))
    def sell_as_printed(
        self, who: int, goods: list[tuple[int, int]], number: int, cheaper: int, points: int
    ) -> None:
        id_ = self.pick(number, list(self.held)) if self.held and number % 2 else self.fresh()
        if id_ in self.held:
            who, (goods, _) = self.owner[id_], self.held.pop(id_)
            self.simple[who].let_go(id_)
            self.simple[who].burn(self.now)
        points = min(points, sum(money for money, _ in goods) // 100)
        parts = shares(points * 100, [money for money, _ in goods]) if points else [0] * len(goods)
        paid = [max(0, money - part - cheaper) for (money, _), part in zip(goods, parts, strict=True)]
        stated = Stated({f"l{i}": money for i, money in enumerate(paid)}, points)
        changed = self.receipt(id_, [*goods, (100, 1)])
        self.done(
            Close(
                changed,
                self.names[who],
                Stated({**stated.lines, f"l{len(goods)}": 100}, points),
                sold=True,
                **self.key(),
            )
        )
        goods, paid = [*goods, (100, 1)], [*paid, 100]
        self.simple[who].buy(id_, goods, self.now, spend=points, paid=paid)
        sale: SimpleSale = self.sale(id_) if id_ in self.owner else self.simple[who].sales[id_]
        sale.points = shares(points * 100, [money for money, _ in goods]) if points else [0] * len(goods)
        self.owner[id_] = who

    @precondition(lambda self: self.open_sales())
    @rule(number=RECEIPT)
    def void(self, number: int) -> None:
        id_ = self.pick(number, self.open_sales())
        sale = self.sale(id_)
        command = Void(id_, self.now, **self.key())
        if sale.booked_on != self.now.astimezone(MOSCOW).date():
            self.refused(command, "not_same_day")
        elif any(sale.back):
            self.refused(command, "returned_already")
        else:
            self._returned(id_, self.done(command), [Fraction(1)] * len(sale.back))
            sale.voided = True

    @precondition(lambda self: self.open_sales())
    @rule(number=RECEIPT, line=st.integers(0, 3), part=st.sampled_from([1, 3, 1000]))
    def return_line(self, number: int, line: int, part: int) -> None:
        id_ = self.pick(number, self.open_sales())
        sale = self.sale(id_)
        i = line % len(sale.back)
        quantity = min(part, sale.quantities[i])
        share = sale.back[i] + Fraction(quantity, sale.quantities[i])
        command = self.world.return_of(id_, {f"l{i}": quantity})
        if sale.over():
            self.refused(command, "nothing_left")
        elif share > 1:
            self.refused(command, "more_than_bought")
        else:
            self._returned(id_, self.done(command), [*sale.back[:i], share, *sale.back[i + 1 :]])

    @precondition(lambda self: self.open_sales())
    @rule(number=RECEIPT, percent=st.sampled_from([1, 37, 100, 101]))
    def return_amount(self, number: int, percent: int) -> None:
        id_ = self.pick(number, self.open_sales())
        sale = self.sale(id_)
        room = sale.room()
        amount = sum(room) * percent // 100 + (percent > 100)
        command = self.world.return_of(id_, amount=amount)
        if sale.over():
            self.refused(command, "nothing_left")
        elif amount == 0:
            self.refused(command, "nothing_to_return")
        elif amount > sum(room):
            self.refused(command, "more_than_paid")
        else:
            back = [
                min(Fraction(1), share + Fraction(part, paid)) if paid else share
                for share, part, paid in zip(sale.back, shares(amount, room), sale.paid, strict=True)
            ]
            done = self.done(command)
            assert done.returned is not None
            assert amount == done.returned.refund_minor
            self._returned(id_, done, back)

    @precondition(lambda self: self.open_sales())
    @rule(number=RECEIPT)
    def return_everything(self, number: int) -> None:
        id_ = self.pick(number, self.open_sales())
        sale = self.sale(id_)
        if sale.over():
            self.refused(self.world.return_of(id_), "nothing_left")
        else:
            self._returned(id_, self.done(self.world.return_of(id_)), [Fraction(1)] * len(sale.back))

    @precondition(lambda self: self.open_sales())
    @rule(number=RECEIPT)
    def hold_everything_and_return(self, number: int) -> None:
        """A debt beside a hold, which is the only place where the two meet."""
        who = self.owner[self.pick(number, self.open_sales())]
        self._hold(self.fresh(), who, [(100 * self.simple[who].free(self.now) + 100, 1000)], 100)
        self.return_everything(number)

    def _returned(self, id_: str, done: Done, back: list[Fraction]) -> None:
        money = self.simple[self.owner[id_]].give_back(id_, back, self.now)
        assert done.returned is not None
        assert money == done.returned.refund_minor
        assert self.sale(id_).over() == done.returned.complete

    @rule(who=WHO, units=st.integers(1, 500), days=st.sampled_from([None, 0, 1, 3]))
    def add(self, who: int, units: int, days: int | None) -> None:
        last = None if days is None else self.now.astimezone(MOSCOW).date() + timedelta(days=days)
        self.done(Adjust(self.names[who], "bonus", units, "gift", last_on=last, **self.key()))
        expires = FOREVER if last is None else midnight(last + timedelta(days=1))
        self.simple[who].add(units, self.now, expires)

    @rule(who=WHO, share=st.sampled_from([1, 40, 100, 101]), gift=st.booleans())
    def take(self, who: int, share: int, gift: bool) -> None:
        free = self.simple[who].free(self.now)
        units = free * share // 100 + (share > 100)
        command: Command = Adjust(self.names[who], "bonus", -units, "by hand", **self.key())
        if gift:
            command = Exchange(self.names[who], "bonus", units, "cup", **self.key())
        if units == 0:
            self.refused(command, "nothing_to_adjust")
        elif units > free:
            self.refused(command, "not_enough_points")
        else:
            self.done(command)
            self.simple[who].take(units, self.now)

    @rule(span=st.sampled_from(SPANS))
    def wait(self, span: timedelta) -> None:
        self.world.now += span
        for simple in self.simple:
            simple.wait_until(self.now)

    @rule(numbers=st.lists(st.integers(0, 200), min_size=1, max_size=4))
    def repeat(self, numbers: list[int]) -> None:
        """Replies get lost, so anything may be asked again at any time."""
        commands = [self.sent[number % len(self.sent)] for number in numbers]
        for outcome in self.world.run(*commands):
            assert isinstance(outcome, Done), outcome
            assert outcome.replayed

    # -- comparing ----------------------------------------------------------------------------------------------

    @invariant()
    def same(self) -> None:
        if not self.sent:
            return
        for name, simple in zip(self.names, self.simple, strict=True):
            holding = self.world.holding(name)
            book = holding.book
            wallet = book.wallet("bonus")
            seen = balance_at(wallet, book.holds.values(), self.now)
            assert (simple.total(), simple.held(), simple.deficit) == (seen.total, seen.held, seen.deficit)
            assert simple.free(self.now) == seen.free
            book.bring_to(self.now, Cause("txn", "test", self.now, self.now))
            assert seen == balance_at(wallet, book.holds.values(), self.now)
            assert sum(lot.rest for lot in wallet.lots) == wallet.balance + wallet.deficit
            lots = [(lot.rest, lot.held, lot.active_from, lot.expires_at or FOREVER) for lot in wallet.lots]
            mine = [(lot.rest, lot.rest - lot.loose, lot.active, lot.expires) for lot in simple.queue()]
            assert mine == lots
            standing = holding.standings["club"]
            assert (simple.spend, simple.receipts) == (standing.spend_minor, standing.receipts)
            levels = self.world.programme.levels
            assert levels is not None
            assert (
                simple.level() == levels.ladder[rank_now(self.world.programme, standing, self.now.date())].id
            )

    def teardown(self) -> None:
        for name in self.names:
            if self.sent:
                chain_holds(self.world, name)


def test_the_ledger_does_what_the_simple_ledger_does(database: str) -> None:
    with opened(database, TEXT) as world:
        machine = type("Machine", (LedgerMachine,), {"world": world})
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=25 * LONGER, stateful_step_count=40, deadline=None,
                suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
            ),
        )  # fmt: skip
