"""Vouchers: a code for the slip of a buyer whom the till does not know, and its QR as a picture."""

import io
from datetime import timedelta

import segno

from kopilka.connectors.kit.call import Answer, Call, answer_json
from kopilka.connectors.kit.services import Services
from kopilka.connectors.uds import words
from kopilka.connectors.uds.ask import Ask
from kopilka.connectors.uds.handling import Table
from kopilka.connectors.uds.manifest import ID, PREFIX, VOUCHER_ADDRESS, VOUCHER_HOURS
from kopilka.connectors.uds.mapping import bill_of, receipt_of, voucher_out
from kopilka.connectors.uds.operations_door import NONCE_MAX, newcomer
from kopilka.connectors.uds.telling import remember
from kopilka.connectors.uds.wire import Body, UdsError, bad, body_of
from kopilka.core.rules.engine import evaluate
from kopilka.values.ids import RECEIPT

SIZES = ("128", "256")
HOURS_MOST = 24 * 366
BORDER = 2


async def create(ask: Ask) -> object:
    """A voucher for a bill of nobody yet. The same nonce again gets the same voucher."""
    body = body_of(ask.call)
    cashier = body.inner("cashier") or Body({})
    await ask.open(cashier.text("externalId", 64))
    fields = body.inner("receipt")
    if fields is None:
        raise bad("receipt", words.REQUIRED)
    bill = bill_of(fields, ask.scores.digits)
    if bill.points:
        raise UdsError("withdrawNotPermitted", fields.name("points"))
    nonce = body.text("nonce", NONCE_MAX)
    connection_id = ask.connection.connection_id
    receipt_id = f"{connection_id}:voucher:{nonce}" if nonce else ask.services.new_id(RECEIPT)
    receipt = receipt_of(bill, ask.place(cashier.text("externalId", 64)), receipt_id)
    hours = ask.seconds(VOUCHER_HOURS.name, VOUCHER_HOURS.usual, HOURS_MOST)
    voucher = await ask.run(ask.services.vouchers.issue, receipt, connection_id, timedelta(hours=hours))
    if voucher.receipt.lines != receipt.lines:
        raise bad("nonce", words.NONCE_USED)
    said = {"number": bill.number, "cashier": cashier.text("name")}
    await ask.run(remember, ask, receipt_id, "", said)
    decision = evaluate(ask.rules, voucher.receipt, ask.shop, newcomer(ask))
    address = ask.setting(VOUCHER_ADDRESS.name)
    text = address.replace("{code}", voucher.code) if address else voucher.code
    return voucher_out(
        voucher, decision, ask.scores, text, [_picture(ask.call, voucher.code, s) for s in SIZES]
    )


def _picture(call: Call, code: str, size: str) -> str:
    """Where the QR is drawn, at the address by which we were called."""
    scheme = call.headers.get("x-forwarded-proto", "http").split(",")[0].strip()
    host = call.headers.get("x-forwarded-host") or call.headers.get("host") or "localhost"
    return f"{scheme}://{host}{PREFIX}vouchers/{code}/{size}.png"


def picture_of(call: Call) -> tuple[str, str] | None:
    """The code and the size, where a call asks for a picture. It needs no key: whoever knows the code has the slip."""
    parts = call.path.removeprefix(PREFIX).split("/")
    if call.method != "GET" or len(parts) != 3 or parts[0] != "vouchers":  # noqa: PLR2004
        return None
    size = parts[2].removesuffix(".png")
    return (parts[1], size) if size in SIZES else None


async def draw(picture: tuple[str, str], services: Services) -> Answer:
    """The QR of a voucher as a PNG of about so many pixels."""
    code, size = picture
    voucher = await services.run(services.vouchers.find, code)
    if voucher is None:
        return answer_json(UdsError("notFound").content("ru"), 404)
    connection = await services.connection(voucher.connection_id, ID)
    address = "" if connection is None else connection[0].setting(VOUCHER_ADDRESS.name)
    qr = segno.make_qr(address.replace("{code}", voucher.code) if address else voucher.code)
    width = qr.symbol_size(border=BORDER)[0]
    out = io.BytesIO()
    qr.save(out, kind="png", scale=max(1, int(size) // int(width)), border=BORDER)
    return Answer(200, out.getvalue(), "image/png")


ROUTES: Table = (("POST", "operations/voucher", create),)
