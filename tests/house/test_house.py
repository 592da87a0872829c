"""The rules of the house that no linter knows. A failure names the place and the rule, ready to be mended."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
SOURCE = HOUSE / "src" / "kopilka"
FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 70
CORE_FUNCTION_LINES_MAX = 40
FLOORS = {
    "app",
    "api",
    "console",
    "portal",
    "till",
    "cli",
    "worker",
    "look",
    "connectors",
    "channels",
    "store",
}
FLOORS |= {"words", "usecases", "lab", "core", "values"}
CORE_ROOMS = {"settlement", "rules", "ledger", "member", "programme", "receipt", "event"}
STATEMENT = re.compile(
    r"\b(SELECT\s.+\sFROM|INSERT\s+INTO|UPDATE\s.+\sSET|DELETE\s+FROM|(CREATE|ALTER|DROP)\s+TABLE|WITH\s+\w+\s+AS\s*\()\b",
    re.DOTALL,
)
CLOCKS_AND_DICE = {"now", "utcnow", "today", "uuid4", "uuid1", "uuid7", "urandom"}
VAGUE_NAMES = re.compile(r"(Manager|Helper|Utils?|Info)$|^(handle|process)_")
# Written so that this file does not find itself.
FOREIGN_PLACES = re.compile(
    r"https?://(files|registry|deb|security|static|proxy|index)\.[a-z]+|--(extra-)?index-url[ =]|\"resolved\":"
    r"|(?<![\w.-])/(w[o]rk|f[a]rm|r[o]ot)/"
)


def tracked(*patterns: str) -> list[Path]:
    """Files that git has or would take, so that a rule meets a new file before its commit."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns]
    listed = subprocess.run(command, cwd=HOUSE, capture_output=True, check=True).stdout.decode()
    return [HOUSE / name for name in sorted(set(listed.split("\0"))) if name and (HOUSE / name).is_file()]


PYTHON = tracked("*.py")
IN_SOURCE = [file for file in PYTHON if SOURCE in file.parents]
PURE = [file for file in IN_SOURCE if file.relative_to(SOURCE).parts[0] in {"values", "core"}]
TIMELESS = [*PURE, *(file for file in IN_SOURCE if file.relative_to(SOURCE).parts[0] == "lab")]


def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def at(file: Path, line: int = 1) -> str:
    return f"{file.relative_to(HOUSE)}:{line}"


def functions(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def refuse(rule: str, found: list[str]) -> None:
    if found:
        pytest.fail("\n  ".join([f"{rule}:", *found]), pytrace=False)


def test_files_are_short_enough_to_be_read() -> None:
    lengths = [(file, len(file.read_text(encoding="utf-8").splitlines())) for file in PYTHON]
    found = [f"{at(file)} has {length} lines" for file, length in lengths if length > FILE_LINES_MAX]

    refuse(f"A file has at most {FILE_LINES_MAX} lines", found)


def test_functions_are_short_enough_to_be_seen_at_once() -> None:
    found = []
    for file in PYTHON:
        most = CORE_FUNCTION_LINES_MAX if SOURCE / "core" in file.parents else FUNCTION_LINES_MAX
        for node in functions(file):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > most:
                found.append(f"{at(file, node.lineno)} {node.name} has {length} lines, at most {most}")

    refuse("A function has at most 70 lines, 40 in core", found)


def test_each_module_says_what_lives_in_it() -> None:
    found = []
    for file in IN_SOURCE:
        text = ast.get_docstring(tree(file))
        if not text:
            found.append(f"{at(file)} has no docstring")

    refuse("A module opens with what lives here", found)


def test_values_and_core_count_in_whole_numbers() -> None:
    found = []
    for file in PURE:
        for node in ast.walk(tree(file)):
            match node:
                case ast.Constant(value=float()):
                    found.append(f"{at(file, node.lineno)} a float")
                case ast.BinOp(op=ast.Div()) | ast.AugAssign(op=ast.Div()):
                    found.append(f"{at(file, node.lineno)} a `/`")
                case ast.Call(func=ast.Name(id="float" | "round" as name)):
                    found.append(f"{at(file, node.lineno)} {name}()")
                case _:
                    pass

    refuse("No float, `/` or round() in values and core: name the rounding", found)


def test_the_business_has_no_clock_and_no_dice() -> None:
    found = [
        f"{at(file, node.lineno)} .{node.func.attr}()"
        for file in TIMELESS
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in CLOCKS_AND_DICE
    ]

    refuse("The moment, ids and chance are arguments in values, core and lab", found)


def test_sql_stands_only_in_sql_files() -> None:
    found = []
    for file in IN_SOURCE:
        docs = docstrings(tree(file))
        for node in ast.walk(tree(file)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value not in docs:
                statement = STATEMENT.search(node.value)
                if statement:
                    found.append(f"{at(file, node.lineno)} {statement[0][:40]!r}")

    refuse("SQL stands in .sql files, never in Python", found)


def docstrings(module: ast.Module) -> set[str]:
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return {
        ast.get_docstring(node, clean=False) or "" for node in ast.walk(module) if isinstance(node, owners)
    }


def test_each_folder_is_a_room_of_the_house() -> None:
    rooms = {file.relative_to(SOURCE).parts[0] for file in IN_SOURCE if file.parent != SOURCE}
    core = {
        file.relative_to(SOURCE / "core").parts[0]
        for file in IN_SOURCE
        if file.parent.parent == SOURCE / "core"
    }

    refuse("A folder of the house is one of its rooms", sorted(rooms - FLOORS))
    refuse("A folder of core is one of its rooms", sorted(core - CORE_ROOMS))


def test_names_say_what_a_thing_is() -> None:
    kinds = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    found = [
        f"{at(file, node.lineno)} {node.name}"
        for file in IN_SOURCE
        for node in ast.walk(tree(file))
        if isinstance(node, kinds) and VAGUE_NAMES.search(node.name)
    ]

    refuse("No Manager, Helper, Utils, Info, handle_, process_", found)


def test_no_file_names_this_machine_or_a_registry() -> None:
    found = []
    for file in tracked():
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        hits = FOREIGN_PLACES.finditer(text)
        found += [f"{at(file, text.count(chr(10), 0, hit.start()) + 1)} {hit[0]}" for hit in hits]

    refuse("No tracked file names a path of one machine or a package registry", found)


@pytest.mark.parametrize("lock", sorted(HOUSE.glob("requirements*.lock")), ids=lambda lock: lock.name)
def test_each_locked_package_carries_its_hashes(lock: Path) -> None:
    packages = re.split(r"\n(?=\S)", lock.read_text(encoding="utf-8").strip())
    found = [
        package.split()[0] for package in packages if "==" not in package or "--hash=sha256:" not in package
    ]

    refuse(f"Each package in {lock.name} has one version and its hashes", found)


def test_the_package_needs_what_the_lock_installs() -> None:
    wanted, locked = packages_in("requirements.in"), packages_in("requirements.lock")

    refuse("In requirements.in but not locked: run `just lock`", sorted(wanted - locked))


def packages_in(name: str) -> set[str]:
    found = re.findall(r"^([a-z0-9._-]+)", (HOUSE / name).read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[._-]+", "-", package) for package in found}
