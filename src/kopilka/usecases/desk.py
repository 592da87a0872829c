"""The desk: takes a batch of commands, loads what they need, lets each verb decide, writes everything at once.

A refusal never touches its neighbours; a batch that cannot be written for one command's sake is tried again one
by one. Receipts of one holder are settled in the order of arrival on the same book.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import assert_never

from kopilka.core.programme.codes import normalised
from kopilka.core.rules.needs import since
from kopilka.core.settlement.refund import Returned
from kopilka.usecases.adjust_points import adjust_points, exchange_points
from kopilka.usecases.batch import Batch, client_key
from kopilka.usecases.catalogue import Catalogue
from kopilka.usecases.close_receipt import close_receipt
from kopilka.usecases.commands import (
    Adjust,
    Close,
    Command,
    Enrol,
    Exchange,
    Hold,
    Quote,
    Ref,
    Release,
    Return,
    SetLevel,
    Void,
)
from kopilka.usecases.enrol_member import enrol_member
from kopilka.usecases.hold_receipt import hold_receipt, release_receipt
from kopilka.usecases.outcomes import Outcome, Refused
from kopilka.usecases.ports import BatchStore, KeyRaceError, LedgerStore, Wanted
from kopilka.usecases.quote_receipt import Quoted, quote_receipt
from kopilka.usecases.return_receipt import quote_return, return_receipt, void_receipt
from kopilka.usecases.set_level import set_level

TRIES = 5


class Desk:
    """One per process. `clock` and `chance` come from outside, so that replays are as repeatable as they like."""

    def __init__(
        self,
        store: LedgerStore,
        catalogue: Catalogue,
        *,
        clock: Callable[[], datetime],
        chance: Callable[[int], int],
    ) -> None:
        self._store = store
        self.catalogue = catalogue
        self._clock = clock
        self._chance = chance

    def run(self, commands: Sequence[Command], moments: Sequence[datetime] | None = None) -> list[Outcome]:
        """Carry out commands in order, in one transaction. `moments` books each at a moment of its own (replays)."""
        for _ in range(TRIES):
            try:
                return self._run(commands, moments)
            except KeyRaceError:
                continue
        if len(commands) == 1:
            raise KeyRaceError
        return [self.run([command], moments and [moments[i]])[0] for i, command in enumerate(commands)]

    def _run(self, commands: Sequence[Command], moments: Sequence[datetime] | None) -> list[Outcome]:
        now = self._clock() if moments is None else moments[0]
        with self._store.batch() as store:
            batch = self._load(store, commands, now, lock=True)
            outcomes: list[Outcome] = []
            for i, command in enumerate(commands):
                batch.at(now if moments is None else moments[i])
                outcomes.append(carry_out(batch, command))
            if not batch.changes.empty:
                store.write(batch.changes, batch.now)
            return outcomes

    def quote(self, commands: Sequence[Quote]) -> list[Quoted | Refused]:
        """Decide receipts without writing anything."""
        with self._store.batch() as store:
            batch = self._load(store, commands, self._clock(), lock=False)
            return [quote_receipt(batch, command) for command in commands]

    def quote_return(self, command: Return) -> Returned | Refused:
        """What a return would do."""
        with self._store.batch() as store:
            batch = self._load(store, [command], self._clock(), lock=False)
            return quote_return(batch, command)

    def _load(
        self, store: BatchStore, commands: Sequence[Command | Quote], now: datetime, *, lock: bool
    ) -> Batch:
        refs, receipts, keys = _wanted(commands)
        found, claims, version = store.find(refs, receipts, keys)
        self.catalogue.refresh(version)
        owners = {(f.bucket, f.holder_id) for f in found.values()}
        owners |= {(c.bucket, c.holder_id) for c in claims.values() if c.holder_id}
        budgets = self.catalogue.budgets()
        needs, today = self.catalogue.needs(), now.date()
        wanted = Wanted(
            owners, receipts, keys, self.catalogue.since(now), budgets, self.catalogue.caps(),
            needs.persons, needs.perks, needs.coupons, since(needs.past, today),
        )  # fmt: skip
        loaded = store.load(wanted, lock=lock)
        if lock and any((sale.bucket, sale.holder_id) not in owners for sale in loaded.sales.values()):
            # A receipt that came between looking up and locking: its owner is not locked.
            raise KeyRaceError
        batch = Batch(store, self.catalogue, loaded, found, self._chance)
        batch.at(now)
        written = [c.receipt for c in commands if isinstance(c, Close | Hold | Quote)]
        self.catalogue.fetch(written)
        codes = {normalised(code) for receipt in written for code in receipt.codes}
        if codes:
            loaded.shown = store.coupons(sorted(codes))
        return batch


def carry_out(batch: Batch, command: Command) -> Outcome:
    """The verb of a command."""
    match command:
        case Close():
            return close_receipt(batch, command)
        case Hold():
            return hold_receipt(batch, command)
        case Release():
            return release_receipt(batch, command)
        case Void():
            return void_receipt(batch, command)
        case Return():
            return return_receipt(batch, command)
        case Adjust():
            return adjust_points(batch, command)
        case Exchange():
            return exchange_points(batch, command)
        case SetLevel():
            return set_level(batch, command)
        case Enrol():
            return enrol_member(batch, command)
        case _:
            assert_never(command)


def _wanted(commands: Sequence[Command | Quote]) -> tuple[list[Ref], list[str], list[str]]:
    """What to look up for a batch: members, receipts, keys."""
    refs: set[Ref] = set()
    receipts: set[str] = set()
    keys: set[str] = set()
    for command in commands:
        match command:
            case Close() | Hold() | Quote():
                if command.who is not None:
                    refs.add(command.who)
                receipts.add(command.receipt.id)
            case Release():
                receipts.add(command.receipt_id)
            case Void():
                receipts.add(command.receipt_id)
                keys.add(f"void:{command.receipt_id}")
            case Return():
                receipts.add(command.receipt_id)
                keys.add(f"ret:{command.return_id}")
            case Adjust() | Exchange() | SetLevel():
                refs.add(command.who)
            case Enrol():
                refs |= {Ref(identifier.kind, identifier.value) for identifier in command.identifiers}
        if not isinstance(command, Quote | Return) and command.key:
            keys.add(client_key(command.client, command.key))
    return sorted(refs, key=lambda ref: (ref.kind, ref.value)), sorted(receipts), sorted(keys)
