"""What moved in accounts, and what waits or will burn."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from datetime import MAXYEAR, datetime, timedelta
from typing import Any

import msgspec

from kopilka.connectors.retailcrm.ask import Ask
from kopilka.connectors.retailcrm.comments import comments_of
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
from kopilka.connectors.retailcrm.orders import base_receipt, orders_of_receipts
from kopilka.connectors.retailcrm.people import Account, account_by_number
from kopilka.connectors.retailcrm.telling import Teller
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
from kopilka.usecases.accounts import LineSearch, Movement, Place
from kopilka.usecases.views import StatementLine

EVENT = "event"
SECOND = timedelta(seconds=1)
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
    if account.member is None:
        return {"pagination": page.pagination(0), "bonusOperations": []}
    edges = {}
    for name in ("createdAtFrom", "createdAtTo"):
        if ask.filters.get(name):
            edges[name] = read_moment(ask.filters[name], zone, f"filter.{name}", end=name == "createdAtTo")
    search = LineSearch(
        (account.member.bucket, account.member.holder_id), main_kind(rules), _first(edges.get("createdAtFrom")),
        _after(edges.get("createdAtTo")), page.first, page.limit,
    )  # fmt: skip
    total, lines = await ask.run(ask.services.accounts.lines, search)
    told = await _told(ask, [(line, rules) for line in lines])
    return {"pagination": page.pagination(total), "bonusOperations": told}


def _first(edge: datetime | None) -> datetime | None:
    """The first instant that is told as a moment from the edge on: moments are told without a fraction of a second."""
    return edge if edge is None or not edge.microsecond else _after(edge) or edge


def _after(edge: datetime | None) -> datetime | None:
    """The first instant that is told as a later moment; none where the calendar ends."""
    if edge is None or edge.year == MAXYEAR:
        return None
    return edge.replace(microsecond=0) + SECOND


async def _told(ask: Ask, lines: Sequence[tuple[StatementLine, Ruleset]]) -> list[dict[str, Any]]:
    """Movements with their orders and comments."""
    orders = await orders_of(ask, [line.receipt for line, _ in lines if line.receipt])
    by_hand = [line.txn for line, _ in lines if line.verb == "adjust"]
    comments = await comments_of(ask, by_hand)
    told = []
    for line, rules in lines:
        event = 0
        if operation_type(line, rules)[1]:
            rule = line.account.partition(":")[2] or line.verb
            event = await ask.number(EVENT, f"{rules.programme.programme}/{rule}")
        row = operation_told(line, rules, orders.get(line.receipt, {}), event)
        told.append({**row, "comment": comments[line.txn]} if line.txn in comments else row)
    return told


async def orders_of(ask: Ask, receipts: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Receipts as orders: what the site calls them, or what whoever sold them does."""
    known = await orders_of_receipts(ask, receipts)
    bases = {each: each if id_ is None else base_receipt(ask, id_) for each, id_ in known.items()}
    numbers = await ask.run(ask.services.foreign.numbers, "receipt", list(bases.values()))
    found = {}
    for receipt_id, id_ in known.items():
        name = receipt_id if id_ is None else id_.partition(":")[2]
        told: dict[str, Any] = {"id": numbers[bases[receipt_id]]}
        found[receipt_id] = told if id_ is not None and name.startswith("#") else {**told, "externalId": name}
    return found


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
    lines = await _told(ask, [(row.line, frames[row.line.kind].rules) for row in rows])
    members = sorted({row.member_id for row in rows if row.member_id})
    numbers = await ask.run(ask.services.foreign.numbers, "member", members)
    told = []
    for row, line in zip(rows, lines, strict=True):
        whose = {"loyaltyAccount": {"id": numbers[row.member_id]}} if row.member_id else {}
        loyalty = {"loyalty": {"id": frames[row.line.kind].numbers["loyalty"]}}
        told.append({**line, **whose, **loyalty})
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
