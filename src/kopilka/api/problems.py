"""The one table of problems: code → HTTP status and words; and problem documents after RFC 9457.

Every "no" of a use case and every mistake of a request leaves through here. `docs/problems.md` is made from it.
"""

from collections.abc import Mapping, Sequence

import msgspec

from kopilka.core.rules.reason import REASONS
from kopilka.usecases.outcomes import Refused, Why
from kopilka.words.catalogue import N_, catalogue
from kopilka.words.refusals import refusal
from kopilka.words.render import Tongue, render

TYPE = "/problems/"


class Kind(msgspec.Struct, frozen=True):
    """A problem as it is documented: its status and its title."""

    status: int
    title: str


class FieldMistake(msgspec.Struct, frozen=True, omit_defaults=True):
    """One field that is wrong: its JSON path, a code, and what was expected (an English text to be translated)."""

    field: str
    code: str
    expected: str = ""
    params: Mapping[str, int | str] = {}


class Problem(Exception):
    """A request that is refused. `told` are mistakes (field, code, sentence) that have their words already."""

    def __init__(  # noqa: PLR0913 - what a problem document says
        self, code: str, *, field: str = "", errors: Sequence[FieldMistake] = (), params: Mapping[str, int | str] = {},
        headers: Sequence[tuple[str, str]] = (), why: Why | None = None,
        told: Sequence[tuple[str, str, str]] = (),
    ) -> None:  # fmt: skip
        super().__init__(code)
        self.code = code
        self.errors = tuple(errors)
        self.field = field
        self.params = params
        self.headers = tuple(headers)
        self.why = why
        self.told = tuple(told)


STATUS = {Why.INVALID: 422, Why.NOT_FOUND: 404, Why.CONFLICT: 409, Why.NOT_ALLOWED: 422}
"""Statuses of business refusals, where a code has none of its own."""

PROBLEMS: Mapping[str, Kind] = {
    # The request itself
    "bad_json": Kind(400, N_("The body is not JSON")),
    "bad_utf8": Kind(400, N_("The body is not UTF-8")),
    "bad_cursor": Kind(400, N_("The cursor is not one of ours")),
    "bad_query": Kind(400, N_("A parameter of the address is wrong")),
    "invalid": Kind(422, N_("Fields of the request are wrong")),
    "too_large": Kind(413, N_("The body is too large")),
    "unknown_address": Kind(404, N_("There is nothing at this address")),
    "wrong_method": Kind(405, N_("This address has another method")),
    "key_required": Kind(400, N_("The header Idempotency-Key is required")),
    "bad_key": Kind(400, N_("The header Idempotency-Key is wrong")),
    # Who asks
    "unauthorized": Kind(401, N_("A valid API key is required")),
    "forbidden": Kind(403, N_("The API key may not do this")),
    "other_shop": Kind(403, N_("The API key acts for another shop")),
    "other_till": Kind(403, N_("The API key acts for another till")),
    # Our side
    "unavailable": Kind(503, N_("The database does not answer; nothing is known to be written")),
    "failed": Kind(500, N_("Something went wrong on our side; nothing was written")),
    "shutting_down": Kind(503, N_("The server is stopping")),
    # Who and where
    "unknown_member": Kind(404, N_("The member is not known")),
    "unknown_card": Kind(404, N_("The member has no such card")),
    "unknown_shop": Kind(404, N_("The shop is not known")),
    "unknown_till": Kind(404, N_("The till is not known")),
    "unknown_product": Kind(404, N_("The product is not known")),
    "unknown_programme": Kind(404, N_("The programme is not known")),
    "unknown_version": Kind(404, N_("The programme has no such version")),
    "unknown_receipt": Kind(404, N_("The receipt is not known")),
    "unknown_level": Kind(404, N_("The programme has no such level")),
    "unknown_points": Kind(404, N_("The points kind is not known")),
    "unknown_kind": Kind(422, N_("The kind of identifier is not known")),
    "unknown_voucher": Kind(404, N_("There is no such voucher")),
    "voucher_used": Kind(409, N_("The voucher is used by somebody else")),
    "voucher_expired": Kind(422, N_("The voucher is out of date")),
    "unknown_key": Kind(404, N_("The API key is not known or revoked already")),
    "unknown_scope": Kind(422, N_("The scope is not known")),
    "till_without_shop": Kind(422, N_("A key for a till needs its shop")),
    "card_blocked": Kind(422, N_("The card is blocked or replaced")),
    "card_replaced": Kind(409, N_("The card was replaced by another one")),
    "member_blocked": Kind(422, N_("The membership is blocked")),
    "member_erased": Kind(409, N_("The person was erased")),
    "unknown_request": Kind(404, N_("There is no such request about personal data")),
    "request_ended": Kind(409, N_("The request has been answered already")),
    "not_erased_yet": Kind(409, N_("The person has not been erased yet")),
    "bad_identifier": Kind(422, N_("This cannot be such an identifier")),
    "no_identifier": Kind(422, N_("Nothing would find the member")),
    "identifier_taken": Kind(409, N_("Somebody has this identifier already")),
    "unknown_zone": Kind(422, N_("The time zone is not known")),
    # Receipts
    "no_lines": Kind(422, N_("The receipt has no lines")),
    "too_many_lines": Kind(422, N_("The receipt has too many lines")),
    "line_repeated": Kind(422, N_("A line's id stands twice")),
    "bad_amount": Kind(422, N_("An amount or a quantity is wrong")),
    "in_the_future": Kind(422, N_("The moment has not come yet")),
    "in_the_past": Kind(422, N_("The day has passed already")),
    "other_currency": Kind(422, N_("The shop sells in another currency")),
    "other_points": Kind(422, N_("Other points pay here")),
    "other_member": Kind(409, N_("The receipt belongs to another member")),
    "receipt_exists": Kind(409, N_("The receipt exists already with other content")),
    "return_exists": Kind(409, N_("The return exists already with other content")),
    "key_reused": Kind(409, N_("The idempotency key was used with other content")),
    "hold_changed": Kind(409, N_("The goods or the buyer differ from those that points were reserved for")),
    "hold_lapsed": Kind(409, N_("The hold has ended")),
    "not_held": Kind(409, N_("The receipt holds no points")),
    "not_closed": Kind(409, N_("The receipt is not closed")),
    "not_same_day": Kind(422, N_("A receipt is voided on its own day only")),
    "returned_already": Kind(409, N_("Goods of the receipt have come back already")),
    "differs_from_decision": Kind(409, N_("The sums taken differ from those decided")),
    "spend_too_much": Kind(422, N_("More points were asked than may be spent")),
    "not_enough_points": Kind(422, N_("There are not enough points")),
    "nothing_to_adjust": Kind(422, N_("The number of points is wrong")),
    "unknown_line": Kind(422, N_("The receipt has no such line")),
    "more_than_bought": Kind(422, N_("More is returned than is left")),
    "more_than_paid": Kind(422, N_("More money is returned than was paid")),
    "nothing_left": Kind(409, N_("Everything has been returned already")),
    # What is no purchase
    "required": Kind(422, N_("A field is not filled in")),
    "unknown_rule": Kind(404, N_("The rule is not known")),
    "unknown_action": Kind(404, N_("The action is not known")),
    "action_exists": Kind(409, N_("The action is counted for another member")),
    "unknown_gift": Kind(404, N_("The gift is not known")),
    "unknown_redemption": Kind(404, N_("No gift went out under this number")),
    "out_of_stock": Kind(422, N_("There are not enough of these gifts")),
    "gift_limit": Kind(422, N_("One member may have no more of these gifts")),
    "bad_pieces": Kind(422, N_("The number of gifts is wrong")),
    "no_gift_goods": Kind(422, N_("Such goods are never a gift")),
    "no_payout": Kind(422, N_("These points are not paid out")),
    "programme_paused": Kind(422, N_("The programme is paused")),
    "bad_attribute": Kind(422, N_("A fact of the member cannot be kept")),
    "bad_tag": Kind(422, N_("A tag of the member cannot be kept")),
    # Coupons
    "unknown_series": Kind(404, N_("The programme has no such series of coupons")),
    "series_public": Kind(422, N_("The series is one public code; coupons of it cannot be given")),
    "series_over": Kind(422, N_("The coupons of this series have ended")),
    "unknown_batch": Kind(404, N_("The batch of coupons is not known")),
    "wrong_count": Kind(422, N_("The number of coupons is wrong")),
    "codes_too_short": Kind(422, N_("Codes of this length could be guessed among so many coupons")),
    "code_unknown": Kind(404, N_("There is no such code")),
    "code_mistyped": Kind(404, N_("The code is mistyped")),
    "code_public": Kind(422, N_("A public promo code needs no activation and is cancelled in the programme")),
    "code_used": Kind(409, N_("The coupon has been used")),
    "code_withdrawn": Kind(409, N_("The coupon was withdrawn")),
    "code_reserved": Kind(409, N_("Another open receipt holds the coupon")),
    "code_of_other": Kind(409, N_("The coupon is somebody else's")),
    "code_too_late": Kind(409, N_("The days of the coupon are over")),
    "too_many_codes": Kind(429, N_("Too many wrong codes within a minute")),
    # Events
    "not_a_choice": Kind(422, N_("This value cannot be chosen")),
    "unknown_subscription": Kind(404, N_("The subscription is not known")),
    "unknown_delivery": Kind(404, N_("The subscription has no such delivery")),
    "unknown_event": Kind(422, N_("There is no such event")),
    "unknown_format": Kind(422, N_("There is no such way to write events")),
    "bad_address": Kind(422, N_("Events cannot be sent to this address")),
    "address_not_https": Kind(422, N_("The address must begin with https")),
    "address_private": Kind(422, N_("The address leads into a private network")),
    "broken_seal": Kind(422, N_("The secret was sealed with another key")),
    "bad_webhook_secret": Kind(422, N_("The secret is not one of Standard Webhooks")),
    "wrong_hours": Kind(422, N_("The number of hours is wrong")),
    "not_waiting": Kind(409, N_("The delivery does not wait any more")),
    "too_many_subscriptions": Kind(422, N_("There are too many subscriptions")),
    # Programmes
    "faulty_programme": Kind(422, N_("The programme has mistakes")),
    "version_taken": Kind(409, N_("Another version was published meanwhile")),
    "same_text": Kind(409, N_("This text is in force already")),
    "other_programme": Kind(422, N_("The text is of another programme")),
}

EXPECTED: Mapping[str, str] = {
    "required": N_("This field is required."),
    "unknown_field": N_("There is no such field."),
    "wrong": N_("Expected {expected:text}."),
    "differs": N_("Taken minus decided: {difference:text}."),
    "duplicate": N_("This value stands twice; it must be unique."),
    "unknown_currency": N_("This is not a currency of ISO 4217."),
    "too_many_digits": N_("This currency or kind has fewer digits after the point."),
    "too_many_lines": N_("A receipt has from 1 to {most:count} lines."),
    "too_many_receipts": N_("Up to {most:count} receipts at a time."),
    "too_many_products": N_("From 1 to {most:count} products at a time."),
    "bad_moment": N_("Expected a moment with its time zone, between the years 2000 and 2100."),
    "one_identifier": N_("Exactly one identifier must name the member."),
    "bad_identifier": N_("This cannot be such an identifier."),
    "unknown_line": N_("The receipt has no such line."),
    "bad_text": N_("The text holds a character that cannot be stored."),
    "both_given": N_("Lines and an amount cannot be returned together."),
    "unknown_zone": N_("Expected an IANA time zone such as Europe/Moscow."),
    "unknown_programme": N_("There is no such programme."),
}
"""Codes of field mistakes and their sentences."""


class Document(msgspec.Struct, frozen=True, omit_defaults=True):
    """A problem document (RFC 9457). `type` leads to the page about the code."""

    type: str
    title: str
    status: int
    code: str
    detail: str = ""
    field: str = ""
    errors: tuple["FieldDocument", ...] = ()


class FieldDocument(msgspec.Struct, frozen=True, omit_defaults=True):
    """One wrong field: JSON path, code, sentence, and what was expected."""

    field: str
    code: str
    detail: str
    expected: str = ""


def status_of(code: str, why: Why | None = None) -> int:
    """The HTTP status of a code."""
    known = PROBLEMS.get(code)
    if known is not None:
        return known.status
    return STATUS[why or Why.INVALID]


def of_refusal(refused: Refused) -> Problem:
    """A business refusal as a problem."""
    return Problem(refused.code, field=refused.field, params=refused.params, why=refused.why)


def document(problem: Problem, tongue: Tongue) -> Document:
    """A problem in the reader's language."""
    known = PROBLEMS.get(problem.code)
    words = catalogue(tongue.language)
    title = words.raw(known.title) if known is not None else problem.code
    detail = ""
    if problem.why is not None or problem.code in REASONS:
        detail = refusal(
            Refused(problem.code, problem.why or Why.INVALID, problem.field, dict(problem.params)), tongue
        )
    return Document(
        TYPE + problem.code, title, status_of(problem.code, problem.why), problem.code,
        "" if detail == problem.code or detail.startswith(f"{problem.code} (") else detail,
        problem.field, (*[_field(mistake, tongue) for mistake in problem.errors], *[FieldDocument(*row) for row in problem.told]),
    )  # fmt: skip


def _field(mistake: FieldMistake, tongue: Tongue) -> FieldDocument:
    words = catalogue(tongue.language)
    expected = words.raw(mistake.expected) if mistake.expected else ""
    text = words.raw(EXPECTED.get(mistake.code, mistake.code))
    said = render(text, {**mistake.params, "expected": expected}, tongue, code=mistake.code)
    return FieldDocument(mistake.field, mistake.code, said, expected)


def problems_page() -> str:
    """docs/problems.md: every code with its status and title in both languages."""
    ru, en = catalogue("ru"), catalogue("en")
    rows = [
        f'| <a id="{code}"></a>`{code}` | {kind.status} | {en.raw(kind.title)} | {ru.raw(kind.title)} |'
        for code, kind in sorted(PROBLEMS.items())
    ]
    fields = [f"| `{code}` | {en.raw(text)} | {ru.raw(text)} |" for code, text in sorted(EXPECTED.items())]
    return "\n".join(
        [
            "# Problems", "",
            "Every refusal is an `application/problem+json` document (RFC 9457); its `type` is `/problems/<code>`, its",
            "words are in the language of `Accept-Language`. Nothing is written where a request is refused.",
            "Made from `src/kopilka/api/problems.py`; a test keeps it current.", "",
            "| code | status | | |", "|---|---|---|---|", *rows, "",
            "## Codes of `errors[].code`", "", "| code | | |", "|---|---|---|", *fields, "",
        ]
    )  # fmt: skip
