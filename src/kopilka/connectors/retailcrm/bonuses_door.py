"""What moved in accounts, and what waits or will burn."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from kopilka.connectors.retailcrm.ask import Ask
from kopilka.connectors.retailcrm.mapping_accounts import (
    BURNING,
    WAITING,
    bonuses_by_day,
    operation_told,
    operation_type,
    points_digits,
    wallet_of,
)
from kopilka.connectors.retailcrm.mapping_privileges import main_kind
from kopilka.connectors.retailcrm.orders import number_of, order_of_receipt
from kopilka.connectors.retailcrm.people import Account, account_by_number
from kopilka.connectors.retailcrm.telling import LOYALTY, Teller
from kopilka.connectors.retailcrm.wire import (
    Route,
    listed,
    not_found,
    plain,
    read_day,
    read_moment,
    wrong_input,
)
from kopilka.core.rules.ruleset import Ruleset
from kopilka.usecases.accounts import Movement, Place
from kopilka.usecases.views import StatementLine

EVENT = "event"
LINES = 500
CURSOR_MAX = 1_000


async def _account(ask: Ask) -> Account:
    account = await account_by_number(ask, ask.args["id"])
    if account is None:
        raise not_found()
    return account


async def operations(ask: Ask) -> Mapping[str, Any]:
    """What moved in one account, newest first."""
    account, page = await _account(ask), ask.page
    rules = (await Teller(ask).frame(account.customer.site)).rules
    zone = rules.programme.zone
    lines = await _statement(ask, account, main_kind(rules))
    for name, keep in (("createdAtFrom", False), ("createdAtTo", True)):
        if ask.filters.get(name):
            edge = read_moment(ask.filters[name], zone, f"filter.{name}", end=keep)
            lines = [each for each in lines if _whole(each) <= edge] if keep else [
                each for each in lines if _whole(each) >= edge
            ]  # fmt: skip
    told = [await _told(ask, line, rules) for line in page.of(lines)]
    return {"pagination": page.pagination(len(lines)), "bonusOperations": told}


def _whole(line: StatementLine) -> datetime:
    """The moment as it is told: without a fraction of a second."""
    return line.recorded_at.replace(microsecond=0)


async def _statement(ask: Ask, account: Account, kind: str) -> list[StatementLine]:
    """The whole statement of an account, newest first."""
    if account.member is None:
        return []
    holder = (account.member.bucket, account.member.holder_id)
    lines: list[StatementLine] = []
    after: tuple[datetime, str, int] | None = None
    while True:
        more = await ask.run(ask.services.views.statement, holder, kind=kind, after=after, limit=LINES)
        lines += more
        written = [line for line in more if line.version]
        if len(written) < LINES:
            return sorted(lines, key=lambda line: line.recorded_at, reverse=True)
        after = (written[-1].recorded_at, written[-1].kind, written[-1].version)


async def _told(ask: Ask, line: StatementLine, rules: Ruleset) -> dict[str, Any]:
    order = await order_of(ask, line.receipt) if line.receipt else {}
    event = 0
    if operation_type(line, rules)[1]:
        rule = line.account.partition(":")[2] or line.verb
        event = await ask.number(EVENT, f"{rules.programme.programme}/{rule}")
    return operation_told(line, rules, order, event)


async def order_of(ask: Ask, receipt_id: str) -> dict[str, Any]:
    """A receipt as an order: what the site calls it, or what whoever sold it does."""
    id_ = await order_of_receipt(ask, receipt_id)
    if id_ is None:
        return {"id": await ask.number("receipt", receipt_id), "externalId": receipt_id}
    name = id_.partition(":")[2]
    told: dict[str, Any] = {"id": await number_of(ask, id_)}
    return told if name.startswith("#") else {**told, "externalId": name}


async def details(ask: Ask) -> Mapping[str, Any]:
    """Bonuses that wait for their day, or will burn, by day."""
    status = ask.args["status"]
    if status not in {WAITING, BURNING}:
        raise not_found()
    account, page = await _account(ask), ask.page
    teller = Teller(ask)
    rules = (await teller.frame(account.customer.site)).rules
    until = read_day(ask.filters.get("date"), "filter.date")
    means = None if account.member is None else (await teller.means([account])).get(account.member.holder_id)
    rows = bonuses_by_day(wallet_of(rules, means), rules.programme.zone, status, until)
    digits = points_digits(rules)
    return {
        "pagination": page.pagination(len(rows)),
        "statistic": {"totalAmount": plain(sum(units for _, units in rows), digits)},
        "bonuses": [
            {"date": day.isoformat(), "amount": plain(units, digits)} for day, units in page.of(rows)
        ],
    }


# -- across accounts --------------------------------------------------------------------------------------------------


async def all_operations(ask: Ask) -> Mapping[str, Any]:
    """What moved in all accounts, oldest first; whoever goes on with the cursor misses nothing and reads nothing twice."""
    limit = ask.page.limit
    wanted = set(listed(ask.filters.get("loyalties")))
    teller = Teller(ask)
    frames = {}
    for site in await ask.shops():
        frame = await teller.frame(site)
        frames[main_kind(frame.rules)] = frame
    number = {str(frame.numbers["loyalty"]): kind for kind, frame in frames.items()}
    kinds = [kind for loyalty, kind in number.items() if not wanted or loyalty in wanted]
    after = _read_cursor(ask.text("cursor"))
    rows: list[Movement] = []
    if kinds:
        rows = await ask.run(ask.services.accounts.movements, kinds, after, limit)
    told = []
    for row in rows:
        rules = frames[row.line.kind].rules
        whose = {"loyaltyAccount": {"id": await ask.number("member", row.member_id)}} if row.member_id else {}
        loyalty = {"loyalty": {"id": await ask.number(LOYALTY, rules.programme.programme)}}
        told.append({**await _told(ask, row.line, rules), **whose, **loyalty})
    cursor = _cursor(rows[-1].place) if rows else ask.text("cursor")
    return {"pagination": {"nextCursor": cursor} if cursor else {}, "bonusOperations": told}


_encode, _decoder = msgspec.json.encode, msgspec.json.Decoder(tuple[datetime, int, str, str, int])


def _cursor(place: Sequence[Any]) -> str:
    return base64.urlsafe_b64encode(_encode(tuple(place))).decode().rstrip("=")


def _read_cursor(text: str) -> Place | None:
    if text in {"", "None"}:
        return None
    try:
        return _decoder.decode(base64.urlsafe_b64decode(text[:CURSOR_MAX] + "=" * (-len(text) % 4)))
    except (binascii.Error, msgspec.DecodeError, ValueError) as error:
        raise wrong_input("cursor", "This value is not valid.") from error


ROUTES: tuple[Route, ...] = (
    ("GET", "/api/v5/loyalty/account/{id}/bonus/operations", operations),
    ("GET", "/api/v5/loyalty/account/{id}/bonus/{status}/details", details),
    ("GET", "/api/v5/loyalty/bonus/operations", all_operations),
)
