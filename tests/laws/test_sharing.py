"""Sharing sums exactly, keeps to its limits, and never looks at the order of what it shares over."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from kopilka.values.share import allocate, allocate_within, cumulative

PARTS = st.lists(st.tuples(st.integers(0, 10**7), st.integers(0, 10**7)), min_size=1, max_size=40)


@given(total=st.integers(0, 10**9), weights=st.lists(st.integers(0, 10**9), min_size=1, max_size=60))
def test_parts_sum_to_the_whole_and_follow_their_weights(total: int, weights: list[int]) -> None:
    parts = allocate(total, weights, range(len(weights)))
    whole = sum(weights)

    assert total == sum(parts)
    assert all(part >= 0 for part in parts)
    if whole:
        assert all(
            abs(part * whole - total * weight) < whole for part, weight in zip(parts, weights, strict=True)
        )


@given(total=st.integers(0, 10**8), rows=PARTS)
def test_no_part_takes_more_than_its_room(total: int, rows: list[tuple[int, int]]) -> None:
    weights, room = [weight for weight, _ in rows], [room for _, room in rows]
    parts = allocate_within(total, weights, room, range(len(rows)))

    assert min(total, sum(room)) == sum(parts)
    assert all(0 <= part <= most for part, most in zip(parts, room, strict=True))


@given(total=st.integers(0, 10**8), rows=PARTS, data=st.data())
def test_the_order_of_parts_never_matters(
    total: int, rows: list[tuple[int, int]], data: st.DataObject
) -> None:
    order = data.draw(st.permutations(range(len(rows))))
    straight = allocate_within(total, [w for w, _ in rows], [r for _, r in rows], range(len(rows)))
    mixed = [rows[i] for i in order]
    turned = allocate_within(total, [w for w, _ in mixed], [r for _, r in mixed], list(order))

    assert [straight[i] for i in order] == turned


def test_a_thousand_lines_that_fill_one_after_another_are_shared() -> None:
    room = [2**i for i in range(40)] * 25
    parts = allocate_within(sum(room) // 2, [1] * 1000, room, range(1000))

    assert sum(room) // 2 == sum(parts)
    assert [] == allocate(5, [], [])


@given(
    whole=st.integers(0, 10**9), of=st.integers(1, 10**6), cuts=st.lists(st.integers(0, 10**6), max_size=20)
)
def test_pieces_sum_to_the_whole_however_it_is_cut(whole: int, of: int, cuts: list[int]) -> None:
    places = sorted({min(cut, of) for cut in cuts} | {0, of})
    pieces = [cumulative(whole, b, of) - cumulative(whole, a, of) for a, b in pairwise(places)]

    assert whole == sum(pieces)
    assert all(piece >= 0 for piece in pieces)
