"""What a situation is made of: members, goods, steps with what must come of them. The words are in docs/programme.md."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from kopilka.core.programme.mistakes import Mistake
from kopilka.values.errors import KopilkaError

START = "2026-03-02 12:00"
Amounts = str | dict[str, str]
"""A number, or numbers by points kind."""
Some = str | tuple[str, ...]
"""One name or several."""


class SituationError(KopilkaError):
    """A file of situations cannot be read, or names what is not there. `mistakes` are those of a document, called `file`."""

    def __init__(self, text: str, mistakes: Sequence[Mistake] = (), file: str = "") -> None:
        super().__init__(text)
        self.mistakes = tuple(mistakes)
        self.file = file


class Goods(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line of a receipt."""

    sku: str
    sum: str
    pieces: str = "1"
    category: tuple[str, ...] = ()
    brand: str = ""
    tags: tuple[str, ...] = ()
    product_class: str = ""
    promo: str = "no"
    floor: str = "0"
    given: str = "0"
    marking: str = ""
    alcohol: str = ""
    volume_ml: str = "0"


class Facts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who a member is."""

    card: str = ""
    tags: tuple[str, ...] = ()
    birthday: str = ""
    attributes: dict[str, str] = {}
    language: str = ""
    phone: str = ""


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a shop stands: its groups and its time zone (the programme's where it names none)."""

    groups: tuple[str, ...] = ()
    zone: str = ""


class Step(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"return_": "return", "as_": "as"}
):
    """One step: exactly one of the verbs, its parameters, and what must come of it."""

    enrol: str = ""
    quote: str = ""
    hold: str = ""
    close: str = ""
    release: str = ""
    void: str = ""
    return_: str = ""
    adjust: str = ""
    coupon: str = ""
    activate: str = ""
    cancel: str = ""
    act: str = ""
    take_back: str = ""
    redeem: str = ""
    return_gift: str = ""
    payout: str = ""
    set_level: str = ""
    tag: str = ""
    balance: str = ""
    night: str = ""
    wait: str = ""
    until: str = ""
    # parameters
    by: str = ""
    card: str = ""
    tags: tuple[str, ...] = ()
    birthday: str = ""
    attributes: dict[str, str] = {}
    language: str = ""
    phone: str = ""
    sum: str = ""
    goods: tuple[Goods, ...] = ()
    delivery: str = ""
    shop: str = ""
    channel: str = ""
    till: str = ""
    payments: dict[str, str] = {}
    codes: tuple[str, ...] | dict[str, str] = ()
    choice: str = ""
    spend: str = ""
    of: dict[str, str] = {}
    amount: str = ""
    points: Amounts = ""
    last_on: str = ""
    series: str = ""
    as_: str = ""
    action: str = ""
    ref: str = ""
    gift: str = ""
    pieces: str = "1"
    to: str = ""
    # what must come of it
    pays: str = ""
    lines: dict[str, str] = {}
    discount: str = ""
    delivery_pays: str = ""
    earns: Amounts = ""
    spends: str = ""
    costs: Amounts = ""
    room: str = ""
    limit: str = ""
    level: str = ""
    refused: str = ""
    because: dict[str, str] = {}
    unlock: dict[str, str] = {}
    gifts: dict[str, Some] = {}
    messages: dict[str, Some] = {}
    coupons: dict[str, str] = {}
    perks: Some | None = None
    has: Amounts = ""
    free: Amounts = ""
    refunds: str = ""
    back: Amounts = ""
    taken: Amounts = ""

    def verb(self) -> tuple[str, str]:
        """What is done and to what; anything but one verb is a SituationError."""
        found = [(verb, named) for verb in VERBS if (named := getattr(self, VERBS[verb]))]
        if len(found) != 1:
            raise SituationError(f"a step has one of {', '.join(VERBS)}; this one has {len(found)}")
        return found[0]

    def facts(self) -> Facts:
        """Who is enrolled by the step."""
        return Facts(self.card, self.tags, self.birthday, self.attributes, self.language, self.phone)


VERBS: Mapping[str, str] = {
    "enrol": "enrol", "quote": "quote", "hold": "hold", "close": "close", "release": "release", "void": "void",
    "return": "return_", "adjust": "adjust", "coupon": "coupon", "activate": "activate", "cancel": "cancel",
    "act": "act", "take_back": "take_back", "redeem": "redeem", "return_gift": "return_gift", "payout": "payout",
    "set_level": "set_level", "tag": "tag", "balance": "balance", "wait": "wait", "until": "until", "night": "night",
}  # fmt: skip


class Situation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One sentence and the steps that prove it. `change` sets keys of the programme: `spend.up_to: 100%`."""

    name: str
    steps: tuple[Step, ...]
    start: str = START
    change: dict[str, Any] = {}
    shops: dict[str, tuple[str, ...] | Place] = {}
    members: tuple[str, ...] | dict[str, Facts] = ()


class Story(msgspec.Struct, frozen=True):
    """A situation with the text of its programme, which its file calls `document` unless it stands in the file
    itself; ready to be run.
    """

    source: str
    situation: Situation
    programme: str
    document: str = ""

    @property
    def title(self) -> str:
        """The file and the sentence."""
        return f"{self.source}: {self.situation.name}"
