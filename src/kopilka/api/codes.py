"""Codes between members and tills: the one that a member shows at a till, and the one that a printed voucher bears."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from kopilka.api.checking import read
from kopilka.api.door import REPLAYED, Doors, Reply, Request, Route
from kopilka.api.numbers import DecimalOut
from kopilka.api.problems import Problem, of_refusal
from kopilka.api.receipt_out import BalanceOut, balances_out
from kopilka.api.texts import Id
from kopilka.usecases.commands import Ref
from kopilka.usecases.outcomes import Refused, Why
from kopilka.values.money import decimal_text


class MemberCodeOut(msgspec.Struct, frozen=True):
    """A code for the member to show at a till. It works until `expires_at`, and ends with the sale that it served."""

    code: str
    expires_at: datetime


class VoucherIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The code of a voucher that was printed for a buyer whom the till did not know."""

    code: Id


class VoucherOut(msgspec.Struct, frozen=True):
    """What the voucher's purchase gave: its receipt, the points by kind, and the balances after it."""

    receipt: str
    earned: Mapping[str, DecimalOut]
    balances: Mapping[str, BalanceOut]


_voucher = msgspec.json.Decoder(VoucherIn)


async def show(doors: Doors, request: Request) -> Reply:
    """A fresh code for a member."""
    found = await doors.run(doors.services.members.find, Ref("member", request.args[0]))
    if isinstance(found, Refused):
        raise of_refusal(found)
    if found.status != "active":
        raise Problem(f"member_{found.status}", field="member", why=Why.NOT_ALLOWED)
    code = await doors.run(doors.services.verifications.show_code, found.member_id)
    return Reply(MemberCodeOut(code.code, code.expires_at), 201)


async def claim(doors: Doors, request: Request) -> Reply:
    """The member gets what a voucher's purchase gives."""
    member, key = request.args[0], request.key.key_id
    door = read(_voucher, request.body)
    doors.guesses.check(key)
    vouchers = doors.services.vouchers
    wish = await doors.run(vouchers.claim, door.code, member, key)
    if isinstance(wish, Refused):
        doors.guesses.note(key, int(wish.why is Why.NOT_FOUND))
        raise of_refusal(wish)
    outcome = await doors.counter.carry_out(wish)
    done = await doors.run(vouchers.claimed, door.code, member, outcome)
    if isinstance(done, Refused):
        raise of_refusal(done)
    speech = await doors.speech_now(request.language)
    earned: dict[str, int] = {}
    for row in () if done.sale is None else done.sale.decision.earned:
        earned[row.kind] = earned.get(row.kind, 0) + row.units
    told = {kind: decimal_text(units, speech.decimals(kind)) for kind, units in earned.items()}
    out = VoucherOut(wish.receipt.id, told, balances_out(done.balances, speech))
    return Reply(out, 200, REPLAYED if done.replayed else ())


ROUTES = (
    Route(
        "POST", "/v1/members/{id}/code", show, "A code for the member to show at a till", "members:write", None,
        MemberCodeOut, 201, problems=("unknown_member", "member_blocked", "member_erased"),
        words="Whoever shows it may spend the member's points: hand it to the member alone. It works for 45 minutes, once.",
    ),
    Route(
        "POST", "/v1/members/{id}/vouchers", claim, "The member brings a printed voucher", "members:write", VoucherIn,
        VoucherOut,
        problems=("unknown_voucher", "voucher_used", "voucher_expired", "unknown_member", "member_blocked", "too_many_codes"),
        words="The points are those of the purchase, on its own day. The same member may send the same code again.",
    ),
)  # fmt: skip
