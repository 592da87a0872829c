"""Coupons by the hundred thousand, and questions about coupons. What happens to a single one is a verb of the desk.

Codes leave in answers to those who may have them, and stand in no log, event or line of the audit.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Protocol

import msgspec

from kopilka.core.member.coupon import (
    ACTIVE,
    ALPHABET,
    CANCELLED,
    HELD,
    NEW,
    USED,
    Coupon,
    code_from,
    days,
    well_formed,
)
from kopilka.core.programme.codes import normalised
from kopilka.core.programme.document import CouponSeries
from kopilka.core.rules.codes import NOT_ACTIVATED, RESERVED, SPENT, USED_UP, WITHDRAWN, wrong_day
from kopilka.core.rules.reason import Reason
from kopilka.core.rules.ruleset import Ruleset
from kopilka.usecases.batch import CODE_LEAST, client_key, content_hash
from kopilka.usecases.catalogue import Catalogue
from kopilka.usecases.members import ACTION, Act
from kopilka.usecases.outcomes import Refused, Why
from kopilka.values.ids import make_id
from kopilka.values.period import local_day

BATCH = "cpb_"
BATCH_MAX = 1_000_000
CHUNK = 10_000
RARE = 1_000_000
"""Of so many codes that somebody tries, at most one may be right."""
Progress = Callable[[int], None]


class CouponBatch(msgspec.Struct, frozen=True):
    """Coupons made together. `last_on` None is for ever, or until activation says."""

    batch: str
    programme: str
    series: str
    title: str
    coupons: int
    active_on: date | None
    last_on: date | None
    made_at: datetime
    made_by: str


class CouponView(msgspec.Struct, frozen=True):
    """A coupon as it is now, with its owner's member where somebody owns it; `reason` is a limit of a public code that
    is reached.
    """

    coupon: Coupon
    member_id: str = ""
    issued_at: datetime | None = None
    changed_at: datetime | None = None
    public: bool = False
    reason: Reason | None = None


class CouponCount(msgspec.Struct, frozen=True):
    """How many coupons of a series are in a state."""

    programme: str
    series: str
    state: str
    count: int


class Wish(msgspec.Struct, frozen=True):
    """So many coupons of a series, with days of their own where the series' are not meant."""

    programme: str
    series: str
    count: int
    title: str = ""
    active_on: date | None = None
    last_on: date | None = None


class Caller(msgspec.Struct, frozen=True):
    """Who makes a batch, by which key of theirs, and who it is to the audit log."""

    client: str
    key: str
    actor: str = ""


class Made(msgspec.Struct, frozen=True):
    """A batch with its coupons, in the order of their codes."""

    batch: CouponBatch
    coupons: Sequence[CouponView]
    replayed: bool = False


class Making(msgspec.Struct, frozen=True):
    """A batch about to be written."""

    key: str
    content_hash: bytes
    batch: CouponBatch
    act: Act


class CodeWriter(Protocol):
    """One batch under way: everything of it is written, or nothing."""

    def take(self, making: Making, answer: bytes) -> tuple[bytes, bytes] | None:
        """Take the client's key; content hash and answer of whoever had it before."""
        ...

    def open(self, making: Making) -> None:
        """Write the batch and its line of the audit log."""
        ...

    def add(self, coupons: Sequence[Coupon], at: datetime) -> bool:
        """Write bearer's coupons; False, and nothing is written, where a code exists already."""
        ...


class CouponStore(Protocol):
    """Where coupons are kept."""

    def making(self) -> AbstractContextManager[CodeWriter]:
        """A transaction for one batch; it takes no lock that a sale waits for."""
        ...

    def batch(self, id_: str) -> CouponBatch | None:
        """One batch."""
        ...

    def batches(self, programme: str, series: str, *, after: str, limit: int) -> list[CouponBatch]:
        """Batches newest first, older than the id `after`."""
        ...

    def codes(self, batch: CouponBatch, now: datetime) -> list[CouponView]:
        """The coupons of a batch as they are now, in the order of their codes."""
        ...

    def counts(self, now: datetime) -> list[CouponCount]:
        """How many coupons of each series are in each state."""
        ...

    def public_uses(self) -> dict[tuple[str, str], int]:
        """How often public codes with a limit were used, by programme and series."""
        ...

    def one(self, code: str, now: datetime) -> CouponView | None:
        """The coupon of a code."""
        ...

    def of_holder(self, bucket: int, holder_id: str, now: datetime, limit: int) -> list[CouponView]:
        """A holder's coupons, newest first."""
        ...


class Coupons:
    """The verb and the questions. `chance` must be a source that nobody can foretell."""

    def __init__(
        self,
        store: CouponStore,
        catalogue: Callable[[], Catalogue],
        *,
        clock: Callable[[], datetime],
        chance: Callable[[int], int],
    ) -> None:
        self._store = store
        self._catalogue = catalogue
        self._clock = clock
        self._chance = chance

    # -- making -------------------------------------------------------------------------------------------------

    def make(self, wish: Wish, caller: Caller, progress: Progress = lambda _: None) -> Made | Refused:
        """Make a batch of coupons for whoever bears them. The same key and wish again gets the same codes."""
        now = self._clock()
        batch = self._planned(wish, caller, now)
        if isinstance(batch, Refused):
            return batch
        rules = self._catalogue().ruleset(wish.programme, now)
        if rules is None:
            return Refused("unknown_programme", Why.NOT_FOUND, "programme", {"programme": wish.programme})
        act = Act(
            self._id(ACTION, now), caller.actor, "coupons.made", batch.batch,
            {"programme": wish.programme, "series": wish.series, "coupons": wish.count}, now,
        )  # fmt: skip
        making = Making(client_key(caller.client, caller.key), content_hash("coupons", wish), batch, act)
        with self._store.making() as writer:
            taken = writer.take(making, msgspec.json.encode({"code": batch.batch}))
            if taken is None:
                writer.open(making)
                self._write(writer, rules, batch, progress)
        if taken is not None and taken[0] != making.content_hash:
            return Refused("key_reused", Why.CONFLICT, "Idempotency-Key")
        before = None if taken is None else self._store.batch(msgspec.json.decode(taken[1])["code"])
        found = before or batch
        return Made(found, self._store.codes(found, now), replayed=before is not None)

    def _planned(self, wish: Wish, caller: Caller, now: datetime) -> CouponBatch | Refused:
        """The batch of a wish, or why it cannot be made."""
        series = self._series(wish.programme, wish.series, now)
        if isinstance(series, Refused):
            return series
        if not 1 <= wish.count <= BATCH_MAX:
            return Refused("wrong_count", Why.INVALID, "count", {"most": BATCH_MAX})
        length = max(CODE_LEAST, series.length)
        needed = length_for(wish.count)
        if length < needed:
            return Refused("codes_too_short", Why.INVALID, "series", {"length": length, "needed": needed})
        rules = self._catalogue().ruleset(wish.programme, now)
        today = local_day(now, "UTC" if rules is None else rules.programme.zone)
        first, last = days(today, series.starts, series.until, None if series.activation else series.life)
        first = wish.active_on or first
        last = wish.last_on or last
        if last is not None and last < max(first, today):
            return Refused("in_the_past", Why.INVALID, "last_on")
        return CouponBatch(
            self._id(BATCH, now), wish.programme, wish.series, wish.title, wish.count, first, last, now, caller.actor
        )  # fmt: skip

    def _write(self, writer: CodeWriter, rules: Ruleset, batch: CouponBatch, progress: Progress) -> None:
        series = rules.programme.coupons[batch.series]
        length, done = max(CODE_LEAST, series.length), 0
        state = NEW if series.activation else ACTIVE
        while done < batch.coupons:
            fresh: set[str] = set()
            while len(fresh) < min(CHUNK, batch.coupons - done):
                fresh.add(code_from(self._chance(length * 5), length))
            fresh -= rules.public.keys()
            rows = [
                Coupon(
                    code, batch.programme, batch.series, state, "", batch.active_on, batch.last_on, source=batch.batch
                )
                for code in fresh
            ]  # fmt: skip
            if writer.add(rows, batch.made_at):
                done += len(rows)
                progress(done)

    # -- asking -------------------------------------------------------------------------------------------------

    def batches(
        self, programme: str = "", series: str = "", *, after: str = "", limit: int = 50
    ) -> list[CouponBatch]:
        """Batches, newest first; the cursor is the last one's id."""
        return self._store.batches(programme, series, after=after, limit=limit)

    def again(self, batch_id: str) -> Made | Refused:
        """A batch with its codes once more, each in the state that it has now."""
        batch = self._store.batch(batch_id)
        if batch is None:
            return Refused("unknown_batch", Why.NOT_FOUND, "id")
        return Made(batch, self._store.codes(batch, self._clock()), replayed=True)

    def counts(self) -> list[CouponCount]:
        """How many coupons of each series are in each state; uses of public codes count as used."""
        rows = self._store.counts(self._clock())
        uses = self._store.public_uses().items()
        return rows + [CouponCount(programme, series, "used", count) for (programme, series), count in uses]

    def find(self, code: str, programme: str = "") -> CouponView | Refused:
        """The coupon or public promo code that somebody shows; `programme` looks for public codes there alone."""
        shown, now = normalised(code), self._clock()
        known = self._catalogue()
        for id_ in [programme] if programme else known.programmes():
            rules = known.ruleset(id_, now)
            public = None if rules is None else rules.public.get(shown)
            if public is not None:
                return self._public(Coupon(shown, id_, public[0]), public[1])
        found = self._store.one(shown, now) if shown else None
        return found if found is not None else not_found(shown)

    def _public(self, coupon: Coupon, row: CouponSeries) -> CouponView:
        coupon = msgspec.structs.replace(coupon, active_on=row.starts, last_on=row.until)
        used = 0 if row.uses is None else self._store.public_uses().get((coupon.programme, coupon.series), 0)
        over = row.uses is not None and used >= row.uses
        return CouponView(coupon, public=True, reason=USED_UP(uses=row.uses or 0) if over else None)

    def of_member(self, holder: tuple[int, str], limit: int = 200) -> list[CouponView]:
        """A member's own coupons, newest first, in every state."""
        return self._store.of_holder(*holder, self._clock(), limit)

    def _series(self, programme: str, series: str, now: datetime) -> CouponSeries | Refused:
        rules = self._catalogue().ruleset(programme, now)
        if rules is None:
            return Refused("unknown_programme", Why.NOT_FOUND, "programme", {"programme": programme})
        return series_of(rules, series)

    def _id(self, prefix: str, now: datetime) -> str:
        return make_id(prefix, int(now.timestamp() * 1000), self._chance(74))


def series_of(rules: Ruleset, series: str) -> CouponSeries | Refused:
    """A series of which coupons can be given, or why there is none."""
    found = rules.programme.coupons.get(series)
    if found is None:
        return Refused("unknown_series", Why.NOT_FOUND, "series", {"series": series})
    if found.code:
        return Refused("series_public", Why.INVALID, "series", {"series": series})
    return found


def not_found(code: str) -> Refused:
    """Why a normalised code finds nothing: it was mistyped, or there is none."""
    return Refused("code_unknown" if well_formed(code) else "code_mistyped", Why.NOT_FOUND, "code")


def length_for(count: int) -> int:
    """How long codes must be for so many of them, that hardly any that somebody tries is right; one letter checks."""
    length, space = 1, 1
    while space < count * RARE:
        length, space = length + 1, space * len(ALPHABET)
    return length


def why_not(coupon: Coupon, today: date) -> Reason | None:
    """Why nobody can use a coupon on a day; None where its owner, or whoever bears it, can."""
    held = {CANCELLED: WITHDRAWN, USED: SPENT, HELD: RESERVED, NEW: NOT_ACTIVATED}.get(coupon.state)
    return held() if held is not None else wrong_day(coupon, today)


def csv(made: Made, *, states: bool = False) -> bytes:
    """A batch as a table of comma-separated values; nothing in it needs quotes."""
    heads = ["code", "series", "from", "until", *(["state"] if states else [])]
    return "".join([",".join(row) + "\r\n" for row in [heads, *_cells(made, states=states)]]).encode()


def _cells(made: Made, *, states: bool) -> Iterable[list[str]]:
    for view in made.coupons:
        coupon = view.coupon
        first, last = ("" if day is None else day.isoformat() for day in (coupon.active_on, coupon.last_on))
        yield [coupon.code, coupon.series, first, last, *([coupon.state] if states else [])]
