"""The shop of the screens with coupons in its programme."""

from shopfront import CLUB, Shopfront

from kopilka.usecases.programmes import Published, Wanted

COUPONS = """\
coupons:
  spring: {title: {ru: Весенний промокод, en: Spring code}, code: SPRING, uses: 100, per_member: 1}
  present: {title: {ru: Скидка 200 ₽, en: "₽200 off"}, life: 30d}
  leaflet: {title: {ru: Листовка, en: Leaflet}, life: 10d, activation: yes}
rules:
  - id: spring
    title: {ru: По промокоду, en: With the code}
    when: {coupon: spring}
    discount: {amount: 100}
  - id: present-use
    title: {ru: По купону, en: With the coupon}
    when: {coupon: present}
    discount: {amount: 200}
  - id: leaflet-use
    title: {ru: По листовке, en: With the leaflet}
    when: {coupon: leaflet}
    discount: {amount: 50}
  - id: present
    title: {ru: Купон за чек от 5 000 ₽, en: "A coupon for a receipt from ₽5,000"}
    when: {goods_total: {from: 5000}}
    coupon: {of: present}
"""


def with_coupons(front: Shopfront) -> Shopfront:
    """Publish the club's programme with coupons from now on."""
    published = front.house.programmes.publish(Wanted(CLUB.replace("rules:\n", COUPONS, 1), 1))
    assert isinstance(published, Published), published
    return front
