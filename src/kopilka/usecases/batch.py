"""A batch under way: what was loaded, what changes, and the steps that every verb shares."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

import msgspec

from kopilka.core.event import RECEIPT_RELEASED, Event
from kopilka.core.ledger.book import balance_at
from kopilka.core.ledger.posting import Cause
from kopilka.core.member.coupon import Coupon, code_from
from kopilka.core.member.member import NOT_USED, Member, Used
from kopilka.core.member.standing import Standing
from kopilka.core.programme.document import Programme
from kopilka.core.receipt import Receipt, Shop
from kopilka.core.receipt.receipt import LINES_MAX
from kopilka.core.rules.decision import CapUse
from kopilka.core.rules.engine import Means
from kopilka.core.rules.ruleset import Ruleset
from kopilka.core.settlement.account import Account
from kopilka.core.settlement.facts import expired_event
from kopilka.core.settlement.purchase import COST, Who, draw_caps, release, snapshot
from kopilka.core.settlement.refund import Returned
from kopilka.core.settlement.rewards import free_coupons, shown_coupons
from kopilka.core.settlement.sale import HELD, Sale
from kopilka.usecases.catalogue import Catalogue
from kopilka.usecases.commands import Ref
from kopilka.usecases.outcomes import Done, Refused, Why
from kopilka.usecases.ports import BatchStore, Changes, Claim, Found, Holding, Loaded, StoredSale
from kopilka.values.ids import EVENT, HOLDER, MEMBER, TRANSACTION, bucket_of, make_id

SKEW = timedelta(minutes=5)
"""A moment further in the future than this is refused."""
_encode = msgspec.json.Encoder().encode


CODE_LEAST = 6
"""Shorter codes could be guessed."""
NEVER = datetime(1, 1, 1, tzinfo=UTC)


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is stored of an answer: ids, codes and amounts."""

    holder_id: str = ""
    member_id: str = ""
    txn: str = ""
    units: int = 0
    balances: dict[str, tuple[int, int]] = {}
    returned: Returned | None = None
    code: str = ""


_answers = msgspec.json.Decoder(Answer)


class Buyer(msgspec.Struct, frozen=True):
    """Who a command is about: the holder's state and the member."""

    holding: Holding
    who: Who


def content_hash(*content: object, encoded: bytes = b"") -> bytes:
    """The hash of a command's business content; `encoded` is a part of it that has been encoded already."""
    return sha256(_encode(content) + encoded).digest()


def encoded(receipt: Receipt) -> bytes:
    """A receipt as it is stored, with its fields in their order."""
    return _encode(receipt)


class Batch:
    """One batch: verbs read and change what is here; the desk loads before and writes after."""

    def __init__(
        self,
        store: BatchStore,
        catalogue: Catalogue,
        loaded: Loaded,
        found: dict[Ref, Found],
        chance: Callable[[int], int],
    ) -> None:
        self.store = store
        self.catalogue = catalogue
        self.loaded = loaded
        self.found = found
        self.changes = Changes()
        self._chance = chance
        self.secret = chance
        self.now = NEVER
        self._ms = 0

    def at(self, now: datetime) -> None:
        """The moment at which the next command is booked."""
        if now is not self.now:
            self.now = now
            self._ms = int(now.timestamp() * 1000)

    def new_id(self, prefix: str) -> str:
        """A fresh id."""
        return make_id(prefix, self._ms, self._chance(74))

    # -- who and where ------------------------------------------------------------------------------------------

    def buyer(self, ref: Ref | None, *, promised: str = "") -> Buyer | Refused | None:
        """The member that a command names; None for a guest. The member `promised` may be blocked by now."""
        if ref is None:
            return None
        found = self.found.get(ref)
        if found is None:
            return Refused("unknown_member", Why.NOT_FOUND, "member", {"kind": ref.kind})
        if found.status != "active" and found.member_id != promised:
            return Refused("card_blocked", Why.NOT_ALLOWED, "member", {"kind": ref.kind})
        holding = self.loaded.holdings[found.holder_id]
        if holding.statuses.get(found.member_id) != "active" and found.member_id != promised:
            return Refused("member_blocked", Why.NOT_ALLOWED, "member")
        who = holding.members[found.member_id]
        if found.card_type:
            who = msgspec.structs.replace(who, card_types=frozenset((found.card_type,)))
        return Buyer(holding, who)

    def place(self, receipt: Receipt) -> tuple[Shop, Ruleset] | Refused:
        """The shop and the programme version that decide a receipt, or why it cannot be decided."""
        shop = self.catalogue.shops.get(receipt.shop)
        if shop is None:
            return Refused("unknown_shop", Why.NOT_FOUND, "shop", {"shop": receipt.shop})
        if receipt.at > self.now + SKEW:
            return Refused("in_the_future", Why.INVALID, "at")
        rules = self.catalogue.ruleset(shop.programme, receipt.at)
        if rules is None:
            return Refused("unknown_programme", Why.NOT_FOUND, "shop", {"programme": shop.programme})
        if receipt.currency != rules.programme.currency:
            return Refused("other_currency", Why.INVALID, "currency", {"expected": rules.programme.currency})
        return shop, rules

    def booked(self, receipt: Receipt) -> tuple[Shop, Ruleset] | Refused:
        """The place of a receipt that is to be written down: it has lines, and each has a name of its own."""
        lines = len(receipt.lines) + (receipt.delivery is not None)
        if lines == 0:
            return Refused("no_lines", Why.INVALID, "lines")
        if len(receipt.lines) > LINES_MAX:
            return Refused("too_many_lines", Why.INVALID, "lines", {"most": LINES_MAX})
        if len({line.id for line in receipt.all_lines()}) < lines:
            return Refused("line_repeated", Why.INVALID, "lines")
        return self.place(receipt)

    def standing(self, holding: Holding, programme: str) -> Standing:
        """The holder's standing in a programme, from now on where it is new."""
        found = holding.standings.get(programme)
        if found is None:
            found = holding.standings[programme] = Standing(programme, self.now)
        found.reigns = self.catalogue.reigns(programme)
        return found

    def member(self, buyer: Buyer, rules: Ruleset, *, day: date | None = None, without: str = "") -> Member:
        """The snapshot that rules read on a day of the sale, as if receipt `without` held nothing of the caps."""
        programme = rules.programme
        holding = buyer.holding
        standing = self.standing(holding, programme.programme)
        account = Account(holding.book, standing, belongings=holding.belongings)
        found = snapshot(buyer.who, account, programme, self.now, day)
        held = self.held(without)
        if (
            held is None
            or held.holder_id != holding.holder_id
            or held.sale.decision.programme != standing.programme
        ):
            return found
        used = dict(standing.used)
        for use in held.sale.decision.caps:
            if use.period:
                used[use.rule, use.period] = used.get((use.rule, use.period), NOT_USED).plus(use.amount(), -1)
        return msgspec.structs.replace(found, used=used)

    def available(self, buyer: Buyer | None, kind: str, *, without: str = "") -> int:
        """Units of a kind that may be spent now, as if the holds of receipt `without` were free."""
        if buyer is None or not kind:
            return 0
        book, now = buyer.holding.book, self.now
        holds = [
            msgspec.structs.replace(hold, lapses_at=now) if hold.receipt.split(COST)[0] == without else hold
            for hold in book.holds.values()
        ]
        return balance_at(book.wallet(kind), holds, now).free

    def budgets(self, rules: Ruleset, *, without: str = "") -> dict[str, Used]:
        """What the budgets of a programme have used so far, this batch included, as if receipt `without` held none."""
        if not rules.budgeted:
            return {}
        programme = rules.programme.programme
        rows = self.loaded.budgets
        used = {rule: rows[(programme, rule)] for rule in rules.budgeted if (programme, rule) in rows}
        held = self.held(without)
        if held is not None and held.sale.decision.programme == programme:
            for use in held.sale.decision.caps:
                if not use.period and use.rule in used:
                    used[use.rule] = used[use.rule].plus(use.amount(), -1)
        return used

    def held(self, receipt_id: str) -> StoredSale | None:
        """The receipt of an id where it is held (lapsed or not)."""
        stored = self.loaded.sales.get(receipt_id)
        return stored if stored is not None and stored.sale.state == HELD else None

    def means(self, buyer: Buyer | None, rules: Ruleset, *, without: str = "") -> Means:
        """Balance and budgets that a Decision may use, as if the hold of receipt `without` were free."""
        coupons: Mapping[str, Coupon] = self.loaded.shown
        if rules.auto_coupons and buyer is not None:
            coupons = {**buyer.holding.belongings.coupons, **coupons}
        coupons = {code: coupon.at(self.now) for code, coupon in coupons.items()} if coupons else coupons
        return Means(
            self.available(buyer, rules.spend_kind, without=without),
            self.budgets(rules, without=without),
            coupons,
            {kind: self.available(buyer, kind, without=without) for kind in rules.costs},
            self.catalogue.classes_of(rules.gift_skus) if rules.gift_skus else {},
        )

    # -- writing down -------------------------------------------------------------------------------------------

    def cause(
        self, verb: str, effective_at: datetime, receipt: str = "", *, note: str = "", actor: str = ""
    ) -> Cause:
        """The transaction that a verb's postings belong to."""
        return Cause(self.new_id(TRANSACTION), verb, effective_at, self.now, receipt, note, actor)

    def touch(self, holding: Holding) -> None:
        """This holder's state has changed."""
        self.changes.touched[holding.holder_id] = holding

    def draw_budgets(
        self, holding_key: tuple[int, str], txn: str, programme: str, caps: tuple[CapUse, ...], sign: int
    ) -> None:
        """Note what a transaction used of budgets (or, −1, gives back)."""
        for use in caps:
            if use.period:
                continue
            self.changes.budgets.append((txn, holding_key[0], holding_key[1], programme, use, sign))
            key = (programme, use.rule)
            self.loaded.budgets[key] = self.loaded.budgets.get(key, Used()).plus(use.amount(), sign)

    def release_hold(self, held: StoredSale, cause: Cause) -> None:
        """Give back what a hold has drawn: points, budgets, the member's caps, coupons."""
        owner, decision = (held.bucket, held.holder_id), held.sale.decision
        self.draw_budgets(owner, cause.txn, decision.programme, decision.caps, -1)
        holding = self.loaded.holdings.get(held.holder_id)
        if holding is not None:
            release(holding.book, held.sale.receipt.id, cause)
            draw_caps(self.standing(holding, decision.programme), decision, -1)
            self.touch(holding)
        self.put_coupons(free_coupons(decision, held.sale.receipt.id, self.coupons(shown_coupons(decision))))

    # -- coupons ------------------------------------------------------------------------------------------------

    def coupons(self, codes: Sequence[str]) -> dict[str, Coupon]:
        """Coupons by code, as this batch has left them; locked where the batch may write."""
        shown = self.loaded.shown
        missing = [code for code in codes if code not in shown]
        if missing:
            shown |= self.store.coupons(missing)
        return {code: shown[code] for code in codes if code in shown}

    def put_coupons(self, coupons: Iterable[Coupon]) -> None:
        """Keep new states of coupons; their owner sees them as well."""
        for coupon in coupons:
            self.loaded.shown[coupon.code] = coupon
            self.changes.coupons[coupon.code] = coupon
            holding = self.loaded.holdings.get(coupon.holder_id)
            if holding is not None:
                holding.belongings.coupons[coupon.code] = coupon

    def new_codes(self, programme: Programme, series: Iterable[str]) -> Iterator[str]:
        """A fresh unguessable code for each series named."""
        for id_ in series:
            length = max(CODE_LEAST, programme.coupons[id_].length)
            code = code_from(self.secret(length * 5), length)
            self.changes.new_codes.add(code)
            yield code

    def give_coupon(self, coupon: Coupon) -> None:
        """A coupon that whoever bore it could use belongs to a holder from now on."""
        self.changes.moved_codes.add(coupon.code)
        self.put_coupons([coupon])

    def claim(self, claim: Claim) -> None:
        """Take a key for ever."""
        self.loaded.claims[claim.key] = claim
        self.changes.claims.append(claim)

    def emit(self, events: list[Event], bucket: int, holder_id: str = "") -> None:
        """Put events into the outbox; those of nobody belong to `holder_id`, a guest receipt."""
        for event in events:
            if not event.holder_id and holder_id:
                event = msgspec.structs.replace(event, holder_id=holder_id)  # noqa: PLW2901 - the same event
            self.changes.events.append((self.new_id(EVENT), bucket, self.now, event))

    def emit_expired(self) -> None:
        """Tell of lots that this batch found to have expired."""
        for holding in self.changes.touched.values():
            event = expired_event(holding.book, self.now) if holding.book.expired else None
            if event is not None:
                self.emit([event], holding.bucket)

    def pass_on(self, before: StoredSale, owner: tuple[int, str]) -> None:
        """A receipt that is not sold yet belongs to another buyer from now on; what was held for the former is free."""
        receipt, key = before.sale.receipt, f"rcp:{before.sale.receipt.id}"
        if before.sale.state == HELD:
            cause = self.cause("release", receipt.at, receipt.id)
            self.release_hold(before, cause)
            self.emit([Event(RECEIPT_RELEASED, before.holder_id, receipt.at, receipt.id)], before.bucket)
        for i, made in enumerate(self.changes.claims):
            if made.key == key:
                self.changes.claims[i] = msgspec.structs.replace(made, bucket=owner[0], holder_id=owner[1])
                return
        self.changes.moved.setdefault(receipt.id, (before.bucket, before.holder_id))

    def save(self, stored: StoredSale) -> None:
        """Keep a receipt's new state."""
        id_ = stored.sale.receipt.id
        self.loaded.sales[id_] = stored
        self.changes.sales[id_] = stored

    def new_holder(self) -> tuple[int, str]:
        """Bucket and id of a new holder."""
        id_ = self.new_id(HOLDER)
        return bucket_of(id_), id_

    def new_member_id(self) -> str:
        """Id of a new member."""
        return self.new_id(MEMBER)

    # -- answering ----------------------------------------------------------------------------------------------

    def balances(self, buyer: Buyer | None) -> dict[str, tuple[int, int]]:
        """(total, free) of every wallet now."""
        return {} if buyer is None else self.holder_balances(buyer.holding)

    def holder_balances(self, holding: Holding) -> dict[str, tuple[int, int]]:
        """(total, free) of every wallet of a holder now."""
        book = holding.book
        rows: dict[str, tuple[int, int]] = {}
        for kind, wallet in book.wallets.items():
            view = balance_at(wallet, book.holds.values(), self.now)
            rows[kind] = (view.total, view.free)
        return rows

    def known(self, key: str, hashed: bytes) -> Claim | Refused | None:
        """The claim of a client's key: None where it is free, a refusal where it names other content."""
        claim = self.loaded.claims.get(key)
        if claim is None:
            return None
        if claim.content_hash != hashed:
            return Refused("key_reused", Why.CONFLICT, "Idempotency-Key")
        return claim

    def replay(self, claim_or_sale: Claim | StoredSale, verb: str) -> Done:
        """The stored answer."""
        answer = _answers.decode(claim_or_sale.answer) if claim_or_sale.answer else Answer()
        if isinstance(claim_or_sale, Claim):
            stored = self.loaded.sales.get(claim_or_sale.receipt_id)
        else:
            stored = claim_or_sale
        sale: Sale | None = None if stored is None else stored.sale
        return Done(
            verb, answer.holder_id, answer.member_id, sale, answer.returned, answer.units, answer.txn, answer.balances,
            None if sale is None else sale.recorded_at, replayed=True,
            coupon=self.coupons([answer.code]).get(answer.code) if answer.code else None,
        )  # fmt: skip


def owner_of(buyer: Buyer | None, receipt_id: str) -> tuple[int, str]:
    """Bucket and holder that a receipt belongs to: a guest receipt is a holder of its own."""
    if buyer is not None:
        return buyer.holding.bucket, buyer.holding.holder_id
    holder = "guest:" + receipt_id
    return bucket_of(holder), holder


def client_key(client: str, key: str) -> str:
    """The claim of a client's idempotency key."""
    return f"key:{client}:{key}"


def answer_bytes(done: Done) -> bytes:
    """What is stored of an answer."""
    return _encode(
        Answer(
            done.holder_id,
            done.member_id,
            done.txn,
            done.units,
            done.balances,
            done.returned,
            done.coupon.code if done.coupon else "",
        )
    )
