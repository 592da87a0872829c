"""Programme text to programme and back.

YAML 1.2 and JSON become the same tree with line numbers, which `core/programme` reads; every mistake comes out at
once, each with its line.
"""

import io
import re
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.representer import SafeRepresenter

from kopilka.core.programme.document import Programme
from kopilka.core.programme.reader import Reading, read_programme
from kopilka.core.programme.registry import Registry
from kopilka.core.programme.writer import to_document
from kopilka.core.programme.written import BYTES_MAX, UnreadableError, Written
from kopilka.usecases.programme_json import read_json
from kopilka.usecases.programme_yaml import read_yaml

_JSON = re.compile(r"\s*\{\s*(\"|\}\s*\Z)")
"""How JSON begins; a YAML text that begins like this is JSON as well, or has a mistake."""
_WORD = re.compile(r"[^\W_](?:[\w ./-]*\w)?\Z")


def read_programme_text(source: bytes | str, registry: Registry) -> Reading:
    """Read a programme from YAML or JSON; a text that cannot be read at all is one mistake with its line."""
    written = read_tree(source)
    if written.root is None:
        return Reading(None, written.mistakes)
    return read_programme(written.root, registry, written.mistakes)


class _Representer(SafeRepresenter):
    """Texts that are not plain words stand in quotes: what the emitter leaves bare, not every parser reads back."""

    def represent_str(self, data: str) -> Any:
        return self.represent_scalar("tag:yaml.org,2002:str", data, style="" if _WORD.match(data) else '"')


_Representer.add_representer(str, _Representer.represent_str)


def write_programme_text(programme: Programme, registry: Registry) -> str:
    """The programme as YAML that reads back to the same."""
    yaml = YAML(typ="safe", pure=True)
    yaml.Representer = _Representer
    yaml.width, yaml.allow_unicode, yaml.sort_base_mapping_type_on_output = 110, True, False  # type: ignore[assignment]
    out = io.StringIO()
    yaml.dump(to_document(programme, registry), out)
    return out.getvalue()


def read_tree(source: bytes | str) -> Written:
    """The tree of a text, or what is wrong with the text itself."""
    try:
        text = _decoded(source)
        return read_json(text) if _JSON.match(text) else read_yaml(text)
    except UnreadableError as error:
        return Written(None, (error.mistake,))


def _decoded(source: bytes | str) -> str:
    raw = source.encode("utf-8", "surrogatepass") if isinstance(source, str) else source
    if len(raw) > BYTES_MAX:
        raise UnreadableError("too_large", most=BYTES_MAX)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise UnreadableError("not_utf8", line, error.start - raw.rfind(b"\n", 0, error.start)) from error
    if not text.strip():
        raise UnreadableError("empty_document")
    return text
