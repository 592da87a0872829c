"""Sharing a whole over parts so that the parts sum exactly: largest remainder with room limits."""

from collections.abc import Sequence


def allocate(total: int, weights: Sequence[int], order: Sequence[int]) -> list[int]:
    """Share `total` in proportion to `weights` by largest remainder.

    `order[i]` ranks part i among equal remainders (lowest first), so that the result does not depend on
    how the parts happen to be listed. All weights zero: everything goes by order, one unit each in turn.
    """
    whole = sum(weights)
    if total == 0:
        return [0] * len(weights)
    if whole == 0:
        return allocate(total, [1] * len(weights), order)
    parts = [total * weight // whole for weight in weights]
    missing = total - sum(parts)
    if missing:
        ranked = [(part * whole - total * weights[i], order[i], i) for i, part in enumerate(parts)]
        ranked.sort()
        for row in ranked[:missing]:
            parts[row[2]] += 1
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
    full = [i for i, part in enumerate(parts) if part >= room[i]]
    rest = total - sum(room[i] for i in full)
    open_weights = [0 if i in full else weight for i, weight in enumerate(weights)]
    if sum(open_weights) == 0:
        open_weights = [0 if i in full else limit for i, limit in enumerate(room)]
    open_room = [0 if i in full else limit for i, limit in enumerate(room)]
    others = allocate_within(rest, open_weights, open_room, order)
    return [room[i] if i in full else others[i] for i in range(len(parts))]


def cumulative(whole: int, done: int, of: int) -> int:
    """The part of `whole` that belongs to the first `done` of `of` pieces, rounded down.

    Differences of this function over growing `done` sum to the whole exactly, however it is cut.
    """
    return whole if done >= of else whole * done // of
