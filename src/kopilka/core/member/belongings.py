"""What a holder has beside points: coupons, perks, and purchases of the past. The working copy of a batch."""

from collections.abc import Iterable
from datetime import date

from kopilka.core.member.coupon import Coupon
from kopilka.core.member.member import Past, Perk


class Belongings:
    """`coupons` by code, `past` by receipt, `perks` by (perk, source) within a programme; what this batch changed is
    kept apart, a perk that was taken back with None.
    """

    __slots__ = ("coupons", "coupons_changed", "past", "perks", "perks_changed")

    def __init__(self) -> None:
        self.coupons: dict[str, Coupon] = {}
        self.past: dict[str, Past] = {}
        self.perks: dict[tuple[str, str, str], Perk] = {}
        self.coupons_changed: dict[str, Coupon] = {}
        self.perks_changed: dict[tuple[str, str, str], Perk | None] = {}

    def put(self, coupon: Coupon) -> None:
        """Keep a coupon's new state."""
        self.coupons[coupon.code] = self.coupons_changed[coupon.code] = coupon

    def give(self, programme: str, perk: Perk) -> None:
        """Keep a perk."""
        key = (programme, perk.perk, perk.source)
        self.perks[key] = self.perks_changed[key] = perk

    def take(self, programme: str, source: str) -> None:
        """Take back every perk that came from a source."""
        for key in [key for key in self.perks if key[0] == programme and key[2] == source]:
            del self.perks[key]
            self.perks_changed[key] = None

    def held_on(self, programme: str, day: date) -> tuple[Perk, ...]:
        """The perks of a programme that are good on a day."""
        rows = [perk for (id_, _, _), perk in self.perks.items() if id_ == programme]
        return tuple(
            perk for perk in rows if perk.since <= day and (perk.last_on is None or day <= perk.last_on)
        )

    def own(self, programme: str) -> Iterable[Coupon]:
        """The coupons of a programme."""
        return [coupon for coupon in self.coupons.values() if coupon.programme == programme]
