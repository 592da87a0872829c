"""Which pieces are rewarded: every choice compared with all choices there are."""

from collections.abc import Iterator
from itertools import combinations, permutations
from typing import Any

import hypothesis.strategies as st
import msgspec
from hypothesis import HealthCheck, given, settings
from strategies import HEAD, SHOP
from world import START, programme_of

from kopilka.core.receipt import Line, Receipt
from kopilka.core.rules.decision import Decision
from kopilka.core.rules.engine import evaluate
from kopilka.core.rules.ruleset import Ruleset

slow = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
TAGS = (("a",), ("b",), ("a", "b"), ())
Piece = tuple[int, frozenset[str]]


@st.composite
def baskets(draw: Any, most: int = 7) -> tuple[Line, ...]:
    """A few lines of one to three pieces (some of them weighed), at most so many pieces in all; each piece has a price of
    whole kopecks, so that no line has pieces of two prices.
    """
    rows: list[Line] = []
    room = most
    while room and len(rows) < 5:
        count = draw(st.integers(1, min(3, room)))
        price = draw(st.integers(1, 40))
        weighed = count == 1 and draw(st.booleans())
        tags = draw(st.sampled_from(TAGS))
        rows.append(Line(f"l{len(rows)}", "sku", 1500 if weighed else count * 1000, price * count, tags=tags))
        room -= count
        if draw(st.integers(0, 3)) == 0:
            break
    return tuple(rows)


def pieces(lines: tuple[Line, ...]) -> list[Piece]:
    found: list[Piece] = []
    for line in lines:
        count = 1 if line.quantity % 1000 else line.quantity // 1000
        found += [(line.sum_minor // count, frozenset(line.tags))] * count
    return found


def decided(rule: str, lines: tuple[Line, ...]) -> Decision:
    rules = Ruleset(programme_of(f"{HEAD}rules:\n  - {{id: r, {rule}}}\n"))
    return evaluate(rules, Receipt("r", "s1", START, "RUB", lines), SHOP, None)


def off(rule: str, lines: tuple[Line, ...]) -> int:
    return decided(rule, lines).discount_minor


def choices(count: int, size: int) -> Iterator[tuple[int, ...]]:
    return combinations(range(count), size)


# -- every nth item -------------------------------------------------------------------------------------------


@slow
@given(
    lines=baskets(), every=st.integers(1, 4), take=st.integers(1, 4), times=st.none() | st.integers(1, 3),
    pick=st.sampled_from(["cheapest", "dearest"]),
)  # fmt: skip
def test_the_cheapest_of_all_are_free_as_often_as_the_number_says(
    lines: tuple[Line, ...], every: int, take: int, times: int | None, pick: str
) -> None:
    prices = sorted((price for price, _ in pieces(lines)), reverse=pick == "dearest")
    groups = min(len(prices) // every, len(prices) if times is None else times)
    limit = "" if times is None else f", times: {times}"
    rule = f"nth_item: {{every: {every}, take: {min(take, every)}, pick: {pick}{limit}}}"

    assert sum(prices[: groups * min(take, every)]) == off(rule, lines)


def _groupings(prices: list[int], every: int, groups: int) -> Iterator[list[tuple[int, ...]]]:
    """All ways to form so many groups."""
    if not groups:
        yield []
        return
    for some in choices(len(prices), every):
        rest = [price for i, price in enumerate(prices) if i not in some]
        for others in _groupings(rest, every, groups - 1):
            yield [tuple(prices[i] for i in some), *others]


@slow
@given(lines=baskets(most=6), every=st.integers(2, 3), take=st.integers(1, 2), times=st.integers(1, 3))
def test_the_cheapest_of_each_group_is_the_best_grouping(
    lines: tuple[Line, ...], every: int, take: int, times: int
) -> None:
    prices = [price for price, _ in pieces(lines)]
    groups = min(len(prices) // every, times)
    best = max(
        sum(sum(sorted(group)[:take]) for group in grouping) for grouping in _groupings(prices, every, groups)
    )
    rule = f"nth_item: {{every: {every}, take: {take}, pick: cheapest_of_each, times: {times}}}"

    assert best == off(rule, lines)


# -- buy some, get others -------------------------------------------------------------------------------------


def _bundles(found: list[Piece], buy: tuple[str, int], get: tuple[str, int]) -> dict[int, set[int]]:
    """By number of repetitions: what every choice of rewarded pieces costs that leaves enough bought ones."""
    possible: dict[int, set[int]] = {}
    for times in range(1, len(found) + 1):
        for some in choices(len(found), times * get[1]):
            rest = [i for i in range(len(found)) if i not in some and _meant(found[i], buy[0])]
            if all(_meant(found[i], get[0]) for i in some) and len(rest) >= times * buy[1]:
                possible.setdefault(times, set()).add(sum(found[i][0] for i in some))
    return possible


def _meant(piece: Piece, tag: str) -> bool:
    return not tag or tag in piece[1]


PART = st.tuples(st.sampled_from(["a", "b", ""]), st.integers(1, 2))


def _part(part: tuple[str, int]) -> str:
    goods = f"goods: {{tag: {part[0]}}}, " if part[0] else ""
    return f"{{{goods}count: {part[1]}}}"


@slow
@given(
    lines=baskets(), buy=PART, get=PART, pick=st.sampled_from(["cheapest", "dearest"]),
    times=st.none() | st.integers(1, 2),
)  # fmt: skip
def test_a_bundle_works_as_often_as_it_can_and_rewards_the_cheapest_or_the_dearest(
    lines: tuple[Line, ...], buy: tuple[str, int], get: tuple[str, int], pick: str, times: int | None
) -> None:
    possible = _bundles(pieces(lines), buy, get)
    most = min(max(possible, default=0), len(lines) * 3 if times is None else times)
    rewards = possible.get(most, {0})
    limit = "" if times is None else f", times: {times}"
    rule = f"bundle: {{buy: {_part(buy)}, get: {_part(get)}, pick: {pick}{limit}}}"

    assert (min(rewards) if pick == "cheapest" else max(rewards)) == off(rule, lines)


@slow
@given(lines=baskets(), buy=st.integers(1, 3), get=st.integers(1, 2))
def test_a_bundle_of_one_sort_of_goods_is_every_nth_item(lines: tuple[Line, ...], buy: int, get: int) -> None:
    bundle = f"bundle: {{buy: {{count: {buy}}}, get: {{count: {get}}}}}"

    assert off(f"nth_item: {{every: {buy + get}, take: {get}}}", lines) == off(bundle, lines)


# -- sets -----------------------------------------------------------------------------------------------------


def _fits(found: list[Piece], some: tuple[int, ...], wishes: list[str]) -> bool:
    """Whether these pieces can stand for these wishes, one for one."""
    return any(
        all(_meant(found[i], tag) for i, tag in zip(some, order, strict=True))
        for order in set(permutations(wishes))
    )


def _best_sets(found: list[Piece], parts: list[tuple[str, int]], price: int, times: int) -> int:
    wishes = [tag for tag, count in parts for _ in range(count)]
    best = 0
    for sets in range(1, min(times, len(found) // len(wishes)) + 1):
        for some in choices(len(found), sets * len(wishes)):
            if _fits(found, some, wishes * sets):
                best = max(best, sum(found[i][0] for i in some) - sets * price)
    return best


@slow
@given(
    lines=baskets(most=6), parts=st.lists(PART, min_size=1, max_size=3), price=st.integers(0, 90), times=st.integers(1, 3)
)  # fmt: skip
def test_sets_are_made_up_so_that_the_buyer_saves_most(
    lines: tuple[Line, ...], parts: list[tuple[str, int]], price: int, times: int
) -> None:
    text = ", ".join(_part(part) for part in parts)
    money = f"{price // 100}.{price % 100:02}"
    decision = decided(f"set: {{parts: [{text}], price: {money}, times: {times}}}", lines)

    assert _best_sets(pieces(lines), parts, price, times) == decision.discount_minor
    assert all(left >= 0 for left in decision.left)


@slow
@given(lines=baskets(most=6), parts=st.lists(PART, min_size=1, max_size=2))
def test_a_set_for_nothing_and_a_set_a_hundred_percent_off_are_the_same(
    lines: tuple[Line, ...], parts: list[tuple[str, int]]
) -> None:
    text = ", ".join(_part(part) for part in parts)

    assert off(f"set: {{parts: [{text}], price: 0}}", lines) == off(
        f"set: {{parts: [{text}], percent: 100%}}", lines
    )


# -- all of them ----------------------------------------------------------------------------------------------

KINDS = (
    "nth_item: {every: 2, pick: PICK, percent: 33%}", "nth_item: {every: 2, price: 0.05}",
    "bundle: {buy: {goods: {tag: a}}, get: {goods: {tag: b}}, pick: PICK}",
    "set: {parts: [{goods: {tag: a}}, {goods: {tag: b}}], price: 0.11}",
)  # fmt: skip


@slow
@given(
    lines=baskets(),
    kind=st.sampled_from(KINDS),
    pick=st.sampled_from(["cheapest", "dearest"]),
    data=st.data(),
)
def test_a_line_of_pieces_and_a_line_for_each_piece_are_rewarded_alike(
    lines: tuple[Line, ...], kind: str, pick: str, data: st.DataObject
) -> None:
    apart = [
        msgspec.structs.replace(line, id=f"{line.id}.{n}", quantity=min(line.quantity, 1500 if line.quantity % 1000 else 1000),
                                sum_minor=line.sum_minor // max(1, line.quantity // 1000))
        for line in lines for n in range(max(1, line.quantity // 1000))
    ]  # fmt: skip
    rule = kind.replace("PICK", pick)
    percent_by_line = len(apart) if "33%" in rule else 0  # a percent is rounded once a line

    assert abs(off(rule, lines) - off(rule, tuple(data.draw(st.permutations(apart))))) <= percent_by_line


def test_a_million_pieces_of_a_line_are_counted_and_not_spelt_out() -> None:
    lines = tuple(Line(f"l{i}", f"sku-{i}", 10**9, 10**12 + i, tags=TAGS[i % 4]) for i in range(1000))
    rules = [kind.replace("PICK", "cheapest") for kind in KINDS]

    assert all(off(rule, lines) > 0 for rule in rules)


@given(count=st.integers(1, 9), minor=st.integers(1, 200), taken=st.integers(1, 9))
def test_pieces_of_a_line_that_does_not_divide_differ_by_a_kopeck_at_most(
    count: int, minor: int, taken: int
) -> None:
    line = Line("l", "sku", count * 1000, minor)
    cheapest = off(f"nth_item: {{every: 1, times: {taken}}}", (line,))
    some = min(count, taken)
    kinds = sorted(minor // count + (1 if n < minor % count else 0) for n in range(count))

    assert sum(kinds[:some]) == cheapest
