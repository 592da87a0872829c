"""What a programme has for a member beside points: gifts of its catalogue with what is left, and perks that hold now."""

from collections.abc import Mapping
from datetime import date, datetime

import msgspec

from kopilka.core.member.member import NOT_USED, Used
from kopilka.core.member.standing import Standing
from kopilka.core.programme.document import GiftOffer, PerkKind
from kopilka.core.receipt import Shop
from kopilka.core.rules.engine import evaluate
from kopilka.core.rules.ruleset import GIFT_CAP, Ruleset
from kopilka.core.settlement.account import Account
from kopilka.core.settlement.deed import Deed
from kopilka.core.settlement.purchase import Who, snapshot
from kopilka.usecases.deeds import Stored, empty_receipt, stored_in
from kopilka.usecases.ports import Claim, Holding
from kopilka.usecases.redeem_gift import EVER, forbidden, price_of, stock_left
from kopilka.values.period import local_day


class GiftView(msgspec.Struct, frozen=True):
    """A gift: what one costs in smallest units of a kind, how many are left (None: nobody counts), and why it cannot be
    had now: `programme_paused`, `no_gift_goods`, `out_of_stock`, and for a member `gift_limit` or `not_enough_points`.
    """

    programme: str
    gift: str
    offer: GiftOffer
    kind: str
    units: int
    left: int | None
    closed: str = ""


class PerkView(msgspec.Struct, frozen=True):
    """A perk that holds: through `last_on` where it was given for a time (`source` is the receipt), else by `rule` for as
    long as its conditions are met.
    """

    programme: str
    perk: str
    kind: PerkKind
    since: date | None = None
    last_on: date | None = None
    source: str = ""
    rule: str = ""


class Redemption(msgspec.Struct, frozen=True):
    """Gifts that went out together: the answer that is kept of it, and when they came back (None: they have not)."""

    redemption: str
    stored: Stored
    deed: Deed
    returned_at: datetime | None = None


def redemption_of(redemption: str, claims: Mapping[str, Claim]) -> Redemption | None:
    """What the keys of a redemption say."""
    out, back = (claims.get(f"{verb}:{redemption}") for verb in ("gift", "ungift"))
    stored = None if out is None else stored_in(out)
    if stored is None or stored.deed is None:
        return None
    return Redemption(redemption, stored, stored.deed, None if back is None else stored_in(back).recorded_at)


def gift_views(
    rules: Ruleset,
    used: Mapping[str, Used],
    classes: Mapping[str, str],
    now: datetime,
    holding: Holding | None = None,
) -> list[GiftView]:
    """The catalogue of gifts; `used` is what budgets of the programme have used, `classes` the classes of goods."""
    programme = rules.programme
    rows = []
    for id_, offer in programme.gifts.items():
        kind, units = price_of(programme, offer)
        left = stock_left(offer, used.get(GIFT_CAP + id_, NOT_USED).uses)
        row = GiftView(programme.programme, id_, offer, kind, units, left)
        closed = _closed_to_all(rules, row, classes.get(offer.sku, ""), now)
        if holding is not None and not closed:
            closed = _closed_to(holding, row, now)
        rows.append(msgspec.structs.replace(row, closed=closed))
    return rows


def _closed_to_all(rules: Ruleset, row: GiftView, product_class: str, now: datetime) -> str:
    if rules.programme.paused:
        return "programme_paused"
    if row.offer.sku and forbidden(rules, product_class, local_day(now, rules.programme.zone)):
        return "no_gift_goods"
    return "out_of_stock" if row.left == 0 else ""


def _closed_to(holding: Holding, row: GiftView, now: datetime) -> str:
    standing = holding.standings.get(row.programme)
    had = 0 if standing is None else standing.used.get((GIFT_CAP + row.gift, EVER), NOT_USED).uses
    if row.offer.per_member is not None and had >= row.offer.per_member:
        return "gift_limit"
    return "not_enough_points" if holding.book.free(row.kind, now) < row.units else ""


def perks_of(
    rules: Ruleset, holding: Holding, who: Who, now: datetime, shop: Shop | None = None
) -> list[PerkView]:
    """The perks of a member in a programme now: those kept for a time, then those of rules whose conditions a receipt of
    nothing meets (in a shop, where one is named). One perk is told once, by what lasts longest.
    """
    programme, id_ = rules.programme, rules.programme.programme
    kinds, today = programme.perks, local_day(now, programme.zone)
    rows: dict[str, PerkView] = {}
    if not kinds:
        return []
    standing = holding.standings.get(id_) or Standing(id_, now)
    for perk in holding.belongings.held_on(id_, today):
        before = rows.get(perk.perk)
        if perk.perk in kinds and (before is None or _later(perk.last_on, before.last_on)):
            rows[perk.perk] = PerkView(
                id_, perk.perk, kinds[perk.perk], perk.since, perk.last_on, perk.source
            )
    receipt, nowhere = empty_receipt(programme, now)
    account = Account(holding.book, standing, belongings=holding.belongings)
    decision = evaluate(rules, receipt, shop or nowhere, snapshot(who, account, programme, now, today))
    for row in decision.perks:
        if not row.kept and row.perk in kinds:
            rows[row.perk] = PerkView(id_, row.perk, kinds[row.perk], rule=row.rule)
    return [rows[perk] for perk in kinds if perk in rows]


def _later(one: date | None, other: date | None) -> bool:
    """Whether a last day is later than another; none is for ever."""
    return other is not None and (one is None or one > other)
