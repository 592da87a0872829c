"""Coupons: what each series has given, batches of codes to be made and downloaded, one code looked at and dealt with.

A code never stands in an address or in the log: it is looked for by a form, and the log names series and batch.
"""

from kopilka.console.coupons.words import BATCH_COLUMNS, SERIES_COLUMNS, batch_rows, coupon_facts, series_rows
from kopilka.console.rows import columns_in
from kopilka.console.shell import Shell
from kopilka.core.programme.codes import normalised
from kopilka.look.coupons import coupon_words, series_choices
from kopilka.look.shapes import Trouble
from kopilka.look.visit import Answer, ClosedError, Visit
from kopilka.usecases.commands import ActivateCoupon, CancelCoupon, Ref
from kopilka.usecases.coupons import BATCH, Caller, CouponView, Wish, csv
from kopilka.usecases.members import normal
from kopilka.usecases.outcomes import Done, Refused
from kopilka.usecases.staff import Right
from kopilka.values.errors import BadValueError
from kopilka.values.period import local_day
from kopilka.words.catalogue import catalogue
from kopilka.words.entry import day_entry
from kopilka.words.tongue import title_of

PAGE = 20
PLACE = "/console/coupons"
REASON_MAX, TITLE_MAX = 200, 200
FIND_KINDS = ("card", "phone", "email", "qr", "external")
TAIL = 2
"""So many letters of a code tell staff in the log which one it was, and tell nobody the code."""


class Coupons:
    """The screen and its deeds."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def show(self, visit: Visit) -> Answer:
        """Series, batches, and the way to a code."""
        return self._page(visit)

    def find(self, visit: Visit) -> Answer:
        """Look at one code."""
        found = self._shell.services.coupons.find(visit.get("code"))
        if isinstance(found, Refused):
            return self._page(visit, "find", self._shell.trouble(visit, found))
        return self._page(visit, found=found)

    def make(self, visit: Visit) -> Answer:
        """Make a batch; its codes are then downloaded."""
        services = self._shell.services
        wish = _wish(visit)
        caller = Caller(f"console:{visit.staff.staff_id}", visit.get("key"), visit.staff.staff_id)
        made = wish if isinstance(wish, Refused) else services.coupons.make(wish, caller)
        if isinstance(made, Refused):
            return self._page(visit, "make", self._shell.trouble(visit, made), key=visit.get("key"))
        return Answer(goto=f"{PLACE}?batch={made.batch.batch}")

    def download(self, visit: Visit) -> Answer:
        """The codes of a batch as a file."""
        services, id_ = self._shell.services, visit.names["batch"]
        if not id_.startswith(BATCH):
            return Answer(goto=PLACE)  # the page of a deed was loaded again
        made = services.coupons.again(id_)
        if isinstance(made, Refused):
            raise ClosedError(404)
        batch = made.batch
        services.reception.note(visit.staff, "coupons.listed", batch.batch, coupons=batch.coupons)
        body = csv(made, states=True).decode()
        return Answer(body=body, kind="text/csv", file=f"{batch.series}-{batch.batch}.csv")

    def activate(self, visit: Visit) -> Answer:
        """Let a coupon begin to work, for a member where one is named."""
        text, code = visit.get("who").strip(), visit.get("code")
        who = self._who(text) if text else None
        if isinstance(who, Refused):
            return self._again(visit, who)
        actor = visit.staff.staff_id
        command = ActivateCoupon(code, who, f"console:{actor}", actor=actor)
        return self._hand(visit, command, "coupon.activated")

    def cancel(self, visit: Visit) -> Answer:
        """Withdraw a coupon, with a reason."""
        reason = " ".join(visit.get("reason").split())[:REASON_MAX]
        if not reason:
            return self._again(visit, Refused("required", field="reason"))
        actor = visit.staff.staff_id
        command = CancelCoupon(visit.get("code"), reason, f"console:{actor}", actor=actor)
        return self._hand(visit, command, "coupon.cancelled", reason=reason)

    def _hand(
        self, visit: Visit, command: ActivateCoupon | CancelCoupon, action: str, **detail: str
    ) -> Answer:
        services = self._shell.services
        outcome = services.counter.run([command])[0]
        if isinstance(outcome, Refused):
            return self._again(visit, outcome)
        coupon = outcome.coupon
        if coupon is None:
            raise ClosedError(500)
        if not outcome.replayed:
            told = {"series": coupon.series, "ends": coupon.code[-TAIL:], "source": coupon.source, **detail}
            services.reception.note(visit.staff, action, _member(outcome), **told)
        found = services.coupons.find(coupon.code)
        return self._page(visit, found=found if isinstance(found, CouponView) else None, done=action)

    def _again(self, visit: Visit, refused: Refused) -> Answer:
        """The coupon once more, with what stands in the way."""
        found = self._shell.services.coupons.find(visit.get("code"))
        trouble = self._shell.trouble(visit, refused)
        return self._page(visit, "found", trouble, found=found if isinstance(found, CouponView) else None)

    def _who(self, text: str) -> Ref | Refused:
        for kind in FIND_KINDS:
            value = normal(kind, text)
            member = self._shell.services.views.member(Ref(kind, value)) if value else None
            if member is not None:
                return Ref(kind, value)
        return Refused("unknown_member", field="who")

    def _page(  # noqa: PLR0913 - what the page may show beside the lists
        self, visit: Visit, place: str = "", trouble: Trouble | None = None, *,
        found: CouponView | None = None, key: str = "", done: str = "",
    ) -> Answer:  # fmt: skip
        services, tongue = self._shell.services, self._shell.tongue(visit)
        programmes = [row for row in self._shell.ruling() if row.coupons]
        titles = {row.programme: title_of(row, visit.language) for row in programmes}
        after = visit.query.get("after", "")
        rows = services.coupons.batches(after=after, limit=PAGE + 1) if programmes else []
        made = visit.query.get("batch", "")
        today = local_day(services.clock(), tongue.zone)
        words = None if found is None else coupon_words(found, today, tongue)
        return self._shell.page(
            visit, "coupons/page.html", title=catalogue(visit.language).gettext("Coupons"), place="coupons",
            tongue=tongue, status=422 if trouble else 200, trouble=trouble, stuck=place,
            series=series_rows(programmes, services.coupons.counts(), titles, tongue),
            series_columns=columns_in(visit.language, SERIES_COLUMNS), choices=series_choices(programmes, tongue),
            batches=batch_rows(rows[:PAGE], programmes, tongue, may=visit.staff.may(Right.PUBLISH)),
            batch_columns=columns_in(visit.language, BATCH_COLUMNS),
            following=f"?after={rows[PAGE - 1].batch}" if len(rows) > PAGE else "",
            previous=PLACE if after else "", key=key or services.new_id("cpn_"),
            made=made if any(row.batch == made for row in rows) else "", found=found, words=words, done=done,
            facts=[] if found is None else coupon_facts(found, words, titles, tongue),
            code="" if found is None else normalised(found.coupon.code),
            errors=dict(trouble.fields) if trouble else {},
        )  # fmt: skip


def _wish(visit: Visit) -> Wish | Refused:
    programme, _, series = visit.get("series").partition(":")
    count = visit.get("count").replace(" ", "").replace("\u00a0", "")
    if not (count.isascii() and count.isdigit() and len(count) < 9):  # noqa: PLR2004
        return Refused("wrong_count", field="count", params={"most": 1_000_000})
    try:
        first, last = (
            day_entry(visit.get(name), field=name) if visit.get(name) else None
            for name in ("active_on", "last_on")
        )
    except BadValueError as error:
        return Refused("bad_day", field=error.field)
    return Wish(programme, series, int(count), visit.get("title").strip()[:TITLE_MAX], first, last)


def _member(done: Done) -> str:
    return done.member_id or (done.coupon.source if done.coupon is not None else "")
