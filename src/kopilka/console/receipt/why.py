"""Why a receipt came out so: in short, as a tree, and the answer to "why not 90?"."""

from collections.abc import Sequence

import msgspec

from kopilka.core.settlement.sale import CLOSED, VOIDED
from kopilka.look.explained import branch, branches
from kopilka.look.shapes import Branch
from kopilka.look.visit import Visit
from kopilka.usecases.catalogue import Catalogue
from kopilka.usecases.explain_receipt import EARNED, PAID, Question, explain_receipt
from kopilka.usecases.outcomes import Refused
from kopilka.usecases.views import ReceiptView
from kopilka.words.explanation import Teller
from kopilka.words.refusals import refusal
from kopilka.words.render import Tongue


class WhyWords(msgspec.Struct, frozen=True, kw_only=True):
    """An explanation as the page shows it; `expected` is what was typed, `answer` what the difference comes from."""

    customer: str
    unlock: str
    tree: Sequence[Branch]
    returns: Sequence[Branch]
    expected: str = ""
    of: str = EARNED
    answer: Branch | None = None
    wrong: str = ""


def why_words(visit: Visit, seen: ReceiptView, known: Catalogue, tongue: Tongue) -> WhyWords | None:
    """The words; None where the version that decided is not known."""
    typed, of = visit.get("expected").strip()[:20], visit.get("of")
    question = Question(typed, of if of in {EARNED, PAID} else "")
    found = explain_receipt(seen, known, question)
    wrong = ""
    if isinstance(found, Refused):
        wrong = refusal(found, tongue)
        found = explain_receipt(seen, known, Question())
    if isinstance(found, Refused):
        return None
    teller = Teller(found.rules.programme, tongue)
    spoken = teller.spoken(found.receipt, found.decision, closed=found.state in {CLOSED, VOIDED})
    return WhyWords(
        customer=spoken.customer, unlock=spoken.unlock, tree=branches(found.tree.below, teller),
        returns=branches(found.returns, teller), expected=typed, of=of or EARNED, wrong=wrong,
        answer=None if found.difference is None else branch(found.difference, teller),
    )  # fmt: skip
