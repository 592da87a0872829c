"""Finding the texts that need translating, and keeping the .po files in step with them. For developers only.

New texts go to the file of the room that says them if it has one (`console.po`), else to `kopilka.po`; texts that
nobody says any more are taken out; nothing is guessed, so nothing is ever fuzzy.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import IO

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

from kopilka.words.languages import LANGUAGES

ROOM = Path(__file__).parent
SOURCE = ROOM.parent.parent
_SAYING = {"gettext": 1, "raw": 1, "N_": 1, "_": 1, "ngettext": 2, "raw_plural": 2}
_HEADER = (
    'msgid ""\nmsgstr ""\n"Language: {tag}\\n"\n"Plural-Forms: {plurals}\\n"\n'
    '"MIME-Version: 1.0\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n\n'
)
Text = str | tuple[str, ...]


def python(
    source: IO[bytes], keywords: object, comment_tags: object, options: object
) -> Iterator[tuple[int, str, Text, list[str]]]:
    """Babel's extractor of Python files: the literal texts of every call that says something, wherever they stand."""
    del keywords, comment_tags, options  # Babel's, not ours: what says a text is known here
    for node in ast.walk(ast.parse(source.read())):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        wanted = _SAYING.get(name)
        literals = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        if wanted and len(literals) >= wanted and literals[0]:
            text = literals[0] if wanted == 1 else tuple(literals[:2])
            yield node.lineno, "gettext" if wanted == 1 else "ngettext", text, []


def found_texts() -> Mapping[Text, str]:
    """Every text said in the code and the templates, with the room that says it first."""
    with ROOM.joinpath("babel.cfg").open(encoding="utf-8") as config:
        methods, options = parse_mapping_cfg(config)  # type: ignore[no-untyped-call]
    found: dict[Text, str] = {}
    for filename, _, text, _, _ in extract_from_dir(str(SOURCE), methods, options):
        found.setdefault(tuple(text) if isinstance(text, list | tuple) else text, Path(filename).parts[1])
    return found


def po_files(tag: str) -> list[Path]:
    return sorted(ROOM.joinpath("locale", tag, "LC_MESSAGES").glob("*.po"))


def read(path: Path, tag: str) -> Catalog:
    with path.open("rb") as source:
        return read_po(source, locale=tag, domain=path.stem)


def update() -> Iterable[str]:
    """Bring every .po file in step with the code; yields a line per change."""
    found = found_texts()
    for tag in LANGUAGES:
        files = {path: read(path, tag) for path in po_files(tag)}
        known = {message.id for catalog in files.values() for message in catalog if message.id}
        for path, catalog in files.items():
            for gone in [m.id for m in catalog if m.id and _key(m.id) not in found]:
                catalog.delete(gone[0] if isinstance(gone, tuple) else gone)
                yield f"{tag}/{path.name}: - {gone!r}"
        for text, room in found.items():
            # English says its own source; only counted texts need their forms there, and gettext knows those.
            if text in known or tag == "en":
                continue
            home = next(
                (path for path in files if path.stem == room), ROOM / f"locale/{tag}/LC_MESSAGES/kopilka.po"
            )
            files[home].add(text, flags=())
            yield f"{tag}/{home.name}: + {text!r}"
        for path, catalog in files.items():
            catalog.obsolete.clear()
            path.write_bytes(_written(catalog, tag))


def _written(catalog: Catalog, tag: str) -> bytes:
    """The file's bytes, under a header without dates and names, so that it changes only when its words do."""
    body = BytesIO()
    write_po(body, catalog, width=110, sort_output=True, no_location=True, omit_header=True)
    return _HEADER.format(tag=tag, plurals=catalog.plural_forms).encode() + body.getvalue()


def _key(text: str | Iterable[str]) -> Text:
    return text if isinstance(text, str) else tuple(text)
