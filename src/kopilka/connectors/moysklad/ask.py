"""What every call begins with: who asks, in which language, about which shop; and how the protocol says no."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kopilka.connectors.kit.call import BadCallError, Call
from kopilka.connectors.kit.fields import Fields
from kopilka.connectors.kit.manifest import Text
from kopilka.connectors.kit.places import shop_at
from kopilka.connectors.kit.services import Services
from kopilka.connectors.moysklad.manifest import LANGUAGE, STORES, ZONE
from kopilka.connectors.moysklad.words import CODES, ERROR, OTHER_CODE, TEXTS
from kopilka.core.receipt import Shop
from kopilka.core.rules.ruleset import Ruleset
from kopilka.usecases.connections import Connection
from kopilka.usecases.outcomes import Refused, Why
from kopilka.words.refusals import refusal
from kopilka.words.render import Tongue
from kopilka.words.tongue import tongue_of

PRECONDITION, NOT_FOUND, CONFLICT, BAD = 412, 404, 409, 400
_STATUS = {Why.INVALID: BAD, Why.NOT_FOUND: NOT_FOUND, Why.CONFLICT: CONFLICT, Why.NOT_ALLOWED: PRECONDITION}
_NUL = b"\\u0000"


class NoError(Exception):
    """A no in the protocol's shape: a status, a number, the parameter and a text for the cashier."""

    def __init__(
        self, code: str, *, status: int = PRECONDITION, field: str = "", number: int = 0, **params: object
    ) -> None:
        super().__init__(code)
        self.code = code
        self.status = status
        self.field = field
        self.number = number or CODES.get(code, OTHER_CODE)
        self.params: Mapping[str, object] = params
        self.refused: Refused | None = None

    def content(self, language: str, tongue: Tongue) -> dict[str, object]:
        """The body of the answer."""
        text = TEXTS.get(self.code)
        if text is not None:
            words = text.of(language).format(field=self.field, **self.params)
        else:
            words = refusal(self.refused or Refused(self.code), tongue)
        row: dict[str, object] = {"error": ERROR.of(language), "code": self.number, "error_message": words}
        return {"errors": [row | ({"parameter": self.field} if self.field else {})]}


def no(refused: Refused, field: str = "") -> NoError:
    """A use case's no."""
    made = NoError(refused.code, status=_STATUS[refused.why], field=field or refused.field)
    made.refused, made.params = refused, dict(refused.params)
    return made


@dataclass(frozen=True, slots=True)
class Ask:
    """One call of an open connection; `notes` are codes for the log of calls: what was not as told."""

    call: Call
    services: Services
    connection: Connection
    notes: list[str] = field(default_factory=list)

    @property
    def language(self) -> str:
        """The language of texts."""
        return language_of(self.connection)

    def say(self, text: Text, **params: object) -> str:
        """A text in the connection's language."""
        return text.of(self.language).format(**params)

    def zone(self) -> ZoneInfo:
        """The zone of moments without one."""
        try:
            return ZoneInfo(self.connection.setting(ZONE.name, ZONE.usual))
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return ZoneInfo(ZONE.usual)

    def yes(self, setting: str) -> bool:
        """Whether a setting is on."""
        return self.connection.setting(setting) == "yes"

    def body(self) -> Fields:
        """The body; what no database keeps is no JSON for us."""
        if _NUL in self.call.body or b"\0" in self.call.body:
            raise NoError("bad_body", status=BAD)
        try:
            content = self.call.json()
        except (BadCallError, RecursionError) as error:
            raise NoError("bad_body", status=BAD) from error
        return Fields(content)

    async def shop(self, store_id: str) -> Shop:
        """The shop that a point of sale is."""
        found = await shop_at(self.services, self.connection, STORES.name, store_id)
        if found is None:
            raise NoError("unknown_shop", field="retailStore")
        return found

    async def rules(self, shop: Shop) -> Ruleset:
        """The programme that rules in a shop now."""
        known = await self.services.catalogue(shop.id)
        found = known.ruleset(shop.programme, self.services.clock())
        if found is None:
            raise NoError("no_programme", field="retailStore")
        return found

    def tongue(self, rules: Ruleset | None = None) -> Tongue:
        """The words of a programme."""
        return tongue_of(self.language, [] if rules is None else [rules.programme], {})


def language_of(connection: Connection | None) -> str:
    """The language that a connection is set to."""
    usual = LANGUAGE.usual
    return usual if connection is None else connection.setting(LANGUAGE.name, usual)
