"""Which place of another system is which of our shops: a setting "id=shop, id=shop", or the connection's one shop."""

from kopilka.connectors.kit.services import Services
from kopilka.core.receipt import Shop
from kopilka.usecases.connections import Connection


def places(connection: Connection, setting: str) -> dict[str, str]:
    """Our shops by the other system's ids, in lower case, as the setting says."""
    rows = [part.partition("=") for part in connection.setting(setting).replace(";", ",").split(",")]
    return {id_.strip().lower(): shop.strip() for id_, equals, shop in rows if equals and shop.strip()}


async def shop_at(services: Services, connection: Connection, setting: str, id_: str) -> Shop | None:
    """The shop that a place is; a place that the setting does not name may have our own shop's id."""
    known = await services.catalogue(connection.shop)
    named = places(connection, setting).get(id_.lower(), id_ if id_ in known.shops else "")
    return await services.shop_of(connection, named)
