"""Beside points on a member's card: perks, gifts for points, money paid out, tags and further facts."""

from typing import Protocol

from kopilka.console.shell import Shell
from kopilka.look.offers import gift_words, perk_words
from kopilka.look.shapes import Trouble
from kopilka.look.slip import points_text
from kopilka.look.visit import Answer, Visit
from kopilka.usecases.commands import PayOut, RedeemGift, Ref
from kopilka.usecases.members import MemberChange
from kopilka.usecases.outcomes import Outcome, Refused
from kopilka.usecases.views import MemberView
from kopilka.values.errors import BadValueError
from kopilka.words.entry import decimal_entry
from kopilka.words.render import Tongue

REFERENCE_MAX = 200


class Card(Protocol):
    """The member's card that a deed ends on."""

    def found(self, visit: Visit) -> MemberView:
        """The member of the address."""
        ...

    def again(
        self, visit: Visit, member: MemberView, dialog: str, trouble: Trouble | None, key: str
    ) -> Answer:
        """The card with a form still open and what was wrong in it."""
        ...


class Offers:
    """The deeds; the form's key makes a second sending the same deed."""

    def __init__(self, shell: Shell, card: Card) -> None:
        self._shell = shell
        self._card = card

    def gift(self, visit: Visit) -> Answer:
        """A gift for points; what went out is shown for the slip."""
        member, staff = self._card.found(visit), visit.staff.staff_id
        programme, _, gift = visit.get("gift").partition(":")
        pieces = visit.get("pieces") or "1"
        command: RedeemGift | Refused = Refused("bad_pieces", field="pieces", params={"most": 1000})
        if pieces.isascii() and pieces.isdigit() and len(pieces) < 5:  # noqa: PLR2004 - four digits are plenty
            who, client = Ref("member", member.member_id), f"console:{staff}"
            command = RedeemGift(who, programme, gift, client, visit.get("key"), int(pieces))
        outcome = self._done(command)
        if isinstance(outcome, Refused):
            return self._card.again(
                visit, member, "gift", self._shell.trouble(visit, outcome), visit.get("key")
            )
        if not outcome.replayed:
            detail: dict[str, int | str] = {"gift": gift, "pieces": int(pieces), "txn": outcome.txn}
            self._shell.services.reception.note(visit.staff, "gift.redeemed", member.member_id, **detail)
        return Answer(goto=f"/console/gifts/{outcome.txn}?done=gift_given")

    def payout(self, visit: Visit) -> Answer:
        """Money paid out."""
        member, staff = self._card.found(visit), visit.staff.staff_id
        kind = visit.get("payout_kind")
        known = self._shell.services.views.kinds().get(kind)
        reference = " ".join(visit.get("reference").split())[:REFERENCE_MAX]
        command: PayOut | Refused = Refused("unknown_kind", field="payout_kind")
        if known is not None and not reference:
            command = Refused("required", field="reference")
        elif known is not None:
            try:
                units = decimal_entry(visit.get("payout"), known.decimals, field="payout")
                who, client = Ref("member", member.member_id), f"console:{staff}"
                command = PayOut(who, kind, units, reference, client, visit.get("key"), staff)
            except BadValueError:
                command = Refused("bad_amount", field="payout")
        outcome = self._done(command)
        if isinstance(outcome, Refused):
            return self._card.again(
                visit, member, "payout", self._shell.trouble(visit, outcome), visit.get("key")
            )
        if not outcome.replayed:
            detail: dict[str, int | str] = {"kind": kind, "units": outcome.units, "txn": outcome.txn}
            self._shell.services.reception.note(visit.staff, "points.paid_out", member.member_id, **detail)
        return Answer(goto=f"{visit.path.removesuffix('/payout')}?done=paid_out")

    def _done(self, command: RedeemGift | PayOut | Refused) -> Outcome:
        return command if isinstance(command, Refused) else self._shell.services.counter.run([command])[0]


def offer_context(shell: Shell, visit: Visit, member: MemberView, tongue: Tongue) -> dict[str, object]:
    """What the page needs: perks, gifts, kinds that may be paid out, and the texts of tags and facts."""
    views, holder = shell.services.views, (member.bucket, member.holder_id)
    gifts = []
    for programme in shell.ruling():
        gifts += (views.gifts(programme.programme, holder) or []) if programme.gifts else []
    free = {wallet.kind: wallet.free for wallet in views.wallets(holder)}
    payouts = [
        (kind, points_text(tongue, free[kind], kind))
        for kind, found in views.kinds().items()
        if found.payout and free.get(kind, 0) > 0
    ]
    del visit
    return {
        "perks": perk_words(views.perks(holder, member.member_id), tongue),
        "gifts": gift_words(gifts, tongue),
        "payouts": payouts,
        "tags": ", ".join(member.tags),
        "further": "\n".join(f"{name}: {value}" for name, value in sorted(member.person.attributes.items())),
    }


def changed_tags(visit: Visit) -> MemberChange:
    """Tags that the form adds and takes away, told by what it showed at first: others' changes meanwhile stay."""
    before, after = _listed(visit.get("tags_were")), _listed(visit.get("tags"))
    added = tuple(tag for tag in after if tag not in before)
    gone = tuple(tag for tag in before if tag not in after)
    return MemberChange(add_tags=added or None, remove_tags=gone or None)


def changed_facts(visit: Visit) -> dict[str, str | None] | Refused:
    """Further facts that the form changes, told by what it showed at first; a line that says none is refused."""
    before, after = _facts(visit.get("further_were")), _facts(visit.get("further"))
    if after is None:
        return Refused("bad_fact", field="further")
    found: dict[str, str | None] = {
        name: value for name, value in after.items() if (before or {}).get(name) != value
    }
    return found | {name: None for name in before or {} if name not in after}


def _listed(text: str) -> list[str]:
    return list(dict.fromkeys(tag.strip() for tag in text.split(",") if tag.strip()))


def _facts(text: str) -> dict[str, str] | None:
    found = {}
    for line in text.splitlines():
        if not line.strip():
            continue
        name, colon, value = line.partition(":")
        if not colon or not name.strip() or not value.strip():
            return None
        found[name.strip()] = value.strip()
    return found
