"""The receipt under way as it was counted, and the coupons that the member could use with it. Ready texts."""

import msgspec

from kopilka.core.programme.codes import normalised
from kopilka.core.programme.document import Programme
from kopilka.core.receipt import Shop
from kopilka.look.coupons import CodeWords, CouponWords, code_words, coupon_words
from kopilka.look.explained import hints
from kopilka.look.shapes import ReceiptView
from kopilka.look.slip import Slip
from kopilka.till.basket import Basket
from kopilka.till.services import Services
from kopilka.usecases.commands import Ref
from kopilka.usecases.quote_receipt import Quoted
from kopilka.values.period import local_day
from kopilka.words.explanation import Teller
from kopilka.words.render import Tongue


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """The receipt as it stands: its view, what may be spent, what to say to the buyer."""

    view: ReceiptView | None = None
    pay: int = 0
    earned: str = ""
    room: str = ""
    hints: tuple[object, ...] = ()
    notes: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    codes: tuple[CodeWords, ...] = ()
    error: str = ""
    wrong: str = ""


def counted_words(quoted: Quoted, teller: Teller, shop: Shop) -> Counted:
    """What a quote says."""
    decision, receipt = quoted.decision, quoted.command.receipt
    slip = Slip(receipt, decision, teller.tongue)
    room = decision.room.reason
    view = slip.view(title=shop.title or shop.id)
    return Counted(
        view=view, pay=decision.paid_minor, earned=view.earned,
        room="" if room is None or not quoted.member_id else slip.most(room),
        hints=hints(decision, teller), notes=teller.messages(decision, "cashier"),
        words=teller.messages(decision, "customer"), codes=code_words(decision, teller.tongue),
    )  # fmt: skip


def own_coupons(
    services: Services, programme: Programme, basket: Basket, tongue: Tongue
) -> list[CouponWords]:
    """The member's coupons that can be used today under a programme; those are marked that the basket shows."""
    member = services.views.member(Ref("member", basket.member_id)) if basket.member_id else None
    if member is None or not programme.coupons:
        return []
    today = local_day(services.clock(), programme.zone)
    shown = [normalised(code) for code in basket.codes]
    rows = services.coupons.of_member((member.bucket, member.holder_id))
    mine = [row for row in rows if row.coupon.programme == programme.programme]
    return [found for row in mine if (found := coupon_words(row, today, tongue, shown)).usable]
