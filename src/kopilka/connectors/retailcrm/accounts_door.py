"""The list of loyalty accounts, with every filter of the protocol.

Where a filter names somebody, they are looked up; otherwise members are read newest first, those that still wait for
their code before them, and judged one by one where a filter asks for what they have.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from kopilka.connectors.retailcrm.account_filter import (
    IDENTIFIERS,
    INSTANT,
    SECOND,
    AccountFilter,
    fits,
    made_within,
    on_sites,
    own_fields_fit,
    read_filter,
    site_of,
)
from kopilka.connectors.retailcrm.ask import Ask
from kopilka.connectors.retailcrm.people import (
    ACCOUNT,
    ACTIVATED,
    NOT_CONFIRMED,
    Account,
    account_by_number,
    account_of,
    account_of_member,
    customer_by_key,
    customer_by_number,
    customer_key,
    member_by_id,
)
from kopilka.connectors.retailcrm.telling import Frame, Teller
from kopilka.connectors.retailcrm.wire import Page, Route
from kopilka.usecases.accounts import AccountRow, AccountSearch, Means
from kopilka.usecases.commands import Ref
from kopilka.usecases.foreign import ForeignDocument, Search
from kopilka.usecases.members import normal

CHUNK, FOUND_MAX = 500, 2_000
PHONE_PART_MIN = 3


async def accounts(ask: Ask) -> Mapping[str, Any]:
    """A page of accounts."""
    page, teller = ask.page, Teller(ask)
    wanted = await _filter(ask, teller)
    if wanted.nothing:
        return {"pagination": page.pagination(0), "loyaltyAccounts": []}
    if wanted.names_somebody:
        return await _page_of(ask, teller, page, await _named(ask, wanted), wanted)
    if wanted.plain:
        return await _plain_page(ask, teller, page, wanted)
    if wanted.custom_fields:
        return await _page_of(ask, teller, page, await _with_fields(ask, wanted), wanted)
    return await _scanned_page(ask, teller, page, wanted)


async def _filter(ask: Ask, teller: Teller) -> AccountFilter:
    """What is asked for; programmes and levels by their own names."""
    frame = await teller.frame()
    wanted = read_filter(ask.filters, frame.rules)
    frames = [await teller.frame(site) for site in await ask.shops()]
    known = {str(each.numbers["loyalty"]): each.rules.programme.programme for each in frames}
    if not wanted.loyalties:
        others = set(ask.services.views.known.programmes()).difference(known.values())
        return msgspec.structs.replace(wanted, programmes=tuple(sorted(known.values())) if others else ())
    programmes = tuple(sorted({known[id_] for id_ in wanted.loyalties if id_ in known}))
    return msgspec.structs.replace(wanted, programmes=programmes, nothing=not programmes)


async def _page_of(
    ask: Ask, teller: Teller, page: Page, found: Sequence[Account], wanted: AccountFilter
) -> Mapping[str, Any]:
    """The page of accounts that were read whole."""
    means = await teller.means(found)
    rows = []
    for each in found:
        frame = await teller.frame(each.customer.site)
        owned = None if each.member is None else means.get(each.member.holder_id)
        if fits(each, owned, wanted, frame.rules, frame.numbers["levels"]):
            rows.append(each)
    told = await teller.accounts([await _whole(ask, each, wanted) for each in page.of(rows)])
    return {"pagination": page.pagination(len(rows)), "loyaltyAccounts": told}


async def _whole(ask: Ask, account: Account, wanted: AccountFilter) -> Account:
    """The account as one of the sites asked for sees it."""
    if account.member is None or not wanted.sites or account.customer.site in wanted.sites:
        return account
    return await account_of_member(ask, account.member, wanted.sites)


# -- somebody named ---------------------------------------------------------------------------------------------------


async def _named(ask: Ask, wanted: AccountFilter) -> list[Account]:
    """Whoever the filters name, each once; what further filters say of them is judged afterwards."""
    found: list[Account | None] = []
    if wanted.ids:
        found = [await account_by_number(ask, id_) for id_ in wanted.ids[:FOUND_MAX]]
    elif wanted.customer_id:
        found = [await account_of(ask, await customer_by_number(ask, wanted.customer_id))]
    elif wanted.customer_external_id:
        sites = wanted.sites or tuple(await ask.shops())
        keys = [customer_key(site, wanted.customer_external_id) for site in sites]
        found = [await account_of(ask, await customer_by_key(ask, key)) for key in keys]
    elif wanted.card:
        found = [await _by(ask, "card", wanted.card)]
    else:
        found = [*await _waiting_with(ask, wanted), *await _by_text(ask, wanted)]
    kept = {each.number: each for each in found if each is not None}
    return list(kept.values())


async def _by(ask: Ask, kind: str, value: str) -> Account | None:
    bare = normal(kind, value)
    member = await ask.run(ask.services.views.member, Ref(kind, bare)) if bare else None
    return None if member is None else await account_of_member(ask, member)


async def _by_text(ask: Ask, wanted: AccountFilter) -> list[Account | None]:
    """By phone, whole or in part, or by a part of the customer's name, e-mail or phone."""
    if wanted.phone:
        exact = await _by(ask, "phone", wanted.phone)
        if exact is not None:
            return [exact]
    text = wanted.phone or wanted.customer
    if wanted.phone and sum(sign.isdigit() for sign in text) < PHONE_PART_MIN:
        return []
    rows = await ask.run(ask.services.views.search, text, limit=FOUND_MAX)
    members = [await member_by_id(ask, row.member_id) for row in rows]
    return [await account_of_member(ask, member) for member in members if member is not None]


async def _waiting_with(ask: Ask, wanted: AccountFilter) -> list[Account]:
    """Accounts that wait for their code, by phone or by the customer's name."""
    digits, name = "".join(filter(str.isdigit, wanted.phone))[-10:], wanted.customer.lower()
    documents = await _waiting(ask)
    if digits:
        documents = [each for each in documents if digits in str(each.content.get("phoneNumber") or "")]
    accounts = await _accounts(ask, documents)
    return accounts if not name else [each for each in accounts if name in each.customer.words]


# -- everybody --------------------------------------------------------------------------------------------------------


def _search(wanted: AccountFilter, **more: Any) -> AccountSearch:
    status = {ACTIVATED: "active", "deactivated": "blocked"}.get(wanted.status, "")
    until = None if wanted.created_until is None else wanted.created_until + SECOND - INSTANT
    return AccountSearch(status, wanted.created_from, until, wanted.programmes, IDENTIFIERS, **more)


async def _plain_page(ask: Ask, teller: Teller, page: Page, wanted: AccountFilter) -> Mapping[str, Any]:
    """A page where the database alone can tell who is meant: those that wait first, then members."""
    pending = []
    if wanted.status in {"", NOT_CONFIRMED}:
        pending = [each for each in await _waiting(ask) if made_within(each, wanted)]
    total = 0
    if wanted.status != NOT_CONFIRMED:
        total = await ask.run(ask.services.accounts.count, _search(wanted))
    rows = await _accounts(ask, page.of(pending))
    left = page.limit - len(rows)
    if left and total:
        skip = max(0, page.first - len(pending))
        more = await ask.run(ask.services.accounts.page, _search(wanted, skip=skip, limit=left))
        rows += await _read(ask, more, wanted)
    told = await teller.accounts(rows)
    return {"pagination": page.pagination(len(pending) + total), "loyaltyAccounts": told}


async def _scanned_page(ask: Ask, teller: Teller, page: Page, wanted: AccountFilter) -> Mapping[str, Any]:
    """A page of those whom what they have, or their site, speaks for; only they are read whole."""
    frame = await teller.frame()
    rows: list[ForeignDocument | AccountRow] = []
    if wanted.status in {"", NOT_CONFIRMED} and fits(
        None, None, wanted, frame.rules, frame.numbers["levels"]
    ):
        rows += [
            each
            for each in await _waiting(ask)
            if made_within(each, wanted) and on_sites(wanted, [each.id.partition(":")[0]])
        ]
    if wanted.status != NOT_CONFIRMED:
        rows += await _scanned(ask, frame, wanted)
    told = []
    for row in page.of(rows):
        told += await (_read(ask, [row], wanted) if isinstance(row, AccountRow) else _accounts(ask, [row]))
    return {"pagination": page.pagination(len(rows)), "loyaltyAccounts": await teller.accounts(told)}


async def _scanned(ask: Ask, frame: Frame, wanted: AccountFilter) -> list[AccountRow]:
    found: list[AccountRow] = []
    after = ""
    while True:
        rows = await ask.run(ask.services.accounts.page, _search(wanted, after=after, limit=CHUNK))
        last = rows[-1].member_id if len(rows) == CHUNK else ""
        rows = [row for row in rows if on_sites(wanted, _sites(ask, row))]
        means: Mapping[str, Means] = {}
        if rows and wanted.of_means:
            means = await ask.run(ask.services.accounts.means, [row.holder for row in rows])
        levels = frame.numbers["levels"]
        found += [row for row in rows if fits(None, means.get(row.holder_id), wanted, frame.rules, levels)]
        if not last:
            return found
        after = last


def _sites(ask: Ask, row: AccountRow) -> list[str]:
    """The sites on which a member is a customer; where they joined, if on none."""
    return [site_of(value) for value in row.externals] or [row.shop or ask.connection.shop]


async def _with_fields(ask: Ask, wanted: AccountFilter) -> list[Account]:
    """Accounts whose own fields are as asked for: only those that have any are looked at."""
    documents = [each for each in await _documents(ask, "") if own_fields_fit(each, wanted)]
    found = [await account_of(ask, await customer_by_key(ask, each.id)) for each in documents]
    kept = {each.number: each for each in found if each is not None}
    return list(kept.values())


async def _read(ask: Ask, rows: Sequence[AccountRow], wanted: AccountFilter) -> list[Account]:
    members = [await member_by_id(ask, row.member_id) for row in rows]
    return [await account_of_member(ask, member, wanted.sites) for member in members if member is not None]


async def _accounts(ask: Ask, documents: Sequence[ForeignDocument]) -> list[Account]:
    found = [await account_of(ask, await customer_by_key(ask, each.id)) for each in documents]
    return [each for each in found if each is not None and each.member is None]


async def _waiting(ask: Ask) -> list[ForeignDocument]:
    """What is kept of those who wait for their code, newest first."""
    return await _documents(ask, NOT_CONFIRMED)


async def _documents(ask: Ask, state: str) -> list[ForeignDocument]:
    found: list[ForeignDocument] = []
    search = Search(ask.connection.connection_id, ACCOUNT, state, limit=CHUNK)
    while True:
        rows = await ask.run(ask.services.foreign.documents, search)
        found += rows
        last = rows[-1] if len(rows) == CHUNK else None
        if last is None or last.written_at is None:
            return found[::-1]
        search = msgspec.structs.replace(search, after=(last.written_at, last.id))


ROUTES: tuple[Route, ...] = (("GET", "/api/v5/loyalty/accounts", accounts),)
