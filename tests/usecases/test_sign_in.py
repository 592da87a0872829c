"""A login that nobody has is compared with a hash that costs as much as any other."""

import secrets

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import VerifyMismatchError

from kopilka.usecases.staff import unmatched_hash


def test_the_hash_of_nobody_costs_as_much_as_a_real_one_and_no_password_has_it() -> None:
    hasher = PasswordHasher()
    made = unmatched_hash(hasher, secrets.randbits)

    assert extract_parameters(hasher.hash("secret")) == extract_parameters(made)
    with pytest.raises(VerifyMismatchError):
        hasher.verify(made, "secret")
    assert made != unmatched_hash(hasher, secrets.randbits)
