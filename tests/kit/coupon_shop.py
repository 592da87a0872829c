"""A shop with coupons of every kind, for tests of the desk and for laws."""

from random import Random

from world import World

from kopilka.store.coupons import PostgresCoupons
from kopilka.usecases.commands import IssueCoupon, Ref
from kopilka.usecases.coupons import Caller, Coupons, Made, Wish
from kopilka.usecases.outcomes import Done

TEXT = """
programme: club
title: Club
currency: RUB
zone: Europe/Moscow
points:
  bonus: {worth: 1.00, decimals: 0, life: 10d}
coupons:
  next: {title: {ru: На следующую покупку, en: For the next purchase}, life: 30d}
  leaflet: {title: {ru: Листовка, en: Leaflet}, life: 10d, activation: true}
  once: {title: {ru: Разовый, en: One-time}, until: 2026-03-31}
  own: {title: {ru: Сам, en: By itself}, auto: true}
  spring: {title: {ru: Весна, en: Spring}, code: SPRING, uses: 3, per_member: 1, from: 2026-03-02, until: 2026-03-20}
rules:
  - {id: gift, when: {first_purchase: true}, coupon: {of: next}}
  - {id: ten, when: {coupon: next}, discount: 10%}
  - {id: leaf, when: {coupon: leaflet}, discount: {amount: 50}}
  - {id: one, when: {coupon: once}, discount: {amount: 70}}
  - {id: self, when: {coupon: own}, discount: {amount: 5}}
  - {id: promo, when: {coupon: spring, goods_total: {from: 500}}, discount: {amount: 300}}
"""


def coupons_of(world: World, seed: int = 5) -> Coupons:
    """Where batches are made; the same seed draws the same codes, under other ids."""
    codes, ids, catalogue = Random(seed), Random(world.number()), world.desk.catalogue

    def chance(bits: int) -> int:
        return (ids if bits == 74 else codes).getrandbits(bits)

    with world.ledger.batch() as batch:
        catalogue.refresh(batch.find([], [], [])[2])
    return Coupons(PostgresCoupons(world.pool), lambda: catalogue, clock=lambda: world.now, chance=chance)


def made(world: World, series: str = "once", count: int = 3) -> list[str]:
    """Codes of a fresh batch."""
    number = world.number()
    batch = coupons_of(world, number).make(Wish("club", series, count), Caller("t", f"b{number}", "stf_1"))
    assert isinstance(batch, Made), batch
    return [row.coupon.code for row in batch.coupons]


def issued(world: World, who: Ref, series: str = "once") -> str:
    """The code of a coupon given by hand."""
    done = world.done(IssueCoupon(who, "club", series, "t", f"i{world.number()}"))
    assert done.coupon is not None
    return done.coupon.code


def reasons(done: Done) -> dict[str, str]:
    """What became of the codes of a receipt."""
    assert done.sale is not None
    rows = done.sale.decision.codes
    return {row.code: "used" if row.used else row.reason.code if row.reason else "" for row in rows}
