"""Sealing secrets that must be told again: what others sign their calls with, and we ours.

The key is the installation's own and stands outside the database: a copy of the database alone tells no secret.
"""

import base64
import os
from collections.abc import Mapping
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken

from kopilka.values.errors import KopilkaError

VARIABLE = "KOPILKA_SECRET_KEY"


class NoSealError(KopilkaError):
    """No key to seal secrets with: set KOPILKA_SECRET_KEY to a long random text, the same for every process."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class BrokenSealError(KopilkaError):
    """A secret was sealed with another KOPILKA_SECRET_KEY: give that one back, or enter the secret anew."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class Seal:
    """Seals and opens with one key, any text of at least 16 characters."""

    KEY_LENGTH_MIN = 16

    def __init__(self, key: str) -> None:
        self._fernet: Fernet | None = None
        if len(key) >= self.KEY_LENGTH_MIN:
            self._fernet = Fernet(base64.urlsafe_b64encode(sha256(key.encode()).digest()))

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Seal":
        """The seal of this process; without a key it can neither seal nor open."""
        return cls(environment.get(VARIABLE, ""))

    def close(self, secret: str) -> bytes:
        """A secret sealed."""
        if self._fernet is None:
            raise NoSealError
        return self._fernet.encrypt(secret.encode())

    def open(self, sealed: bytes) -> str:
        """The secret inside."""
        if self._fernet is None:
            raise NoSealError
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken as error:
            raise BrokenSealError from error
