"""Events out: subscriptions, one of them with its log, one delivery, a test. For owners.

A secret is shown in the answer of the deed that made it and never again.
"""

from collections.abc import Callable
from functools import partial
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from kopilka.console.events.words import (
    COLUMNS,
    FILTERS,
    LOG_COLUMNS,
    STATES,
    answer_text,
    choices_of,
    delivery_rows,
    moment_entry,
    names_of,
    pretty,
    progress_of,
    standing_of,
    subscription_rows,
    took,
    waiting_text,
)
from kopilka.console.rows import columns_in
from kopilka.console.shell import Shell
from kopilka.core.event.kinds import KINDS
from kopilka.look.shapes import Link, Trouble
from kopilka.look.visit import Answer, ClosedError, Visit
from kopilka.usecases.deliveries import Slice
from kopilka.usecases.outcomes import Refused, Why
from kopilka.usecases.subscriptions import Subscription, SubscriptionWish, Tried
from kopilka.usecases.trial import NAME
from kopilka.words import calendar, formats
from kopilka.words.catalogue import catalogue

PAGE = 20
PLACE = "/console/events"
BETWEEN = ":"
"""Stands between a connector's own format and the connection that signs."""


class Events:
    """The screens and their deeds."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._outbox = shell.services.outbox

    def show(self, visit: Visit) -> Answer:
        """Who is told."""
        return self._list(visit)

    def make(self, visit: Visit) -> Answer:
        """A new subscription; the page then shows its secret."""
        made = self._outbox.subscriptions.create(self._wish(visit), actor=visit.staff.staff_id)
        if isinstance(made, Refused):
            return self._list(visit, self._shell.trouble(visit, made))
        return self._page(visit, made[0], secret=made[1])

    def one(self, visit: Visit) -> Answer:
        """One subscription with its log."""
        return self._page(visit, self._found(visit))

    def change(self, visit: Visit) -> Answer:
        """Change what is set."""
        found = self._found(visit)
        done = self._outbox.subscriptions.change(
            found.subscription_id, self._wish(visit, found), actor=visit.staff.staff_id
        )
        if isinstance(done, Refused):
            return self._page(visit, found, "change", self._shell.trouble(visit, done))
        return self._done(found, "subscription_saved")

    def pause(self, visit: Visit) -> Answer:
        """Send nothing for now."""
        return self._deed(visit, self._outbox.subscriptions.pause, "subscription_paused")

    def resume(self, visit: Visit) -> Answer:
        """Go on, with what was missed or from now."""
        resume, skip = self._outbox.subscriptions.resume, visit.get("missed") == "skip"
        done = "subscription_skipped" if skip else "subscription_resumed"
        return self._deed(visit, partial(resume, skip=skip), done)

    def rotate(self, visit: Visit) -> Answer:
        """A new secret; the former one signs too for a day."""
        found = self._found(visit)
        done = self._outbox.subscriptions.rotate(found.subscription_id, actor=visit.staff.staff_id)
        if isinstance(done, Refused):
            return self._page(visit, found, "rotate", self._shell.trouble(visit, done))
        return self._page(visit, done[0], secret=done[1])

    def replay(self, visit: Visit) -> Answer:
        """Send events once more from a moment on, told on the clock of the shop."""
        found, zone = self._found(visit), self._shell.tongue(visit).zone
        since = moment_entry(visit.get("since"))
        if since is None:
            refused: Refused | int = Refused("required", Why.INVALID, "since")
        else:
            at = since.replace(tzinfo=ZoneInfo(zone))
            refused = self._outbox.deliveries.replay(found.subscription_id, at, actor=visit.staff.staff_id)
        if isinstance(refused, Refused):
            return self._page(visit, found, "replay", self._shell.trouble(visit, refused))
        return self._done(found, "subscription_replayed")

    def delete(self, visit: Visit) -> Answer:
        """Forget it."""
        refused = self._outbox.subscriptions.delete(visit.names["id"], actor=visit.staff.staff_id)
        if refused is not None:
            raise ClosedError(404)
        return Answer(goto=f"{PLACE}?done=subscription_deleted")

    def delivery(self, visit: Visit) -> Answer:
        """One delivery with what is sent."""
        return self._delivery(visit)

    def skip(self, visit: Visit) -> Answer:
        """Pass over it."""
        id_, event = visit.names["id"], visit.names["event"]
        refused = self._outbox.deliveries.skip(id_, event, actor=visit.staff.staff_id)
        if refused is not None:
            return self._delivery(visit, self._shell.trouble(visit, refused))
        return Answer(goto=f"{PLACE}/{id_}/{event}?done=delivery_skipped")

    def ask_test(self, visit: Visit) -> Answer:
        """The form of a test."""
        return self._test(visit, self._found(visit))

    def test(self, visit: Visit) -> Answer:
        """Send one now."""
        found = self._found(visit)
        tried = self._outbox.trial.send(found.subscription_id, visit.get("name", NAME))
        if isinstance(tried, Refused):
            return self._test(visit, found, trouble=self._shell.trouble(visit, tried))
        return self._test(visit, found, tried)

    # -- pages --------------------------------------------------------------------------------------------------

    def _found(self, visit: Visit) -> Subscription:
        found = self._outbox.subscriptions.get(visit.names["id"])
        if isinstance(found, Refused):
            raise ClosedError(404)
        return found

    def _deed(self, visit: Visit, deed: Callable[..., Subscription | Refused], done: str) -> Answer:
        found = deed(visit.names["id"], actor=visit.staff.staff_id)
        if isinstance(found, Refused):
            raise ClosedError(404)
        return self._done(found, done)

    @staticmethod
    def _done(found: Subscription, done: str) -> Answer:
        return Answer(goto=f"{PLACE}/{found.subscription_id}?done={done}")

    def _wish(self, visit: Visit, known: Subscription | None = None) -> SubscriptionWish:
        names = tuple(visit.all("names")) if visit.get("which") == "some" else ()
        offered = {value for value, _ in self._formats(visit, known)}
        wanted = visit.get("format")
        format_, _, connection = wanted.partition(BETWEEN) if wanted in offered else ("", "", "")
        return SubscriptionWish(visit.get("address").strip(), visit.get("title"), names, format_, connection)

    def _list(self, visit: Visit, trouble: Trouble | None = None) -> Answer:
        tongue, now = self._shell.tongue(visit), self._shell.services.clock()
        found = self._outbox.subscriptions.all()
        rows = [(row, self._outbox.subscriptions.backlog(row.subscription_id)) for row in found]
        notices = [(row, standing_of(row, tongue, now)) for row in found]
        return self._shell.page(
            visit, "events/page.html", title=catalogue(visit.language).gettext("Events"), place="events", tongue=tongue,
            rows=subscription_rows(rows, tongue, now), columns=columns_in(visit.language, COLUMNS), trouble=trouble,
            notices=[(row, told) for row, told in notices if told.notice], errors=dict(trouble.fields) if trouble else {},
            status=422 if trouble else 200, formats=self._formats(visit),
            kinds=choices_of(visit.language, visit.all("names")),
        )  # fmt: skip

    def _page(
        self, visit: Visit, found: Subscription, stuck: str = "", trouble: Trouble | None = None, *, secret: str = "",
    ) -> Answer:  # fmt: skip
        say, tag, tongue = catalogue(visit.language), visit.language, self._shell.tongue(visit)
        now, id_ = self._shell.services.clock(), found.subscription_id
        backlog = self._outbox.subscriptions.backlog(id_)
        state = visit.query.get("state", "")
        state = state if state in STATES else ""
        place, _, event = visit.query.get("after", "").partition(".")
        wanted = Slice(int(place) if place.isdigit() and len(place) < 19 else None, event, state, PAGE + 1)  # noqa: PLR2004
        log = self._outbox.deliveries.log(id_, wanted)
        log = [] if isinstance(log, Refused) else log
        onward = {"after": f"{log[PAGE - 1].place}.{log[PAGE - 1].event_id}"} if len(log) > PAGE else {}
        kept = {"state": state} if state else {}
        offered = self._formats(visit, found)
        written = BETWEEN.join(filter(None, (found.format, found.connection_id)))
        until = found.former_until if found.former_until and found.former_until > now else None
        facts = [
            (say.gettext("Address"), found.address),
            (say.gettext("Events"), names_of(found, tag)),
            (say.gettext("Written as"), dict(offered)[written]),
            *progress_of(found, backlog, tongue),
            (say.gettext("Waiting"), waiting_text(backlog, tag)),
            (say.gettext("Members who wait"), formats.number(tag, backlog.members) if backlog.members else ""),
            (say.gettext("The oldest is from"), "" if backlog.since is None else calendar.moment(tag, backlog.since, tongue.zone)),
            (say.gettext("Last delivery"), "" if backlog.delivered_at is None else calendar.moment(tag, backlog.delivered_at, tongue.zone)),
            (say.gettext("The former secret signs until"), "" if until is None else calendar.moment(tag, until, tongue.zone)),
        ]  # fmt: skip
        return self._shell.page(
            visit, "events/one.html", title=found.title, place="events", tongue=tongue, status=422 if trouble else 200,
            subscription=found, standing=standing_of(found, tongue, now), secret=secret, stuck=stuck, trouble=trouble,
            facts=[row for row in facts if row[1]], rows=delivery_rows(log[:PAGE], id_, tongue, now),
            columns=columns_in(tag, LOG_COLUMNS), state=state,
            filters=[
                Link(title=say.gettext(name), href=f"{PLACE}/{id_}{f'?state={value}' if value else ''}#log", current=value == state)
                for value, name in FILTERS
            ],
            following="?" + urlencode({**kept, **onward}) if onward else "",
            previous="?" + urlencode(kept) if place else "", errors=dict(trouble.fields) if trouble else {},
            formats=offered, written=written, late=bool(backlog.missed or backlog.waiting),
            kinds=choices_of(tag, visit.all("names") or found.names), zone=tongue.zone,
        )  # fmt: skip

    def _delivery(self, visit: Visit, trouble: Trouble | None = None) -> Answer:
        subscription, event = self._found(visit), visit.names["event"]
        found = self._outbox.deliveries.find(subscription.subscription_id, event)
        if isinstance(found, Refused):
            raise ClosedError(404)
        row, fact = found
        say, tag, tongue = catalogue(visit.language), visit.language, self._shell.tongue(visit)
        now, kind = self._shell.services.clock(), KINDS.get(row.name)
        due = "" if row.state != "waiting" else calendar.moment(tag, row.due_at, tongue.zone)
        facts = [
            (say.gettext("Event"), row.name),
            (say.gettext("Happened"), calendar.moment(tag, fact.occurred_at, tongue.zone)),
            (say.gettext("Booked"), calendar.moment(tag, fact.recorded_at, tongue.zone)),
            (say.gettext("Tries"), formats.number(tag, row.tries)),
            (say.gettext("Last try"), "" if row.tried_at is None else calendar.moment(tag, row.tried_at, tongue.zone)),
            (say.gettext("Answer"), answer_text(row.status, row.note, tag) if row.tried_at else ""),
            (say.gettext("Took"), took(row.micros, tag)),
            (say.gettext("Next try"), due if row.due_at > now else say.gettext("as soon as its turn comes") if due else ""),
        ]  # fmt: skip
        written = self._outbox.trial.look(subscription.subscription_id, fact)
        headers, body = ({}, "") if isinstance(written, Refused) else written
        return self._shell.page(
            visit, "events/delivery.html", title=row.name if kind is None else kind.words.get(tag, row.name),
            place="events", tongue=tongue, subscription=subscription, delivery=row, fact=fact, trouble=trouble,
            state=say.gettext(STATES[row.state][0]), tone=STATES[row.state][1],
            facts=[pair for pair in facts if pair[1]], note=row.note if row.status is not None else "",
            headers=list(headers.items()), body=pretty(body), status=409 if trouble else 200,
        )  # fmt: skip

    def _test(
        self, visit: Visit, found: Subscription, tried: Tried | None = None, trouble: Trouble | None = None
    ) -> Answer:
        tag = visit.language
        names = [(name, f"{words} ({name})") for name, words, _ in choices_of(tag, ())]
        good = tried is not None and tried.status is not None and 200 <= tried.status < 300  # noqa: PLR2004
        return self._shell.page(
            visit, "events/test.html", title=catalogue(tag).gettext("Send a test"), place="events", subscription=found,
            names=names, chosen=visit.get("name", NAME), tried=tried, good=good, trouble=trouble,
            answer="" if tried is None else answer_text(tried.status, tried.trouble, tag),
            took=took(None if tried is None else tried.micros, tag), status=422 if trouble else 200,
            sent=[] if tried is None else list(tried.headers.items()), body="" if tried is None else pretty(tried.body),
            came=[] if tried is None else list(tried.answer_headers.items()),
        )  # fmt: skip

    def _formats(self, visit: Visit, known: Subscription | None = None) -> list[tuple[str, str]]:
        """Ways to write events: those that are open to all, and connectors' own, one for each open connection; and the
        one that is set already, even where its connection is closed.
        """
        tag, services = visit.language, self._shell.services
        own = {each.id: each.tells for each in services.trade.manifests if each.tells is not None}
        found = {name: text.of(tag) for name, text in self._outbox.formats.items()}
        for row in services.connections.all():
            words, id_ = own.get(row.connector), row.connection_id
            kept = known is not None and (row.connector, id_) == (known.format, known.connection_id)
            if words is not None and (row.closed_at is None or kept):
                found[f"{row.connector}{BETWEEN}{id_}"] = f"{words.of(tag)} · {row.title}"
        if known is not None:
            set_ = BETWEEN.join(filter(None, (known.format, known.connection_id)))
            found.setdefault(set_, known.format)
        return list(found.items())
