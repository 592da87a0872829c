"""The code by SMS that confirms spending: sent once for a receipt, told to the till, and asked for when bonuses pay.

Which code is out stands with the member's personal data, under the connection that sent it.
"""

import hmac
from datetime import datetime, timedelta
from hashlib import sha256

from kopilka.connectors.frontol import words
from kopilka.connectors.frontol.speech import ending
from kopilka.connectors.frontol.till import NoError, Till
from kopilka.usecases.foreign import ForeignDocument
from kopilka.usecases.manifest import Text
from kopilka.usecases.outcomes import Refused
from kopilka.usecases.verifications import VERIFY_PHONE, VERIFY_SPENDING
from kopilka.usecases.views import MemberView

KIND = "code"
LIFE = timedelta(minutes=10)


def asked_for(till: Till) -> bool:
    """Whether the connection wants spending confirmed."""
    return till.connection.setting("confirm_spending", "no") == "yes"


async def spending_code(till: Till, view: MemberView, receipt_id: str) -> str:
    """The code that confirms spending on a receipt; sent where none is out. NoError where it cannot be sent."""
    known = await _known(till, view.member_id)
    if known is not None and _live(till, known) and known.content["receipt"] in {"", receipt_id}:
        return str(known.content["code"])
    phone = view.person.phone
    if not phone:
        raise till.no(words.NO_PHONE, "no_phone")
    return await _send(till, view.member_id, phone, (VERIFY_SPENDING, words.CODE_SMS, receipt_id))


async def confirm_spending(till: Till, view: MemberView, receipt_id: str, code: str) -> None:
    """Let a receipt spend where the right code is shown; NoError where it is not."""
    known = await _known(till, view.member_id)
    if known is None or not _live(till, known) or known.content["receipt"] not in {"", receipt_id}:
        await spending_code(till, view, receipt_id)
        raise till.no(words.CODE_NEEDED, "code_needed")
    if not code:
        raise till.no(words.CODE_NEEDED, "code_needed")
    await _check(till, known, code)
    if known.content["receipt"] != receipt_id:
        await _put(till, known, {**known.content, "receipt": receipt_id})


async def joining_code(till: Till, phone: str) -> str:
    """A code that proves a phone."""
    return await _send(till, _joiner(phone), phone, (VERIFY_PHONE, words.ENROL_SMS, ""))


async def confirm_joining(till: Till, phone: str, code: str) -> None:
    """Let a phone join: a code was sent to it a short while ago. The till compares it by itself, as the protocol has it; a
    till that shows it to us must show the right one.
    """
    known = await _known(till, _joiner(phone))
    if known is None or not _live(till, known):
        raise till.no(words.SEND_FIRST, "code_needed")
    if code:
        await _check(till, known, code)


def told(till: Till, phone: str) -> str:
    """That a code was sent, for the cashier."""
    return till.say(words.CODE_SENT, end=ending(phone))


def _joiner(phone: str) -> str:
    """Who has not joined yet is kept by a hash."""
    return "join:" + sha256(phone.encode()).hexdigest()[:32]


async def _known(till: Till, id_: str) -> ForeignDocument | None:
    return await till.services.run(till.services.foreign.document, till.connection.connection_id, KIND, id_)


def _live(till: Till, known: ForeignDocument) -> bool:
    return datetime.fromisoformat(str(known.content["until"])) > till.services.clock()


async def _check(till: Till, known: ForeignDocument, code: str) -> None:
    """Compare; wrong codes are counted, and after too many of them the right one is of no use."""
    services, check = till.services, str(known.content["check"])
    found = await services.run(services.verifications.get, check)
    if found is None or found.wrong >= WRONG_MAX:
        raise till.no(words.CODE_OVER, "too_many_wrong_codes")
    if found.verified_at is None:
        outcome = await services.run(services.verifications.confirm, check, code)
        if isinstance(outcome, Refused):
            over = outcome.code != "wrong_code"
            raise till.no(words.CODE_OVER if over else words.WRONG_CODE, outcome.code)
    if not hmac.compare_digest(code.strip().encode(), str(known.content["code"]).encode()):
        raise till.no(words.WRONG_CODE, "wrong_code")


async def _send(till: Till, id_: str, phone: str, what: tuple[str, Text, str]) -> str:
    purpose, text, receipt_id = what
    services, member_id = till.services, id_ if not id_.startswith("join:") else ""
    sent = await services.run(
        lambda: services.verifications.send(
            purpose,
            phone,
            lambda code: till.say(text, code=code),
            member_id=member_id,
            subject=receipt_id,
            life=LIFE,
        )
    )
    if isinstance(sent, Refused):
        raise till.refused(sent)
    check, code = sent
    content: dict[str, object] = {
        "check": check.check_id, "code": code, "until": check.expires_at.isoformat(), "receipt": receipt_id,
    }  # fmt: skip
    known = await _known(till, id_)
    if known is None:
        known = ForeignDocument(
            till.connection.connection_id, KIND, id_, content, services.clock(), member_id=member_id
        )
    await _put(till, known, content)
    return code


async def _put(till: Till, known: ForeignDocument, content: dict[str, object]) -> None:
    services = till.services
    changed = ForeignDocument(
        known.connection_id,
        known.kind,
        known.id,
        content,
        services.clock(),
        known.member_id,
        revision=known.revision,
    )
    if not await services.run(services.foreign.put, changed):
        # Another call of this till has sent a code at the same moment: that one counts.
        raise NoError(till.say(words.CODE_NEEDED), "code_needed")


WRONG_MAX = 5
"""As the house counts them."""
