"""Bills of UDS as receipts, and receipts and members as UDS tells them. Pure.

A bill has no lines: it becomes up to three, for what points may pay, what they may not, and what takes no part at all.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

import msgspec

from kopilka.connectors.kit.numbers import fixed, number
from kopilka.connectors.uds import words
from kopilka.connectors.uds.mapping_tiers import APPLY, Scores, Terms
from kopilka.connectors.uds.wire import Body, bad, moment
from kopilka.core.receipt import BARS, Line, Receipt, Shop, SpendRequest
from kopilka.core.rules.decision import Decision
from kopilka.core.settlement.refund import ReturnedLine, ReturnWish
from kopilka.core.settlement.sale import VOIDED, Sale, rest_of
from kopilka.usecases.views import MemberView, ReturnFacts, StandingView, WalletView
from kopilka.usecases.vouchers import Voucher
from kopilka.values.quantity import ONE
from kopilka.values.share import cumulative

REDEEMABLE, UNREDEEMABLE, SKIPPED = "bill", "bill-unredeemable", "bill-skipped"
MALE, FEMALE = {"male", "m", "м", "мужской"}, {"female", "f", "ж", "женский"}
HUNDRED = Decimal(100)


class Bill(msgspec.Struct, frozen=True):
    """A bill, in minor units: `points` is what points pay of it."""

    total: int
    skip: int = 0
    unredeemable: int = 0
    points: int = 0
    cash: int | None = None
    number: str = ""


def bill_of(fields: Body, digits: int) -> Bill:
    """A bill from its fields; every sum has to make sense."""
    total = fields.money("total", digits)
    if total is None:
        raise bad(fields.name("total"), words.REQUIRED)
    if total <= 0:
        raise bad(fields.name("total"), words.POSITIVE, fixed(total, digits))
    parts = {}
    for name in ("skipLoyaltyTotal", "unredeemableTotal", "cash"):
        parts[name] = fields.money(name, digits)
    parts["points"] = fields.points("points", digits)
    for name, value in parts.items():
        if value is not None and value < 0:
            raise bad(fields.name(name), words.NEGATIVE, fixed(value, digits))
    skip, unredeemable = parts["skipLoyaltyTotal"] or 0, parts["unredeemableTotal"] or 0
    for name in ("skipLoyaltyTotal", "unredeemableTotal"):
        if parts[name] and skip + unredeemable > total:
            raise bad(fields.name(name), words.PARTS, fixed(parts[name] or 0, digits))
    return Bill(total, skip, unredeemable, parts["points"] or 0, parts["cash"], fields.text("number"))


class Place(msgspec.Struct, frozen=True):
    """Where and when a bill is paid, and under which terms."""

    shop: Shop
    currency: str
    at: datetime
    terms: Terms
    cashier: str = ""
    language: str = "ru"


def receipt_of(bill: Bill, place: Place, id_: str, spend: SpendRequest | None = None) -> Receipt:
    """The receipt of a bill. Where levels give no discount, nothing may: the till would not take it off."""
    bars: tuple[str, ...] = () if place.terms.policy == APPLY else ("discount",)
    rest = bill.total - bill.skip - bill.unredeemable
    parts = (
        (REDEEMABLE, rest, words.BILL_LINE, bars),
        (UNREDEEMABLE, bill.unredeemable, words.UNREDEEMABLE_LINE, (*bars, "spend")),
        (SKIPPED, bill.skip, words.SKIPPED_LINE, BARS),
    )
    lines = tuple(
        Line(str(n), sku, ONE, minor, title=title.of(place.language), barred=barred)
        for n, (sku, minor, title, barred) in enumerate(parts, 1)
        if minor
    )
    return Receipt(id_, place.shop.id, place.at, place.currency, lines, cashier=place.cashier, spend=spend)


def same_bill(bill: Bill, units: int, sale: Sale) -> bool:
    """Whether a stored sale is of this bill: its parts and the points that paid."""
    sums = {line.sku: line.sum_minor for line in sale.receipt.lines}
    rest = bill.total - bill.skip - bill.unredeemable
    wanted = {REDEEMABLE: rest, UNREDEEMABLE: bill.unredeemable, SKIPPED: bill.skip}
    spent = 0 if sale.decision.spent is None else sale.decision.spent.units
    return sums == {sku: minor for sku, minor in wanted.items() if minor} and units == spent


def calc_out(
    decision: Decision, bill: Bill, scores: Scores, terms: Terms, *, payable: bool
) -> dict[str, object]:
    """What a bill comes to. `payable`: whether points may pay at all for whoever was named like this."""
    digits = scores.digits
    earned = sum(row.units for row in decision.earned if row.kind == scores.kind)
    points, discount = decision.points_minor(), decision.discount_minor
    cash = fixed(decision.paid_minor, digits)
    return {
        "maxPoints": scores.told(decision.room.units) if payable else 0,
        "total": fixed(bill.total, digits), "skipLoyaltyTotal": fixed(bill.skip, digits),
        "unredeemableTotal": fixed(bill.unredeemable, digits),
        "discountAmount": fixed(discount, digits), "discountPercent": _percent(discount, bill.total - bill.skip),
        "points": number(points, digits), "pointsPercent": _percent(points, bill.total),
        "netDiscount": fixed(discount + points, digits),
        "netDiscountPercent": _percent(discount + points, bill.total),
        "certificatePoints": 0, "cash": cash, "cashTotal": cash, "cashBack": fixed(scores.minor(earned), digits),
        "extras": {}, "maxScoresDiscount": number(terms.share, 2),
    }  # fmt: skip


def _percent(part: int, whole: int) -> object:
    if part <= 0 or whole <= 0:
        return 0
    percent = (Decimal(part) * HUNDRED / Decimal(whole)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return number(int(percent * 100), 2)


# -- people -----------------------------------------------------------------------------------------------------


class Someone(msgspec.Struct, frozen=True):
    """A member with all that UDS tells: `uid` is empty for those who have no app."""

    view: MemberView
    number: int
    uid: str
    wallet: WalletView | None
    standing: StandingView | None
    last_at: datetime | None
    tags: Mapping[str, int]

    @property
    def level(self) -> str:
        """The level that holds."""
        found = None if self.standing is None else self.standing.level
        return "" if found is None else found.outlook.level


def customer_out(who: Someone, scores: Scores, terms: Terms, *, detail: bool = True) -> dict[str, object]:
    """Customer, or CustomerDetail with tags."""
    person = who.view.person
    content: dict[str, object] = {
        "uid": who.uid or None, "avatar": None, "displayName": name_of(who.view), "gender": _gender(who.view),
        "phone": person.phone or None, "birthDate": None if person.birthday is None else person.birthday.isoformat(),
        "email": person.email or None, "channelName": None, "participant": _participant(who, scores, terms),
    }  # fmt: skip
    return {**content, "tags": tags_out(who.tags)} if detail else content


def stranger_out(phone: str, terms: Terms) -> dict[str, object]:
    """Whoever would join by buying: nobody yet, on the lowest tier."""
    tier = terms.tiers[0]
    return {
        "uid": None, "avatar": None, "displayName": phone, "gender": "NOT_SPECIFIED", "phone": phone, "birthDate": None,
        "email": None, "channelName": None, "tags": [],
        "participant": {
            "id": None, "inviterId": None, "points": 0, **_rates(terms, tier.uid), "membershipTier": terms.told(tier),
        },
    }  # fmt: skip


def name_of(view: MemberView) -> str:
    """How a person is called at a till: by phone, where nothing else is known."""
    return view.person.name or view.person.phone or view.person.email or "—"


def tags_out(tags: Mapping[str, int]) -> list[dict[str, object]]:
    """Tags in the order of their words."""
    return [{"id": id_, "name": name} for name, id_ in sorted(tags.items())]


def _participant(who: Someone, scores: Scores, terms: Terms) -> dict[str, object]:
    standing, wallet = who.standing, who.wallet
    expiries = [] if wallet is None else [lot.expires_at for lot in wallet.lots if lot.expires_at is not None]
    return {
        "id": who.number, "inviterId": None, "points": 0 if wallet is None else scores.told(wallet.free),
        **_rates(terms, who.level), "cashSpent": number(0 if standing is None else standing.spend_minor, scores.digits),
        "savedFunds": None, "invitedCount": 0, "effectiveInvitedCount": 0,
        "operationsCount": 0 if standing is None else standing.receipts, "fullRefundsCount": None, "note": None,
        "membershipTier": terms.told(terms.tier(who.level)), "dateCreated": moment(who.view.enrolled_at),
        "lastTransactionTime": moment(who.last_at), "pointsExpireIn": moment(min(expiries, default=None)),
    }  # fmt: skip


def _rates(terms: Terms, level: str) -> dict[str, object]:
    rate = number(terms.tier(level).rate, 2)
    return {
        "discountRate": rate if terms.policy == APPLY else 0,
        "cashbackRate": 0 if terms.policy == APPLY else rate,
    }


def _gender(view: MemberView) -> str:
    said = view.person.attributes.get("gender", "").strip().lower()
    return "MALE" if said in MALE else "FEMALE" if said in FEMALE else "NOT_SPECIFIED"


# -- operations -------------------------------------------------------------------------------------------------


class Told(msgspec.Struct, frozen=True):
    """What an operation says beside its sums."""

    id: int
    customer: Mapping[str, object] | None
    branch: Mapping[str, object] | None
    cashier: Mapping[str, object] | None = None
    number: str = ""


def sale_out(sale: Sale, told: Told, scores: Scores) -> dict[str, object]:
    """A purchase. It is cancelled when it was voided or all of it has come back."""
    decision, done = sale.decision, sale.state == VOIDED or rest_of(sale, sale.done()).complete
    spent = 0 if decision.spent is None else scores.told(-decision.spent.units)
    return {
        **_operation(told, sale.recorded_at), "action": "PURCHASE", "state": "CANCELED" if done else "NORMAL",
        "points": spent, "certificatePoints": 0, "receiptNumber": told.number or None,
        "total": fixed(total_of(sale), scores.digits), "cash": fixed(decision.paid_minor, scores.digits), "origin": None,
    }  # fmt: skip


def reversal_out(
    sale: Sale, facts: ReturnFacts, told: Told, origin: int, scores: Scores
) -> dict[str, object]:
    """What came back of a purchase: money below zero, points that had paid above."""
    back = scores.minor(facts.points_back.get(scores.kind, 0))
    total = facts.refund_minor + back + _discount_back(sale, facts)
    return {
        **_operation(told, facts.recorded_at), "action": "PURCHASE", "state": "REVERSAL",
        "points": number(back, scores.digits), "certificatePoints": 0, "receiptNumber": told.number or None,
        "total": fixed(-total, scores.digits), "cash": fixed(-facts.refund_minor, scores.digits),
        "origin": {"id": origin},
    }  # fmt: skip


def reward_out(at: datetime, units: int, told: Told, scores: Scores) -> dict[str, object]:
    """Points that moved without a purchase."""
    return {
        **_operation(told, at), "action": "UNKNOWN", "state": "NORMAL", "points": scores.told(units),
        "certificatePoints": 0, "receiptNumber": None, "total": fixed(0, scores.digits),
        "cash": fixed(0, scores.digits), "origin": None,
    }  # fmt: skip


def _operation(told: Told, at: datetime) -> dict[str, object]:
    return {
        "id": told.id, "dateCreated": moment(at), "customer": told.customer, "cashier": told.cashier,
        "branch": told.branch,
    }  # fmt: skip


def total_of(sale: Sale) -> int:
    """What the purchase cost before discounts of ours and points."""
    return sum(line.sum_minor - line.given_minor for line in sale.lines()) - sale.receipt.given_minor


def _discount_back(sale: Sale, facts: ReturnFacts) -> int:
    """The part of the discounts that lay on what came back."""
    if not sale.decision.taken or not facts.after:
        return 0
    wholes, before = sale.wholes(), facts.before or (0,) * len(facts.after)
    off = [sum(parts) for parts in zip(*(row.parts for row in sale.decision.taken), strict=True)]
    rows = zip(off, before, facts.after, wholes, strict=True)
    return sum(cumulative(part, now, of) - cumulative(part, was, of) for part, was, now, of in rows)


class Left(msgspec.Struct, frozen=True):
    """What of a purchase has not come back: money, and the money that points paid."""

    cash: int
    points: int

    @property
    def total(self) -> int:
        """Both."""
        return self.cash + self.points


def left_of(sale: Sale) -> Left:
    """What can still be refunded."""
    rest = rest_of(sale, sale.done())
    return Left(rest.paid_minor, rest.points_minor)


def wish_of(sale: Sale, amount: int | None) -> ReturnWish:
    """A refund of so much of the bill, or of all that is left: money and points come back in the proportion in which they are left. Where points
    have paid everything, a thousandth of the bill is the least that comes back.
    """
    left = left_of(sale)
    if amount is None or amount >= left.total:
        return ReturnWish()
    cash = (2 * amount * left.cash + left.total) // (2 * left.total)
    if cash:
        return ReturnWish(amount_minor=cash)
    due = max(1, sale.decision.due_minor)
    return ReturnWish(_thousandths(sale, (2 * amount * ONE + due) // (2 * due)))


def _thousandths(sale: Sale, part: int) -> tuple[ReturnedLine, ...]:
    lines: Sequence[Line] = sale.lines()
    rows = [
        ReturnedLine(line.id, max(1, line.quantity * part // ONE))
        for line, paid in zip(lines, sale.decision.left, strict=True)
        if paid > 0
    ]
    return tuple(rows)


def tags_in(fields: Body, name: str, known: Mapping[int, str]) -> tuple[str, ...]:
    """Tags by their numbers; each must be known."""
    found = []
    for id_ in fields.wholes(name, 100):
        if id_ not in known:
            raise bad(fields.name(name), words.UNKNOWN_TAG, id_)
        found.append(known[id_])
    return tuple(found)


def voucher_out(
    voucher: Voucher, decision: Decision, scores: Scores, text: str, pictures: Sequence[str]
) -> dict[str, object]:
    """A voucher, with the points that somebody new would get for it."""
    earned = sum(row.units for row in decision.earned if row.kind == scores.kind)
    return {
        "code": voucher.code, "qrCodeText": text, "qrCode128": pictures[0], "qrCode256": pictures[1],
        "expiresIn": moment(voucher.expires_at), "points": scores.told(earned),
    }  # fmt: skip
