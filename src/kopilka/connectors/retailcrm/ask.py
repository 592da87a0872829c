"""One call that has been let in: its parameters, the shops that its key sees, the programme in force."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, ParamSpec, TypeVar

from kopilka.connectors.kit.call import Call
from kopilka.connectors.kit.services import Services
from kopilka.connectors.retailcrm.wire import (
    DENIED,
    Page,
    WrongCallError,
    decoded,
    missing,
    nested,
    page_of,
    unwrapped,
    wrong_input,
)
from kopilka.core.receipt import Shop
from kopilka.core.rules.ruleset import Ruleset
from kopilka.usecases.connections import Connection

P = ParamSpec("P")
T = TypeVar("T")


class Ask:
    """A call with who is calling."""

    def __init__(self, call: Call, services: Services, connection: Connection) -> None:
        self.call = call
        self.services = services
        self.connection = connection
        self.fields: dict[str, Any] = nested([*call.query, *call.form])

    # -- parameters ---------------------------------------------------------------------------------------------

    @property
    def args(self) -> Mapping[str, str]:
        """What stands in the address."""
        return self.call.args

    @property
    def now(self) -> datetime:
        """The moment."""
        return self.services.clock()

    @property
    def page(self) -> Page:
        """`limit` and `page`."""
        return page_of(self.fields)

    @property
    def filters(self) -> dict[str, Any]:
        """`filter[…]`; a scalar, which some clients send for none, is none."""
        found = self.fields.get("filter")
        return found if isinstance(found, dict) else {}

    @property
    def russian(self) -> bool:
        """Whether people are spoken to in Russian."""
        return self.connection.setting("language", "ru") != "en"

    def say(self, ru: str, en: str) -> str:
        """A text in the connection's language."""
        return ru if self.russian else en

    def text(self, name: str) -> str:
        """A plain parameter; empty where there is none."""
        found = self.fields.get(name, "")
        if not isinstance(found, str):
            raise wrong_input(name, "This value is not valid.")
        return found.strip()

    def entity(self, name: str, *, required: bool = True) -> dict[str, Any]:
        """An object of a form: JSON text in one field (or fields in brackets)."""
        found = self.fields.get(name)
        if isinstance(found, str) and found.strip():
            found = decoded(found, name)
        if found is None or found == "":
            if required:
                raise missing(name)
            return {}
        if not isinstance(found, dict):
            raise wrong_input(name, "This value should be an object.")
        return found

    def entities(self, name: str) -> list[dict[str, Any]]:
        """A list of objects of a form."""
        found = self.fields.get(name)
        if isinstance(found, str) and found.strip():
            found = decoded(found, name)
        if found is None or found == "":
            raise missing(name)
        if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
            raise wrong_input(name, "This value should be a list of objects.")
        return found

    # -- shops and the programme --------------------------------------------------------------------------------

    async def shops(self) -> dict[str, Shop]:
        """The shops that this key sees, by site code."""
        known = await self.services.catalogue(self.connection.shop)
        if self.connection.shop:
            return {id_: shop for id_, shop in known.shops.items() if id_ == self.connection.shop}
        return dict(known.shops)

    async def shop(self, named: object = None) -> Shop:
        """The site of the call: of the object (`named`), else of the parameter `site`, else the only one."""
        code = unwrapped(named) if isinstance(named, str) else ""
        code = code or unwrapped(self.text("site") if isinstance(self.fields.get("site"), str) else "")
        sent = self.fields.get("site")
        if not code and isinstance(sent, list) and sent and isinstance(sent[0], str):
            code = unwrapped(sent[0])
        shops = await self.shops()
        if code and code not in shops and not self.connection.shop:
            await self.services.catalogue(code)
            shops = await self.shops()
        if code:
            if code not in shops:
                words = self.say("Ключ не видит такого магазина", "The key does not see such a site")
                raise WrongCallError(DENIED, status=403, errors={"site": words}, outcome="unknown_shop")
            return shops[code]
        if len(shops) != 1:
            raise missing("site")
        return next(iter(shops.values()))

    async def rules(self, shop: Shop | None = None) -> Ruleset:
        """The programme in force: the connection's, else the shop's, else the first."""
        found = await self.services.rules_of(self.connection, shop)
        if found is None:
            words = self.say("Программа лояльности не настроена", "There is no loyalty programme")
            raise WrongCallError("Validation error", errors={"loyalty": words}, outcome="unknown_programme")
        return found

    # -- the database -------------------------------------------------------------------------------------------

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do what reads or writes the database."""
        waiting: Awaitable[T] = self.services.run(function, *args, **kwargs)
        return await waiting

    async def number(self, kind: str, id_: str) -> int:
        """Our id as a number."""
        return await self.run(self.services.foreign.number, kind, id_)

    async def id_of(self, kind: str, number: object) -> str | None:
        """What a number that they send means."""
        return await self.run(self.services.foreign.id_of, kind, str(number).strip())
