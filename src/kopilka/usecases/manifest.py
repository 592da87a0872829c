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
    """Rules of the quality scale (`QUALITY`) that it claims to meet; a test proves each."""
    tells: Text | None = None
    """Events can be written in its own way too, signed for a connection: how that is called. The format has its id."""


class Grade(Enum):
    """How far a connector can be trusted."""

    NONE = "none"
    BRONZE = "bronze"
    SILVER = "silver"
    GOLD = "gold"


class QualityRule(msgspec.Struct, frozen=True):
    """One rule of the scale, proven by code: `connectors.kit.quality` and `tests/connectors/test_quality.py`."""

    id: str
    grade: Grade
    words: Text


QUALITY: tuple[QualityRule, ...] = (
    QualityRule("described", Grade.BRONZE, Text("Описан на двух языках: что умеет, как подключить, чего не умеет", "Described in two languages: what it can do, how to connect, what it cannot")),
    QualityRule("one-mapping", Grade.BRONZE, Text("Перевод чужих полей в наши — в одном файле, без SQL и своего счёта баллов", "Foreign fields become ours in one file, with no SQL and no points of its own")),
    QualityRule("keyed", Grade.BRONZE, Text("Без верного ключа отвечает отказом и ничего не пишет", "Without the right key it refuses and writes nothing")),
    QualityRule("repeatable", Grade.SILVER, Text("Повтор любого вызова не меняет ничего: ключи протокола — наши ключи", "A repeat of any call changes nothing: the protocol's keys are ours")),
    QualityRule("samples", Grade.SILVER, Text("Записанные или опубликованные вызовы проигрываются с ответами той же формы", "Recorded or published calls are replayed with answers of the same shape")),
    QualityRule("own-errors", Grade.SILVER, Text("Ошибки, и наши тоже, — в форме самого протокола", "Errors, ours too, have the protocol's own shape")),
    QualityRule("bad-network", Grade.SILVER, Text("При потерях, повторах, опозданиях и перестановках счёт сходится до последней единицы", "With losses, repeats, delays and reorders the ledger is exact to the last unit")),
    QualityRule("real-client", Grade.GOLD, Text("Работает с неизменённым клиентом поставщика или с записанным трафиком", "Works with the vendor's unmodified client or recorded traffic")),
)  # fmt: skip
"""The scale: a grade is reached when all rules up to it are met."""


def grade_of(meets: tuple[str, ...]) -> Grade:
    """The grade that the rules met amount to."""
    reached = Grade.NONE
    for grade in (Grade.BRONZE, Grade.SILVER, Grade.GOLD):
        if not all(rule.id in meets for rule in QUALITY if rule.grade is grade):
            return reached
        reached = grade
    return reached
