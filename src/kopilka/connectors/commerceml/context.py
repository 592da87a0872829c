"""What the steps of one exchange share: the connection, its shop and programme, and what is to be told to 1C."""

from dataclasses import dataclass, field

from kopilka.connectors.commerceml.mapping_papers import How, Money
from kopilka.connectors.commerceml.words import WHAT, said, why
from kopilka.connectors.kit.services import Connection, Services
from kopilka.core.receipt import Shop
from kopilka.core.rules.ruleset import Ruleset

NOTES_MAX = 20


@dataclass(slots=True)
class Exchange:
    """One call's work."""

    services: Services
    connection: Connection
    shop: Shop
    rules: Ruleset
    notes: list[str] = field(default_factory=list)

    @property
    def language(self) -> str:
        """In which language 1C is spoken with."""
        return self.connection.setting("language", "ru")

    @property
    def currency(self) -> str:
        """The programme's currency."""
        return self.rules.programme.currency

    def how(self) -> How:
        """How documents are read."""
        setting = self.connection.setting
        return How(
            setting("sku", "id"), self.shop.zone, self.currency, setting("card_field").strip().lower(),
            setting("points_field").strip().lower(),
        )  # fmt: skip

    def money(self) -> Money:
        """How points pay."""
        kind_id = self.rules.programme.spend_kind()
        if not kind_id:
            return Money()
        kind = self.rules.programme.points[kind_id]
        return Money(kind.decimals, kind.worth, kind.scale)

    def yes(self, name: str, usual: str) -> bool:
        """Whether a setting is switched on."""
        return self.connection.setting(name, usual) == "yes"

    def note(self, what: str, id_: str, code: str) -> None:
        """Something to tell the person in front of 1C; what is no code of ours is told as it is."""
        language = self.language
        told = said("note", language, what=WHAT[what].of(language), id=id_[:64], why=why(code, language))
        if told not in self.notes:
            self.notes.append(told)


async def exchange_of(services: Services, connection: Connection) -> Exchange | None:
    """The work of a connection; None where it has no shop or no programme."""
    shop = await services.shop_of(connection)
    if shop is None:
        return None
    rules = await services.rules_of(connection, shop)
    return None if rules is None else Exchange(services, connection, shop, rules)
