"""Where a member stands on a ladder, as sentences that every screen shares."""

from kopilka.core.programme.document import LevelBy
from kopilka.usecases.preview_ladder import LadderPreview
from kopilka.usecases.views import LevelView
from kopilka.words import calendar, formats
from kopilka.words.catalogue import catalogue
from kopilka.words.render import Tongue


def amount(view: LevelView, value: int, tongue: Tongue) -> str:
    """An amount of what the ladder counts."""
    tag, say = tongue.language, catalogue(tongue.language)
    match LevelBy(view.by):
        case LevelBy.SPEND | LevelBy.LTV:
            return formats.money(tag, value, tongue.currency, short=True)
        case LevelBy.RECEIPTS:
            return say.ngettext("%(num)s receipt", "%(num)s receipts", value)
        case LevelBy.TENURE:
            return say.ngettext("%(num)s month", "%(num)s months", value)
        case LevelBy.POINTS:
            words = tongue.points.get(view.kind) or next(iter(tongue.points.values()))
            return formats.points(tag, value, words.decimals, words.forms_in(tag))


def title(tongue: Tongue, level: str) -> str:
    """What a level is called."""
    return tongue.levels.get(level, level)


def next_words(view: LevelView, tongue: Tongue) -> str:
    """How far it is to the next level; nothing where there is none."""
    say, found = catalogue(tongue.language), view.outlook
    if not found.next_level:
        return ""
    level = title(tongue, found.next_level)
    if found.next_on is not None:
        day = calendar.day(tongue.language, found.next_on, "long")
        return say.gettext("“%(level)s” comes on %(day)s", level=level, day=day)
    return say.gettext(
        "%(missing)s to go to “%(level)s”", missing=amount(view, found.missing, tongue), level=level
    )


def keep_words(view: LevelView, tongue: Tongue) -> str:
    """When this level falls, to which, and what would keep it; or through which day it was set by hand."""
    tag, say, found = tongue.language, catalogue(tongue.language), view.outlook
    if found.manual and found.manual_until is None:
        return say.gettext("set by hand, for ever")
    said = []
    if found.manual and found.manual_until is not None:
        said.append(
            say.gettext("set by hand through %(day)s", day=calendar.day(tag, found.manual_until, "long"))
        )
    if found.falls_on is not None:
        fall = calendar.day(tag, found.falls_on, "long")
        said.append(
            say.gettext(
                "without purchases it falls to “%(level)s” on %(day)s",
                level=title(tongue, found.falls_to), day=fall,
            )
        )  # fmt: skip
    if found.keep_by is not None:
        by = calendar.day(tag, found.keep_by, "long")
        said.append(
            say.gettext(
                "%(missing)s by %(day)s keeps it", missing=amount(view, found.keep_missing, tongue), day=by
            )
        )
    return ", ".join(said)


def preview_lines(found: LadderPreview, tongue: Tongue) -> list[str]:
    """What a new ladder would do to today's members, in sentences."""
    say = catalogue(tongue.language)
    moved = found.up + found.down
    if not moved:
        return [
            say.ngettext(
                "The level of %(num)s member stays.", "The levels of %(num)s members stay.", found.members
            )
        ]
    share = formats.percent(tongue.language, found.share)
    total = say.ngettext("%(num)s member", "%(num)s members", found.members)
    lines = [say.gettext("%(share)s of %(total)s move to another level.", share=share, total=total)]
    if found.up:
        lines.append(say.ngettext("%(num)s member rises.", "%(num)s members rise.", found.up))
    if found.down:
        lines.append(say.ngettext("%(num)s member falls.", "%(num)s members fall.", found.down))
    return lines
