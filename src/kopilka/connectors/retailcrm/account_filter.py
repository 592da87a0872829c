"""Filters of the list of accounts: read, and told to the house. Pure."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from kopilka.connectors.kit.numbers import units
from kopilka.connectors.retailcrm.mapping_accounts import points_digits
from kopilka.connectors.retailcrm.mapping_privileges import main_kind
from kopilka.connectors.retailcrm.people import ACCOUNT, ACTIVATED, CUSTOMER, DEACTIVATED, NOT_CONFIRMED
from kopilka.connectors.retailcrm.wire import listed, read_day, read_moment, wrong_input
from kopilka.core.rules.ruleset import Ruleset
from kopilka.usecases.accounts import UNBOUND, AccountSearch, Bounds, OwnFields
from kopilka.usecases.connections import Connection
from kopilka.usecases.foreign import Fact, Find, Within
from kopilka.values.errors import BadValueError
from kopilka.values.money import exponent

IDENTIFIERS = "retailcrm:"
INSTANT, SECOND = timedelta(microseconds=1), timedelta(seconds=1)
NAMES = ("firstName", "lastName", "patronymic", "email")
PHONE_PART_MIN = 3
STATUSES = {ACTIVATED: "active", DEACTIVATED: "blocked"}
"""What we call the statuses of members."""


class Named(msgspec.Struct, frozen=True):
    """Whom filters name one by one: members, and customers' keys of those who still wait. None: nobody is named."""

    members: frozenset[str] | None = None
    keys: frozenset[str] | None = None

    def only(self, members: frozenset[str], keys: frozenset[str]) -> "Named":
        """Those of them who are named otherwise too."""
        return Named(
            members if self.members is None else self.members & members,
            keys if self.keys is None else self.keys & keys,
        )


class AccountFilter(msgspec.Struct, frozen=True):
    """What is asked for; empty texts and Nones ask for nothing. Amounts in smallest units."""

    ids: tuple[str, ...] = ()
    status: str = ""
    customer: str = ""
    customer_id: str = ""
    customer_external_id: str = ""
    phone: str = ""
    card: str = ""
    sites: tuple[str, ...] = ()
    loyalties: tuple[str, ...] = ()
    programmes: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    amount: Bounds = UNBOUND
    orders: Bounds = UNBOUND
    created_from: datetime | None = None
    created_until: datetime | None = None
    burn_from: date | None = None
    burn_until: date | None = None
    custom_fields: Mapping[str, Any] = {}
    zone: str = "UTC"
    nothing: bool = False

    @property
    def phone_digits(self) -> str:
        """The digits of a phone, as far as they are the same in every writing: 8 and +7 are one."""
        digits = "".join(filter(str.isdigit, self.phone))
        return digits[1:] if len(digits) == 11 and digits[0] in "78" else digits  # noqa: PLR2004 - with the country

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The account's own fields that are asked for."""
        return tuple(Fact(("customFields", name), (str(each),)) for name, each in self.custom_fields.items())


def read_filter(filters: Mapping[str, Any], rules: Ruleset) -> AccountFilter:
    """Read `filter[…]`."""
    zone = rules.programme.zone
    money, points = exponent(rules.programme.currency), points_digits(rules)
    status = _text(filters, "status")
    if status not in {"", ACTIVATED, DEACTIVATED, NOT_CONFIRMED}:
        raise wrong_input("filter.status", "The value you selected is not a valid choice.")
    own = filters.get("customFields")
    return AccountFilter(
        ids=tuple(dict.fromkeys([*listed(filters.get("id")), *listed(filters.get("ids"))])),
        status=status,
        customer=_text(filters, "customer"),
        customer_id=_text(filters, "customerId"),
        customer_external_id=_text(filters, "customerExternalId"),
        phone=_text(filters, "phoneNumber"),
        card=_text(filters, "cardNumber"),
        sites=tuple(listed(filters.get("sites"))),
        loyalties=tuple(listed(filters.get("loyalties"))),
        levels=tuple(listed(filters.get("level"))),
        amount=(_number(filters, "minAmount", points), _number(filters, "maxAmount", points)),
        orders=(_number(filters, "minOrdersSum", money), _number(filters, "maxOrdersSum", money)),
        created_from=_moment(filters, "createdAtFrom", zone),
        created_until=_moment(filters, "createdAtTo", zone, end=True),
        burn_from=read_day(filters.get("burnDateFrom"), "filter.burnDateFrom"),
        burn_until=read_day(filters.get("burnDateTo"), "filter.burnDateTo"),
        custom_fields=own if isinstance(own, dict) else {},
        zone=zone,
    )


def members_asked(
    wanted: AccountFilter, rules: Ruleset, levels: Mapping[str, int], named: Named, connection: Connection
) -> AccountSearch:
    """Which members are asked for; `levels` are numbers by level."""
    own = None
    if wanted.custom_fields:
        prefix = f"{IDENTIFIERS}{connection.connection_id}:"
        own = OwnFields(connection.connection_id, ACCOUNT, prefix, wanted.facts)
    return AccountSearch(
        STATUSES.get(wanted.status, ""), wanted.created_from, _until(wanted), wanted.programmes,
        None if named.members is None else tuple(sorted(named.members)), wanted.customer, wanted.phone_digits,
        wanted.card, wanted.sites, IDENTIFIERS, connection.shop, own, rules.programme.programme, main_kind(rules),
        wanted.amount, (wanted.burn_from, wanted.burn_until), wanted.orders,
        tuple([level for level, number in levels.items() if str(number) in wanted.levels]),
    )  # fmt: skip


def waiting_asked(wanted: AccountFilter, named: Named, connection: Connection) -> Find:
    """Which of those are asked for who wait for their code."""
    texts = []
    if wanted.customer:
        texts.append(Within(NAMES, wanted.customer, beside=True))
    if wanted.phone:
        texts.append(Within(("phoneNumber",), wanted.phone_digits))
    return Find(
        connection.connection_id, ACCOUNT, NOT_CONFIRMED, None if named.keys is None else tuple(sorted(named.keys)),
        wanted.sites or None, wanted.facts, tuple(texts), "createdAt", wanted.created_from, _until(wanted),
        beside=CUSTOMER, strangers=f"{IDENTIFIERS}{connection.connection_id}:",
    )  # fmt: skip


def may_wait(wanted: AccountFilter, lowest: int) -> bool:
    """Whether somebody who waits for their code, with nothing yet and on the `lowest` level, may be meant."""
    return (
        wanted.status in {"", NOT_CONFIRMED}
        and not wanted.card
        and _holds(wanted.amount, 0)
        and _holds(wanted.orders, 0)
        and (not wanted.levels or str(lowest) in wanted.levels)
        and wanted.burn_from is None
        and wanted.burn_until is None
    )


def _holds(bounds: Bounds, value: int) -> bool:
    least, most = bounds
    return (least is None or value >= least) and (most is None or value <= most)


def _until(wanted: AccountFilter) -> datetime | None:
    """The last instant of the second that is asked for."""
    return None if wanted.created_until is None else wanted.created_until + (SECOND - INSTANT)


def _text(filters: Mapping[str, Any], name: str) -> str:
    value = filters.get(name)
    if value is None or isinstance(value, dict | list):
        return ""
    return str(value).strip()


def _number(filters: Mapping[str, Any], name: str, digits: int) -> int | None:
    text = _text(filters, name)
    if not text:
        return None
    try:
        return units(Decimal(text), digits, field=name, rounding=True)
    except (BadValueError, ArithmeticError) as error:
        raise wrong_input(f"filter.{name}", "This value is not valid.") from error


def _moment(filters: Mapping[str, Any], name: str, zone: str, *, end: bool = False) -> datetime | None:
    text = _text(filters, name)
    return read_moment(text, zone, f"filter.{name}", end=end) if text else None
