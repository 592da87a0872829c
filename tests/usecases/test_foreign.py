"""Names of other systems: whole numbers for ids of ours, documents that an older writer never overwrites."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal

import msgspec
import pytest

from kopilka.app.compose import House
from kopilka.usecases.foreign import ForeignDocument, Search

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture
def house(database: str) -> Iterator[House]:
    with closing(House(database)) as house:
        yield house


def test_a_number_is_given_once_and_means_the_same_for_ever(house: House) -> None:
    numbers = house.foreign.numbers("member", ["mem_a", "mem_b"])

    with closing(House(house.pool.conninfo)) as other:
        assert numbers == other.foreign.numbers("member", ["mem_b", "mem_a"])
    assert "mem_a" == house.foreign.id_of("member", str(numbers["mem_a"]))
    assert house.foreign.id_of("receipt", numbers["mem_a"]) is None


@pytest.mark.parametrize("text", ["", "-1", "1.0", "seven", "９", "9" * 30])
def test_what_is_no_number_means_nothing(house: House, text: str) -> None:
    assert house.foreign.id_of("member", text) is None


def test_many_who_ask_at_once_get_one_number(house: House) -> None:
    ids = [f"mem_{n}" for n in range(20)]

    def ask(_: int) -> dict[str, int]:
        with closing(House(house.pool.conninfo)) as mine:
            return mine.foreign.numbers("member", ids)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(8)))
    assert all(answers[0] == answer for answer in answers)
    assert 20 == len(set(answers[0].values()))


def test_a_document_keeps_its_decimals(house: House) -> None:
    document = ForeignDocument("con_1", "order", "12", {"total": Decimal("450.10"), "рядов": 2}, NOW)
    assert house.foreign.put(document)

    found = house.foreign.document("con_1", "order", "12")
    assert found is not None
    assert {"total": Decimal("450.10"), "рядов": 2} == found.content


def test_of_two_writers_one_reads_again(house: House) -> None:
    house.foreign.put(ForeignDocument("con_1", "order", "12", {}, NOW))
    mine = yours = house.foreign.document("con_1", "order", "12")
    assert mine is not None
    assert yours is not None

    assert house.foreign.put(msgspec.structs.replace(mine, state="paid"))
    assert not house.foreign.put(msgspec.structs.replace(yours, state="new"))
    assert not house.foreign.put(ForeignDocument("con_1", "order", "12", {}, NOW))
    found = house.foreign.document("con_1", "order", "12")
    assert found is not None
    assert ("paid", 2) == (found.state, found.revision)


def test_documents_are_listed_page_by_page(house: House) -> None:
    for n in range(7):
        house.foreign.put(ForeignDocument("con_1", "order", str(n), {}, NOW, member_id="m" if n % 2 else ""))

    first = house.foreign.documents(Search("con_1", "order", limit=4))
    assert first[-1].written_at is not None
    rest = house.foreign.documents(Search("con_1", "order", after=(first[-1].written_at, first[-1].id)))
    assert [str(n) for n in range(7)] == [row.id for row in [*first, *rest]]
    assert ["1", "3", "5"] == [
        row.id for row in house.foreign.documents(Search("con_1", "order", member_id="m"))
    ]
