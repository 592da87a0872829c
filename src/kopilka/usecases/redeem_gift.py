"""Points for gifts of a programme's catalogue: never more than there are, never more than one member may have; and gifts
that come back.
"""

from datetime import date

from kopilka.core.event import GIFT_REDEEMED, GIFT_RETURNED, Event
from kopilka.core.ledger.posting import GIFTS
from kopilka.core.member.member import NOT_USED
from kopilka.core.member.standing import period_key
from kopilka.core.programme.document import Caps, ClassRule, GiftOffer, PeriodName, Programme
from kopilka.core.rules.decision import CapUse
from kopilka.core.rules.effects.earn import HUNDREDTHS
from kopilka.core.rules.ruleset import GIFT_CAP, Ruleset
from kopilka.core.settlement.deed import Deed, put_back, use_caps
from kopilka.usecases.batch import Batch, Buyer, client_key, content_hash
from kopilka.usecases.commands import RedeemGift, ReturnGift
from kopilka.usecases.deeds import (
    Told,
    closed_lots,
    finish,
    holding_of,
    known_member,
    repeated,
    replayed,
    rules_at,
    stored_in,
)
from kopilka.usecases.outcomes import Outcome, Refused, Why
from kopilka.values.period import local_day

PIECES_MAX = 1_000
EVER = period_key(PeriodName.EVER, date.min)


def redeem_gift(batch: Batch, command: RedeemGift) -> Outcome:
    """Give gifts for points. What is not there is refused, and the points stay where they are."""
    hashed = content_hash("gift", command.who, command.programme, command.gift, command.pieces)
    key = client_key(command.client, command.key)
    known = repeated(batch, key, hashed, "gift")
    if known is not None:
        return known
    rules = rules_at(batch, command.programme, command.at or batch.now)
    if isinstance(rules, Refused):
        return rules
    buyer = known_member(batch.buyer(command.who))
    if isinstance(buyer, Refused):
        return buyer
    refused = _unavailable(batch, rules, command) or _unaffordable(batch, rules, buyer, command)
    if refused is not None:
        return refused
    programme, holding = rules.programme, buyer.holding
    kind, each = price_of(programme, programme.gifts[command.gift])
    units = each * command.pieces
    cause = batch.cause("gift", command.at or batch.now, note=command.gift)
    holding.book.bring_to(batch.now, cause)
    lots = holding.book.debit(kind, units, cause, f"{GIFTS}:{command.gift}")
    caps = _uses(rules, command.gift, command.pieces, units)
    deed = Deed(
        programme.programme, rules.version, command.gift, caps=caps, kind=kind, units=units, lots=lots,
        pieces=command.pieces,
    )  # fmt: skip
    use_caps(batch.standing(holding, programme.programme), caps, 1)
    batch.draw_budgets((holding.bucket, holding.holder_id), cause.txn, programme.programme, caps, 1)
    event = Event(GIFT_REDEEMED, holding.holder_id, cause.effective_at, data=_told(deed, cause.txn))
    told = Told("gift", cause.txn, units, deed, event)
    claims = [(_key("gift", cause.txn), hashed), (key, hashed)]
    return finish(batch, holding, buyer.who.member_id, told, claims)


def return_gift(batch: Batch, command: ReturnGift) -> Outcome:
    """Gifts come back, all that went out together: the points into their own lots, the gifts into the stock. Twice is
    once.
    """
    hashed = content_hash("ungift", command.redemption)
    key = client_key(command.client, command.key) if command.key else ""
    known = repeated(batch, key, hashed, "return_gift")
    if known is not None:
        return known
    earlier = batch.loaded.claims.get(_key("ungift", command.redemption))
    if earlier is not None:
        return replayed(earlier, "return_gift")
    claim = batch.loaded.claims.get(_key("gift", command.redemption))
    deed = None if claim is None else stored_in(claim).deed
    if claim is None or deed is None:
        return Refused("unknown_redemption", Why.NOT_FOUND, "redemption")
    rules = batch.catalogue.numbered(deed.programme, deed.version)
    refused = rules_at(batch, deed.programme, command.at)
    if rules is None or isinstance(refused, Refused):
        return refused if isinstance(refused, Refused) else Refused("unknown_programme", Why.NOT_FOUND)
    holding = holding_of(batch, claim)
    cause = batch.cause("return_gift", command.at, note=deed.what, actor=command.actor)
    holding.book.bring_to(batch.now, cause)
    put_back(rules.programme, deed, holding.book, closed_lots(batch, holding, deed), cause)
    use_caps(batch.standing(holding, deed.programme), deed.caps, -1)
    batch.draw_budgets((holding.bucket, holding.holder_id), cause.txn, deed.programme, deed.caps, -1)
    event = Event(GIFT_RETURNED, holding.holder_id, command.at, data=_told(deed, command.redemption))
    told = Told("return_gift", cause.txn, deed.units, deed, event)
    claims = [(_key("ungift", command.redemption), hashed), (key, hashed)]
    return finish(batch, holding, stored_in(claim).member_id, told, claims)


def price_of(programme: Programme, offer: GiftOffer) -> tuple[str, int]:
    """The kind and the smallest units that one gift costs; half a point of a kind without decimals costs a whole one."""
    id_ = offer.kind or next(iter(programme.points), "")
    kind = programme.points.get(id_)
    return id_, -(-offer.points * (1 if kind is None else kind.scale) // HUNDREDTHS)


def forbidden(rules: Ruleset, product_class: str, day: date) -> bool:
    """Whether the law or the programme does not let goods of a class be given."""
    return not rules.law(day).classes.get(product_class, ClassRule()).gift


def _unavailable(batch: Batch, rules: Ruleset, command: RedeemGift) -> Refused | None:
    """Why nobody could have these gifts now."""
    programme = rules.programme
    if programme.paused:
        return Refused("programme_paused", Why.NOT_ALLOWED, "programme")
    offer = programme.gifts.get(command.gift)
    if offer is None:
        return Refused("unknown_gift", Why.NOT_FOUND, "gift", {"gift": command.gift})
    if not 0 < command.pieces <= PIECES_MAX:
        return Refused("bad_pieces", Why.INVALID, "pieces", {"most": PIECES_MAX})
    if offer.sku:
        classes = batch.catalogue.classes_of([offer.sku])
        if forbidden(rules, classes.get(offer.sku, ""), local_day(batch.now, programme.zone)):
            return Refused("no_gift_goods", Why.NOT_ALLOWED, "gift", {"sku": offer.sku})
    left = stock_left(offer, batch.budgets(rules).get(GIFT_CAP + command.gift, NOT_USED).uses)
    if left is not None and command.pieces > left:
        return Refused("out_of_stock", Why.NOT_ALLOWED, "gift", {"left": left})
    return None


def _unaffordable(batch: Batch, rules: Ruleset, buyer: Buyer, command: RedeemGift) -> Refused | None:
    """Why this member cannot have them."""
    programme = rules.programme
    offer = programme.gifts[command.gift]
    used = batch.standing(buyer.holding, programme.programme).used
    had = used.get((GIFT_CAP + command.gift, EVER), NOT_USED).uses
    if offer.per_member is not None and had + command.pieces > offer.per_member:
        params: dict[str, int | str] = {"most": offer.per_member, "had": had}
        return Refused("gift_limit", Why.NOT_ALLOWED, "gift", params)
    kind, each = price_of(programme, offer)
    free = buyer.holding.book.free(kind, batch.now)
    if each * command.pieces > free:
        params = {"free": free, "asked": each * command.pieces, "kind": kind}
        return Refused("not_enough_points", Why.NOT_ALLOWED, "gift", params)
    return None


def stock_left(offer: GiftOffer, given: int) -> int | None:
    """How many there are still; None where nobody counts them."""
    return None if offer.stock is None else max(0, offer.stock - given)


def _uses(rules: Ruleset, gift: str, pieces: int, units: int) -> tuple[CapUse, ...]:
    caps = rules.capped.get(GIFT_CAP + gift, Caps())
    rows = [] if caps.member is None else [CapUse(GIFT_CAP + gift, EVER, pieces, 0, units)]
    if caps.budget is not None:
        rows.append(CapUse(GIFT_CAP + gift, "", pieces, 0, units))
    return tuple(rows)


def _told(deed: Deed, redemption: str) -> dict[str, object]:
    return {
        "programme": deed.programme, "gift": deed.what, "pieces": deed.pieces, "kind": deed.kind,
        "units": deed.units, "redemption": redemption,
    }  # fmt: skip


def _key(verb: str, redemption: str) -> str:
    return f"{verb}:{redemption}"


def gift_keys(command: ReturnGift) -> set[str]:
    """The keys that giving back looks at."""
    return {_key("gift", command.redemption), _key("ungift", command.redemption)}
