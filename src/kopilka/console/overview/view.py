"""The shop at a glance: members, receipts, points by kind with their worth, two charts by day, the last receipts."""

from datetime import date, timedelta

import msgspec

from kopilka.console.events.words import Standing, standing_of
from kopilka.console.rows import RECEIPT_COLUMNS, columns_in, receipt_rows
from kopilka.console.shell import Shell
from kopilka.core.programme.document import PointsKind
from kopilka.look.chart import Columns, columns
from kopilka.look.slip import points_text
from kopilka.look.visit import Answer, Visit
from kopilka.usecases.staff import Right
from kopilka.usecases.subscriptions import Subscription
from kopilka.usecases.views import Flow
from kopilka.values.period import day_start, local_day
from kopilka.words import calendar, formats
from kopilka.words.catalogue import catalogue, ngettext
from kopilka.words.render import Tongue
from kopilka.words.tongue import title_of

DAYS = 30


class Chart(msgspec.Struct, frozen=True):
    """Columns with the words around them; `titles` is read where the pointer rests."""

    drawn: Columns
    titles: tuple[str, ...]
    ticks: tuple[str, ...]
    days: tuple[str, ...]
    label: str


class KindTiles(msgspec.Struct, frozen=True):
    """What moved in one points kind."""

    name: str
    issued: str
    spent: str
    expired: str
    outstanding: str
    worth: str
    wallets: str


class Overview:
    """The screen."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def show(self, visit: Visit) -> Answer:
        """The page."""
        services, tongue = self._shell.services, self._shell.tongue(visit)
        tag, say = visit.language, catalogue(visit.language)
        today = local_day(services.clock(), tongue.zone)
        first = today - timedelta(days=DAYS - 1)
        seen = services.views.overview(day_start(first, tongue.zone))
        kinds = services.views.kinds()
        kind = next(iter(kinds), "")
        rows = services.days.days(first, today, zone=tongue.zone, kind=kind)
        shops = services.programmes.shops()
        return self._shell.page(
            visit, "overview/page.html", title=say.gettext("Overview"), place="overview", tongue=tongue, seen=seen,
            today_receipts=formats.number(tag, rows[-1][1] if rows else 0),
            paid=[formats.money(tag, minor, currency, short=True) for currency, minor in sorted(seen.paid_minor.items())],
            new_members=ngettext(tag, "%(num)s new", "%(num)s new", seen.members_new),
            points=[_tiles(tongue, flow, kinds.get(flow.kind)) for flow in seen.flows],
            moved=_chart(tongue, rows, kind, say.gettext("Points by day")) if kind else None,
            sold=_chart(tongue, rows, "", say.gettext("Receipts by day")),
            receipts=seen.receipts_since, total=seen.receipts,
            sparks=[row[1] for row in rows], columns=columns_in(tag, RECEIPT_COLUMNS),
            last=receipt_rows(seen.last, tongue, {shop.id: shop.title or shop.id for shop in shops}),
            programmes=[
                (row.programme, title_of(row, tag), sum(shop.programme == row.programme for shop in shops), row.paused)
                for row in self._shell.ruling()
            ],
            notices=self._notices(visit, tongue),
        )  # fmt: skip

    def _notices(self, visit: Visit, tongue: Tongue) -> list[tuple[Subscription, Standing]]:
        """Receivers of events that are not told any more, for those who can do something about it."""
        if not visit.staff.may(Right.STAFF):
            return []
        now = self._shell.services.clock()
        rows = [
            (row, standing_of(row, tongue, now)) for row in self._shell.services.outbox.subscriptions.all()
        ]
        return [(row, standing) for row, standing in rows if standing.notice]


def _tiles(tongue: Tongue, flow: Flow, kind: PointsKind | None) -> KindTiles:
    tag = tongue.language
    words = tongue.points.get(flow.kind)
    decimals = 0 if words is None else words.decimals
    forms = () if words is None else words.forms_in(tag)
    worth = kind.rate.minor_for(max(0, flow.outstanding)) if kind is not None and kind.worth else None

    def short(units: int) -> str:
        return formats.decimal(tag, units, decimals, short=True)

    return KindTiles(
        forms[-1] if forms else flow.kind, short(flow.issued), short(flow.spent), short(flow.expired),
        short(flow.outstanding), "" if worth is None else formats.money(tag, worth, tongue.currency, short=True),
        formats.number(tag, flow.wallets),
    )  # fmt: skip


def _chart(tongue: Tongue, rows: list[tuple[date, int, int, int, int]], kind: str, label: str) -> Chart:
    """Earned and spent of a kind by day; without a kind, receipts."""
    tag, say = tongue.language, catalogue(tongue.language)
    drawn = columns([(row[3], row[4]) if kind else (row[1],) for row in rows])
    words = tongue.points.get(kind)
    digits = words.decimals if words is not None and kind else 0

    def title(row: tuple[date, int, int, int, int]) -> str:
        day = calendar.day_of_year(tag, row[0])
        if kind:
            earned, spent = (points_text(tongue, units, kind) for units in (row[3], row[4]))
            return say.gettext(
                "%(day)s: earned %(earned)s, spent %(spent)s", day=day, earned=earned, spent=spent
            )
        sold = ngettext(tag, "%(num)s receipt", "%(num)s receipts", row[1])
        return f"{day}: {sold}, {formats.money(tag, row[2], tongue.currency, short=True)}"

    marks = (drawn.top, drawn.top // 2, 0)
    days = [rows[0][0], rows[len(rows) // 2][0], rows[-1][0]] if rows else []
    return Chart(
        drawn, tuple(title(row) for row in rows),
        tuple(formats.decimal(tag, mark, digits, short=True) for mark in marks),
        tuple(calendar.day_of_year(tag, day) for day in days), label,
    )  # fmt: skip
