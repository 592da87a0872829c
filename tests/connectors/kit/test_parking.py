"""Documents whose buyers join later: parked, found again by whatever names the buyer, booked in order, given up in time."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from trading import Trading, trading

from kopilka.connectors.kit.call import Answer, Call
from kopilka.connectors.kit.manifest import Capability, Manifest, Secret, Text, Verified, Way
from kopilka.connectors.kit.parking import KEPT, Sweep, attach_parked, park, refs_of
from kopilka.connectors.kit.services import Services
from kopilka.usecases.connections import Connection
from kopilka.usecases.foreign import PARKED, ForeignDocument

SOLD = datetime(2026, 3, 1, 12, tzinfo=UTC)
BUYER = refs_of(("phone", "8 999 000-00-17"), ("email", "Anna@Example.org"), ("external", None))


WORDS = Text("Хранитель", "Keeper")


class Keeper:
    """Books what it is given; the first time it may stumble."""

    manifest = Manifest(
        "keeper", WORDS, WORDS, ("/keeper/",), "/keeper", Way.IN, (Capability.CLOSE,), Verified.SHAPE,
        Secret(WORDS), WORDS, (),
    )  # fmt: skip

    def __init__(self) -> None:
        self.booked: list[tuple[str, str]] = []
        self.stumbles = 0

    async def answer(self, call: Call, services: Services) -> Answer:
        return Answer(404, b"")

    def failed(self, call: Call, *, unavailable: bool) -> Answer:
        return Answer(500, b"")

    def probe(self, connection: Connection) -> Call:
        return Call("GET", "/keeper/")

    def sign(self, call: Call, connection: Connection, secret: str) -> Call:
        return call

    async def attach(
        self, document: ForeignDocument, member_id: str, connection: Connection, services: Services
    ) -> None:
        if self.stumbles:
            self.stumbles -= 1
            raise ValueError(document.id)
        self.booked.append((document.id, member_id))


@pytest.fixture
def keeper() -> Keeper:
    return Keeper()


@pytest.fixture
def shop(database: str, keeper: Keeper) -> Iterator[Trading]:
    with trading(database, connectors=[keeper]) as shop:
        yield shop


def order(connection: Connection, id_: str, hours: int = 0) -> ForeignDocument:
    return ForeignDocument(
        connection.connection_id, "order", id_, {"n": id_}, SOLD + timedelta(hours=hours), revision=0
    )


def sweep(shop: Trading, keeper: Keeper) -> int:
    done: int = shop.wait(Sweep([keeper], shop.services).all())
    return done


def test_what_names_a_buyer_is_normalised_and_the_rest_is_left_out() -> None:
    assert [("phone", "+79990000017"), ("email", "anna@example.org")] == [
        (ref.kind, ref.value) for ref in BUYER
    ]


def test_parked_documents_are_booked_once_in_their_order_when_the_buyer_joins(
    shop: Trading, keeper: Keeper
) -> None:
    connection, _ = shop.connect("keeper")
    for id_, hours in (("late", 2), ("early", 1)):
        assert shop.wait(park(shop.services, order(connection, id_, hours), BUYER))

    assert (0, []) == (sweep(shop, keeper), keeper.booked)
    member = shop.member(email="anna@example.org")
    shop.until(lambda: len(keeper.booked) >= 2 or bool(sweep(shop, keeper)))
    sweep(shop, keeper)
    assert [("early", member), ("late", member)] == keeper.booked[:2]


def test_a_later_event_of_the_same_buyer_brings_the_parked_ones_along(shop: Trading, keeper: Keeper) -> None:
    connection, _ = shop.connect("keeper")
    shop.wait(park(shop.services, order(connection, "one"), BUYER))
    other, _ = shop.connect("keeper")

    async def attach(document: ForeignDocument, member_id: str) -> None:
        await keeper.attach(document, member_id, connection, shop.services)

    async def both() -> list[int]:
        asked = [
            await attach_parked(shop.services, each, BUYER[:1], attach, "mem_1")
            for each in (other, connection)
        ]
        return [*asked, await attach_parked(shop.services, connection, BUYER[:1], attach, "mem_1")]

    assert [0, 1, 0] == shop.wait(both())
    assert [("one", "mem_1")] == keeper.booked


def test_what_cannot_be_booked_now_stays_and_is_booked_at_the_next_look(
    shop: Trading, keeper: Keeper
) -> None:
    connection, _ = shop.connect("keeper")
    shop.wait(park(shop.services, order(connection, "one"), BUYER[:1]))
    keeper.stumbles = 1
    member = shop.member()

    shop.until(lambda: bool(keeper.booked) or bool(sweep(shop, keeper)))
    assert ("one", member) == keeper.booked[0]


def test_nobody_is_waited_for_for_ever(shop: Trading, keeper: Keeper) -> None:
    connection, _ = shop.connect("keeper")
    shop.wait(park(shop.services, order(connection, "one"), BUYER[:1]))
    shop.clock.ahead += KEPT + timedelta(days=1)

    shop.until(lambda: bool(keeper.booked) or bool(sweep(shop, keeper)))
    assert ("one", "") == keeper.booked[0]
    assert [(False,)] == shop.rows(
        "SELECT content::text LIKE '%%9990000017%%' FROM personal.foreign_document WHERE kind = 'waiting'"
    )


def test_more_buyers_than_a_page_are_all_looked_at(shop: Trading, keeper: Keeper) -> None:
    connection, _ = shop.connect("keeper")
    for n in range(45):
        shop.wait(park(shop.services, order(connection, f"o{n:02}"), refs_of(("external", f"shop:{n}"))))
    member = shop.member(external="shop:44")

    shop.until(lambda: bool(keeper.booked) or bool(sweep(shop, keeper)))
    assert ("o44", member) == keeper.booked[0]
    assert PARKED == shop.rows("SELECT min(state) FROM personal.foreign_document WHERE kind = 'order'")[0][0]
