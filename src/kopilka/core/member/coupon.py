"""A coupon: a code that unlocks rules, owned by a member or by whoever bears it, good a stated number of times."""

from datetime import date, datetime

import msgspec

from kopilka.values.period import Span

NEW, ACTIVE, HELD, USED, CANCELLED = "new", "active", "held", "used", "cancelled"
ALPHABET = "2346789ACDEFGHJKMNPQRTUVWXYZ"
"""Digits and capital letters without those that are taken for each other: no 0 and O, 1, I and L, 5 and S, B beside 8."""
BEARER = "bearer:"
"""How the holder of a coupon that belongs to nobody begins."""


class Coupon(msgspec.Struct, frozen=True, gc=False):
    """One coupon. `holder_id` is empty for bearer's coupons; `receipt` is the one that holds or has used it, until
    `lapses_at` where it holds it; `source` is the batch, receipt or deed that it came from; both days count whole.
    """

    code: str
    programme: str
    series: str
    state: str = ACTIVE
    holder_id: str = ""
    active_on: date | None = None
    last_on: date | None = None
    receipt: str = ""
    source: str = ""
    lapses_at: datetime | None = None

    def at(self, now: datetime) -> "Coupon":
        """The coupon as it is at a moment: a hold that has lapsed holds nothing, whether or not somebody has let it go."""
        if self.state != HELD or self.lapses_at is None or self.lapses_at > now:
            return self
        return msgspec.structs.replace(self, state=ACTIVE, receipt="", lapses_at=None)


def code_from(number: int, length: int) -> str:
    """The code of a random number, with a last letter that a mistyped code fails."""
    letters = []
    for _ in range(length - 1):
        number, digit = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[digit])
    body = "".join(letters)
    return body + check_letter(body)


def check_letter(body: str) -> str:
    """The check letter of a body (Luhn modulo the alphabet's length)."""
    size, total, double = len(ALPHABET), 0, True
    for letter in reversed(body):
        value = ALPHABET.index(letter) * (2 if double else 1)
        total += value // size + value % size
        double = not double
    return ALPHABET[-total % size]


def well_formed(code: str) -> bool:
    """Whether a generated code could be one: its letters are known and the last one fits."""
    return (
        len(code) > 1 and all(letter in ALPHABET for letter in code) and check_letter(code[:-1]) == code[-1]
    )


def activated(coupon: Coupon, today: date, life: Span | None) -> Coupon:
    """A new coupon, good from now on: its life begins, and ends no later than it would have."""
    last = None if life is None else life.after(max(today, coupon.active_on or today))
    lasts = [day for day in (last, coupon.last_on) if day is not None]
    return msgspec.structs.replace(coupon, state=ACTIVE, last_on=min(lasts) if lasts else None)


def days(today: date, starts: date | None, until: date | None, life: Span | None) -> tuple[date, date | None]:
    """The first and last day of a coupon given today, within the days of its series."""
    first = today if starts is None else max(today, starts)
    last = None if life is None else life.after(first)
    if until is not None:
        last = until if last is None else min(last, until)
    return first, last
