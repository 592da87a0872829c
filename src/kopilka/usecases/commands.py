"""What the doors may ask of the desk: one frozen shape per verb, already translated and checked in form."""

from datetime import date, datetime

import msgspec
from msgspec import UNSET, UnsetType

from kopilka.core.receipt import Receipt
from kopilka.core.settlement.refund import ReturnWish


class Ref(msgspec.Struct, frozen=True):
    """How a door names a member: kind is member, card, phone, email, qr or external; the value is normalised."""

    kind: str
    value: str


class Stated(msgspec.Struct, frozen=True):
    """What a till says that it took: money by line id in minor units, and points in smallest units."""

    lines: dict[str, int] = {}
    points_units: int | None = None


class Quote(msgspec.Struct, frozen=True):
    """What would this receipt give? Writes nothing. `explain` asks for a reason from every rule."""

    receipt: Receipt
    who: Ref | None = None
    explain: bool = True


class Hold(msgspec.Struct, frozen=True):
    """Reserve the points of a receipt until it is closed, released, or the hold lapses: after the programme's time, or
    after `minutes` where the sale takes longer (an order that is to be delivered).
    """

    receipt: Receipt
    who: Ref | None = None
    client: str = ""
    key: str = ""
    minutes: int | None = None


class Close(msgspec.Struct, frozen=True):
    """The sale is done. `sold` says that it cannot be changed any more: what was charged is booked as it was."""

    receipt: Receipt
    who: Ref | None = None
    stated: Stated | None = None
    sold: bool = False
    client: str = ""
    key: str = ""


class Release(msgspec.Struct, frozen=True):
    """The sale did not happen: its hold ends."""

    receipt_id: str
    client: str = ""
    key: str = ""


class Void(msgspec.Struct, frozen=True):
    """A closed receipt is undone as a whole, on the same day."""

    receipt_id: str
    at: datetime
    client: str = ""
    key: str = ""


class Return(msgspec.Struct, frozen=True):
    """Goods come back. `return_id` is made by the client and is its own idempotency key."""

    receipt_id: str
    return_id: str
    wish: ReturnWish
    at: datetime
    shop: str = ""
    client: str = ""


class Adjust(msgspec.Struct, frozen=True):
    """Staff add or take points, with a reason. Added points can be spent from `active_on` (None: at once) through
    `last_on` (None: for ever).
    """

    who: Ref
    kind: str
    units: int
    reason: str
    client: str
    key: str
    actor: str = ""
    last_on: date | None = None
    active_on: date | None = None


class Exchange(msgspec.Struct, frozen=True):
    """Points for a gift: `units` each, as often as the balance allows but at most `times`."""

    who: Ref
    kind: str
    units: int
    gift: str
    client: str
    key: str
    times: int = 1
    at: datetime | None = None


class Act(msgspec.Struct, frozen=True):
    """The member did something that a rule rewards, such as a review; `ref` is its id where it was done, and counts once
    for ever.
    """

    who: Ref
    programme: str
    action: str
    ref: str
    at: datetime
    client: str = ""
    key: str = ""


class TakeBackAction(msgspec.Struct, frozen=True):
    """What was rewarded is gone: the review was deleted."""

    programme: str
    action: str
    ref: str
    at: datetime
    client: str = ""
    key: str = ""


class Celebrate(msgspec.Struct, frozen=True):
    """A birthday that a rule rewards: once for a member, rule and year. `at` is when the rule's day had come."""

    who: Ref
    programme: str
    rule: str
    year: int
    at: datetime


class RedeemGift(msgspec.Struct, frozen=True):
    """Points for gifts of a programme's catalogue."""

    who: Ref
    programme: str
    gift: str
    client: str
    key: str
    pieces: int = 1
    at: datetime | None = None


class ReturnGift(msgspec.Struct, frozen=True):
    """Gifts come back as they went out; `redemption` is the transaction that they went out with."""

    redemption: str
    at: datetime
    client: str = ""
    key: str = ""
    actor: str = ""


class PayOut(msgspec.Struct, frozen=True):
    """Points paid out in money, where their kind allows it; `reference` names the payment."""

    who: Ref
    kind: str
    units: int
    reference: str
    client: str
    key: str
    actor: str = ""


class SetLevel(msgspec.Struct, frozen=True):
    """Staff set a level by hand: the member stands no lower through `last_on` (None: for ever). An empty level ends
    what was set before.
    """

    who: Ref
    programme: str
    level: str
    reason: str
    client: str
    key: str
    actor: str = ""
    last_on: date | None = None


class IssueCoupon(msgspec.Struct, frozen=True):
    """Staff or a partner give a member a coupon of a series, outside any receipt."""

    who: Ref
    programme: str
    series: str
    client: str
    key: str
    actor: str = ""


class ActivateCoupon(msgspec.Struct, frozen=True):
    """A coupon begins to work; with `who` it becomes that member's own. A repeat changes nothing."""

    code: str
    who: Ref | None = None
    client: str = ""
    key: str = ""
    actor: str = ""


class CancelCoupon(msgspec.Struct, frozen=True):
    """Staff withdraw a coupon that nobody has used. A repeat changes nothing."""

    code: str
    reason: str
    client: str = ""
    key: str = ""
    actor: str = ""


class Identifier(msgspec.Struct, frozen=True):
    """A new identifier of a member."""

    kind: str
    value: str
    card_type: str = ""


class Person(msgspec.Struct, frozen=True):
    """Who a member is: stored in one erasable place and never in events, receipts or answers. `attributes` are further
    facts by name, which the condition `attribute` may ask for.
    """

    name: str = ""
    phone: str = ""
    email: str = ""
    birthday: date | None = None
    language: str = "ru"
    attributes: dict[str, str] | UnsetType = UNSET


class Enrol(msgspec.Struct, frozen=True):
    """A person joins: the programme's welcome is given at once."""

    identifiers: tuple[Identifier, ...]
    programme: str
    person: Person = Person()
    shop: str = ""
    tags: tuple[str, ...] = ()
    consents: tuple[tuple[str, str], ...] = ()
    client: str = ""
    key: str = ""
    at: datetime | None = None


Sale = Hold | Close | Release | Void | Return
"""What is about receipts."""
Handing = IssueCoupon | ActivateCoupon | CancelCoupon
"""What is about single coupons."""
Doing = Act | TakeBackAction | Celebrate | RedeemGift | ReturnGift | PayOut
"""What moves points without a receipt."""
Command = Sale | Handing | Doing | SetLevel | Adjust | Exchange | Enrol
