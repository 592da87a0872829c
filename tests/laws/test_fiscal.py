"""What a till prints is what was paid: for every programme, receipt and way of giving back."""

from datetime import date

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import decide, receipts, rulesets

from kopilka.core.programme.document import Treatment
from kopilka.core.receipt import Payment, Receipt
from kopilka.core.rules.ruleset import Ruleset
from kopilka.core.settlement.fiscal import Fiscal, FiscalLine, fiscal_return, fiscal_sale, in_pieces, priced
from kopilka.core.settlement.refund import ReturnedLine, ReturnWish, advance
from kopilka.core.settlement.sale import CLOSED, Sale

slow = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
TREATMENTS = st.sampled_from(list(Treatment))
MEANS = st.lists(
    st.builds(Payment, st.sampled_from(["cash", "card", "online", "certificate"]), st.integers(0, 300_000)),
    max_size=3,
)
WISHES = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from(["l0", "l1", "l2", "delivery"]), st.sampled_from([1, 100, 333, 1000, None])
        ),
        st.integers(1, 50_000),
    ),
    max_size=6,
)


@st.composite
def sales(draw: st.DrawFn) -> Sale:
    rules: Ruleset = draw(rulesets(rules=4))
    receipt: Receipt = draw(receipts())
    marks = draw(st.lists(st.booleans(), min_size=len(receipt.lines), max_size=len(receipt.lines)))
    lines = [
        msgspec.structs.replace(line, marking=f"code-{i}" if mark and line.quantity <= 1000 else "")
        for i, (line, mark) in enumerate(zip(receipt.lines, marks, strict=True))
    ]
    receipt = msgspec.structs.replace(receipt, lines=tuple(lines), payments=tuple(draw(MEANS)))
    decision = decide(rules, receipt, draw(st.integers(0, 5000)))
    return Sale(receipt, decision, CLOSED, receipt.at.date(), receipt.at)


def money(fiscal: Fiscal) -> int:
    return sum(minor for _, minor in fiscal.payments) + fiscal.rest_minor


@slow
@given(sale=sales(), treatment=TREATMENTS)
def test_the_lines_sum_to_what_is_to_be_paid_and_so_do_the_payments(sale: Sale, treatment: Treatment) -> None:
    decision = sale.decision
    fiscal = fiscal_sale(sale.receipt, decision, treatment)
    expected = decision.paid_minor if treatment is Treatment.DISCOUNT else decision.due_minor

    assert expected == fiscal.total_minor == sum(row.sum_minor for row in fiscal.lines) == money(fiscal)
    assert ("1217" in dict(fiscal.payments)) is (
        treatment is Treatment.PAYMENT and decision.points_minor() > 0
    )
    assert all(minor > 0 for _, minor in fiscal.payments)
    assert fiscal.rest_minor >= 0


@slow
@given(sale=sales(), treatment=TREATMENTS)
def test_a_price_times_its_quantity_is_its_sum_and_no_line_becomes_more_than_two(
    sale: Sale, treatment: Treatment
) -> None:
    rows = fiscal_sale(sale.receipt, sale.decision, treatment).lines
    for line in sale.receipt.all_lines():
        mine = [row for row in rows if row.line == line.id]

        assert 1 <= len(mine) <= (1 if line.marking else 2)
        assert line.quantity == sum(row.quantity for row in mine)
        assert {(line.sku, line.vat, line.marking)} == {(row.sku, row.vat, row.marking) for row in mine}
        for row in mine:
            assert row.sum_minor >= 0
            assert row.exact is (priced(row.price_minor, row.quantity) == row.sum_minor)
            assert row.exact or line.quantity == 0


@slow
@given(sale=sales(), treatment=TREATMENTS)
def test_every_kopeck_that_was_taken_off_a_line_is_told(sale: Sale, treatment: Treatment) -> None:
    rows = fiscal_sale(sale.receipt, sale.decision, treatment).lines
    for i, line in enumerate(sale.receipt.all_lines()):
        mine = [row for row in rows if row.line == line.id]
        by_rule = sum(minor for row in mine for _, minor in row.discounts)
        in_price = sum(row.points_minor for row in mine) if treatment is Treatment.DISCOUNT else 0
        whole = sum(row.sum_minor + row.given_minor for row in mine) + by_rule + in_price

        assert line.sum_minor == whole
        assert by_rule == sum(row.parts[i] for row in sale.decision.taken)


@slow
@given(sale=sales(), treatment=TREATMENTS, wishes=WISHES)
def test_any_number_of_returns_prints_what_one_full_return_would(
    sale: Sale, treatment: Treatment, wishes: list[object]
) -> None:
    states = [sale.done()]
    for wish in [*wishes, None]:
        at_work = msgspec.structs.replace(sale, progress=tuple(states[-1]))
        after = advance(at_work, wish_of(wish))
        if isinstance(after, list):
            states.append(after)
    parts = [fiscal_return(sale, treatment, (states[i], states[i + 1])) for i in range(len(states) - 1)]
    whole = fiscal_return(sale, treatment, (sale.done(), sale.wholes()))

    assert by_line([whole]) == by_line(parts)
    assert by_line([fiscal_sale(sale.receipt, sale.decision, treatment)]) == by_line([whole])
    assert payments([whole]) == payments(parts)
    assert all(part.total_minor == money(part) for part in parts)
    assert all(part.rest_minor >= 0 for part in parts)
    assert whole.rest_minor or not any(part.rest_minor for part in parts)
    assert all(row.sum_minor >= 0 and row.quantity >= 0 for part in parts for row in part.lines)
    exact = [row for part in parts for row in part.lines if row.quantity]
    assert all(priced(row.price_minor, row.quantity) == row.sum_minor for row in exact)


def wish_of(wish: object) -> ReturnWish:
    match wish:
        case int():
            return ReturnWish(amount_minor=wish)
        case (str(line), quantity):
            return ReturnWish((ReturnedLine(line, quantity),))
        case _:
            return ReturnWish()


def by_line(rows: list[Fiscal]) -> dict[str, tuple[int, int, int]]:
    """Quantity, sum and points of each line."""
    found: dict[str, tuple[int, int, int]] = {}
    for line in (line for row in rows for line in row.lines):
        quantity, minor, points = found.get(line.line, (0, 0, 0))
        found[line.line] = (quantity + line.quantity, minor + line.sum_minor, points + line.points_minor)
    return found


def payments(rows: list[Fiscal]) -> dict[str, int]:
    found = {"rest": sum(row.rest_minor for row in rows)}
    for tag, minor in (payment for row in rows for payment in row.payments):
        found[tag] = found.get(tag, 0) + minor
    return found


@settings(max_examples=1000, deadline=None)
@given(minor=st.integers(0, 10**9), quantity=st.integers(1, 10**6))
def test_any_sum_is_told_by_at_most_two_prices_a_unit_apart(minor: int, quantity: int) -> None:
    pieces = in_pieces(minor, quantity)

    assert len(pieces) <= 2
    assert (minor, quantity) == (sum(p.sum_minor for p in pieces), sum(p.quantity for p in pieces))
    assert all(p.quantity > 0 and priced(p.price_minor, p.quantity) == p.sum_minor for p in pieces)
    assert pieces[-1].price_minor - pieces[0].price_minor in {0, 1}
    assert quantity % 1000 or all(p.quantity % 1000 == 0 for p in pieces)


@slow
@given(sale=sales(), treatment=TREATMENTS)
def test_the_view_does_not_change_with_the_order_of_lines(sale: Sale, treatment: Treatment) -> None:
    receipt, decision = sale.receipt, sale.decision
    turned = msgspec.structs.replace(receipt, lines=receipt.lines[::-1])
    places = [*range(len(receipt.lines))][::-1] + [len(receipt.lines)] * (receipt.delivery is not None)

    def turn(parts: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(parts[i] for i in places)

    mirrored = msgspec.structs.replace(
        decision,
        left=turn(decision.left),
        taken=tuple(msgspec.structs.replace(row, parts=turn(row.parts)) for row in decision.taken),
        spent=decision.spent and msgspec.structs.replace(decision.spent, parts=turn(decision.spent.parts)),
    )

    def told(fiscal: Fiscal) -> list[FiscalLine]:
        return sorted(fiscal.lines, key=lambda row: (row.line, row.price_minor))

    assert told(fiscal_sale(receipt, decision, treatment)) == told(fiscal_sale(turned, mirrored, treatment))


@slow
@given(rules=rulesets(), receipt=receipts(), treatment=TREATMENTS, available=st.integers(0, 5000))
def test_no_goods_are_printed_under_their_floor_and_no_restricted_goods_below_their_price(
    rules: Ruleset, receipt: Receipt, treatment: Treatment, available: int
) -> None:
    lines = tuple(
        msgspec.structs.replace(
            line, given_minor=0, alcohol="vodka" if line.sku == "sku-4" else "", volume_ml=700
        )
        for line in receipt.lines
    )
    receipt = msgspec.structs.replace(receipt, lines=lines, given_minor=0)
    law = rules.law(date(2026, 3, 2))
    fiscal = fiscal_sale(receipt, decide(rules, receipt, available), treatment)
    for line in receipt.lines:
        paid = sum(row.sum_minor for row in fiscal.lines if row.line == line.id)
        least = max(line.floor_minor, law.least(line) if line.alcohol else 0)

        assert paid >= min(line.sum_minor, least)
        if line.product_class == "tobacco":
            assert line.sum_minor == paid
