"""What a connector says of itself: what it can do, how it was verified, which settings it has. Screens and pages are made
from it.
"""

from enum import Enum

import msgspec


class Text(msgspec.Struct, frozen=True):
    """A text in both languages."""

    ru: str
    en: str

    def of(self, language: str) -> str:
        """The text in a language; English where it is neither."""
        return self.ru if language == "ru" else self.en


class Way(Enum):
    """Which way data goes."""

    IN = "in"
    OUT = "out"
    BOTH = "both"


class Verified(Enum):
    """What has spoken with the connector in tests."""

    CLIENT = "client"
    """The vendor's or a well-known unmodified client."""
    RECORDED = "recorded"
    """Traffic recorded from the real software."""
    SHAPE = "shape"
    """Written to the published shape; the software itself has not been tried."""


class Capability(Enum):
    """What a connector can do."""

    ENROL = "enrol"
    IDENTIFY = "identify"
    BALANCE = "balance"
    HISTORY = "history"
    QUOTE = "quote"
    SPEND = "spend"
    HOLD = "hold"
    CLOSE = "close"
    RETURN = "return"
    PART_RETURN = "part_return"
    COUPONS = "coupons"
    ADJUST = "adjust"
    CONFIRM_BY_CODE = "confirm_by_code"
    TEXTS = "texts"
    GOODS = "goods"
    CUSTOMERS = "customers"
    ORDERS = "orders"
    EVENTS_OUT = "events_out"


class Setting(msgspec.Struct, frozen=True):
    """One setting of a connection; `choices` are its only values, where there are any."""

    name: str
    title: Text
    words: Text
    usual: str = ""
    choices: tuple[str, ...] = ()
    required: bool = False


class Secret(msgspec.Struct, frozen=True):
    """What the shop's system shows or signs with. `ours`: we make it and the shop enters it there; otherwise the shop may
    enter here what the other system made.
    """

    title: Text
    ours: bool = True


class Manifest(msgspec.Struct, frozen=True):
    """A connector. `address` is what a person enters in the other system, after the house's own address; `{connection}`
    and `{number}` stand for the connection's id and number. `idempotency` says which of its keys makes repeats harmless.
    `steps` is how to connect, for the console.
    """

    id: str
    title: Text
    words: Text
    prefixes: tuple[str, ...]
    address: str
    way: Way
    can: tuple[Capability, ...]
    verified: Verified
    secret: Secret
    idempotency: Text
    steps: tuple[Text, ...]
    settings: tuple[Setting, ...] = ()
    meets: tuple[str, ...] = ()
    """Rules of the quality scale (`kit.quality`) that it claims to meet; a test proves each."""
