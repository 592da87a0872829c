"""What the screen of coupons says: series with their counts, batches, one coupon. Read models in, ready texts out."""

from collections.abc import Iterable, Mapping, Sequence

from kopilka.core.programme.document import CouponSeries, Programme
from kopilka.look.coupons import CouponWords, days_words, spaced
from kopilka.usecases.coupons import CouponBatch, CouponCount, CouponView
from kopilka.words import calendar, formats
from kopilka.words.catalogue import N_, catalogue
from kopilka.words.render import Tongue
from kopilka.words.tongue import title_of

SERIES_COLUMNS = (
    ("series", N_("Series"), False),
    ("open", N_("Can be used"), True),
    ("held", N_("In open receipts"), True),
    ("used", N_("Used"), True),
    ("cancelled", N_("Withdrawn"), True),
)
BATCH_COLUMNS = (
    ("batch", N_("Batch"), False),
    ("count", N_("Coupons"), True),
    ("days", N_("Works"), True),
    ("made", N_("Made"), True),
)
_STATES = ("new", "active", "held", "used", "cancelled")


def series_rows(
    programmes: Iterable[Programme], counts: Sequence[CouponCount], titles: Mapping[str, str], tongue: Tongue
) -> list[Mapping[str, object]]:
    """Every series of the programmes in force, with its coupons by state."""
    found = {(row.programme, row.series, row.state): row.count for row in counts}
    rows: list[Mapping[str, object]] = []
    for programme in programmes:
        for id_, series in programme.coupons.items():
            have = {state: found.get((programme.programme, id_, state), 0) for state in _STATES}
            rows.append(_series(series, have, titles.get(programme.programme, ""), (id_, tongue)))
    return rows


def _series(
    series: CouponSeries, have: Mapping[str, int], programme: str, named: tuple[str, Tongue]
) -> Mapping[str, object]:
    id_, tongue = named
    tag, say = tongue.language, catalogue(tongue.language)
    kind = say.gettext("promo code %(code)s", code=series.code) if series.code else say.gettext("own codes")
    row: dict[str, object] = {
        "series": tongue.coupons.get(id_, id_),
        "small_series": f"{kind} · {programme}",
        **{state: formats.number(tag, have[state]) if have[state] else "" for state in ("held", "used", "cancelled")},
    }  # fmt: skip
    if series.code:
        row["open"] = say.gettext("without limit")
        if series.uses is not None:
            row["open"] = formats.number(tag, max(0, series.uses - have["used"]))
            row["small_open"] = say.gettext("of %(count)s", count=formats.number(tag, series.uses))
        return row
    row["open"] = formats.number(tag, have["active"]) if have["active"] else ""
    if have["new"]:
        waiting = formats.number(tag, have["new"])
        row["small_open"] = say.gettext("%(count)s wait to be activated", count=waiting)
    return row


def batch_rows(
    batches: Iterable[CouponBatch], programmes: Sequence[Programme], tongue: Tongue, *, may: bool
) -> list[Mapping[str, object]]:
    """Batches, each a link to its codes for those who may have them."""
    say = catalogue(tongue.language)
    titles = {row.programme: title_of(row, tongue.language) for row in programmes}
    waiting = {
        (row.programme, id_) for row in programmes for id_, series in row.coupons.items() if series.activation
    }
    return [
        {
            "batch": row.title or tongue.coupons.get(row.series, row.series),
            "small_batch": " · ".join(
                filter(None, (tongue.coupons.get(row.series, row.series) if row.title else "", titles.get(row.programme, row.programme)))
            ),
            "count": formats.number(tongue.language, row.coupons),
            "days": say.gettext("from activation on")
            if row.last_on is None and (row.programme, row.series) in waiting
            else days_words(None, row.last_on, tongue),
            "made": calendar.moment(tongue.language, row.made_at, tongue.zone),
            **({"href": f"/console/coupons/{row.batch}"} if may else {}),
        }
        for row in batches
    ]  # fmt: skip


def coupon_facts(
    view: CouponView, words: CouponWords | None, titles: Mapping[str, str], tongue: Tongue
) -> list[tuple[str, str]]:
    """What is known of a coupon; an empty field is not told."""
    say, coupon = catalogue(tongue.language), view.coupon
    given = "" if view.issued_at is None else calendar.moment(tongue.language, view.issued_at, tongue.zone)
    owner = say.gettext("whoever bears it") if not (view.public or view.coupon.holder_id) else ""
    rows = [
        (say.gettext("Code"), spaced(coupon.code)),
        (say.gettext("Series"), tongue.coupons.get(coupon.series, coupon.series)),
        (say.gettext("Programme"), titles.get(coupon.programme, coupon.programme)),
        (say.gettext("State"), "" if words is None else words.state),
        (say.gettext("Works"), "" if words is None else words.days),
        (say.gettext("Belongs to"), owner),
        (say.gettext("Given"), given),
    ]
    return [(title, text) for title, text in rows if text]
