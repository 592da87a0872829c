"""Customers: lists, one of them, found by code, phone or uid; their tags."""

from datetime import timedelta

from kopilka.connectors.uds.ask import CODE, Ask
from kopilka.connectors.uds.handling import Table
from kopilka.connectors.uds.mapping import bill_of, customer_out, tags_in, tags_out
from kopilka.connectors.uds.operations_door import calculated
from kopilka.connectors.uds.wire import UdsError, body_of, cursor_parts, cursor_text, page_of, query_of
from kopilka.usecases.commands import Ref
from kopilka.usecases.members import MemberChange, PersonChange
from kopilka.usecases.outcomes import Refused
from kopilka.usecases.views import PAGE_MAX, MemberRow, MemberView

LONG_LIFE, LONG_DIGITS = timedelta(hours=24), 18
"""The code that a till gets in exchange for a short one."""


async def listed(ask: Ask) -> object:
    """A page of customers, newest first."""
    page = page_of(ask.call)
    await ask.open()
    after = cursor_parts(page.cursor, str) if page.cursor else ""
    skip = 0 if page.cursor else page.offset
    rows: list[MemberRow] = []
    while len(rows) <= page.most:
        found = await ask.run(ask.services.views.search, "", after=after, limit=PAGE_MAX)
        alive = [row for row in found if row.status != "erased"]
        rows += alive[skip:]
        skip = max(0, skip - len(alive))
        if len(found) < PAGE_MAX:
            break
        after = found[-1].member_id
    views: list[MemberView] = []
    for row in rows[: page.most]:
        view = await ask.view(Ref("member", row.member_id))
        if view is not None:
            views.append(view)
    people = await ask.people(views)
    shown = [customer_out(who, ask.scores, ask.terms, detail=False) for who in people]
    more = len(rows) > page.most
    return {"rows": shown, "cursor": cursor_text(rows[page.most - 1].member_id) if more else None}


async def found(ask: Ask) -> object:
    """A customer by code, phone or uid, with what a bill would come to."""
    query = query_of(ask.call)
    await ask.open()
    bill = bill_of(query, ask.scores.digits) if query.has("total") else None
    named = await ask.named(query)
    if named.view is None:
        raise UdsError("notFound", named.by, named.value)
    purchase = None if bill is None else await calculated(ask, named, bill)
    code = None
    if named.by == CODE and query.flag("exchangeCode"):
        verifications = ask.services.verifications
        shown = await ask.run(
            verifications.show_code, named.view.member_id, life=LONG_LIFE, digits=LONG_DIGITS
        )
        code = shown.code
    user = customer_out(await ask.someone(named.view), ask.scores, ask.terms)
    return {"user": user, "code": code, "type": "PURCHASE", "purchase": purchase}


async def one(ask: Ask) -> object:
    """A customer by participant id."""
    await ask.open()
    return customer_out(await ask.someone(await _named(ask)), ask.scores, ask.terms)


async def _named(ask: Ask) -> MemberView:
    view = await ask.by_number(ask.call.args["id"])
    if view is None:
        raise UdsError("notFound", "id", ask.call.args["id"])
    return view


async def tags(ask: Ask) -> object:
    """The tags of a customer."""
    await ask.open()
    who = await ask.someone(await _named(ask))
    return {"rows": tags_out(who.tags), "total": len(who.tags)}


async def set_tags(ask: Ask) -> object:
    """All tags of a customer anew."""
    await ask.open()
    view, body = await _named(ask), body_of(ask.call)
    wanted = tags_in(body, "ids", await ask.tag_names(body.wholes("ids", 100)))
    change = MemberChange(tags=wanted)
    actor = ask.connection.connection_id
    after = await ask.run(ask.services.members.change, view.member_id, change, PersonChange(), (), actor)
    if isinstance(after, Refused):
        raise UdsError("notFound" if after.code == "member_erased" else "badRequest", "ids")
    who = await ask.someone(after)
    return {"rows": tags_out(who.tags), "total": len(who.tags)}


ROUTES: Table = (
    ("GET", "customers", listed),
    ("GET", "customers/find", found),
    ("GET", "customers/{id}", one),
    ("GET", "customers/{id}/tags", tags),
    ("POST", "customers/{id}/tags", set_tags),
)
