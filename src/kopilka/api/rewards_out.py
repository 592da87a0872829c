"""What a receipt gives beside money off and points: goods, perks, words; and what rules cost the member in points."""

from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta

from kopilka.api.numbers import DecimalOut
from kopilka.api.speech import Speech
from kopilka.core.rules.decision import Decision, Message
from kopilka.values.money import decimal_text
from kopilka.values.quantity import quantity_text
from kopilka.words.reasons import in_language


class GivenGoodsOut(msgspec.Struct, gc=False):
    """Goods that a rule adds: a line of the slip at 0.00."""

    rule: str
    sku: str
    quantity: DecimalOut


class GivenPerkOut(msgspec.Struct, gc=False, omit_defaults=True):
    """A perk that a rule gives: kept through `last_on`, or without it only as long as the rule's conditions are met."""

    rule: str
    perk: str
    title: str
    last_on: date | None = None


class MessageOut(msgspec.Struct, gc=False):
    """Words of a rule in the reader's language."""

    rule: str
    to: Annotated[str, Meta(description="cashier, slip or customer")]
    words: str


class CostOut(msgspec.Struct, gc=False):
    """Points that applying a rule costs the member."""

    rule: str
    kind: str
    points: DecimalOut


def gifts_out(decision: Decision) -> list[GivenGoodsOut]:
    """The goods of a Decision."""
    return [GivenGoodsOut(row.rule, row.sku, quantity_text(row.quantity)) for row in decision.gifts]


def perks_out(decision: Decision, speech: Speech) -> list[GivenPerkOut]:
    """The perks of a Decision."""
    titles = speech.tongue.perks
    return [
        GivenPerkOut(row.rule, row.perk, titles.get(row.perk, row.perk), row.last_on)
        for row in decision.perks
    ]


def messages_out(decision: Decision, speech: Speech) -> list[MessageOut]:
    """The words of a Decision: those of the programme version that decided it."""
    return [MessageOut(row.rule, row.to, _words(row, speech)) for row in decision.messages]


def _words(message: Message, speech: Speech) -> str:
    rule = next((rule for rule in speech.programme.rules if rule.id == message.rule), None)
    if rule is None or message.number >= len(rule.effects):
        return ""
    return in_language(getattr(rule.effects[message.number], message.to, {}), speech.tongue.language)


def costs_out(decision: Decision, speech: Speech) -> list[CostOut]:
    """What the rules of a Decision cost."""
    return [
        CostOut(row.rule, row.kind, decimal_text(row.units, speech.decimals(row.kind)))
        for row in decision.charges
    ]
