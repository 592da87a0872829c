"""Reading files: parts joined, archives opened, XML walked item by item in bounded memory. No meaning of an item lives
here. Entities are never expanded, document types are refused, nothing is fetched.
"""

import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast

import msgspec
from lxml import etree

from kopilka.usecases.uploads import FileKey, Uploads

ROOT = "КоммерческаяИнформация"
IN_MEMORY = 4 * 2**20
UNPACKED_MAX = 2 * 2**30
"""The largest file in an archive: it is read as it is unpacked, never kept whole."""
ENTRIES_MAX = 10_000
CATALOG, OFFERS, CHANGES = "Каталог", "ПакетПредложений", "ИзмененияПакетаПредложений"
GROUP, PROPERTY, PRICE_TYPE, GOOD, OFFER = "group", "property", "price_type", "good", "offer"
PARTY, PAPER, BUNDLE = "party", "paper", "bundle"
ITEMS = {
    ("Классификатор", "Группы", "Группа"): GROUP,
    ("Классификатор", "Свойства", "Свойство"): PROPERTY,
    ("Классификатор", "Свойства", "СвойствоНоменклатуры"): PROPERTY,
    ("Классификатор", "ТипыЦен", "ТипЦены"): PRICE_TYPE,
    (CATALOG, "Товары", "Товар"): GOOD,
    (OFFERS, "ТипыЦен", "ТипЦены"): PRICE_TYPE,
    (OFFERS, "Предложения", "Предложение"): OFFER,
    (CHANGES, "ТипыЦен", "ТипЦены"): PRICE_TYPE,
    (CHANGES, "Предложения", "Предложение"): OFFER,
    ("Контрагенты", "Контрагент"): PARTY,
    ("Контрагент",): PARTY,
    ("Документ",): PAPER,
    ("Контейнер",): BUNDLE,
}
"""What a file consists of: the paths of its items under the root."""
TRUE = frozenset({"true", "1", "да", "истина", "yes"})


class UnreadableError(Exception):
    """A file cannot be read. `code` says why, `line` and `element` where."""

    def __init__(self, code: str, *, line: int = 0, element: str = "", detail: str = "") -> None:
        self.code, self.line, self.element, self.detail = code, line, element, detail
        super().__init__(code)


class Item(msgspec.Struct, frozen=True):
    """One item: valid until the next one is asked for. `changes` says that its list holds only what has changed."""

    kind: str
    element: Any
    changes: bool = False


class Head(msgspec.Struct, frozen=True):
    """What a file says of itself."""

    formed: str = ""
    version: str = ""


def local(element: Any) -> str:
    """An element's name without its namespace."""
    name = element.tag
    return name.rpartition("}")[2] if isinstance(name, str) else ""


def child(element: Any, *path: str) -> Any:
    """The first element on a path of names, whatever its namespace; None where there is none."""
    found = element
    for name in path:
        found = None if found is None else found.find("{*}" + name)
    return found


def children(element: Any, *path: str) -> list[Any]:
    """All elements on the last step of a path."""
    place = child(element, *path[:-1])
    return [] if place is None else list(place.findall("{*}" + path[-1]))


def text(element: Any, *path: str) -> str:
    """The text on a path, without outer spaces; empty where there is none."""
    found = child(element, *path)
    return "" if found is None else " ".join((found.text or "").split())


def yes(value: str) -> bool:
    """Whether a text of 1C says yes."""
    return value.strip().lower() in TRUE


def opened(uploads: Uploads, key: FileKey) -> IO[bytes]:
    """A file's parts joined: in memory while it is small, else on disk."""
    joined = cast("IO[bytes]", SpooledTemporaryFile(max_size=IN_MEMORY))  # noqa: SIM115 - the caller closes it
    for number in uploads.parts(key):
        joined.write(uploads.part(key, number))
    joined.seek(0)
    return joined


BROKEN_ZIP = (zipfile.BadZipFile, KeyError, ValueError, RuntimeError)
"""What `zipfile` says of an archive that cannot be read: RuntimeError of one that is encrypted or packed in a way that it
does not know.
"""


def entries(archive: IO[bytes]) -> list[str]:
    """The names of XML files in an archive."""
    try:
        with zipfile.ZipFile(archive) as found:
            rows = found.infolist()
    except BROKEN_ZIP as error:
        raise UnreadableError("bad_zip") from error
    if len(rows) > ENTRIES_MAX or any(row.file_size > UNPACKED_MAX for row in rows):
        raise UnreadableError("too_large")
    return [row.filename for row in rows if row.filename.lower().endswith(".xml") and row.file_size]


@contextmanager
def unpacked(archive: IO[bytes], name: str) -> Iterator[IO[bytes]]:
    """One file of an archive, unpacked while it is read; damage that is met on the way is told like any other."""
    with ExitStack() as stack:
        try:
            file = stack.enter_context(zipfile.ZipFile(archive).open(name))
        except BROKEN_ZIP as error:
            raise UnreadableError("bad_zip") from error
        try:
            yield file
        except (zlib.error, EOFError, zipfile.BadZipFile) as error:
            raise UnreadableError("bad_zip") from error


class Walk:
    """The items of a file, one after another. What has been walked over is let go at once."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._names: list[str] = []
        self._changes = False
        self.head = Head()

    def __iter__(self) -> Iterator[Item]:
        context = etree.iterparse(
            self._file, events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False,
            huge_tree=False, remove_comments=True, remove_pis=True,
        )  # fmt: skip
        inside = 0
        try:
            for event, element in context:
                if event == "start":
                    self._enter(element)
                    inside += bool(inside) or self._kind() is not None
                    continue
                kind = self._kind()
                if kind is not None and inside == 1:
                    yield Item(kind, element, self._changes)
                inside = max(0, inside - 1)
                self._names.pop()
                if inside == 0:
                    _let_go(element)
        except etree.XMLSyntaxError as error:
            place = self._names[-1] if self._names else ""
            code = (
                "empty" if "Document is empty" in str(error) or "no element found" in str(error) else "broken"
            )
            raise UnreadableError(
                code, line=error.lineno or 0, element=place, detail=error.msg or ""
            ) from error
        except (zipfile.BadZipFile, EOFError, OSError) as error:
            raise UnreadableError("bad_zip") from error

    def _enter(self, element: Any) -> None:
        name = local(element)
        if not self._names:
            info = element.getroottree().docinfo
            if info.internalDTD is not None or info.doctype:
                raise UnreadableError("doctype", line=element.sourceline or 0, element=name)
            if name != ROOT:
                raise UnreadableError("not_commerceml", line=element.sourceline or 0, element=name)
            self.head = Head(element.get("ДатаФормирования", ""), element.get("ВерсияСхемы", ""))
        self._names.append(name)
        if len(self._names) == 2 and name in {CATALOG, OFFERS, CHANGES}:  # noqa: PLR2004 - right under the root
            self._changes = name == CHANGES or yes(element.get("СодержитТолькоИзменения", ""))

    def _kind(self) -> str | None:
        return ITEMS.get(tuple(self._names[1:])) if len(self._names) > 1 else None


def _let_go(element: Any) -> None:
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]


def moment_of(value: str) -> datetime | None:
    """A date, or a date and time, as 1C writes them."""
    for form in ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y"):
        try:
            return datetime.strptime(value.strip()[:19], form)  # noqa: DTZ007 - the shop's own clock, told by the caller
        except ValueError:
            continue
    return None


def requisites(element: Any) -> Mapping[str, str]:
    """`ЗначенияРеквизитов` by name, names in lower case."""
    rows = children(element, "ЗначенияРеквизитов", "ЗначениеРеквизита")
    rows += children(element, "РеквизитыДокумента", "ЗначениеРеквизита")
    return {text(row, "Наименование").lower(): text(row, "Значение") for row in rows}
