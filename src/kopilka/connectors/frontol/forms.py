"""/client and /extra/client: the balance slip, and small forms on the till: joining by phone with a code, a card for a
member, a code that confirms spending.
"""

from collections.abc import Mapping
from datetime import date, datetime

from kopilka.connectors.frontol import codes, words
from kopilka.connectors.frontol.documents import Client, Form, text_of
from kopilka.connectors.frontol.speech import Block, plain
from kopilka.connectors.frontol.till import RECEIPTS, Buyer, Till, receipts_to
from kopilka.connectors.kit.call import Answer
from kopilka.usecases.commands import Enrol, Identifier, Person, Ref
from kopilka.usecases.manifest import Text
from kopilka.usecases.members import MemberChange, PersonChange, normal
from kopilka.usecases.outcomes import Refused
from kopilka.usecases.views import ConsentFacts, MemberView
from kopilka.words import calendar, levels

YES, NO = "yes", "no"
NAME_MAX = 120
BIRTHDAY = "%d.%m.%Y"
OLDEST = date(1900, 1, 1)
BURN_DAYS = 30


# -- /client ----------------------------------------------------------------------------------------------------


async def client(till: Till, form: Form) -> Answer:
    """Who this is and what they have: for the cashier and as a slip."""
    buyer = await till.buyer(form.client)
    if buyer.ref is None or buyer.view is None:
        cashier = [] if buyer.note is None else [{"text": till.say(buyer.note), "weight": "bold"}]
        return till.yes(cashier=cashier, outcome="" if buyer.note is None else "no_member")
    cashier, slip = await _account(till, buyer.view)
    return till.yes(cashier=cashier, slip=slip)


async def _account(till: Till, view: MemberView) -> tuple[list[Block], list[Block]]:
    """A member's balance and level."""
    run, views, speech = till.services.run, till.services.views, till.speech
    holder = (view.bucket, view.holder_id)
    wallets = {wallet.kind: wallet for wallet in await run(views.wallets, holder)}
    standings = await run(views.standings, holder)
    programme = till.rules.programme.programme
    level = next((row.level for row in standings if row.programme == programme), None)
    parts, slip = [speech.name(view)], []
    if level is not None:
        title = levels.title(speech.tongue, level.outlook.level)
        parts.append(title)
        slip.append(speech.pair(till.slips, words.LEVEL, title))
    notes: list[str] = []
    for kind in till.rules.programme.points:
        wallet = wallets.get(kind)
        free, total = (0, 0) if wallet is None else (wallet.free, wallet.total)
        parts += [speech.points(free, kind)] if kind == speech.kind or total else []
        slip.append(
            speech.pair(till.slips, words.AVAILABLE, speech.number(free, kind), kind=speech.nouns(kind))
        )
        if total != free:
            slip.append(speech.pair(till.slips, words.BALANCE, speech.points(total, kind)))
    for burn in await run(lambda: views.burning(holder, days=BURN_DAYS)):
        day = calendar.day_of_year(speech.language, burn.last_on)
        slip.append(speech.pair(till.slips, words.BURNS, speech.points(burn.units, burn.kind), day=day))
    if level is not None:
        notes += [levels.next_words(level, speech.tongue), levels.keep_words(level, speech.tongue)]
    cashier: list[Block] = [{"text": plain(", ".join(parts)), "weight": "bold"}]
    return cashier + [{"text": plain(note[:1].upper() + note[1:])} for note in notes if note], slip


# -- /extra/client ----------------------------------------------------------------------------------------------


async def describe(till: Till, form: Form) -> Answer:
    """The form: of a new member, or of one who is known."""
    buyer = await till.buyer(form.client)
    if buyer.view is None:
        elements = _joining(till, form.client)
        return till.yes({"form": {"title": {"text": till.say(words.FORM_ENROL)}, "elements": elements}})
    labels, _ = await _account(till, buyer.view)
    elements = [{"type": "label", "size": "medium", **label} for label in labels]
    if buyer.note is not None:
        elements.insert(
            0, {"type": "label", "text": till.say(buyer.note), "size": "medium", "weight": "bold"}
        )
    elements.append(_line(till, "card", words.FORM_CARD))
    if not receipts_to(buyer.view):
        elements.append(_choice(till, RECEIPTS, words.FORM_RECEIPTS, first=NO))
    return till.yes({"form": {"title": {"text": till.say(words.FORM_MEMBER)}, "elements": elements}})


def _joining(till: Till, named: Client | None) -> list[Block]:
    phone = "" if named is None else text_of(named.mobile_phone)
    card = "" if named is None else text_of(named.card)
    elements: list[Block] = []
    if not normal("phone", phone):
        elements.append(
            _line(till, "phone", words.FORM_PHONE, default="+7", regExp=r"^\+?[0-9][0-9 ()\-]{9,17}$")
        )
    elements.append(_line(till, "name", words.FORM_NAME))
    elements.append(_line(till, "birthday", words.FORM_BIRTHDAY, regExp=r"^(\d{2}\.\d{2}\.\d{4})?$"))
    elements.append(_line(till, "card", words.FORM_CARD, **({"default": card} if card else {})))
    elements.append(_choice(till, "consent", words.FORM_CONSENT, first=YES))
    elements.append(_choice(till, RECEIPTS, words.FORM_RECEIPTS, first=NO))
    return [*elements, _choice(till, "messages", words.FORM_MESSAGES, first=NO)]


def _line(till: Till, name: str, text: Text, **more: str) -> Block:
    return {"type": "inputLine", "name": name, "text": till.say(text), **more}


def _choice(till: Till, name: str, text: Text, *, first: str) -> Block:
    rows = [{"value": YES, "text": till.say(words.YES)}, {"value": NO, "text": till.say(words.NO)}]
    items = rows if first == YES else rows[::-1]
    return {"type": "comboBox", "name": name, "text": till.say(text), "items": items}


async def check(till: Till, form: Form) -> Answer:
    """Whether the form can be carried out; a code is sent where one is needed, and told to the till to compare with."""
    values, buyer = values_of(form), await till.buyer(form.client)
    if buyer.view is None:
        newcomer = await _newcomer(till, form, values)
        if newcomer is not None:
            code = await codes.joining_code(till, newcomer.phone)
            text = codes.told(till, newcomer.phone)
            return till.yes({"client": {"validationCode": code}}, cashier=[{"text": text}])
        return till.yes(cashier=[{"text": till.say(words.KNOWN_ALREADY)}])
    _card(till, values)
    if buyer.ref is None or not codes.asked_for(till):
        return till.yes()
    code = await codes.spending_code(till, buyer.view, "")
    text = codes.told(till, buyer.view.person.phone)
    return till.yes({"client": {"validationCode": code}}, cashier=[{"text": text}])


async def execute(till: Till, form: Form) -> Answer:
    """Carry the form out."""
    values, buyer = values_of(form), await till.buyer(form.client)
    if buyer.view is None:
        newcomer = await _newcomer(till, form, values)
        if newcomer is not None:
            return await _join(till, form, values, newcomer)
        return till.yes(cashier=[{"text": till.say(words.KNOWN_ALREADY)}])
    return await _change(till, values, buyer, buyer.view)


async def _newcomer(till: Till, form: Form, values: Mapping[str, str]) -> Person | None:
    """Who wants to join, with everything checked; None where the phone has joined already."""
    said = "" if form.client is None else text_of(form.client.mobile_phone)
    phone = normal("phone", said) or normal("phone", values.get("phone", ""))
    if not phone:
        raise till.no(words.BAD_PHONE, "bad_identifier")
    if await till.services.run(till.services.views.member, Ref("phone", phone)) is not None:
        return None
    if values.get("consent", YES) != YES:
        raise till.no(words.CONSENT_NEEDED, "no_consent")
    card = _card(till, values)
    if card and await till.services.run(till.services.views.member, Ref("card", card)) is not None:
        raise till.no(words.CARD_TAKEN, "identifier_taken", card=card)
    name = " ".join(values.get("name", "").split())[:NAME_MAX]
    return Person(
        name if name.isprintable() else "",
        phone,
        birthday=_birthday(till, values),
        language=till.speech.language,
    )


def _birthday(till: Till, values: Mapping[str, str]) -> date | None:
    text = values.get("birthday", "").strip()
    if not text:
        return None
    try:
        day = datetime.strptime(text, BIRTHDAY).date()  # noqa: DTZ007 - a day of the calendar
    except ValueError:
        raise till.no(words.BAD_BIRTHDAY, "bad_day") from None
    if not OLDEST <= day <= till.services.clock().date():
        raise till.no(words.BAD_BIRTHDAY, "bad_day")
    return day


def _card(till: Till, values: Mapping[str, str]) -> str:
    text = values.get("card", "").strip()
    card = normal("card", text)
    if text and not card:
        raise till.no(words.BAD_CARD, "bad_identifier")
    return card


async def _join(till: Till, form: Form, values: Mapping[str, str], person: Person) -> Answer:
    code = "" if form.client is None else text_of(form.client.validation_code)
    await codes.confirm_joining(till, person.phone, code)
    card = _card(till, values)
    identifiers = [Identifier("phone", person.phone), *([Identifier("card", card)] if card else [])]
    consents = [("personal_data", "")]
    consents += [(RECEIPTS, "")] if values.get(RECEIPTS) == YES else []
    consents += [("advertising", "sms")] if values.get("messages") == YES else []
    programme = till.connection.programme or till.shop.programme
    outcome = await till.services.counter.carry_out(
        Enrol(
            tuple(identifiers), programme, person, till.shop.id, consents=tuple(consents),
            client=till.connection.connection_id,
        )
    )  # fmt: skip
    if isinstance(outcome, Refused):
        if outcome.code == "identifier_taken" and outcome.params.get("kind") == "phone":
            return till.yes(cashier=[{"text": till.say(words.KNOWN_ALREADY)}])
        raise till.refused(outcome)
    view = await till.services.run(till.services.views.member, Ref("member", outcome.member_id))
    name = till.say(words.MEMBER) if view is None else till.speech.name(view)
    cashier, slip = ([], []) if view is None else await _account(till, view)
    return till.yes(
        cashier=[{"text": till.say(words.JOINED, name=name), "weight": "bold"}, *cashier], slip=slip
    )


async def _change(till: Till, values: Mapping[str, str], buyer: Buyer, view: MemberView) -> Answer:
    """A card for a member, and where receipts go."""
    services, actor, lines = till.services, till.connection.connection_id, []
    card = _card(till, values)
    if card:
        new = Identifier("card", card)
        outcome = await services.run(services.members.add_identifier, view.member_id, new, actor)
        if isinstance(outcome, Refused) and outcome.code == "identifier_taken":
            raise till.no(words.CARD_TAKEN, "identifier_taken", card=card)
        if isinstance(outcome, Refused):
            raise till.refused(outcome)
        lines.append(till.say(words.CARD_BOUND, card=card))
    if values.get(RECEIPTS) == YES and not receipts_to(view):
        await agree(till, view)
    if buyer.note is not None:
        lines.append(till.say(buyer.note))
    return till.yes(cashier=[{"text": text} for text in lines or [till.say(words.DONE)]])


async def agree(till: Till, view: MemberView) -> None:
    """A member wants electronic receipts."""
    services, now = till.services, till.services.clock()
    given = ConsentFacts(RECEIPTS, "", given=True, source=till.connection.connection_id, recorded_at=now)
    outcome = await services.run(
        services.members.change, view.member_id, MemberChange(), PersonChange(), [given], given.source
    )
    if isinstance(outcome, Refused):
        raise till.refused(outcome)


def values_of(form: Form) -> dict[str, str]:
    """The fields that the cashier filled in."""
    return {row.name: text_of(row.value) for row in form.values or ()}
