"""Many receipts in one call: late, out of order, repeated. Each gets an outcome of its own; none fails its neighbours."""

import asyncio
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from kopilka.api.checking import read
from kopilka.api.door import Doors, Reply, Request, Route
from kopilka.api.problems import Document, FieldMistake, Problem, document, of_refusal
from kopilka.api.receipt_in import CloseIn, ReturnIn
from kopilka.api.receipt_out import ReceiptOut, ReturnOut, of_return
from kopilka.api.receipts import closing, done_out, returning
from kopilka.api.texts import Id
from kopilka.usecases.commands import Close, Return
from kopilka.usecases.outcomes import Outcome, Refused
from kopilka.usecases.ports import StoreUnavailableError

ITEMS_MAX = 500


class ClosedItem(
    CloseIn, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="verb", tag="close"
):
    """A sale that is done."""

    id: Id = ""


class ReturnedItem(
    ReturnIn, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="verb", tag="return"
):
    """Goods that came back; `receipt` names the sale."""

    receipt: Id = ""


class BatchIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Up to 500 receipts in any order. They are booked by their moments, so a return may stand before its sale."""

    receipts: Annotated[
        tuple[msgspec.Raw, ...],
        Meta(max_length=ITEMS_MAX, extra={"code": "too_many_receipts", "params": {"most": ITEMS_MAX}}),
    ]


class BatchDoc(msgspec.Struct, frozen=True):
    """Up to 500 receipts in any order. They are booked by their moments, so a return may stand before its sale."""

    receipts: Annotated[tuple[ClosedItem | ReturnedItem, ...], Meta(max_length=ITEMS_MAX)]


class ItemOut(msgspec.Struct, omit_defaults=True):
    """What became of one receipt: its status as if it had come alone, and the answer or the problem."""

    index: int
    status: int
    id: str = ""
    replayed: bool = False
    receipt: ReceiptOut | None = None
    returned: ReturnOut | None = None
    problem: Document | None = None


class BatchOut(msgspec.Struct):
    """An outcome for each receipt, in the order of the request."""

    outcomes: list[ItemOut]


_batch = msgspec.json.Decoder(BatchIn)
_item: "msgspec.json.Decoder[ClosedItem | ReturnedItem]" = msgspec.json.Decoder(ClosedItem | ReturnedItem)
_closed = msgspec.json.Decoder(ClosedItem)
_returned = msgspec.json.Decoder(ReturnedItem)
_verb = msgspec.json.Decoder(dict[str, Any])


async def book(doors: Doors, request: Request) -> Reply:
    """Book many receipts."""
    door = read(_batch, request.body)
    outcomes: list[ItemOut | None] = [None] * len(door.receipts)
    due: list[tuple[datetime, int, Close | Return]] = []
    for i, raw in enumerate(door.receipts):
        try:
            command, at = await _command(doors, request, bytes(raw), f"receipts[{i}].")
            due.append((at, i, command))
        except Problem as problem:
            outcomes[i] = _refused(doors, request, i, problem)
    due.sort(key=lambda row: (row[0], isinstance(row[2], Return), row[1]))
    booked = await asyncio.gather(*[_carried(doors, command) for _, _, command in due])
    for (_, i, command), outcome in zip(due, booked, strict=True):
        outcomes[i] = await _told(doors, request, i, command, outcome)
    return Reply(BatchOut([outcome for outcome in outcomes if outcome is not None]))


async def _carried(doors: Doors, command: Close | Return) -> Outcome | Exception:
    try:
        return await doors.counter.carry_out(command)
    except Exception as error:  # noqa: BLE001 - one failed receipt must not hide the fate of its neighbours
        return error


async def _command(doors: Doors, request: Request, raw: bytes, path: str) -> tuple[Close | Return, datetime]:
    try:
        verb = _verb.decode(raw).get("verb", "close")
    except msgspec.DecodeError as error:
        raise Problem("invalid", errors=[FieldMistake(path.rstrip("."), "wrong")]) from error
    try:
        if verb == "return":
            back = read(_returned, raw)
            _named(back.receipt, "receipt")
            return (await returning(doors, request, back, back.receipt, path))[0], back.at
        sale = read(_closed, raw)
        _named(sale.id, "id")
        command = await closing(doors, request, sale, sale.id, path)
    except Problem as problem:
        problem.errors = tuple(
            each if each.field.startswith(path) else msgspec.structs.replace(each, field=path + each.field)
            for each in problem.errors
        )
        raise
    return command, command.receipt.at


def _named(id_: str, field: str) -> None:
    if not id_:
        raise Problem("invalid", errors=[FieldMistake(field, "required")])


def _refused(doors: Doors, request: Request, i: int, problem: Problem) -> ItemOut:
    told = document(problem, doors.tongue(request.language))
    return ItemOut(i, told.status, problem=told)


async def _told(
    doors: Doors, request: Request, i: int, command: Close | Return, outcome: Outcome | Exception
) -> ItemOut:
    id_ = command.receipt.id if isinstance(command, Close) else command.receipt_id
    if isinstance(outcome, Refused):
        item = _refused(doors, request, i, of_refusal(outcome))
        item.id = id_
        return item
    if isinstance(outcome, Exception):
        code = "unavailable" if isinstance(outcome, StoreUnavailableError) else "failed"
        item = _refused(doors, request, i, Problem(code))
        item.id = id_
        return item
    item = ItemOut(i, 200, id_, outcome.replayed)
    if isinstance(command, Close):
        item.receipt = await done_out(doors, request, outcome)
    elif outcome.returned is not None:
        currency = "RUB" if outcome.sale is None else outcome.sale.decision.currency
        item.returned = of_return(outcome.returned, currency, await doors.speech_now(request.language))
    return item


ROUTES = (
    Route(
        "POST", "/v1/receipts/batch", book, "Book up to 500 receipts, late and in any order", "receipts", BatchDoc,
        BatchOut, words="The answer is 200 as soon as the batch was read; every receipt has a status of its own.",
    ),
)  # fmt: skip
