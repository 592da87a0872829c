"""Wallets: balances at any moment, lots, what will burn, the statement; points by hand and points for gifts."""

import base64
import binascii
from datetime import UTC, datetime

import msgspec

from kopilka.api.checking import read
from kopilka.api.door import PAGE, REPLAYED, Doors, Param, Reply, Request, Route
from kopilka.api.numbers import units_of
from kopilka.api.problems import FieldMistake, Problem, of_refusal
from kopilka.api.receipt_in import refuse
from kopilka.api.receipt_out import balances_out
from kopilka.api.speech import Speech
from kopilka.api.texts import YEARS, Mistakes
from kopilka.api.wallet_schemas import (
    AdjustIn,
    BurningOut,
    BurnOut,
    ExchangeIn,
    LotOut,
    MovedOut,
    ReceiptRowOut,
    ReceiptsOut,
    StatementLineOut,
    StatementOut,
    WalletOut,
    WalletsOut,
)
from kopilka.usecases.commands import Adjust, Exchange, Ref
from kopilka.usecases.outcomes import Refused
from kopilka.usecases.show import Holder
from kopilka.usecases.views import LotView, ReceiptRow, StatementLine, WalletView
from kopilka.values.errors import BadValueError
from kopilka.values.money import decimal_text, exponent
from kopilka.words import formats

DAYS_MAX = 3_650


_adjust = msgspec.json.Decoder(AdjustIn)
_exchange = msgspec.json.Decoder(ExchangeIn)


async def holder_of(doors: Doors, request: Request) -> Holder:
    """The holder whose wallets the member of the address uses."""
    found = await doors.run(doors.services.members.find, Ref("member", request.args[0]))
    if isinstance(found, Refused):
        raise of_refusal(found)
    return found.bucket, found.holder_id


async def wallets(doors: Doors, request: Request) -> Reply:
    """Balances at a moment."""
    at = _moment(request)
    holder = await holder_of(doors, request)
    speech = await doors.speech_now(request.language)
    found = await doors.run(doors.services.views.wallets, holder, at)
    rows = [_wallet(view, speech) for view in found]
    if request.flag("lots"):
        for row, view in zip(rows, found, strict=True):
            row.lots = [_lot(lot, speech.decimals(view.kind)) for lot in view.lots]
    return Reply(WalletsOut(at or doors.services.clock(), rows))


def _moment(request: Request) -> datetime | None:
    text = request.query.get("at", "")
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError as error:
        raise Problem("bad_query", errors=[FieldMistake("at", "bad_moment")]) from error
    if at.tzinfo is None or not YEARS[0] <= at.year < YEARS[1]:
        raise Problem("bad_query", errors=[FieldMistake("at", "bad_moment")])
    return at.astimezone(UTC)


def _wallet(view: WalletView, speech: Speech) -> WalletOut:
    decimals = speech.decimals(view.kind)
    units = (view.total, view.free, view.active, view.pending, view.held, view.deficit)
    words = speech.tongue.points.get(view.kind)
    said = "" if words is None else formats.points(
        speech.tongue.language, view.free, decimals, words.forms_in(speech.tongue.language)
    )  # fmt: skip
    total, free, active, pending, held, deficit = [decimal_text(each, decimals) for each in units]
    return WalletOut(view.kind, total, free, active, pending, held, deficit, said)


def _lot(lot: LotView, decimals: int) -> LotOut:
    return LotOut(
        decimal_text(lot.amount, decimals), decimal_text(lot.rest, decimals), decimal_text(lot.held, decimals),
        lot.state, lot.earned_at, lot.active_from, lot.expires_at, lot.receipt, lot.source,
    )  # fmt: skip


async def burning(doors: Doors, request: Request) -> Reply:
    """What will expire soon."""
    days = request.whole("days", 30, DAYS_MAX)
    holder = await holder_of(doors, request)
    speech = await doors.speech_now(request.language)
    found = await doors.run(doors.services.views.burning, holder, days=days)
    return Reply(
        BurningOut(
            [
                BurnOut(row.kind, row.last_on, decimal_text(row.units, speech.decimals(row.kind)))
                for row in found
            ]
        )
    )


async def statement(doors: Doors, request: Request) -> Reply:
    """A page of postings."""
    limit, kind = request.limit(), request.query.get("kind", "")
    after = _cursor(request, 3)
    holder = await holder_of(doors, request)
    speech = await doors.speech_now(request.language)
    before = None if after is None else (_at(after[0]), after[1], _whole(after[2]))
    lines = await doors.run(doors.services.views.statement, holder, kind=kind, after=before, limit=limit + 1)
    written = [line for line in lines if line.version]
    more = len(written) > limit
    shown = lines[:-1] if more else lines
    last = written[limit - 1] if more else None
    cursor = "" if last is None else cursor_of(last.recorded_at.isoformat(), last.kind, str(last.version))
    return Reply(StatementOut([_line(line, speech) for line in shown], cursor))


def _line(line: StatementLine, speech: Speech) -> StatementLineOut:
    decimals = speech.decimals(line.kind)
    return StatementLineOut(
        line.kind, line.verb, decimal_text(line.units, decimals), decimal_text(line.before, decimals),
        decimal_text(line.after, decimals), line.account, line.effective_at, line.recorded_at, line.txn, line.receipt,
        line.note, line.actor, line.active_from, line.expires_at,
    )  # fmt: skip


async def receipts(doors: Doors, request: Request) -> Reply:
    """A page of a member's receipts."""
    limit = request.limit()
    after = _cursor(request, 2)
    holder = await holder_of(doors, request)
    speech = await doors.speech_now(request.language)
    before = None if after is None else (_at(after[0]), after[1])
    rows = await doors.run(
        doors.services.views.receipts, holder, shop=request.key.shop, after=before, limit=limit + 1
    )
    shown = rows[:limit]
    cursor = cursor_of(shown[-1].recorded_at.isoformat(), shown[-1].receipt_id) if len(rows) > limit else ""
    return Reply(ReceiptsOut([_row(row, speech) for row in shown], cursor))


def _row(row: ReceiptRow, speech: Speech) -> ReceiptRowOut:
    digits = exponent(row.currency)
    spent = decimal_text(row.spent_units, speech.decimals(speech.programme.spend_kind()))
    earned = {kind: decimal_text(units, speech.decimals(kind)) for kind, units in row.earned.items()}
    return ReceiptRowOut(
        row.receipt_id, row.state, row.shop, row.sold_at, row.recorded_at, row.currency,
        decimal_text(row.goods_minor, digits), decimal_text(row.discount_minor, digits),
        decimal_text(row.paid_minor, digits), spent, earned, row.returned,
    )  # fmt: skip


async def adjust(doors: Doors, request: Request) -> Reply:
    """Add or take points."""
    key = request.idempotency_key(required=True)
    door = read(_adjust, request.body)
    mistakes = Mistakes()
    speech = await doors.speech_now(request.language)
    if door.last_on is not None and not YEARS[0] <= door.last_on.year <= YEARS[1]:
        mistakes.add("last_on", "wrong", f"{YEARS[0]}…{YEARS[1]}")
    units = _units(door.points, door.kind, speech, mistakes)
    refuse(mistakes)
    command = Adjust(
        Ref("member", request.args[0]), door.kind, units, door.reason, request.key.key_id, key, request.key.key_id,
        door.last_on,
    )  # fmt: skip
    return await _moved(doors, command, door.kind, speech)


async def exchange(doors: Doors, request: Request) -> Reply:
    """Points for gifts."""
    key = request.idempotency_key(required=True)
    door = read(_exchange, request.body)
    mistakes = Mistakes()
    speech = await doors.speech_now(request.language)
    units = _units(door.points, door.kind, speech, mistakes)
    refuse(mistakes)
    member = Ref("member", request.args[0])
    command = Exchange(member, door.kind, units, door.gift, request.key.key_id, key, door.times)
    return await _moved(doors, command, door.kind, speech)


def _units(points: str | int, kind: str, speech: Speech, mistakes: Mistakes) -> int:
    text = str(points)
    try:
        units = units_of(text.removeprefix("-"), speech.decimals(kind), "points")
    except BadValueError:
        mistakes.add("points", "too_many_digits")
        return 0
    return -units if text.startswith("-") else units


async def _moved(doors: Doors, command: Adjust | Exchange, kind: str, speech: Speech) -> Reply:
    outcome = await doors.counter.carry_out(command)
    if isinstance(outcome, Refused):
        raise of_refusal(outcome)
    out = MovedOut(
        outcome.txn,
        decimal_text(outcome.units, speech.decimals(kind)),
        balances_out(outcome.balances, speech),
    )
    return Reply(out, headers=REPLAYED if outcome.replayed else ())


def cursor_of(*parts: str) -> str:
    """Where a page ended, as an opaque text."""
    return base64.urlsafe_b64encode("\n".join(parts).encode()).decode().rstrip("=")


def _cursor(request: Request, parts: int) -> list[str] | None:
    text = request.query.get("cursor", "")
    if not text:
        return None
    try:
        found = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().split("\n")
    except (binascii.Error, ValueError) as error:
        raise Problem("bad_cursor", field="cursor") from error
    if len(found) != parts or any("\0" in part for part in found):
        raise Problem("bad_cursor", field="cursor")
    return found


def _at(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise Problem("bad_cursor", field="cursor") from error
    if at.tzinfo is None or not YEARS[0] <= at.year <= YEARS[1]:
        raise Problem("bad_cursor", field="cursor")
    return at


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):  # noqa: PLR2004
        raise Problem("bad_cursor", field="cursor")
    return int(text)


_READ = "members:read"
_NONE = ("unknown_member",)
ROUTES = (
    Route(
        "GET", "/v1/members/{id}/wallets", wallets, "Balances at a moment: past, present or to come", _READ, None,
        WalletsOut, problems=_NONE, params=(
            Param("at", "ISO 8601 with an offset; without it, now."), Param("lots", "`1` adds the lots."),
        ),
    ),
    Route(
        "GET", "/v1/members/{id}/burning", burning, "What will expire soon, day by day", _READ, None, BurningOut,
        params=(Param("days", "Within how many days; usually 30."),), problems=_NONE,
    ),
    Route(
        "GET", "/v1/members/{id}/statement", statement, "Postings, newest first", _READ, None, StatementOut,
        params=(Param("kind", "One points kind; without it, all."), *PAGE), problems=_NONE,
    ),
    Route(
        "GET", "/v1/members/{id}/receipts", receipts, "Receipts, newest first", _READ, None, ReceiptsOut, params=PAGE,
        problems=_NONE,
    ),
    Route(
        "POST", "/v1/members/{id}/adjust", adjust, "Add or take points by hand", "wallets:adjust", AdjustIn, MovedOut,
        idempotent="required",
        problems=("unknown_member", "unknown_points", "nothing_to_adjust", "not_enough_points", "key_reused"),
    ),
    Route(
        "POST", "/v1/members/{id}/exchange", exchange, "Points for gifts", "wallets:adjust", ExchangeIn, MovedOut,
        idempotent="required", problems=("unknown_member", "nothing_to_adjust", "not_enough_points", "key_reused"),
    ),
)  # fmt: skip
