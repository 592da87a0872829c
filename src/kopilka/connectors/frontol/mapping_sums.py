"""What a till's totals mean. The protocol does not say whether `totalAmount` of a position still has our discount in it, or
the part paid with bonuses; so it is read by which of them makes the sums true. Pure.
"""

from collections.abc import Sequence

from kopilka.connectors.frontol.mapping import Paid, Row
from kopilka.core.receipt import Receipt
from kopilka.core.rules.decision import Decision
from kopilka.values.share import allocate


def undiscounted(rows: Sequence[Row]) -> bool:
    """Whether totals are prices × quantities, to the rounding of a weight."""
    return all(abs(row.total_minor - row.gross_minor) <= 1 for row in rows)


def gross_sums(rows: Sequence[Row]) -> dict[int, int]:
    """Prices × quantities by index; a total that is the same but for a rounding counts as it is."""
    return {
        row.index: row.total_minor if abs(row.total_minor - row.gross_minor) <= 1 else row.gross_minor
        for row in rows
    }


def same_goods(rows: Sequence[Row], receipt: Receipt) -> bool:
    """Whether a document sells what a receipt sells."""
    sold = {(line.id, line.sku, line.quantity) for line in receipt.lines}
    return sold == {(row.line, row.sku, row.quantity) for row in rows} and len(receipt.lines) == len(rows)


def sums_of(receipt: Receipt) -> dict[int, int]:
    """What the lines of a receipt of ours cost before discounts, by index."""
    return {int(line.id): line.sum_minor for line in receipt.lines}


def parts_of(decision: Decision, count: int, bonus_minor: int | None) -> list[int]:
    """What bonuses pay of each line: as decided, or as shared here where the till took another amount."""
    spent = decision.spent
    parts = [0] * count if spent is None else list(spent.parts[:count])
    if bonus_minor is None or bonus_minor == sum(parts):
        return parts
    return allocate(bonus_minor, [max(0, left) for left in decision.left[:count]], range(count))


def discounted(rows: Sequence[Row], decision: Decision, paid: Paid) -> bool:
    """Whether totals are what was decided, before or after the part paid with bonuses."""
    left = list(decision.left[: len(rows)])
    parts = parts_of(decision, len(rows), paid.bonus_minor)
    return _are(rows, left) or _are(rows, [most - part for most, part in zip(left, parts, strict=True)])


def _are(rows: Sequence[Row], base: Sequence[int]) -> bool:
    """Whether totals are these sums, with what was rounded off in them or without."""
    pairs = list(zip(rows, base, strict=True))
    return all(row.total_minor == part for row, part in pairs) or all(
        row.total_minor == part - row.discarded_minor for row, part in pairs
    )


def guesses(rows: Sequence[Row], receipt: Receipt, decision: Decision, paid: Paid) -> list[dict[int, int]]:
    """What lines with discounts of the till's own may have cost before ours: first as if ours were percents of what is
    left, then as if they were amounts.
    """
    parts = parts_of(decision, len(rows), paid.bonus_minor)
    totals = [row.total_minor for row in rows]
    after_points = paid.money_minor is not None and sum(totals) == paid.money_minor
    wanted = [total + part if after_points else total for total, part in zip(totals, parts, strict=True)]
    known = list(zip(rows, receipt.lines, decision.left, wanted, strict=False))
    percents = {
        row.index: total * line.sum_minor // left + (total * line.sum_minor % left * 2 >= left)
        if left > 0
        else total
        for row, line, left, total in known
    }
    amounts = {row.index: total + max(0, line.sum_minor - left) for row, line, left, total in known}
    return [percents, amounts]


def charged(rows: Sequence[Row], receipt: Receipt, decision: Decision, paid: Paid) -> dict[str, int]:
    """The money really taken for each line, by line id; nothing where it is what was decided."""
    count = len(rows)
    left, parts = list(decision.left[:count]), parts_of(decision, count, paid.bonus_minor)
    net = [most - part for most, part in zip(left, parts, strict=True)]
    discarded = [row.discarded_minor for row in rows]
    due = sum(net) - sum(discarded)
    sums = [line.sum_minor - line.given_minor for line in receipt.lines]
    as_decided = _are(rows, net) or _are(rows, left)
    if not as_decided and _are(rows, sums):
        as_decided = paid.money_minor is None or paid.money_minor == due
    decided_bonus = 0 if decision.spent is None else decision.spent.minor
    if as_decided:
        if not any(discarded) and paid.bonus_minor in {None, decided_bonus}:
            return {}
        return _named(rows, [part - off for part, off in zip(net, discarded, strict=True)])
    totals = [row.total_minor for row in rows]
    without = [total - part for total, part in zip(totals, parts, strict=True)]
    readings = [
        [part - off for part, off in zip(without, discarded, strict=True)],
        without,
        [total - off for total, off in zip(totals, discarded, strict=True)],
        totals,
    ]
    taken = next((each for each in readings if sum(each) == paid.money_minor), readings[0])
    return _named(rows, taken)


def _named(rows: Sequence[Row], taken: Sequence[int]) -> dict[str, int]:
    return {row.line: max(0, part) for row, part in zip(rows, taken, strict=True)}
