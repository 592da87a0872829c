"""Buyers at the till: joining, searching, the balance, codes. MoySklad's ids of a buyer are kept as documents."""

from kopilka.connectors.kit.fields import Fields
from kopilka.connectors.kit.numbers import number
from kopilka.connectors.moysklad.ask import BAD, CONFLICT, NOT_FOUND, Ask, NoError, no
from kopilka.connectors.moysklad.manifest import CONFIRM_ENROL, ID
from kopilka.connectors.moysklad.mapping import id_in
from kopilka.connectors.moysklad.mapping_people import (
    guid_of,
    identifiers_in,
    ids_in,
    member_of,
    person_in,
    refs_in,
    row_of,
)
from kopilka.connectors.moysklad.words import CODE_JOINS, CODE_SENT, CODE_SPENDS, MUST_CONFIRM, NAMELESS
from kopilka.usecases.commands import Enrol, Identifier, Ref
from kopilka.usecases.foreign import ForeignDocument, Search
from kopilka.usecases.members import normal
from kopilka.usecases.outcomes import Refused
from kopilka.usecases.verifications import VERIFY_PHONE, VERIFY_SPENDING
from kopilka.usecases.views import MemberView

COUNTERPARTY = "counterparty"
ROWS_MAX, SEARCH_LEAST = 20, 2
REPEAT_SECONDS, CASHIER_MAX = 60, 140
CREATED = 201


async def create(ask: Ask) -> tuple[int, object]:
    """A buyer of the till becomes a member; one who is a member already is linked."""
    body = ask.body()
    body.inner("meta", required=True)
    ms_id = id_in(body, required=True)
    shop = await ask.shop(id_in(body.inner("retailStore", required=True)))
    member = await find(ask, body)
    if member is None:
        wanted = identifiers_in(body, f"{ID}:{ms_id}")
        person = person_in(body)
        if ask.yes(CONFIRM_ENROL.name) and body.text("statusCheck").upper() not in {"CHECKED", "IGNORE"}:
            raise NoError("must_confirm", field="phone", number=MUST_CONFIRM)
        programme = ask.connection.programme or shop.programme
        command = Enrol(
            wanted,
            programme,
            person,
            shop.id,
            client=ask.connection.connection_id,
            key=f"{COUNTERPARTY}:{ms_id}",
        )
        done = await ask.services.counter.carry_out(command)
        if isinstance(done, Refused):
            # Two calls at once: the other one has enrolled the same buyer.
            member = await find(ask, body)
            if member is None:
                raise no(done)
        else:
            member = await ask.services.run(ask.services.views.member, Ref("member", done.member_id))
    if member is not None:
        await _only_theirs(ask, member, body)
        await _keep_card(ask, member, body)
        await link(ask, member, body)
    return CREATED, {}


async def search(ask: Ask) -> tuple[int, object]:
    """Members by a part of a phone, a card or a name; nobody for less than two signs."""
    await ask.shop(ask.call.first("retailStoreId").strip().lower())
    text = ask.call.first("search").strip()
    if "\0" in text:
        raise NoError("bad_text", status=BAD, field="search")
    services, found = ask.services, dict[str, MemberView]()
    exact = [Ref(kind, normal(kind, text)) for kind in ("card", "phone", "email", "qr", "external")]
    for ref in exact if text else []:
        member = await services.run(services.views.member, ref) if ref.value else None
        if member is not None and member.found_by == "active":
            found[member.member_id] = member
    shown = await services.run(services.verifications.owner_of, text) if text.isdigit() else None
    wanted = [] if shown is None else [shown]
    if len(text) >= SEARCH_LEAST:
        rows = await services.run(services.views.search, text, limit=ROWS_MAX)
        wanted += [row.member_id for row in rows]
    for member_id in wanted:
        member = await services.run(services.views.member, Ref("member", member_id))
        if member is not None:
            found.setdefault(member_id, member)
    active = [member for member in found.values() if member.status == "active"][:ROWS_MAX]
    nameless = ask.say(NAMELESS)
    return 200, {"rows": [row_of(member, await _ms_id(ask, member), nameless) for member in active]}


async def detail(ask: Ask) -> tuple[int, object]:
    """The balance of one buyer."""
    body = ask.body()
    shop = await ask.shop(id_in(body.inner("retailStore", required=True)))
    body.inner("meta", required=True)
    member = await known(ask, body, "meta")
    programme = (await ask.rules(shop)).programme
    kind = programme.spend_kind()
    holder = (member.bucket, member.holder_id)
    wallets = await ask.services.run(ask.services.views.wallets, holder)
    free = next((wallet.free for wallet in wallets if wallet.kind == kind), 0)
    decimals = programme.points[kind].decimals if kind else 0
    return 200, {"bonusProgram": {"agentBonusBalance": number(free, decimals)}}


async def verify(ask: Ask) -> tuple[int, object]:
    """A code to the phone of somebody who joins; the till compares it."""
    body = ask.body()
    await ask.shop(id_in(body.inner("retailStore", required=True)))
    body.inner("meta", required=True)
    member = await find(ask, body)
    return 200, await _send(ask, body, member, VERIFY_PHONE)


async def verify_spending(ask: Ask) -> tuple[int, object]:
    """A code to the phone of a member who spends; the till compares it."""
    body = ask.body()
    await ask.shop(id_in(body.inner("retailStore", required=True)))
    body.text("counterpartyId", required=True)
    agent = Fields({**body.content, "id": body.content["counterpartyId"], "meta": None})
    return 200, await _send(ask, body, await known(ask, agent, "counterpartyId"), VERIFY_SPENDING)


async def _send(ask: Ask, body: Fields, member: MemberView | None, purpose: str) -> dict[str, object]:
    told = body.text("phone")
    phone = normal("phone", told)
    if told and not phone:
        raise NoError("bad_identifier", status=BAD, field="phone")
    # A member's own phone goes first: who holds another one must not confirm for them.
    phone = (member.person.phone if member is not None else "") or phone
    if not phone:
        raise NoError("no_phone", field="phone")
    text = CODE_JOINS if purpose == VERIFY_PHONE else CODE_SPENDS

    def words(code: str) -> str:
        return ask.say(text, code=code)

    member_id = "" if member is None else member.member_id
    sent = await ask.services.run(
        ask.services.verifications.send,
        purpose,
        phone,
        words,
        member_id=member_id,
        subject=next(iter(ids_in(body)), ""),
    )
    if isinstance(sent, Refused):
        raise no(sent)
    shown = ask.say(CODE_SENT, phone=f"…{phone[-4:]}")[:CASHIER_MAX]
    return {"verificationCode": sent[1], "timeForRepeat": REPEAT_SECONDS, "messageForCashier": shown}


# -- who is it ------------------------------------------------------------------------------------------------------


async def find(ask: Ask, agent: Fields) -> MemberView | None:
    """The member whom a counterparty is: by its ids, else by card, phone or e-mail."""
    services = ask.services
    for id_ in ids_in(agent):
        document = await services.run(
            services.foreign.document, ask.connection.connection_id, COUNTERPARTY, id_
        )
        member_id = document.member_id if document is not None else member_of(id_)
        member = await services.run(services.views.member, Ref("member", member_id)) if member_id else None
        if member is not None and member.status != "erased":
            return member
    for ref in refs_in(agent):
        member = await services.run(services.views.member, ref)
        if member is not None and member.found_by == "active":
            return member
    return None


async def known(ask: Ask, agent: Fields, field: str) -> MemberView:
    """The same; nobody, and who is blocked, is a no."""
    member = await find(ask, agent)
    if member is None:
        raise NoError("unknown_member", status=NOT_FOUND, field=field)
    if member.status != "active":
        raise NoError("member_blocked", field=field)
    return member


async def link(ask: Ask, member: MemberView, agent: Fields) -> None:
    """Remember under which ids MoySklad knows a member."""
    services, now = ask.services, ask.services.clock()
    guid, sync = guid_of(member.member_id), agent.text("syncId").lower()
    ids = [id_ for id_ in ids_in(agent) if id_ != guid]
    content = {"guid": guid, "msId": next((id_ for id_ in ids if id_ != sync), ""), "syncId": sync}
    for id_ in ids:
        old = await services.run(services.foreign.document, ask.connection.connection_id, COUNTERPARTY, id_)
        if old is not None and old.member_id == member.member_id:
            continue
        document = ForeignDocument(
            ask.connection.connection_id, COUNTERPARTY, id_, content, now, member.member_id,
            revision=0 if old is None else old.revision,
        )  # fmt: skip
        await services.run(services.foreign.put, document)


async def _only_theirs(ask: Ask, member: MemberView, body: Fields) -> None:
    """Phone, card and e-mail name one buyer: those of two are a mistake at the till."""
    fields = {"card": "discountCardNumber"}
    for ref in refs_in(body):
        other = await ask.services.run(ask.services.views.member, ref)
        if other is not None and other.member_id != member.member_id:
            raise NoError("identifier_taken", status=CONFLICT, field=fields.get(ref.kind, ref.kind))


async def _keep_card(ask: Ask, member: MemberView, body: Fields) -> None:
    """A card that the till has given to somebody who is a member already."""
    card = normal("card", body.text("discountCardNumber"))
    if not card or any((row.kind, row.value) == ("card", card) for row in member.identifiers):
        return
    new = Identifier("card", card)
    done = await ask.services.run(
        ask.services.members.add_identifier, member.member_id, new, ask.connection.connection_id
    )
    if isinstance(done, Refused):
        raise NoError(done.code, status=CONFLICT, field="discountCardNumber")


async def _ms_id(ask: Ask, member: MemberView) -> str:
    search = Search(ask.connection.connection_id, COUNTERPARTY, member_id=member.member_id, limit=1)
    documents = await ask.services.run(ask.services.foreign.documents, search)
    return str(documents[0].content.get("msId", "")) if documents else ""
