"""One call of a till: its connection, its shop, who buys, and the words of its answers."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from kopilka.connectors.frontol import words
from kopilka.connectors.frontol.documents import Client, Common, text_of
from kopilka.connectors.frontol.mapping import moment_of, named, refs_of, shop_named
from kopilka.connectors.frontol.speech import Block, Slips, Speech, plain, slips_of, speech_of
from kopilka.connectors.kit.call import Answer, answer_json
from kopilka.connectors.kit.services import Services
from kopilka.core.receipt import Shop
from kopilka.core.rules.ruleset import Ruleset
from kopilka.usecases.commands import Ref
from kopilka.usecases.connections import Connection
from kopilka.usecases.manifest import Text
from kopilka.usecases.outcomes import Refused
from kopilka.usecases.views import MemberView

GENERAL, UNREADABLE, SET_UP, FAILED = 1, 2, 3, 9
"""Codes of answers that are no success: a business "no", a document that cannot be read, a wrong set-up, our mistake."""
EMAIL, PHONE = "email", "phone"


class NoError(Exception):
    """The call is answered with a "no": its number, words for the cashier, and a code for the log of calls."""

    def __init__(self, text: str, outcome: str, code: int = GENERAL) -> None:
        super().__init__(text)
        self.text, self.outcome, self.code = text, outcome, code


class Buyer(msgspec.Struct, frozen=True):
    """Who buys: how to name the member to the house, what is known of them, and why a named one is nobody."""

    ref: Ref | None = None
    view: MemberView | None = None
    note: Text | None = None


GUEST = Buyer()


class Till:
    """The call's surroundings."""

    def __init__(self, connection: Connection, services: Services, shop: Shop, rules: Ruleset) -> None:
        self.connection = connection
        self.services = services
        self.shop = shop
        self.rules = rules
        self.speech: Speech = speech_of(rules, language_of(connection))
        self.slips: Slips = slips_of(connection)

    # -- who ----------------------------------------------------------------------------------------------------

    async def buyer(self, client: Client | None) -> Buyer:
        """The member that a till names; a till goes on selling where it is nobody."""
        refs = refs_of(client)
        for ref in refs:
            view = await self.services.run(self.services.views.member, ref)
            if view is not None:
                return self._buyer(ref, view)
        card = "" if client is None else text_of(client.card)
        if card and len(card) <= CODE_MAX:
            member_id = await self.services.run(self.services.verifications.owner_of, card)
            if member_id:
                ref = Ref("member", member_id)
                view = await self.services.run(self.services.views.member, ref)
                if view is not None:
                    return self._buyer(ref, view)
        return Buyer(note=words.UNKNOWN_CLIENT) if named(client) else GUEST

    @staticmethod
    def _buyer(ref: Ref, view: MemberView) -> Buyer:
        if view.status != "active":
            return Buyer(note=words.MEMBER_BLOCKED, view=view)
        if view.found_by != "active":
            return Buyer(note=words.CARD_BLOCKED, view=view)
        return Buyer(ref, view)

    def contacts(self, client: Client | None, view: MemberView) -> dict[str, Any]:
        """What a till may be told of a member's contacts: what it said itself, and where receipts are to go."""
        told: dict[str, Any] = {}
        means = receipts_to(view)
        if (client is not None and text_of(client.mobile_phone)) or means == PHONE:
            told["mobilePhone"] = view.person.phone or text_of(client.mobile_phone if client else None)
        if means == EMAIL:
            told["email"] = view.person.email
        return told

    # -- words --------------------------------------------------------------------------------------------------

    def say(self, text: Text, **params: object) -> str:
        """A text in the connection's language."""
        return self.speech.say(text, **params)

    def no(self, text: Text, outcome: str, code: int = GENERAL, **params: object) -> NoError:
        """A "no" of ours."""
        return NoError(self.say(text, **params), outcome, code)

    def refused(self, refused: Refused) -> NoError:
        """A "no" of the house."""
        return NoError(self.speech.no(refused), refused.code)

    def yes(
        self, more: Mapping[str, Any] | None = None, *, cashier: Sequence[Block] = (), slip: Sequence[Block] = (),
        outcome: str = "",
    ) -> Answer:  # fmt: skip
        """A success."""
        content: dict[str, Any] = {"code": 0, **(more or {})}
        if cashier:
            content["cashierInformation"] = list(cashier)
        if slip:
            content["printingInformation"] = [list(slip)]
        return answer_json(content, connection_id=self.connection.connection_id, outcome=outcome)


CODE_MAX = 12
"""Codes that members show instead of a card are no longer than this."""


def language_of(connection: Connection) -> str:
    """The language of the till's people."""
    return connection.setting("language", "ru")


def receipts_to(view: MemberView) -> str:
    """Where a member has agreed to get electronic receipts: email, phone, or nowhere."""
    agreed = {row.channel for row in view.consents if row.purpose == RECEIPTS and row.given}
    if agreed & {"", EMAIL} and view.person.email:
        return EMAIL
    return PHONE if agreed & {"", "sms", PHONE} and view.person.phone else ""


RECEIPTS = "receipts"
"""The purpose of the consent to electronic receipts."""


async def till_of(connection: Connection, services: Services, call: Common) -> Till:
    """Where a call belongs. NoError where its shop is unknown."""
    language = language_of(connection)
    unit = "" if connection.shop else shop_named(call, connection.setting("shops"))
    shop = await services.shop_of(connection, unit)
    if shop is None:
        what = text_of(call.business_unit) or "-"
        raise NoError(plain(words.UNKNOWN_SHOP.of(language).format(what=what)), "unknown_shop", SET_UP)
    rules = (await services.catalogue(shop.id)).ruleset(shop.programme, services.clock())
    if rules is None:
        raise NoError(words.NO_PROGRAMME.of(language), "unknown_programme", SET_UP)
    return Till(connection, services, shop, rules)


def at_of(till: Till, call: Common) -> Any:
    """The moment of a call."""
    return moment_of(call, till.shop.zone, till.services.clock())
