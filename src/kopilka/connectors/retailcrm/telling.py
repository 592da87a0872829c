"""Accounts as they are told: with the programme of their site, its levels and numbers, looked up once for a call."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from kopilka.connectors.retailcrm.ask import Ask
from kopilka.connectors.retailcrm.mapping_accounts import account_told
from kopilka.connectors.retailcrm.mapping_levels import LevelFacts, level_id, levels_of
from kopilka.connectors.retailcrm.people import Account
from kopilka.core.rules.ruleset import Ruleset
from kopilka.usecases.accounts import Means

LOYALTY, LEVEL = "programme", "level"
"""Kinds of numbers."""


class Frame(msgspec.Struct, frozen=True):
    """A programme in force with its levels and numbers."""

    rules: Ruleset
    levels: list[LevelFacts]
    numbers: Mapping[str, Any]


class Teller:
    """One call's memory of programmes."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._frames: dict[str, Frame] = {}

    async def frame(self, site: str = "") -> Frame:
        """The programme of a site; of the connection where the site is none of its."""
        shop = (await self._ask.shops()).get(site)
        return await self.framed(await self._ask.rules(shop))

    async def framed(self, rules: Ruleset) -> Frame:
        """A programme with its numbers."""
        name = rules.programme.programme
        if name not in self._frames:
            ask = self._ask
            levels = levels_of(rules, "ru" if ask.russian else "en")
            ids = {level_id(rules, level.id): level.id for level in levels}
            found = await ask.run(ask.services.foreign.numbers, LEVEL, list(ids))
            numbers = {
                "loyalty": await ask.number(LOYALTY, name),
                "levels": {ids[id_]: number for id_, number in found.items()},
            }
            self._frames[name] = Frame(rules, levels, numbers)
        return self._frames[name]

    async def account(self, account: Account) -> dict[str, Any]:
        """One account."""
        return (await self.accounts([account]))[0]

    async def accounts(self, accounts: Sequence[Account]) -> list[dict[str, Any]]:
        """Several."""
        means = await self.means(accounts)
        told = []
        for each in accounts:
            frame = await self.frame(each.customer.site)
            owned = None if each.member is None else means.get(each.member.holder_id)
            told.append(account_told(each, frame.rules, owned, frame.levels, frame.numbers))
        return told

    async def means(self, accounts: Sequence[Account]) -> dict[str, Means]:
        """What the members have, by holder."""
        members = [each.member for each in accounts if each.member is not None]
        holders = [(member.bucket, member.holder_id) for member in members]
        if not holders:
            return {}
        return await self._ask.run(self._ask.services.accounts.means, holders)
