"""Why a receipt came out as it did: the tree of reasons in decimals and words, in the reader's language."""

from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec import Meta

from kopilka.api.door import Doors, Param, Reply, Request, Route
from kopilka.api.numbers import DecimalOut
from kopilka.api.problems import FieldMistake, Problem, of_refusal
from kopilka.api.receipts import receipt_id
from kopilka.core.rules.explain.node import Node
from kopilka.core.settlement.sale import CLOSED, VOIDED
from kopilka.usecases.explain_receipt import EARNED, PAID, Explained, Question, find_and_explain
from kopilka.usecases.outcomes import Refused
from kopilka.words.explanation import Teller

_AMOUNT_MAX = 30


class NodeOut(msgspec.Struct, omit_defaults=True):
    """One sentence: `words` say it, `code` and `params` are the same for programs. `amount` is money (below zero where it
    comes off), `points` are of the `kind`; amounts right below a node that has one sum to it.
    """

    words: str
    code: str
    params: Mapping[str, int | str] = {}
    amount: DecimalOut = ""
    points: DecimalOut = ""
    kind: str = ""
    rule: str = ""
    below: list["NodeOut"] = []


class ExplanationOut(msgspec.Struct, omit_defaults=True):
    """Why a receipt came out so. The root of `tree` is what is to be paid with money."""

    id: str
    cashier: Annotated[str, Meta(description="One line of at most 80 characters.")]
    customer: Annotated[str, Meta(description="One or two sentences.")]
    tree: NodeOut
    trace: Annotated[str, Meta(description="The whole tree as indented text, for support.")]
    unlock: Annotated[str, Meta(description="The smallest change that alone would have given more.")] = ""
    returns: list[NodeOut] = []
    difference: Annotated[
        NodeOut | None, Meta(description="What explains the number that was `expected`.")
    ] = None


async def explanation(doors: Doors, request: Request) -> Reply:
    """Why a receipt came out so."""
    id_, question = receipt_id(request), _question(request)
    found = await doors.run(find_and_explain, doors.services.views, id_, question, request.key.shop)
    if isinstance(found, Refused):
        raise of_refusal(found)
    speech = await doors.speech(found.decision.programme, found.decision.version, request.language)
    return Reply(said(found, speech.teller))


def said(found: Explained, teller: Teller) -> ExplanationOut:
    """An explanation in words."""
    spoken = teller.spoken(found.receipt, found.decision, closed=found.state in {CLOSED, VOIDED})
    return ExplanationOut(
        found.receipt.id, spoken.cashier, spoken.customer, _node(found.tree, teller), _trace(found, teller),
        spoken.unlock, [_node(row, teller) for row in found.returns],
        None if found.difference is None else _node(found.difference, teller),
    )  # fmt: skip


def _trace(found: Explained, teller: Teller) -> str:
    trees = [found.tree, *found.returns, *([] if found.difference is None else [found.difference])]
    return "\n".join(teller.trace(tree) for tree in trees)


def _node(node: Node, teller: Teller) -> NodeOut:
    exact = teller.exact(node)
    return NodeOut(
        teller.text(node), node.reason.code, node.reason.params, exact if node.minor is not None else "",
        exact if node.units is not None else "", node.kind, node.rule, [_node(inner, teller) for inner in node.below],
    )  # fmt: skip


def _question(request: Request) -> Question:
    query = request.query
    mistakes = [
        FieldMistake(name, "wrong", f"{EARNED}, {PAID}" if name == "of" else "")
        for name in ("expected", "of", "kind")
        if len(query.get(name, "")) > _AMOUNT_MAX
        or (name == "of" and query.get(name, "") not in ("", EARNED, PAID))
    ]
    if mistakes:
        raise Problem("bad_query", errors=mistakes)
    return Question(query.get("expected", ""), query.get("of", ""), query.get("kind", ""))


ROUTES = (
    Route(
        "GET", "/v1/receipts/{id}/explanation", explanation, "Why a receipt came out as it did", "receipts", None,
        ExplanationOut,
        params=(
            Param("expected", 'What was expected instead, such as "90": the answer says what the difference comes from.'),
            Param("of", "What the expected number is of: `earned` points or `paid` money."),
            Param("kind", "The kind of the expected points; the first one without it."),
        ),
        problems=("unknown_receipt", "unknown_version", "unknown_points", "bad_amount"),
        words="Nothing is evaluated again: any past receipt is explained from what was stored, for ever.",
    ),
)  # fmt: skip
