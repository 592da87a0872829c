"""Subscriptions to events: addresses that are told, their secrets, the log of deliveries, tests and replays."""

from datetime import datetime

import msgspec

from kopilka.api.checking import read
from kopilka.api.door import PAGE, Doors, Param, Reply, Request, Route
from kopilka.api.problems import FieldMistake, Problem, of_refusal
from kopilka.api.subscription_schemas import (
    DeliveredOut,
    DeliveriesOut,
    DeliveryOut,
    EventKindOut,
    EventKindsOut,
    ReplayedOut,
    ReplayIn,
    SecretIn,
    SubscriptionChangeIn,
    SubscriptionIn,
    SubscriptionOut,
    SubscriptionsOut,
    TestIn,
    TriedOut,
)
from kopilka.api.texts import Mistakes, utc
from kopilka.core.event.kinds import KINDS
from kopilka.usecases.deliveries import Delivery, Slice
from kopilka.usecases.outcomes import Refused
from kopilka.usecases.subscriptions import Backlog, Subscription, SubscriptionWish

_new = msgspec.json.Decoder(SubscriptionIn)
_change = msgspec.json.Decoder(SubscriptionChangeIn)
_secret = msgspec.json.Decoder(SecretIn)
_test = msgspec.json.Decoder(TestIn)
_replay = msgspec.json.Decoder(ReplayIn)
SEND, SKIP = "send", "skip"
STATES = ("", "waiting", "delivered", "skipped")


async def kinds(_: Doors, request: Request) -> Reply:
    """Every event in the reader's language."""
    tag = request.language if request.language in {"ru", "en"} else "en"
    rows = [
        EventKindOut(
            kind.name, kind.words[tag], {name: words[tag] for name, words in kind.fields.items()}, kind.example
        )
        for kind in KINDS.values()
    ]  # fmt: skip
    return Reply(EventKindsOut(rows))


async def create(doors: Doors, request: Request) -> Reply:
    """A new subscription."""
    request.must_act_for("")
    door = read(_new, request.body)
    wish = SubscriptionWish(
        door.address, door.title, tuple(dict.fromkeys(door.events)), door.format, door.connection
    )
    made = await doors.run(
        doors.services.outbox.subscriptions.create, wish, secret=door.secret, actor=request.key.key_id
    )
    if isinstance(made, Refused):
        raise of_refusal(made)
    out = _out(made[0], doors.services.clock())
    out.secret = made[1]
    return Reply(out, 201)


async def subscriptions(doors: Doors, request: Request) -> Reply:
    """All of them, each with what waits."""
    request.must_act_for("")
    outbox, now = doors.services.outbox, doors.services.clock()

    def rows() -> list[SubscriptionOut]:
        return [
            _out(each, now, outbox.subscriptions.backlog(each.subscription_id))
            for each in outbox.subscriptions.all()
        ]

    return Reply(SubscriptionsOut(await doors.run(rows)))


async def show(doors: Doors, request: Request) -> Reply:
    """One of them."""
    request.must_act_for("")
    return Reply(await _shown(doors, request.args[0]))


async def change(doors: Doors, request: Request) -> Reply:
    """Change what is said."""
    request.must_act_for("")
    door, id_ = read(_change, request.body), request.args[0]
    found = await doors.run(doors.services.outbox.subscriptions.get, id_)
    if isinstance(found, Refused):
        raise of_refusal(found)
    wish = SubscriptionWish(
        found.address if door.address is msgspec.UNSET else door.address,
        found.title if door.title is msgspec.UNSET else door.title,
        found.names if door.events is msgspec.UNSET else tuple(dict.fromkeys(door.events)),
        found.format if door.format is msgspec.UNSET else door.format,
        found.connection_id if door.connection is msgspec.UNSET else door.connection,
    )
    done = await doors.run(doors.services.outbox.subscriptions.change, id_, wish, actor=request.key.key_id)
    if isinstance(done, Refused):
        raise of_refusal(done)
    return Reply(await _shown(doors, id_))


async def delete(doors: Doors, request: Request) -> Reply:
    """Forget it."""
    request.must_act_for("")
    refused = await doors.run(
        doors.services.outbox.subscriptions.delete, request.args[0], actor=request.key.key_id
    )
    if refused is not None:
        raise of_refusal(refused)
    return Reply(b"", 204)


async def pause(doors: Doors, request: Request) -> Reply:
    """Send nothing for now."""
    request.must_act_for("")
    done = await doors.run(
        doors.services.outbox.subscriptions.pause, request.args[0], actor=request.key.key_id
    )
    if isinstance(done, Refused):
        raise of_refusal(done)
    return Reply(await _shown(doors, request.args[0]))


async def resume(doors: Doors, request: Request) -> Reply:
    """Go on."""
    request.must_act_for("")
    wanted = request.query.get("missed", SEND)
    if wanted not in {SEND, SKIP}:
        raise Problem("bad_query", errors=[FieldMistake("missed", "wrong", f"{SEND}, {SKIP}")])
    done = await doors.run(
        doors.services.outbox.subscriptions.resume,
        request.args[0],
        skip=wanted == SKIP,
        actor=request.key.key_id,
    )
    if isinstance(done, Refused):
        raise of_refusal(done)
    return Reply(await _shown(doors, request.args[0]))


async def rotate(doors: Doors, request: Request) -> Reply:
    """A new secret."""
    request.must_act_for("")
    door = read(_secret, request.body)
    done = await doors.run(
        doors.services.outbox.subscriptions.rotate, request.args[0], secret=door.secret, hours=door.hours,
        actor=request.key.key_id,
    )  # fmt: skip
    if isinstance(done, Refused):
        raise of_refusal(done)
    out = _out(done[0], doors.services.clock())
    out.secret = done[1]
    return Reply(out)


async def test(doors: Doors, request: Request) -> Reply:
    """Send an example now."""
    request.must_act_for("")
    door = read(_test, request.body)
    tried = await doors.run(doors.services.outbox.trial.send, request.args[0], door.event)
    if isinstance(tried, Refused):
        raise of_refusal(tried)
    out = TriedOut(
        tried.address, tried.headers, tried.body, tried.micros // 1000, tried.status, tried.answer_headers,
        tried.answer, tried.trouble,
    )  # fmt: skip
    return Reply(out)


async def replay(doors: Doors, request: Request) -> Reply:
    """Send once more from a moment on."""
    request.must_act_for("")
    door, mistakes = read(_replay, request.body), Mistakes()
    since = utc(door.since, "since", mistakes)
    if mistakes:
        raise Problem("invalid", errors=mistakes)
    done = await doors.run(
        doors.services.outbox.deliveries.replay, request.args[0], since, actor=request.key.key_id
    )
    if isinstance(done, Refused):
        raise of_refusal(done)
    return Reply(ReplayedOut(done))


async def deliveries(doors: Doors, request: Request) -> Reply:
    """A page of the log."""
    request.must_act_for("")
    state, limit = request.query.get("state", ""), request.limit()
    if state not in STATES:
        raise Problem("bad_query", errors=[FieldMistake("state", "wrong", "waiting, delivered, skipped")])
    place, _, event = request.query.get("cursor", "").partition(".")
    if place and not (place.isascii() and place.isdigit() and len(place) < 19):  # noqa: PLR2004 - a bigint
        raise Problem("bad_cursor")
    wanted = Slice(int(place) if place else None, event, state, limit + 1)
    rows = await doors.run(doors.services.outbox.deliveries.log, request.args[0], wanted)
    if isinstance(rows, Refused):
        raise of_refusal(rows)
    last = rows[limit - 1] if len(rows) > limit else None
    following = "" if last is None else f"{last.place}.{last.event_id}"
    return Reply(DeliveriesOut([_delivery(row) for row in rows[:limit]], following))


async def delivery(doors: Doors, request: Request) -> Reply:
    """One delivery."""
    request.must_act_for("")
    found = await doors.run(doors.services.outbox.deliveries.find, *request.args)
    if isinstance(found, Refused):
        raise of_refusal(found)
    fact = found[1]
    return Reply(
        DeliveredOut(
            _delivery(found[0]), fact.occurred_at, fact.recorded_at, fact.member_id, fact.receipt, fact.data
        )
    )


async def skip(doors: Doors, request: Request) -> Reply:
    """Pass over one delivery."""
    request.must_act_for("")
    refused = await doors.run(doors.services.outbox.deliveries.skip, *request.args, actor=request.key.key_id)
    if refused is not None:
        raise of_refusal(refused)
    return Reply(b"", 204)


async def _shown(doors: Doors, id_: str) -> SubscriptionOut:
    outbox = doors.services.outbox
    found = await doors.run(outbox.subscriptions.get, id_)
    if isinstance(found, Refused):
        raise of_refusal(found)
    return _out(found, doors.services.clock(), await doors.run(outbox.subscriptions.backlog, id_))


def _out(row: Subscription, now: datetime, backlog: Backlog | None = None) -> SubscriptionOut:
    until = row.former_until if row.former_until and row.former_until > now else None
    out = SubscriptionOut(
        row.subscription_id, row.title, row.address, row.names, row.format, row.state, row.state_at, row.created_at,  # type: ignore[arg-type]
        row.reason, row.failures, row.retry_at, until,
    )  # fmt: skip
    out.replaying_since, out.failing_since, out.connection = (
        row.again_since,
        row.failing_since,
        row.connection_id,
    )
    if backlog is not None:
        out.waiting, out.waits_since = backlog.waiting, backlog.since
        out.delivered_at, out.missed = backlog.delivered_at, backlog.missed
        out.missed_since, out.percent = backlog.missed_since, backlog.percent
    return out


def _delivery(row: Delivery) -> DeliveryOut:
    return DeliveryOut(
        row.event_id, row.name, row.holder_id, row.state, row.tries, row.due_at, row.tried_at, row.status,  # type: ignore[arg-type]
        None if row.micros is None else row.micros // 1000, row.note,
    )  # fmt: skip


_EVENTS, _ONE = "events", "/v1/subscriptions/{id}"
_NO, _BAD = "unknown_subscription", ("bad_address", "address_not_https", "address_private")
ROUTES = (
    Route(
        "GET", "/v1/events", kinds, "Events that can be subscribed to", _EVENTS, None, EventKindsOut,
        words="Titles and fields in the language of `Accept-Language`. See docs/events.md for how to receive them.",
    ),
    Route("GET", "/v1/subscriptions", subscriptions, "All subscriptions to events", _EVENTS, None, SubscriptionsOut),
    Route(
        "POST", "/v1/subscriptions", create, "Be told of events at an address", _EVENTS, SubscriptionIn, SubscriptionOut,
        201, problems=(*_BAD, "unknown_event", "unknown_format", "bad_webhook_secret", "too_many_subscriptions"),
        words="The secret is shown once. It is told of what happens from now on; `replay` adds what was before.",
    ),
    Route("GET", _ONE, show, "A subscription, and how far behind it is", _EVENTS, None, SubscriptionOut, problems=(_NO,)),
    Route(
        "PATCH", _ONE, change, "Change a subscription", _EVENTS, SubscriptionChangeIn, SubscriptionOut,
        problems=(_NO, *_BAD, "unknown_event", "unknown_format"),
    ),
    Route("DELETE", _ONE, delete, "Delete a subscription and its log", _EVENTS, None, None, 204, problems=(_NO,)),
    Route(
        "POST", f"{_ONE}/pause", pause, "Send nothing until it is resumed", _EVENTS, None, SubscriptionOut,
        problems=(_NO,), words="What happens meanwhile is not lost: on resuming it goes or is skipped.",
    ),
    Route(
        "POST", f"{_ONE}/resume", resume, "Go on after a pause, a stop or failures", _EVENTS, None, SubscriptionOut,
        params=(Param("missed", "`send` (usual) what was missed, or `skip` it and go on with what happens from now."),),
        problems=(_NO, "bad_query"),
        words="Everything that waits goes at once, each member's events in their order, then what was missed, step by step.",
    ),
    Route(
        "POST", f"{_ONE}/secret", rotate, "A new secret", _EVENTS, SecretIn, SubscriptionOut,
        problems=(_NO, "bad_webhook_secret", "wrong_hours"), words="The former one signs too for some hours.",
    ),
    Route(
        "POST", f"{_ONE}/test", test, "Send an example now and see the answer", _EVENTS, TestIn, TriedOut,
        problems=(_NO, "unknown_event", "broken_seal"), words="Ids of tests begin with `evt_test_`. A test is not tried again.",
    ),
    Route(
        "POST", f"{_ONE}/replay", replay, "Send events once more from a moment on", _EVENTS, ReplayIn, ReplayedOut,
        problems=(_NO, "in_the_future"), words="Also events from before the subscription was made. Ids stay the same. "
        "It goes step by step, and what happens meanwhile goes after it.",
    ),
    Route(
        "GET", f"{_ONE}/deliveries", deliveries, "The log of deliveries, newest event first", _EVENTS, None, DeliveriesOut,
        params=(Param("state", "waiting, delivered or skipped."), *PAGE), problems=(_NO, "bad_cursor"),
    ),
    Route(
        "GET", f"{_ONE}/deliveries/{{event}}", delivery, "A delivery with its event", _EVENTS, None, DeliveredOut,
        problems=("unknown_delivery",),
    ),
    Route(
        "POST", f"{_ONE}/deliveries/{{event}}/skip", skip, "Pass over a delivery that waits", _EVENTS, None, None, 204,
        problems=("unknown_delivery", "not_waiting"), words="The next event of its member goes instead.",
    ),
)  # fmt: skip
