"""Sharing a whole over parts so that the parts sum exactly: largest remainder with room limits."""

from collections.abc import Sequence


def allocate(total: int, weights: Sequence[int], order: Sequence[int]) -> list[int]:
    """Share `total` in proportion to `weights` by largest remainder.

    `order[i]` ranks part i among equal remainders (lowest first), so that the result does not depend on
    how the parts happen to be listed. All weights zero: everything goes by order, one unit each in turn.
    """
    whole = sum(weights)
    if total == 0 or not weights:
        return [0] * len(weights)
    if whole == 0:
        return allocate(total, [1] * len(weights), order)
    parts = [total * weight // whole for weight in weights]
    missing = total - sum(parts)
    if missing:
        short = [(part * whole - total * weights[i], i) for i, part in enumerate(parts)]
        short.sort()
        if short[missing - 1][0] == short[missing][0]:
            short.sort(key=lambda row: (row[0], order[row[1]]))
        for _, i in short[:missing]:
            parts[i] += 1
    return parts


def allocate_within(
    total: int, weights: Sequence[int], room: Sequence[int], order: Sequence[int]
) -> list[int]:
    """Share as `allocate`, but part i never takes more than `room[i]`; what one cannot bear goes to others.

    Shares at most the sum of the rooms; where `total` is more than that, every part is filled.
    """
    parts = allocate(total, weights, order)
    if all(part <= limit for part, limit in zip(parts, room, strict=True)):
        return parts
    if total >= sum(room):
        return list(room)
    # Each round fills at least one part, so that the rounds come to an end.
    left, open_weights, open_room = total, list(weights), list(room)
    filled = [0] * len(room)
    while True:
        full = [i for i, part in enumerate(parts) if part >= open_room[i]]
        if all(parts[i] == open_room[i] for i in full):
            return [done + part for done, part in zip(filled, parts, strict=True)]
        for i in full:
            filled[i] += open_room[i]
            left -= open_room[i]
            open_weights[i] = open_room[i] = 0
        parts = allocate(left, open_weights if any(open_weights) else open_room, order)


def cumulative(whole: int, done: int, of: int) -> int:
    """The part of `whole` that belongs to the first `done` of `of` pieces, rounded down.

    Differences of this function over growing `done` sum to the whole exactly, however it is cut.
    """
    return whole if done >= of else whole * done // of
