"""One call that has been let in: who asks, in which shop, under which programme; and whom it names."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import ParamSpec, TypeVar

import msgspec

from kopilka.connectors.kit.call import Call
from kopilka.connectors.kit.services import Services
from kopilka.connectors.uds import words
from kopilka.connectors.uds.manifest import (
    CASHIERS,
    LANGUAGE,
    POINTS_BY_PHONE,
    POLICY,
    PURCHASE_BY_PHONE,
    TAGS,
    YES,
)
from kopilka.connectors.uds.mapping import Place, Someone, name_of
from kopilka.connectors.uds.mapping_tiers import Scores, Terms, scores_of, terms_of
from kopilka.connectors.uds.wire import Body, UdsError, bad
from kopilka.core.receipt import Shop
from kopilka.core.rules.conditions.tag import HasTag
from kopilka.core.rules.ruleset import Ruleset
from kopilka.usecases.commands import Enrol, Identifier, Person, Ref
from kopilka.usecases.connections import Connection
from kopilka.usecases.members import normal
from kopilka.usecases.outcomes import Refused
from kopilka.usecases.views import MemberView
from kopilka.values.ids import MEMBER, id_of_uuid, uuid_of

P = ParamSpec("P")
T = TypeVar("T")
CODE, PHONE, UID = "code", "phone", "uid"
KNOWN_BY_MORE = frozenset({"card", "qr", "external"})
"""Identifiers that nobody has who is known by a phone or an e-mail alone."""


class Named(msgspec.Struct, frozen=True):
    """Whom a call names: how (`code`, `phone` or `uid`), by what, and the member if there is one."""

    by: str
    value: str
    view: MemberView | None = None


class Ask:
    """A call with who is calling. `shop`, `rules` and what follows from them are there after `open`."""

    shop: Shop
    rules: Ruleset
    scores: Scores
    terms: Terms

    def __init__(self, call: Call, services: Services, connection: Connection, language: str) -> None:
        self.call = call
        self.services = services
        self.connection = connection
        self.language = language

    async def open(self, cashier: str = "") -> "Ask":
        """Find the shop (a cashier's own, where the settings name one) and the programme in force."""
        named = cashier_shops(self.connection).get(cashier, "")
        connection = msgspec.structs.replace(self.connection, shop="") if named else self.connection
        shop = await self.services.shop_of(connection, named)
        rules = None if shop is None else await self.services.rules_of(connection, shop)
        if shop is None or rules is None:
            raise UdsError("companyIsInactive")
        self.shop, self.rules = shop, rules
        self.scores = scores_of(rules)
        self.terms = terms_of(rules, shop, self.language, self.setting(POLICY.name, POLICY.usual))
        return self

    def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Awaitable[T]:
        """What blocks, in a thread."""
        return self.services.run(function, *args, **kwargs)

    def setting(self, name: str, usual: str = "") -> str:
        """A setting of the connection."""
        return self.connection.setting(name, usual)

    def seconds(self, name: str, usual: str, most: int) -> int:
        """A setting that is a whole number."""
        text = self.setting(name, usual)
        return min(int(text), most) if text.isascii() and text.isdigit() else int(usual)

    @property
    def purchase_by_phone(self) -> bool:
        """Whether a till may name buyers by phone."""
        return self.setting(PURCHASE_BY_PHONE.name, PURCHASE_BY_PHONE.usual) == YES

    @property
    def points_by_phone(self) -> bool:
        """Whether points may be spent by phone."""
        return self.setting(POINTS_BY_PHONE.name, POINTS_BY_PHONE.usual) == YES

    def payable(self, named: Named) -> bool:
        """Whether points may pay at all for whoever is named like this."""
        return named.by == CODE or (named.by == PHONE and self.points_by_phone)

    def place(self, cashier: str = "") -> Place:
        """Where a bill is paid now."""
        currency = self.rules.programme.currency
        return Place(self.shop, currency, self.services.clock(), self.terms, cashier, self.language)

    # -- people -------------------------------------------------------------------------------------------------

    async def named(self, fields: Body, receipt_id: str = "") -> Named:
        """Whom the fields `code`, `phone` and `uid` name: exactly one of them. A code is known or refused; `receipt_id` is
        the receipt that may have consumed it already.
        """
        given = [name for name in (CODE, PHONE, UID) if fields.text(name)]
        if len(given) != 1:
            raise bad(fields.name(given[1] if given else CODE), words.ONE_OF)
        by, value = given[0], fields.text(given[0])
        if by == CODE:
            member = await self.run(self.services.verifications.owner_of, value, receipt_id)
            view = None if member is None else await self.view(Ref("member", member))
            if view is None:
                raise UdsError("notFound", fields.name(CODE), value)
        elif by == PHONE:
            phone = normal("phone", value)
            if not phone:
                raise bad(fields.name(PHONE), words.BAD_PHONE, value)
            value, view = phone, await self.view(Ref("phone", phone))
        else:
            view = await self.by_uid(value)
            if view is None:
                raise UdsError("notFound", fields.name(UID), value)
        if view is not None and view.status != "active":
            raise UdsError("participantIsBlocked")
        return Named(by, value, view)

    async def view(self, ref: Ref) -> MemberView | None:
        """A member that has not been erased."""
        found = await self.run(self.services.views.member, ref)
        return None if found is None or found.status == "erased" else found

    async def by_uid(self, uid: str) -> MemberView | None:
        """The member of a uid: those without an app have none."""
        member = id_of_uuid(MEMBER, uid)
        found = await self.view(Ref("member", member)) if member else None
        if found is None or not await self.run(self._uids, [found]):
            return None
        return found

    async def by_number(self, number: str) -> MemberView | None:
        """The member of a participant's id."""
        member = await self.run(self.services.foreign.id_of, "member", number)
        return None if member is None else await self.view(Ref("member", member))

    def _uids(self, views: Sequence[MemberView]) -> dict[str, str]:
        """The uids of those who have one: who have ever been shown a code, or are known by more than phone and e-mail."""
        shown = self.services.verifications.shown_to([view.member_id for view in views])
        return {
            view.member_id: uuid_of(view.member_id)
            for view in views
            if view.member_id in shown
            or any(row.kind in KNOWN_BY_MORE and row.status == "active" for row in view.identifiers)
        }

    async def someone(self, view: MemberView) -> Someone:
        """A member with all that UDS tells."""
        return (await self.people([view]))[0]

    async def people(self, views: Sequence[MemberView]) -> list[Someone]:
        """Members with all that UDS tells."""
        return await self.run(self._people, views)

    def _people(self, views: Sequence[MemberView]) -> list[Someone]:
        services, programme = self.services, self.rules.programme.programme
        numbers = services.foreign.numbers("member", [view.member_id for view in views])
        tags = services.foreign.numbers("tag", sorted({tag for view in views for tag in view.tags}))
        uids = self._uids(views)
        found = []
        for view in views:
            holder = (view.bucket, view.holder_id)
            wallets = services.views.wallets(holder)
            standings = services.views.standings(holder)
            last = services.views.receipts(holder, limit=1)
            found.append(
                Someone(
                    view, numbers[view.member_id], uids.get(view.member_id, ""),
                    next((wallet for wallet in wallets if wallet.kind == self.scores.kind), None),
                    next((row for row in standings if row.programme == programme), None),
                    last[0].recorded_at if last else None, {tag: tags[tag] for tag in view.tags},
                )
            )  # fmt: skip
        return found

    async def join(self, phone: str) -> MemberView:
        """Whoever buys by an unknown phone becomes a member. Two at once are one."""
        person = Person(phone=phone, language=self.language)
        wish = Enrol(
            (Identifier("phone", phone),), self.rules.programme.programme, person, self.shop.id,
            client=self.connection.connection_id,
        )  # fmt: skip
        outcome = await self.services.counter.carry_out(wish)
        if isinstance(outcome, Refused) and outcome.code != "identifier_taken":
            raise UdsError("companyIsInactive")
        found = await self.view(Ref("phone", phone))
        if found is None:
            raise UdsError("notFound")
        return found

    async def short(self, member_id: str, level: str = "") -> Mapping[str, object] | None:
        """The customer of an operation."""
        view = await self.view(Ref("member", member_id)) if member_id else None
        if view is None:
            return None
        number = await self.run(self.services.foreign.number, "member", member_id)
        uids = await self.run(self._uids, [view])
        tier = self.terms.told(self.terms.tier(level), conditions=False)
        return {
            "id": number, "displayName": name_of(view), "uid": uids.get(member_id), "membershipTier": tier,
        }  # fmt: skip

    # -- tags ---------------------------------------------------------------------------------------------------

    async def tags(self) -> dict[str, int]:
        """Tags that tills may set: those that rules ask for, those of the settings, and whatever customers had who were
        told: a till that writes a customer's tags anew from this list takes none away unseen. With their numbers.
        """
        names = set(filter(None, (name.strip() for name in re.split("[,;]", self.setting(TAGS.name)))))
        for rule in self.rules.programme.rules:
            for condition in rule.when:
                if isinstance(condition, HasTag):
                    names.update(condition.any_of)
        foreign = self.services.foreign
        named = await self.run(foreign.numbers, "tag", sorted(names))
        return await self.run(foreign.known, "tag") | named

    async def tag_names(self, numbers: Sequence[int]) -> dict[int, str]:
        """What numbers of tags mean; unknown ones are left out."""
        store = self.services.foreign
        found = {n: await self.run(store.id_of, "tag", n) for n in numbers}
        return {n: name for n, name in found.items() if name is not None}


def cashier_shops(connection: Connection) -> dict[str, str]:
    """The shops of cashiers, as the setting says them: `k-2: second, k-3: shop`."""
    found = {}
    for row in re.split("[,;]", connection.setting(CASHIERS.name)):
        cashier, colon, shop = row.partition(":")
        if colon and cashier.strip() and shop.strip():
            found[cashier.strip()] = shop.strip()
    return found


def language_of(call: Call, connection: Connection | None) -> str:
    """The language of messages: the caller's, else the connection's, else Russian."""
    for part in call.headers.get("accept-language", "").lower().split(","):
        tag = part.split(";")[0].strip()[:2]
        if tag in {"ru", "en"}:
            return tag
    return LANGUAGE.usual if connection is None else connection.setting(LANGUAGE.name, LANGUAGE.usual)
