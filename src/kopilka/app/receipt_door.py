"""Receipts from the command line: the API's own handlers, called in this process with a key that may everything."""

from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urlencode

import msgspec

from kopilka.api import explanations, receipts
from kopilka.api.door import Doors, Handler, Request, Services
from kopilka.api.problems import Problem, document
from kopilka.app.compose import House
from kopilka.cli.rooms import ReceiptWish
from kopilka.core.settlement.refund import Returned
from kopilka.usecases.commands import Command, Quote, Return
from kopilka.usecases.desk import Desk
from kopilka.usecases.keys import Key
from kopilka.usecases.outcomes import Outcome, Refused
from kopilka.usecases.quote_receipt import Quoted

HANDLERS: Mapping[str, Handler] = {
    "quote": receipts.quote,
    "hold": receipts.hold,
    "close": receipts.close,
    "release": receipts.release,
    "void": receipts.void,
    "return": receipts.return_goods,
    "show": receipts.show,
    "explain": explanations.explanation,
}
KEY = Key("cli", "kopilka", ("admin",), "", "", datetime(2000, 1, 1, tzinfo=UTC))


class OneByOne:
    """A desk handed one command at a time."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def carry_out(self, command: Command) -> Outcome:
        """Carry out a command."""
        return self._desk.run([command])[0]

    async def quote(self, command: Quote) -> Quoted | Refused:
        """Count a receipt."""
        return self._desk.quote([command])[0]

    async def quote_return(self, command: Return) -> Returned | Refused:
        """What a return would do."""
        return self._desk.quote_return(command)


async def answer(house: House, wish: ReceiptWish) -> tuple[bool, bytes]:
    """Whether the verb was done, and the API's JSON: its answer or its problem."""
    services = Services(
        OneByOne(house.desk()), house.views, house.members, house.programmes, house.keys, house.reference,
        house.clock, lambda: True, house.coupons, vouchers=house.vouchers, verifications=house.verifications,
        outbox=house.outbox, privacy=house.privacy,
    )  # fmt: skip
    doors = Doors(services)
    query = urlencode({"explain": "1", **wish.query}).encode()
    request = Request([wish.receipt_id], query, wish.language.encode(), b"")
    request.body, request.key = wish.body, KEY
    try:
        await doors.refresh()
        reply = await HANDLERS[wish.verb](doors, request)
        return True, msgspec.json.encode(reply.body)
    except Problem as problem:
        return False, msgspec.json.encode(document(problem, doors.tongue(wish.language)))
    finally:
        doors.close()
