"""Filters of the list of accounts: read, and judged. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from kopilka.connectors.kit.numbers import units
from kopilka.connectors.retailcrm.mapping_accounts import (
    amount_of,
    level_of,
    orders_minor,
    points_digits,
    standing_of,
    wallet_of,
)
from kopilka.connectors.retailcrm.people import ACTIVATED, DEACTIVATED, NOT_CONFIRMED, Account, written_at
from kopilka.connectors.retailcrm.wire import listed, read_day, read_moment, wrong_input
from kopilka.core.rules.ruleset import Ruleset
from kopilka.usecases.accounts import Means
from kopilka.usecases.foreign import ForeignDocument
from kopilka.values.errors import BadValueError
from kopilka.values.money import exponent
from kopilka.values.period import local_day

IDENTIFIERS = "retailcrm:"
INSTANT, SECOND = timedelta(microseconds=1), timedelta(seconds=1)


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
    amount_min: int | None = None
    amount_max: int | None = None
    orders_min: int | None = None
    orders_max: int | None = None
    created_from: datetime | None = None
    created_until: datetime | None = None
    burn_from: date | None = None
    burn_until: date | None = None
    custom_fields: Mapping[str, Any] = {}
    zone: str = "UTC"
    nothing: bool = False

    @property
    def names_somebody(self) -> bool:
        """Whether somebody is looked up rather than everybody judged."""
        named = self.customer or self.customer_id or self.customer_external_id or self.phone or self.card
        return bool(self.ids or named)

    @property
    def of_means(self) -> bool:
        """Whether what somebody has is asked for."""
        bounds = (
            self.amount_min, self.amount_max, self.orders_min, self.orders_max, self.burn_from, self.burn_until,
        )  # fmt: skip
        return bool(self.levels) or any(each is not None for each in bounds)

    @property
    def plain(self) -> bool:
        """Whether the database alone can tell who is meant."""
        return not (self.of_means or self.sites or self.custom_fields)


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
        amount_min=_number(filters, "minAmount", points),
        amount_max=_number(filters, "maxAmount", points),
        orders_min=_number(filters, "minOrdersSum", money),
        orders_max=_number(filters, "maxOrdersSum", money),
        created_from=_moment(filters, "createdAtFrom", zone),
        created_until=_moment(filters, "createdAtTo", zone, end=True),
        burn_from=read_day(filters.get("burnDateFrom"), "filter.burnDateFrom"),
        burn_until=read_day(filters.get("burnDateTo"), "filter.burnDateTo"),
        custom_fields=own if isinstance(own, dict) else {},
        zone=zone,
    )


def fits(
    account: Account | None,
    means: Means | None,
    wanted: AccountFilter,
    rules: Ruleset,
    levels: Mapping[str, int],
) -> bool:
    """Whether an account is meant; without one, whether what is there may be somebody's who is."""
    if account is not None and not _is(account, wanted):
        return False
    if not wanted.of_means:
        return True
    amount, orders = amount_of(rules, means), orders_minor(rules, means)
    return (
        _between(amount, wanted.amount_min, wanted.amount_max)
        and _between(orders, wanted.orders_min, wanted.orders_max)
        and _on_level(means, wanted, rules, levels)
        and _burns(means, wanted, rules)
    )


def made_within(facts: ForeignDocument, wanted: AccountFilter) -> bool:
    """Whether an account that waits for its code was made when it is asked for."""
    text = facts.content.get("createdAt")
    return _between_moments(datetime.fromisoformat(text) if isinstance(text, str) else None, wanted)


def _is(account: Account, wanted: AccountFilter) -> bool:
    """What can be told of an account itself."""
    member = account.member
    created = written_at(account, "createdAt") or (None if member is None else member.enrolled_at)
    return (
        wanted.status in {"", account.status}
        and on_sites(wanted, _sites(account))
        and (not wanted.phone or _phone_fits(account, wanted.phone))
        and _between_moments(created, wanted)
        and own_fields_fit(account.facts, wanted)
    )


def site_of(identifier: str) -> str:
    """The site of a customer's identifier."""
    return identifier.split(":", 3)[2]


def on_sites(wanted: AccountFilter, sites: Iterable[str]) -> bool:
    """Whether one of somebody's sites is asked for."""
    return not wanted.sites or any(site in wanted.sites for site in sites)


def own_fields_fit(facts: ForeignDocument | None, wanted: AccountFilter) -> bool:
    """Whether the account's own fields are as asked for."""
    own = None if facts is None else facts.content.get("customFields")
    own = own if isinstance(own, dict) else {}
    return all(_same(own.get(name), each) for name, each in wanted.custom_fields.items())


def _sites(account: Account) -> list[str]:
    rows = () if account.member is None else account.member.identifiers
    found = [
        site_of(row.value) for row in rows if row.kind == "external" and row.value.startswith(IDENTIFIERS)
    ]
    return [account.customer.site, *found]


def _phone_fits(account: Account, phone: str) -> bool:
    has = str(account.fact("phoneNumber") or "") if account.member is None else account.member.person.phone
    digits = "".join(filter(str.isdigit, phone))
    tail = digits[1:] if len(digits) == 11 and digits[0] in "78" else digits  # noqa: PLR2004 - 8 and +7 are one
    return bool(tail) and tail in has


def _on_level(means: Means | None, wanted: AccountFilter, rules: Ruleset, levels: Mapping[str, int]) -> bool:
    if not wanted.levels:
        return True
    ladder = rules.programme.levels
    level = "-" if ladder is None else ladder.ladder[level_of(rules, means)].id
    return str(levels.get(level, "")) in wanted.levels and (
        means is None or standing_of(rules, means) is not None
    )


def _burns(means: Means | None, wanted: AccountFilter, rules: Ruleset) -> bool:
    if wanted.burn_from is None and wanted.burn_until is None:
        return True
    wallet = wallet_of(rules, means)
    for lot in () if wallet is None else wallet.lots:
        if lot.expires_at is not None and lot.rest > lot.held:
            day = local_day(lot.expires_at - INSTANT, wanted.zone)
            if (wanted.burn_from or day) <= day <= (wanted.burn_until or day):
                return True
    return False


def _between(value: int, least: int | None, most: int | None) -> bool:
    return (least is None or value >= least) and (most is None or value <= most)


def _between_moments(at: datetime | None, wanted: AccountFilter) -> bool:
    if at is None:
        return wanted.created_from is None and wanted.created_until is None
    early = wanted.created_from is not None and at < wanted.created_from
    return not early and (wanted.created_until is None or at < wanted.created_until + SECOND)


def _same(value: object, wanted: object) -> bool:
    if isinstance(value, bool):
        return str(wanted).lower() in ({"1", "true"} if value else {"0", "false"})
    return str(value) == str(wanted)


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
