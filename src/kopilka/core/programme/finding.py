"""A mistake that the document as a whole makes, with the parts that it was concluded from."""

import msgspec

from kopilka.core.programme.mistakes import Mistake


class Finding(msgspec.Struct, frozen=True):
    """Where one of the parts could not be read, the conclusion would only confuse and is not told."""

    mistake: Mistake
    parts: tuple[str, ...]

    def rests_on(self, path: str) -> bool:
        """Whether the unreadable field at `path` lies in one of the parts, or one of the parts in it."""
        return any(_within(path, part) or _within(part, path) for part in self.parts)


def found(mistake: Mistake, *parts: str) -> Finding:
    """A finding concluded from the field it stands at, and from other parts."""
    return Finding(mistake, (mistake.path, *parts))


def _within(path: str, part: str) -> bool:
    return path == part or path.startswith((f"{part}.", f"{part}["))
