"""Orders of a web shop become receipts: closed when they are paid, returned as the shop refunds them, parked while the
buyer is nobody's member. Every step may be done again without harm.
"""

from datetime import date, datetime

import msgspec

from kopilka.connectors.kit.parking import UNCLAIMED, find_member, park
from kopilka.connectors.kit.services import Services, receipt_id_of
from kopilka.connectors.kit.webshop import (
    LONG_AGO,
    ORDER,
    Bought,
    CodeUse,
    Known,
    Said,
    Who,
    changed_at,
    content_of,
    fold,
    known_of,
    less,
    mark,
    next_round,
    wishes_of,
)
from kopilka.core.programme.codes import normalised
from kopilka.core.receipt import Line, Receipt, Shop
from kopilka.core.settlement.refund import ReturnWish
from kopilka.usecases.commands import Close, Quote, Ref, Return, Stated
from kopilka.usecases.connections import Connection
from kopilka.usecases.foreign import PARKED, ForeignDocument
from kopilka.usecases.outcomes import Done, Refused
from kopilka.usecases.views import MemberView
from kopilka.values.period import local_day

TRIES = 8
CHANNEL = "web"
AWAITED = frozenset({"unknown_shop", "unknown_programme", "in_the_future"})
"""Refusals that somebody or time may mend: the delivery is tried again."""
BACK_ALREADY = frozenset({"return_exists", "nothing_left", "nothing_to_return", "not_closed"})
"""Refusals of returns that say that there is nothing more to do."""
WAITING, OPEN, BOOKED, NOBODY, REFUSED, ERASED = "waiting", "open", "booked", "nobody", "refused", "erased"
"""States of an order's document beside parked and unclaimed."""


class NotNowError(Exception):
    """A delivery must be tried again; `outcome` is the code of why."""

    def __init__(self, outcome: str) -> None:
        super().__init__(outcome)
        self.outcome = outcome


class Settled(msgspec.Struct, frozen=True):
    """Where an order stands after all that could be done. `outcome` is the code of why nothing more was."""

    known: Known
    state: str
    member_id: str = ""
    receipt_id: str = ""
    outcome: str = ""


class Orders:
    """The orders of one connection."""

    def __init__(self, services: Services, connection: Connection) -> None:
        self._services = services
        self._connection = connection

    async def hear(self, said: Said) -> str:
        """Take in what a delivery says and do what follows from all that is known; the code of why there was nothing to
        do, else an empty text.
        """
        for _ in range(TRIES):
            document = await self._document(said.order_id)
            before = known_of(document)
            settled = await self._settle(document, fold(before, said))
            if settled.known == before and settled.state == document.state:
                await self._leave(document.id, before)
                return settled.outcome or "nothing_new"
            if await self._write(document, settled):
                await self._leave(document.id, settled.known)
                return settled.outcome
        raise NotNowError("busy")

    async def attach(self, document: ForeignDocument, member_id: str) -> None:
        """Book a parked order for whoever has joined; an empty id gives it up and forgets who it was."""
        for _ in range(TRIES):
            known = known_of(document)
            if member_id:
                settled = await self._settle(document, known, member_id)
            else:
                settled = Settled(msgspec.structs.replace(known, who=None), UNCLAIMED)
            if await self._write(document, settled):
                await self._leave(document.id, settled.known)
                return
            document = await self._document(document.id)
            if document.state != PARKED:
                return
        raise NotNowError("busy")

    async def erase(self, order_id: str) -> bool:
        """Forget who bought; what was booked stays booked and can still be returned. False: there is no such order."""
        for _ in range(TRIES):
            document = await self._document(order_id)
            if not document.revision:
                return False
            known = msgspec.structs.replace(known_of(document), who=None, erased=True)
            state = document.state if document.state == BOOKED else ERASED
            if await self._write(document, Settled(known, state, "", document.receipt_id)):
                return True
        raise NotNowError("busy")

    # -- documents ----------------------------------------------------------------------------------------------

    async def _document(self, order_id: str) -> ForeignDocument:
        """The order's document; a blank one where there is none."""
        services, id_ = self._services, self._connection.connection_id
        found = await services.run(services.foreign.document, id_, ORDER, order_id)
        return found or ForeignDocument(id_, ORDER, order_id, {}, LONG_AGO)

    async def _write(self, document: ForeignDocument, settled: Settled) -> bool:
        services, known = self._services, settled.known
        after = msgspec.structs.replace(
            document, content=content_of(known), changed_at=changed_at(known), member_id=settled.member_id,
            receipt_id=settled.receipt_id, state=settled.state,
        )  # fmt: skip
        if settled.state == PARKED and known.who is not None:
            return await park(services, after, known.who.refs())
        return await services.run(services.foreign.put, after)

    # -- booking ------------------------------------------------------------------------------------------------

    async def _settle(self, document: ForeignDocument, known: Known, member_id: str = "") -> Settled:
        """Close what is paid, return what came back."""
        known, member_id = await self._adopted(
            document.id, next_round(known), member_id or document.member_id
        )
        bought = known.bought
        if known.erased and not known.booked:
            return Settled(known, ERASED, outcome="erased")
        if bought is None:
            return Settled(known, WAITING, outcome="waits_for_order")
        if not known.paid:
            return Settled(known, OPEN, outcome="not_paid")
        receipt_id = self._receipt_id(document.id, known.round)
        outcome = ""
        if not known.booked:
            if known.round and known.gone():
                return Settled(known, OPEN, member_id, outcome="gone")
            booked = await self._book(known, bought, receipt_id, member_id)
            if booked.state != BOOKED:
                return booked
            known, member_id, outcome = booked.known, booked.member_id, booked.outcome
        elif known.booked != mark(bought):
            outcome = "edited_after_booking"
        known = await self._take_back(known, bought, receipt_id)
        if known.who is not None:
            # The member is known now: phone and e-mail have done their work.
            known = msgspec.structs.replace(known, who=Who(customer=known.who.customer))
        return Settled(known, BOOKED, member_id, receipt_id, outcome)

    async def _adopted(self, order_id: str, known: Known, member_id: str) -> tuple[Known, str]:
        """A receipt that somebody closed and could not write down, because the order was gone or erased meanwhile, is of
        this order too.
        """
        if known.gone() and known.ended:
            round_ = known.round + 1
        elif not known.booked and (known.gone() or known.erased):
            round_ = known.round
        else:
            return known, member_id
        view = await self._services.run(self._services.views.receipt, self._receipt_id(order_id, round_))
        if view is None or known.bought is None:
            return known, member_id
        return (
            msgspec.structs.replace(known, round=round_, booked=mark(known.bought), returned=(), ended=False),
            view.stored.sale.member_id,
        )

    async def _book(self, known: Known, bought: Bought, receipt_id: str, member_id: str) -> Settled:
        services, connection = self._services, self._connection
        shop = await services.shop_of(connection)
        rules = None if shop is None else await services.rules_of(connection, shop)
        if shop is None or rules is None:
            raise NotNowError("unknown_shop" if shop is None else "unknown_programme")
        if bought.currency != rules.programme.currency:
            return Settled(known, REFUSED, outcome="other_currency")
        if _before(connection, bought.at, shop.zone):
            return Settled(known, REFUSED, outcome="before_start")
        refs = [Ref("member", member_id)] if member_id else [] if known.who is None else known.who.refs()
        if not refs:
            return Settled(known, NOBODY, outcome="no_customer")
        member = await find_member(services, refs)
        if member is None:
            return Settled(known, PARKED, outcome="unknown_member")
        refusal = await self._close(bought, receipt_id, shop, member)
        if refusal in AWAITED:
            raise NotNowError(refusal)
        if refusal and refusal != "member_blocked":
            return Settled(known, REFUSED, outcome=refusal)
        known = msgspec.structs.replace(known, booked=mark(bought))
        return Settled(known, BOOKED, "" if refusal else member.member_id, receipt_id, refusal)

    async def _close(self, bought: Bought, receipt_id: str, shop: Shop, member: MemberView) -> str:
        """Book the sale as it was charged; the code of why not. That of a blocked member is booked as nobody's."""
        who = Ref("member", member.member_id)
        receipt = await self._receipt(bought, receipt_id, shop, who)
        lines = [*bought.lines, *([] if bought.delivery is None else [bought.delivery])]
        stated = Stated({line.id: max(0, line.sum_minor - line.given_minor) for line in lines})
        outcome = await self._services.counter.carry_out(Close(receipt, who, stated, sold=True))
        if isinstance(outcome, Refused) and outcome.code == "member_blocked":
            guests = await self._services.counter.carry_out(Close(receipt, None, stated, sold=True))
            return guests.code if _refuses(guests) and isinstance(guests, Refused) else outcome.code
        return outcome.code if isinstance(outcome, Refused) and _refuses(outcome) else ""

    async def _receipt(self, bought: Bought, receipt_id: str, shop: Shop, who: Ref) -> Receipt:
        """The order as a receipt. A code of ours that a rule gives something for is shown as a code, so that it is used
        up; what the shop took off for it is then not given outside.
        """
        services = self._services
        plain = Receipt(
            receipt_id, shop.id, bought.at, bought.currency, bought.lines, bought.delivery, channel=CHANNEL
        )
        ours = []
        for use in bought.codes:
            found = await services.run(services.coupons.find, use.code, shop.programme)
            ours += [] if isinstance(found, Refused) else [use]
        if not ours:
            return plain
        quoted = await services.counter.quote(Quote(_with_codes(plain, ours), who, explain=False))
        if isinstance(quoted, Refused):
            return plain
        used = {code.code for code in quoted.decision.codes if code.used}
        return _with_codes(plain, [use for use in ours if normalised(use.code) in used])

    async def _take_back(self, known: Known, bought: Bought, receipt_id: str) -> Known:
        """Return every refund once, by its id; what is left of an order that is gone is about to leave."""
        returned = known.returned
        for refund in known.in_order():
            for name, wish in wishes_of(refund, bought):
                if name not in returned:
                    await self._return(Return(receipt_id, f"{receipt_id}:{name}", wish, refund.at))
                    returned = (*returned, name)
        if known.gone() and not known.ended:
            return msgspec.structs.replace(
                known, returned=returned, ended=True, leaving=(*known.leaving, known.round)
            )
        return msgspec.structs.replace(known, returned=returned)

    async def _leave(self, order_id: str, known: Known) -> None:
        """Return all that is left of rounds that are over, now that it is written that they are."""
        if not known.leaving:
            return
        for round_ in known.leaving:
            receipt_id = self._receipt_id(order_id, round_)
            wish = Return(receipt_id, f"{receipt_id}:gone", ReturnWish(), self._services.clock())
            await self._return(wish)
        for _ in range(TRIES):
            document = await self._document(order_id)
            now = known_of(document)
            rest = tuple(round_ for round_ in now.leaving if round_ not in known.leaving)
            after = msgspec.structs.replace(now, leaving=rest)
            settled = Settled(after, document.state, document.member_id, document.receipt_id)
            if after == now or await self._write(document, settled):
                return
        raise NotNowError("busy")

    def _receipt_id(self, order_id: str, round_: int) -> str:
        found = receipt_id_of(self._connection, order_id)
        return f"{found}:{round_}" if round_ else found

    async def _return(self, command: Return) -> None:
        """Take back as much of a wish as is left."""
        while True:
            outcome = await self._services.counter.carry_out(command)
            if isinstance(outcome, Done) or outcome.code in BACK_ALREADY:
                return
            smaller = less(command.wish, outcome)
            if smaller is None:
                raise NotNowError(outcome.code)
            if not smaller.lines and not smaller.amount_minor:
                return
            command = msgspec.structs.replace(command, wish=smaller)


def _refuses(outcome: object) -> bool:
    """Whether a close was refused; one that is booked already was not."""
    return isinstance(outcome, Refused) and outcome.code != "receipt_exists"


def _before(connection: Connection, at: datetime, zone: str) -> bool:
    """Whether an order is older than the first day that counts."""
    first = connection.setting("since")
    try:
        return bool(first) and local_day(at, zone) < date.fromisoformat(first)
    except ValueError:
        return False


def _with_codes(receipt: Receipt, uses: list[CodeUse]) -> Receipt:
    """The receipt with codes shown: what they took off in the shop is left to our rules."""

    def bare(line: Line) -> Line:
        off = sum(use.lines.get(line.id, 0) for use in uses)
        return msgspec.structs.replace(line, given_minor=line.given_minor - off) if off else line

    return msgspec.structs.replace(
        receipt, lines=tuple(map(bare, receipt.lines)), codes=tuple(use.code for use in uses),
        delivery=None if receipt.delivery is None else bare(receipt.delivery),
    )  # fmt: skip
