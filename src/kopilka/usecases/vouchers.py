"""Vouchers: a receipt of nobody yet, printed with a code. Whoever brings the code gets what the purchase gives."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from kopilka.core.receipt import Receipt
from kopilka.usecases.commands import Close, Ref
from kopilka.usecases.foreign import Foreign, ForeignDocument
from kopilka.usecases.outcomes import Done, Outcome, Refused, Why

KIND, OURS = "voucher", ""
"""Vouchers are documents of the house, not of the connection that asked for one: a code is looked up by itself."""
OPEN, USED = "open", "used"
SIGNS, LENGTH = "23456789abcdefghjkmnpqrstuvwxyz", 12
"""No sign looks like another; 31 to the 12th are too many to guess."""
FREE_TRIES = 20


class Voucher(msgspec.Struct, frozen=True):
    """A voucher; `member_id` is who has used it."""

    code: str
    receipt: Receipt
    connection_id: str
    expires_at: datetime
    member_id: str = ""


class Vouchers:
    """The verbs. `chance` must be a source that nobody can foretell."""

    def __init__(
        self, foreign: Foreign, *, clock: Callable[[], datetime], chance: Callable[[int], int]
    ) -> None:
        self._foreign = foreign
        self._clock = clock
        self._chance = chance

    def issue(self, receipt: Receipt, connection_id: str, life: timedelta) -> Voucher:
        """A voucher for a receipt; a repeat for the same receipt gets the same one."""
        known = self.of_receipt(receipt.id)
        if known is not None:
            return known
        now = self._clock()
        content = {
            "receipt": msgspec.to_builtins(receipt), "connection": connection_id, "expires_at": (now + life).isoformat(),
        }  # fmt: skip
        for _ in range(FREE_TRIES):
            code = self._new_code()
            if self._foreign.put(
                ForeignDocument(OURS, KIND, code, content, now, receipt_id=receipt.id, state=OPEN)
            ):
                # Two repeats at once make two, of which both find the same.
                return self.of_receipt(receipt.id) or Voucher(code, receipt, connection_id, now + life)
        raise RuntimeError("no code is free")

    def of_receipt(self, receipt_id: str) -> Voucher | None:
        """The voucher that was issued for a receipt."""
        found = [each for each in self._foreign.by_receipt(receipt_id) if each.kind == KIND]
        return min((_voucher(each) for each in found), key=lambda each: each.code) if found else None

    def find(self, code: str) -> Voucher | None:
        """The voucher of a code."""
        found = self._foreign.document(OURS, KIND, _plain(code))
        return None if found is None else _voucher(found)

    def claim(self, code: str, member_id: str, client: str) -> Close | Refused:
        """What closes the voucher's receipt for a member; the same member may ask again."""
        found = self.find(code)
        if found is None:
            return Refused("unknown_voucher", Why.NOT_FOUND, "code")
        if found.member_id and found.member_id != member_id:
            return Refused("voucher_used", Why.CONFLICT, "code")
        if not found.member_id and found.expires_at < self._clock():
            return Refused("voucher_expired", Why.NOT_ALLOWED, "code")
        return Close(found.receipt, Ref("member", member_id), sold=True, client=client)

    def claimed(self, code: str, member_id: str, outcome: Outcome) -> Done | Refused:
        """Note what became of a claim; a receipt that is somebody else's already means that the voucher is used."""
        if isinstance(outcome, Refused):
            used = outcome.code in {"receipt_exists", "other_member"}
            return Refused("voucher_used", Why.CONFLICT, "code") if used else outcome
        found = self._foreign.document(OURS, KIND, _plain(code))
        if found is not None and found.state == OPEN:
            self._foreign.put(msgspec.structs.replace(found, state=USED, member_id=member_id))
        return outcome

    def _new_code(self) -> str:
        number = self._chance(128)
        signs = ""
        for _ in range(LENGTH):
            number, rest = divmod(number, len(SIGNS))
            signs += SIGNS[rest]
        return signs


def _plain(code: str) -> str:
    return code.strip().replace("-", "").replace(" ", "").lower()


def _voucher(document: ForeignDocument) -> Voucher:
    content: Mapping[str, Any] = document.content
    receipt = msgspec.convert(content["receipt"], Receipt)
    expires = datetime.fromisoformat(content["expires_at"])
    return Voucher(document.id, receipt, content["connection"], expires, document.member_id)
