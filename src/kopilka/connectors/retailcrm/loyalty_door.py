"""Loyalty accounts: joining, activation, one account, its change, bonuses added and taken by hand."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from kopilka.connectors.retailcrm import accounts_door, bonuses_door, programme_door, verification_door
from kopilka.connectors.retailcrm.ask import Ask
from kopilka.connectors.retailcrm.comments import keep_comment
from kopilka.connectors.retailcrm.joining import (
    Wish,
    confirms,
    join,
    new_key,
    put_customer,
    remember,
    send_registration_code,
    wait_for_code,
)
from kopilka.connectors.retailcrm.mapping_accounts import points_digits, verification_told
from kopilka.connectors.retailcrm.mapping_levels import level_id
from kopilka.connectors.retailcrm.mapping_privileges import main_kind
from kopilka.connectors.retailcrm.people import (
    DEACTIVATED,
    Account,
    Customer,
    account_by_number,
    account_of,
    customer_named,
)
from kopilka.connectors.retailcrm.telling import LEVEL, Frame, Teller
from kopilka.connectors.retailcrm.wire import (
    Made,
    Route,
    amount,
    id_text,
    missing,
    not_found,
    plain,
    read_day,
    wrong_entity,
)
from kopilka.connectors.retailcrm.words import JOINED, refusal, text
from kopilka.core.receipt import Shop
from kopilka.usecases.commands import Adjust, Identifier, Ref, SetLevel
from kopilka.usecases.members import MemberChange, PersonChange, normal
from kopilka.usecases.outcomes import Refused
from kopilka.usecases.verifications import Verification
from kopilka.usecases.views import MemberView
from kopilka.values.period import local_day

KEY, COMMENT_MAX = "rcrm_", 200
NOTE = "RetailCRM"
"""What the ledger says of bonuses by hand: it is never erased, and comments may name people."""
RESEND_SECONDS = 60
"""A second activation within this time does not send a second SMS."""


async def create(ask: Ask) -> Made:
    """Join a customer."""
    shop = await ask.shop()
    wanted = ask.entity("loyaltyAccount")
    wish = _wish(ask, wanted)
    customer = await _customer(ask, wanted, shop, wish)
    if await account_of(ask, customer) is not None:
        raise wrong_entity("loyalty", JOINED, "joined_already")
    rules = await ask.rules(shop)
    if confirms(ask):
        if not wish.phone:
            raise wrong_entity("phoneNumber", text("phone_needed", russian=ask.russian))
        account = await wait_for_code(ask, customer, wish)
    else:
        account = await join(ask, customer, wish, rules)
    return Made({"site": shop.id, "loyaltyAccount": await Teller(ask).account(account), "warnings": []})


async def activate(ask: Ask) -> Mapping[str, Any]:
    """Let an account take part: at once, or by a code. One that does already stays as it is."""
    account = await the_account(ask)
    if account.status == DEACTIVATED:
        raise wrong_entity("loyaltyAccount", text("member_blocked", russian=ask.russian), "member_blocked")
    teller = Teller(ask)
    if account.active:
        return {"loyaltyAccount": await teller.account(account)}
    if not confirms(ask):
        wish = Wish(
            account.fact("phoneNumber") or "", account.fact("cardNumber") or "", account.fact("customFields")
        )
        rules = await ask.rules((await ask.shops()).get(account.customer.site))
        return {"loyaltyAccount": await teller.account(await join(ask, account.customer, wish, rules))}
    check = await _live_check(ask, account) or await send_registration_code(ask, account)
    frame = await teller.frame(account.customer.site)
    told = await teller.account(await account_of(ask, account.customer) or account)
    return {"loyaltyAccount": told, "verification": verification_told(check, frame.rules.programme.zone)}


async def _live_check(ask: Ask, account: Account) -> Verification | None:
    """The code that was sent a moment ago."""
    id_ = account.fact("lastCheckId")
    check = await ask.run(ask.services.verifications.get, id_) if isinstance(id_, str) and id_ else None
    if check is None or check.phone != account.fact("phoneNumber"):
        return None
    fresh = 0 <= (ask.now - check.created_at).total_seconds() < RESEND_SECONDS
    return check if fresh and check.verified_at is None else None


async def one(ask: Ask) -> Mapping[str, Any]:
    """One account."""
    return {"loyaltyAccount": await Teller(ask).account(await the_account(ask))}


async def edit(ask: Ask) -> Mapping[str, Any]:
    """Change an account's phone, card, own fields, level."""
    account = await the_account(ask)
    wanted = ask.entity("loyaltyAccount")
    teller, warnings = Teller(ask), []
    phone, card = _phone(ask, wanted), _card(ask, wanted)
    facts = {"customFields": wanted["customFields"]} if wanted.get("customFields") else {}
    if account.member is None:
        facts |= {name: value for name, value in (("phoneNumber", phone), ("cardNumber", card)) if value}
    else:
        level = await _level(ask, wanted, await teller.frame(account.customer.site))
        await _change(ask, account.member, phone, card)
        if level and not await _set_level(ask, account, teller, level):
            warnings.append(text("level_kept", russian=ask.russian))
    if facts:
        await remember(ask, account.customer.key, facts, member_id=account.customer.member_id)
    return {"loyaltyAccount": await teller.account(await the_account(ask)), "warnings": warnings}


async def credit(ask: Ask) -> Mapping[str, Any]:
    """Add bonuses, from a day on and through a day."""
    account = await the_account(ask)
    frame = await Teller(ask).frame(account.customer.site)
    units = _amount(ask, frame)
    starts, ends = (
        read_day(ask.text("activationDate"), "activationDate"),
        read_day(ask.text("expireDate"), "expireDate"),
    )
    today = local_day(ask.now, frame.rules.programme.zone)
    if ends is not None and ends < today:
        raise wrong_entity("expireDate", text("in_the_past", russian=ask.russian), "in_the_past")
    if ends is not None and starts is not None and ends < starts:
        raise wrong_entity("expireDate", text("days_crossed", russian=ask.russian), "in_the_past")
    await _adjust(ask, account, frame, units, (starts, ends))
    told = {
        "amount": plain(units, points_digits(frame.rules)),
        "activationDate": (starts or today).isoformat(),
    }
    return {"loyaltyBonus": told if ends is None else told | {"expireDate": ends.isoformat()}}


async def charge(ask: Ask) -> Mapping[str, Any]:
    """Take bonuses."""
    account = await the_account(ask)
    frame = await Teller(ask).frame(account.customer.site)
    await _adjust(ask, account, frame, -_amount(ask, frame), (None, None))
    return {}


# -- parts ------------------------------------------------------------------------------------------------------------


async def the_account(ask: Ask) -> Account:
    """The account that the address names."""
    account = await account_by_number(ask, ask.args["id"])
    if account is None:
        raise not_found()
    return account


def _phone(ask: Ask, wanted: Mapping[str, Any]) -> str:
    raw = id_text(wanted.get("phoneNumber"), "phoneNumber")
    phone = normal("phone", raw) if raw else ""
    if raw and not phone:
        raise wrong_entity("phoneNumber", text("bad_phone", russian=ask.russian))
    return phone


def _card(ask: Ask, wanted: Mapping[str, Any]) -> str:
    raw = id_text(wanted.get("cardNumber"), "cardNumber")
    card = normal("card", raw) if raw else ""
    if raw and not card:
        raise wrong_entity("cardNumber", text("bad_card", russian=ask.russian))
    return card


def _wish(ask: Ask, wanted: Mapping[str, Any]) -> Wish:
    wish = Wish(_phone(ask, wanted), _card(ask, wanted), wanted.get("customFields"))
    if not wish.phone and not wish.card:
        raise wrong_entity("phoneNumber", text("phone_needed", russian=ask.russian))
    return wish


async def _customer(ask: Ask, wanted: Mapping[str, Any], shop: Shop, wish: Wish) -> Customer:
    """The customer who joins. A site may join one before it has told us of them."""
    named = wanted.get("customer")
    if not isinstance(named, dict):
        raise wrong_entity("customer", text("unknown_customer", russian=ask.russian))
    customer = await customer_named(ask, named, shop)
    if customer is not None:
        return customer
    external_id = id_text(named.get("externalId"), "customer.externalId")
    if named.get("id") is not None or not external_id:
        raise wrong_entity("customer", text("unknown_customer", russian=ask.russian), "unknown_customer")
    content = {"phones": [{"number": wish.phone}]} if wish.phone else {}
    return await put_customer(ask, new_key(ask, shop.id, external_id), content)


async def _change(ask: Ask, member: MemberView, phone: str, card: str) -> None:
    """A new phone or card of a member."""
    who, members = ask.connection.connection_id, ask.services.members
    done: MemberView | Refused = member
    cards = [row.value for row in member.cards() if row.status == "active"]
    if card and card not in cards:
        new = Identifier("card", card)
        done = await (
            ask.run(members.replace_card, member.member_id, cards[0], new, who)
            if cards
            else ask.run(members.add_identifier, member.member_id, new, who)
        )
        if isinstance(done, Refused):
            raise wrong_entity("cardNumber", refusal(done, russian=ask.russian), done.code)
    if phone and phone != member.person.phone:
        change = PersonChange(phone=phone)
        done = await ask.run(members.change, member.member_id, MemberChange(), change, (), who)
    if isinstance(done, Refused):
        raise wrong_entity("phoneNumber", refusal(done, russian=ask.russian), done.code)


async def _level(ask: Ask, wanted: Mapping[str, Any], frame: Frame) -> str:
    """The level that is asked for; empty for none."""
    number = id_text(wanted.get("loyaltyLevelId"), "loyaltyLevelId")
    if not number:
        return ""
    found = await ask.id_of(LEVEL, number)
    levels = {level_id(frame.rules, level.id): level.id for level in frame.levels}
    if found not in levels or frame.rules.programme.levels is None:
        raise wrong_entity("loyaltyLevelId", text("unknown_level", russian=ask.russian), "unknown_level")
    return levels[found]


async def _set_level(ask: Ask, account: Account, teller: Teller, level: str) -> bool:
    """Set a level by hand; False where purchases have reached a higher one."""
    frame, member = await teller.frame(account.customer.site), account.member
    if member is None:
        return False
    programme, who = frame.rules.programme.programme, Ref("member", member.member_id)
    key = ask.services.new_id(KEY)
    command = SetLevel(
        who, programme, level, NOTE, ask.connection.connection_id, key, ask.connection.connection_id
    )
    done = await ask.services.counter.carry_out(command)
    if isinstance(done, Refused):
        raise wrong_entity("loyaltyLevelId", refusal(done, russian=ask.russian), done.code)
    after = (await teller.account(account))["level"]["id"]
    return bool(after == frame.numbers["levels"][level])


def _amount(ask: Ask, frame: Frame) -> int:
    raw = ask.text("amount")
    if not raw:
        raise missing("amount")
    units = amount(raw, points_digits(frame.rules), "amount")
    if units <= 0:
        raise wrong_entity("amount", text("negative", russian=ask.russian), "negative")
    return units


async def _adjust(
    ask: Ask, account: Account, frame: Frame, units: int, days: tuple[date | None, date | None]
) -> None:
    if account.member is None:
        raise wrong_entity("loyaltyAccount", text("not_confirmed", russian=ask.russian), "not_confirmed")
    comment = "".join(sign for sign in ask.text("comment") if sign.isprintable())[:COMMENT_MAX]
    who, connection = Ref("member", account.member.member_id), ask.connection.connection_id
    command = Adjust(
        who, main_kind(frame.rules), units, NOTE, connection, ask.services.new_id(KEY), connection,
        last_on=days[1], active_on=days[0],
    )  # fmt: skip
    done = await ask.services.counter.carry_out(command)
    if isinstance(done, Refused):
        field = "expireDate" if done.field == "last_on" else "amount"
        raise wrong_entity(field, refusal(done, russian=ask.russian), done.code)
    if comment:
        await keep_comment(ask, done.txn, comment, account.member.member_id)


ROUTES: tuple[Route, ...] = (
    ("POST", "/api/v5/loyalty/account/create", create),
    ("POST", "/api/v5/loyalty/account/{id}/activate", activate),
    ("GET", "/api/v5/loyalty/account/{id}", one),
    ("POST", "/api/v5/loyalty/account/{id}/edit", edit),
    ("POST", "/api/v5/loyalty/account/{id}/bonus/credit", credit),
    ("POST", "/api/v5/loyalty/account/{id}/bonus/charge", charge),
    *accounts_door.ROUTES,
    *bonuses_door.ROUTES,
    *programme_door.ROUTES,
    *verification_door.ROUTES,
)
