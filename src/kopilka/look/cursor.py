"""Cursors of pages as they stand in addresses: a moment and what tells rows of one moment apart."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def write_moment(at: datetime, *rest: str | int) -> str:
    """A cursor; `rest` holds no "~"."""
    return "~".join([str((at - _EPOCH) // _MICROSECOND), *map(str, rest)])


def read_moment(text: str) -> tuple[datetime, str] | None:
    """The cursor of (moment, id); what is not one begins from the start."""
    moment, _, rest = text.partition("~")
    if not moment.isdigit() or not rest or len(moment) > 17:  # noqa: PLR2004 - microseconds up to the year 5138
        return None
    return _EPOCH + int(moment) * _MICROSECOND, rest


def read_posting(text: str) -> tuple[datetime, str, int] | None:
    """The cursor of (moment, kind, version)."""
    found = read_moment(text)
    if found is None:
        return None
    kind, _, version = found[1].rpartition("~")
    return (found[0], kind, int(version)) if kind and version.isdigit() else None
