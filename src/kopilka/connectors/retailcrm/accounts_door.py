"""The list of loyalty accounts, with every filter of the protocol: those that still wait for their code, newest first,
and then members, newest first. Only a page of them is read.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from kopilka.connectors.retailcrm.account_filter import (
    PHONE_PART_MIN,
    AccountFilter,
    Named,
    may_wait,
    members_asked,
    read_filter,
    waiting_asked,
)
from kopilka.connectors.retailcrm.ask import Ask
from kopilka.connectors.retailcrm.crowd import members_by_key, members_read, waiting_read
from kopilka.connectors.retailcrm.people import ACCOUNT, CUSTOMER, NOT_CONFIRMED, OF_MEMBER, customer_key
from kopilka.connectors.retailcrm.telling import Frame, Teller
from kopilka.connectors.retailcrm.wire import Page, Route
from kopilka.usecases.members import normal

IDS_MAX = 2_000


async def accounts(ask: Ask) -> Mapping[str, Any]:
    """A page of accounts."""
    page, teller = ask.page, Teller(ask)
    frame = await teller.frame()
    wanted = await _filter(ask, teller, frame)
    if wanted.nothing:
        return {"pagination": page.pagination(0), "loyaltyAccounts": []}
    named = await _named(ask, wanted)
    preferred = wanted.sites or tuple(sorted({key.partition(":")[0] for key in named.keys or ()}))
    total, found = 0, []
    if may_wait(wanted, _lowest(frame)):
        search = waiting_asked(wanted, named, ask.connection)
        total, documents = await ask.run(ask.services.foreign.find, _placed(search, page, 0))
        found += await waiting_read(ask, documents)
    if wanted.status != NOT_CONFIRMED:
        asked = members_asked(wanted, frame.rules, frame.numbers["levels"], named, ask.connection)
        members, ids = await ask.run(ask.services.accounts.find, _placed(asked, page, total))
        found += await members_read(ask, ids, preferred)
        total += members
    return {"pagination": page.pagination(total), "loyaltyAccounts": await teller.accounts(found)}


def _placed(search: Any, page: Page, before: int) -> Any:
    """A search for what of a page lies behind those `before`."""
    first = max(0, page.first - before)
    left = min(page.limit, max(0, page.first + page.limit - before))
    return msgspec.structs.replace(search, skip=first, limit=left)


def _lowest(frame: Frame) -> int:
    """The number of the level that everybody begins on."""
    return int(frame.numbers["levels"][frame.levels[0].id])


async def _filter(ask: Ask, teller: Teller, frame: Frame) -> AccountFilter:
    """What is asked for; programmes by their own names. `nothing` where nobody can be meant."""
    wanted = read_filter(ask.filters, frame.rules)
    frames = [await teller.frame(site) for site in await ask.shops()]
    known = {str(each.numbers["loyalty"]): each.rules.programme.programme for each in frames}
    nothing = False
    if wanted.loyalties:
        programmes = tuple(sorted({known[id_] for id_ in wanted.loyalties if id_ in known}))
        nothing = not programmes
    else:
        others = set(ask.services.views.known.programmes()).difference(known.values())
        programmes = tuple(sorted(known.values())) if others else ()
    if wanted.card:
        wanted = msgspec.structs.replace(wanted, card=normal("card", wanted.card))
        nothing = nothing or not wanted.card
    nothing = nothing or bool(wanted.phone and len(wanted.phone_digits) < PHONE_PART_MIN)
    nothing = nothing or bool(wanted.levels and not _levels(frame) & set(wanted.levels))
    return msgspec.structs.replace(wanted, programmes=programmes, nothing=nothing)


def _levels(frame: Frame) -> set[str]:
    return {str(number) for number in frame.numbers["levels"].values()}


# -- somebody named ---------------------------------------------------------------------------------------------------


async def _named(ask: Ask, wanted: AccountFilter) -> Named:
    """Whom filters name by numbers and external ids."""
    named = Named()
    if wanted.ids:
        ids, foreign = list(wanted.ids[:IDS_MAX]), ask.services.foreign
        members = await ask.run(foreign.ids_of, "member", ids)
        keys = _keys(ask, (await ask.run(foreign.ids_of, ACCOUNT, ids)).values())
        named = named.only(frozenset(members.values()) | await members_by_key(ask, keys), keys)
    if wanted.customer_id:
        whole = await ask.id_of(CUSTOMER, wanted.customer_id) or ""
        keys = _keys(ask, [whole])
        member = [whole.removeprefix(OF_MEMBER)] if whole.startswith(OF_MEMBER) else []
        named = named.only(frozenset(member) | await members_by_key(ask, keys), keys)
    if wanted.customer_external_id:
        sites = wanted.sites or tuple(await ask.shops())
        keys = frozenset(customer_key(site, wanted.customer_external_id) for site in sites)
        named = named.only(await members_by_key(ask, keys), keys)
    return named


def _keys(ask: Ask, wholes: Iterable[str]) -> frozenset[str]:
    """Keys of this connection's customers."""
    prefix = f"{ask.connection.connection_id}/"
    return frozenset(whole[len(prefix) :] for whole in wholes if whole.startswith(prefix))


ROUTES: tuple[Route, ...] = (("GET", "/api/v5/loyalty/accounts", accounts),)
