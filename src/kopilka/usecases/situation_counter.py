"""The counter that situations are carried out at, and what it answers: any way into the house can be one."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from kopilka.core.receipt import Receipt, Shop
from kopilka.core.rules.reason import Reason
from kopilka.usecases.situation_steps import Facts


class Seen(msgspec.Struct, frozen=True):
    """What a counter answered, in smallest units; a field that the verb does not answer stays as it is here. `codes`
    says `used` or the reason's code, `gifts` are skus by rule, `messages` rules by whom they speak to.
    """

    refused: str = ""
    paid_minor: int = 0
    discount_minor: int = 0
    delivery_minor: int = 0
    lines: Mapping[str, int] = {}
    earned: Mapping[str, int] = {}
    spent_units: int = 0
    costs: Mapping[str, int] = {}
    room_units: int = 0
    room_reason: str = ""
    level: str = ""
    skipped: Mapping[str, Reason] = {}
    gifts: Mapping[str, tuple[str, ...]] = {}
    messages: Mapping[str, tuple[str, ...]] = {}
    codes: Mapping[str, str] = {}
    balances: Mapping[str, tuple[int, int]] = {}
    refund_minor: int = 0
    coupon: str = ""
    redemption: str = ""
    back: Mapping[str, int] = {}
    taken: Mapping[str, int] = {}


class Wish(msgspec.Struct, frozen=True):
    """What a member asks for or is given beside purchases: of a programme, called `name`, so many, with a last day."""

    programme: str
    name: str
    ref: str = ""
    count: int = 1
    last_on: str = ""


class Owned(msgspec.Struct, frozen=True):
    """What a member has now: coupons that can be used or activated as (code, series), and perks."""

    coupons: tuple[tuple[str, str], ...] = ()
    perks: tuple[str, ...] = ()


class Counter(Protocol):
    """A way into the house. Members are named by an external id."""

    def open(self, programme: str, text: str, shops: Sequence[Shop], at: datetime) -> None:
        """Publish a programme and put its shops."""
        ...

    def enrol(self, programme: str, member: str, facts: Facts, at: datetime) -> Seen: ...

    def receipt(self, verb: str, receipt: Receipt, member: str, at: datetime) -> Seen:
        """Quote, hold or close."""
        ...

    def undo(self, verb: str, receipt_id: str, at: datetime) -> Seen:
        """Release or void."""
        ...

    def give_back(
        self, receipt_id: str, return_id: str, lines: dict[str, int], amount_minor: int | None, at: datetime
    ) -> Seen:
        """Return lines (quantities in thousandths), an amount, or everything."""
        ...

    def adjust(self, member: str, kind: str, units: int, last_on: str, at: datetime) -> Seen: ...

    def coupon(self, member: str, wish: Wish, at: datetime) -> Seen:
        """Give a coupon of a series; `coupon` of the answer is its code."""
        ...

    def activate(self, code: str, member: str, at: datetime) -> Seen:
        """A coupon begins to work, and becomes the member's where one is named."""
        ...

    def cancel(self, code: str, at: datetime) -> Seen:
        """Withdraw a coupon."""
        ...

    def act(self, member: str, wish: Wish, at: datetime) -> Seen:
        """The member did something, which its `ref` names."""
        ...

    def take_back(self, wish: Wish, at: datetime) -> Seen:
        """What was done is gone."""
        ...

    def redeem(self, member: str, wish: Wish, at: datetime) -> Seen:
        """Gifts for points; `redemption` of the answer names it."""
        ...

    def return_gift(self, redemption: str, at: datetime) -> Seen: ...

    def pay_out(self, member: str, kind: str, units: int, at: datetime) -> Seen:
        """Points paid out; `refund_minor` of the answer is the money."""
        ...

    def set_level(self, member: str, wish: Wish, at: datetime) -> Seen:
        """A level by hand."""
        ...

    def tag(self, member: str, tags: Sequence[str], at: datetime) -> Seen:
        """These tags and no others."""
        ...

    def night(self, at: datetime) -> None:
        """What the house does by itself."""
        ...

    def owned(self, member: str, at: datetime) -> Owned:
        """Coupons and perks of a member."""
        ...

    def balances(self, member: str, at: datetime) -> Mapping[str, tuple[int, int]]:
        """(total, free) by kind at a moment."""
        ...


class Hand:
    """A clock that is set by hand."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at
