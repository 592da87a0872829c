"""What the desk answers: done, with what it did, or refused, with a code, its parameters and the field."""

from datetime import datetime
from enum import Enum

import msgspec

from kopilka.core.member.coupon import Coupon
from kopilka.core.settlement.deed import Deed
from kopilka.core.settlement.refund import Returned
from kopilka.core.settlement.sale import Sale


class Why(Enum):
    """The kind of a refusal; the one table at the door gives each its HTTP status."""

    INVALID = "invalid"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    NOT_ALLOWED = "not_allowed"


class Refused(msgspec.Struct, frozen=True):
    """A business "no": nothing was written for this command."""

    code: str
    why: Why = Why.INVALID
    field: str = ""
    params: dict[str, int | str] = {}


class Wallets(msgspec.Struct, frozen=True):
    """Balances after a command: by kind (total, free), smallest units."""

    balances: dict[str, tuple[int, int]] = {}


class Done(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a verb did; `deed` where that was no purchase. `replayed` marks a stored answer."""

    verb: str
    holder_id: str = ""
    member_id: str = ""
    sale: Sale | None = None
    returned: Returned | None = None
    units: int = 0
    txn: str = ""
    balances: dict[str, tuple[int, int]] = {}
    recorded_at: datetime | None = None
    replayed: bool = False
    deed: Deed | None = None
    coupon: Coupon | None = None


Outcome = Done | Refused
