"""Accounts, movements of points and codes in the words of RetailCRM. Pure."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from kopilka.connectors.kit.numbers import number
from kopilka.connectors.retailcrm.mapping_customers import account_customer
from kopilka.connectors.retailcrm.mapping_levels import LevelFacts, next_sum
from kopilka.connectors.retailcrm.mapping_privileges import main_kind
from kopilka.connectors.retailcrm.people import Account, written_at
from kopilka.connectors.retailcrm.wire import moment
from kopilka.core.programme.document import Trigger
from kopilka.core.rules.ruleset import Ruleset
from kopilka.usecases.accounts import Means
from kopilka.usecases.verifications import VERIFY_PHONE, Verification
from kopilka.usecases.views import StandingView, StatementLine, WalletView
from kopilka.values.money import exponent
from kopilka.values.period import local_day

INSTANT = timedelta(microseconds=1)
CREDIT_FOR_ORDER, CHARGE_FOR_ORDER = "credit_for_order", "charge_for_order"
CREDIT_FOR_EVENT, CREDIT_MANUAL, CHARGE_MANUAL = "credit_for_event", "credit_manual", "charge_manual"
BURN, CANCEL_OF_CHARGE, CANCEL_OF_CREDIT = "burn", "cancel_of_charge", "cancel_of_credit"
WAITING, BURNING = "waiting_activation", "burn_soon"
WELCOME, BIRTHDAY = "welcome", "birthday"
_VERBS = {"enrol": WELCOME, "birthday": BIRTHDAY}
_TRIGGERS = {Trigger.ENROLMENT: WELCOME, Trigger.BIRTHDAY: BIRTHDAY}
_BACK = frozenset({"return", "void"})
ACTIONS = {VERIFY_PHONE: "verify_phone", "verify_spending": "verify_privilege"}


# -- accounts ---------------------------------------------------------------------------------------------------------


def wallet_of(rules: Ruleset, means: Means | None) -> WalletView | None:
    """The wallet of bonuses."""
    kind = main_kind(rules)
    return None if means is None else next((row for row in means.wallets if row.kind == kind), None)


def standing_of(rules: Ruleset, means: Means | None) -> StandingView | None:
    """What was reached in the programme."""
    name = rules.programme.programme
    return None if means is None else next((row for row in means.standings if row.programme == name), None)


def amount_of(rules: Ruleset, means: Means | None) -> int:
    """What can be spent now, in smallest units."""
    wallet = wallet_of(rules, means)
    return 0 if wallet is None else max(0, wallet.free)


def orders_minor(rules: Ruleset, means: Means | None) -> int:
    """The sum that counts for the level."""
    standing = standing_of(rules, means)
    if standing is None:
        return 0
    levels = rules.programme.levels
    by_spend = levels is not None and levels.by.value == "spend"
    return standing.level.outlook.total if by_spend and standing.level is not None else standing.spend_minor


def level_of(rules: Ruleset, means: Means | None) -> int:
    """The place of the member's level on the ladder."""
    standing = standing_of(rules, means)
    return 0 if standing is None or standing.level is None else standing.level.outlook.rank


def points_digits(rules: Ruleset) -> int:
    """Decimal places of bonuses."""
    kind = rules.programme.points.get(main_kind(rules))
    return 0 if kind is None else kind.decimals


def account_told(
    account: Account,
    rules: Ruleset,
    means: Means | None,
    levels: list[LevelFacts],
    numbers: Mapping[str, Any],
) -> dict[str, Any]:
    """An account. `numbers`: `loyalty` and `levels` (by id)."""
    programme, standing = rules.programme, standing_of(rules, means)
    outlook = None if standing is None or standing.level is None else standing.level.outlook
    member = account.member
    told: dict[str, Any] = {
        "active": account.active, "id": account.number, "status": account.status,
        "loyalty": {"id": numbers["loyalty"], "currency": programme.currency},
        "customer": account_customer(account),
        "amount": number(amount_of(rules, means), points_digits(rules)),
        "ordersSum": number(orders_minor(rules, means), exponent(programme.currency)),
        "level": levels[level_of(rules, means)].told(numbers["levels"]),
        "customFields": account.fact("customFields") or [],
    }  # fmt: skip
    phone = account.fact("phoneNumber") if member is None else member.person.phone
    card = account.fact("cardNumber") if member is None else _card(account)
    following = next_sum(rules, outlook) if member is not None else _second(rules, levels)
    joined = None if member is None else member.enrolled_at
    created = written_at(account, "createdAt") or joined
    confirmed = written_at(account, "confirmedPhoneAt")
    activated = written_at(account, "activatedAt") or joined
    optional = {
        "phoneNumber": phone, "cardNumber": card, "nextLevelSum": following,
        "createdAt": created and moment(created, programme.zone),
        "activatedAt": activated and moment(activated, programme.zone),
        "confirmedPhoneAt": confirmed and moment(confirmed, programme.zone),
        "lastCheckId": account.fact("lastCheckId"),
    }  # fmt: skip
    return told | {name: value for name, value in optional.items() if value not in {None, ""}}


def _card(account: Account) -> str:
    cards = () if account.member is None else account.member.cards()
    return next((row.value for row in cards if row.status == "active"), "")


def _second(rules: Ruleset, levels: list[LevelFacts]) -> int | Decimal | None:
    """The threshold above the lowest level."""
    ladder = rules.programme.levels
    in_money = ladder is not None and ladder.by.value == "spend"
    return (
        number(levels[1].start, exponent(rules.programme.currency)) if in_money and len(levels) > 1 else None
    )


# -- movements --------------------------------------------------------------------------------------------------------


def operation_type(line: StatementLine, rules: Ruleset) -> tuple[str, str]:
    """The type of a movement, and the kind of its event where it is one."""
    came = line.units > 0
    if line.verb == "expire":
        return BURN, ""
    if line.verb in _BACK:
        return (CANCEL_OF_CHARGE if came else CANCEL_OF_CREDIT), ""
    if line.verb == "close":
        return (CREDIT_FOR_ORDER if came else CHARGE_FOR_ORDER), ""
    rule = rules.rules.get(line.account.partition(":")[2])
    event = _VERBS.get(line.verb, "" if rule is None else _TRIGGERS.get(rule.on, ""))
    if came and event:
        return CREDIT_FOR_EVENT, event
    if line.verb == "return_gift":
        return CANCEL_OF_CHARGE, ""
    if line.verb == "take_back":
        return CANCEL_OF_CREDIT, ""
    return (CREDIT_MANUAL if came else CHARGE_MANUAL), ""


def operation_told(
    line: StatementLine, rules: Ruleset, order: Mapping[str, Any], event: int
) -> dict[str, Any]:
    """A movement; `order` is empty and `event` 0 where there is none."""
    zone = rules.programme.zone
    name, kind = operation_type(line, rules)
    told: dict[str, Any] = {
        "type": name,
        "createdAt": moment(line.recorded_at, zone),
        "amount": number(line.units, points_digits(rules)),
    }
    if order:
        told["order"] = dict(order)
    if line.units > 0 and line.active_from is not None:
        told["bonus"] = {"activationDate": local_day(line.active_from, zone).isoformat()}
    if kind and event:
        told["event"] = {"id": event, "type": kind}
    return told


def bonuses_by_day(
    wallet: WalletView | None, zone: str, status: str, until: date | None
) -> list[tuple[date, int]]:
    """Bonuses that wait for their day or will burn after it, by day up to one; of what burns, the last day on which it
    can be spent.
    """
    days: dict[date, int] = {}
    for lot in () if wallet is None else wallet.lots:
        if status == WAITING:
            day = local_day(lot.active_from, zone) if lot.state == "pending" else None
        else:
            day = None if lot.expires_at is None else local_day(lot.expires_at - INSTANT, zone)
        units = lot.rest - lot.held
        if day is not None and units > 0 and (until is None or day <= until):
            days[day] = days.get(day, 0) + units
    return sorted(days.items())


# -- codes ------------------------------------------------------------------------------------------------------------


def verification_told(check: Verification, zone: str) -> dict[str, Any]:
    """A code that was sent."""
    told = {
        "createdAt": moment(check.created_at, zone),
        "expiredAt": moment(check.expires_at, zone),
        "checkId": check.check_id,
        "actionType": ACTIONS.get(check.purpose, check.purpose),
    }
    return told if check.verified_at is None else told | {"verifiedAt": moment(check.verified_at, zone)}
