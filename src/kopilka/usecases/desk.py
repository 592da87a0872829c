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
from kopilka.usecases.activate_coupon import activate_coupon
from kopilka.usecases.adjust_points import adjust_points, exchange_points
from kopilka.usecases.batch import Batch, client_key
from kopilka.usecases.birthdays import birthday_key, celebrate
from kopilka.usecases.cancel_coupon import cancel_coupon
from kopilka.usecases.catalogue import Catalogue
from kopilka.usecases.close_receipt import close_receipt
from kopilka.usecases.commands import (
    Act,
    ActivateCoupon,
    Adjust,
    CancelCoupon,
    Celebrate,
    Close,
    Command,
    Doing,
    Enrol,
    Exchange,
    Handing,
    Hold,
    IssueCoupon,
    PayOut,
    Quote,
    RedeemGift,
    Ref,
    Release,
    Return,
    ReturnGift,
    SetLevel,
    TakeBackAction,
    Void,
)
from kopilka.usecases.enrol_member import enrol_member
from kopilka.usecases.hold_receipt import hold_receipt, release_receipt
from kopilka.usecases.issue_coupon import issue_coupon
from kopilka.usecases.outcomes import Outcome, Refused
from kopilka.usecases.pay_out import pay_out
from kopilka.usecases.ports import BatchStore, KeyRaceError, LedgerStore, Loaded, Wanted
from kopilka.usecases.quote_receipt import Quoted, quote_receipt
from kopilka.usecases.record_action import action_keys, record_action, take_back_action
from kopilka.usecases.redeem_gift import gift_keys, redeem_gift, return_gift
from kopilka.usecases.return_receipt import quote_return, return_receipt, void_receipt
from kopilka.usecases.set_level import set_level

TRIES = 5


class Desk:
    """One per process. `clock` and `chance` come from outside, so that replays are as repeatable as they like; codes of
    coupons are made by `secret`, which must be a source that nobody can foretell.
    """

    def __init__(
        self,
        store: LedgerStore,
        catalogue: Catalogue,
        *,
        clock: Callable[[], datetime],
        chance: Callable[[int], int],
        secret: Callable[[int], int] | None = None,
    ) -> None:
        self._store = store
        self.catalogue = catalogue
        self._clock = clock
        self._chance = chance
        self._secret = secret or chance

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
                batch.emit_expired()
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
        handed = {normalised(c.code) for c in commands if isinstance(c, ActivateCoupon | CancelCoupon)}
        if handed:
            owners |= store.owners(sorted(handed))
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
        batch.secret = self._secret
        batch.at(now)
        written = [c.receipt for c in commands if isinstance(c, Close | Hold | Quote)]
        self.catalogue.fetch(written)
        codes = {normalised(code) for receipt in written for code in receipt.codes} | handed
        if codes:
            loaded.shown = store.coupons(sorted(codes))
        if lock and any(_unlocked(loaded, code) for code in handed):
            raise KeyRaceError  # somebody has been given it meanwhile
        return batch


def _unlocked(loaded: Loaded, code: str) -> bool:
    """Whether a coupon belongs to somebody whose state is not locked."""
    coupon = loaded.shown.get(code)
    return coupon is not None and coupon.holder_id != "" and coupon.holder_id not in loaded.holdings


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
        case IssueCoupon() | ActivateCoupon() | CancelCoupon():
            return hand_over(batch, command)
        case Enrol():
            return enrol_member(batch, command)
        case Act() | TakeBackAction() | Celebrate() | RedeemGift() | ReturnGift() | PayOut():
            return do_deed(batch, command)
        case _:
            assert_never(command)


def hand_over(batch: Batch, command: Handing) -> Outcome:
    """The verb of a command about a single coupon."""
    match command:
        case IssueCoupon():
            return issue_coupon(batch, command)
        case ActivateCoupon():
            return activate_coupon(batch, command)
        case CancelCoupon():
            return cancel_coupon(batch, command)
        case _:
            assert_never(command)


def do_deed(batch: Batch, command: Doing) -> Outcome:
    """The verb of a command that moves points without a receipt."""
    match command:
        case Act():
            return record_action(batch, command)
        case TakeBackAction():
            return take_back_action(batch, command)
        case Celebrate():
            return celebrate(batch, command)
        case RedeemGift():
            return redeem_gift(batch, command)
        case ReturnGift():
            return return_gift(batch, command)
        case PayOut():
            return pay_out(batch, command)
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
            case ActivateCoupon():
                refs |= {command.who} if command.who is not None else set()
            case (
                Adjust()
                | Exchange()
                | SetLevel()
                | IssueCoupon()
                | Act()
                | Celebrate()
                | RedeemGift()
                | PayOut()
            ):
                refs.add(command.who)
            case Enrol():
                refs |= {Ref(identifier.kind, identifier.value) for identifier in command.identifiers}
        keys |= _own_keys(command)
        if not isinstance(command, Quote | Return | Celebrate) and command.key:
            keys.add(client_key(command.client, command.key))
    return sorted(refs, key=lambda ref: (ref.kind, ref.value)), sorted(receipts), sorted(keys)


def _own_keys(command: Command | Quote) -> set[str]:
    """Keys that a deed takes for ever beside its client's."""
    match command:
        case Act() | TakeBackAction():
            return action_keys(command)
        case ReturnGift():
            return gift_keys(command)
        case Celebrate():
            return {birthday_key(command)}
        case _:
            return set()
