"""Ids as UUIDs and back."""

from uuid import UUID

import pytest

from kopilka.values.ids import MEMBER, id_of_uuid, make_id, uuid_of


def test_an_id_is_a_uuid_of_version_seven_and_back() -> None:
    id_ = make_id(MEMBER, 1_767_225_600_000, 2**74 - 12_345)
    uuid = uuid_of(id_)

    assert (7, 1_767_225_600_000) == (UUID(uuid).version, UUID(uuid).int >> 80)
    assert id_ == id_of_uuid(MEMBER, uuid.upper()) == id_of_uuid(MEMBER, f" {uuid} ")


@pytest.mark.parametrize("text", ["", "mem_", "mem_short", "mem_" + "u" * 26, "mem_" + "z" * 26, "nothing"])
def test_what_is_no_id_has_no_uuid(text: str) -> None:
    assert "" == uuid_of(text)


@pytest.mark.parametrize(
    "text", ["", "x", "5b1d0c1e00004000800000000000001", "5b1d0c1e-0000-4000-8000-00000000001g"]
)
def test_what_is_no_uuid_is_no_id(text: str) -> None:
    assert "" == id_of_uuid(MEMBER, text)
