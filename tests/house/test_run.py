"""The front door: what it drops from the environment, when it does a step again, what it answers to a wrong word."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

HOUSE = Path(__file__).parents[2]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """run.py as a module, with a house of its own."""
    found = importlib.util.spec_from_file_location("run", HOUSE / "run.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    monkeypatch.setattr(module, "HOUSE", tmp_path)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    monkeypatch.setattr(module, "STAMPS", tmp_path / ".venv" / "stamps")
    for name in ("requirements.lock", "requirements-data.lock", "pyproject.toml", "requirements_hook.py"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    (tmp_path / "requirements.in").touch()
    return module


@pytest.fixture
def commands(run: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """What uv was asked to do; it does nothing but leave a Python where one is wanted."""
    asked: list[tuple[str, ...]] = []

    def uv(*arguments: str) -> None:
        asked.append(arguments)
        run.PYTHON.parent.mkdir(parents=True, exist_ok=True)
        run.PYTHON.touch()

    monkeypatch.setattr(run, "uv", uv)
    return asked


def test_the_second_start_does_nothing(run: ModuleType, commands: list[tuple[str, ...]]) -> None:
    run.prepare(dev=False)
    assert [command[0] for command in commands] == ["venv", "pip", "pip", "pip"]
    commands.clear()
    run.prepare(dev=False)

    assert commands == []


def test_a_changed_lock_is_installed_again(run: ModuleType, commands: list[tuple[str, ...]]) -> None:
    run.prepare(dev=False)
    commands.clear()
    (run.HOUSE / "requirements.lock").write_text("other", encoding="utf-8")
    run.prepare(dev=False)

    assert [command[-1] for command in commands] == ["requirements.lock"]


def test_a_broken_environment_is_made_anew(run: ModuleType, commands: list[tuple[str, ...]]) -> None:
    run.prepare(dev=False)
    commands.clear()
    run.PYTHON.unlink()
    run.prepare(dev=False)

    assert [command[0] for command in commands] == ["venv", "pip", "pip", "pip"]


def test_the_environment_leads_nowhere_else(run: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_TARGET", "elsewhere")
    monkeypatch.setenv("PYTHONPATH", "elsewhere")

    assert "elsewhere" not in run.environment().values()


def test_a_wrong_word_is_answered_with_the_right_ones() -> None:
    done = subprocess.run(
        [sys.executable, HOUSE / "run.py", "dmo"], capture_output=True, text=True, check=False
    )

    assert done.returncode == 2
    assert "run.py demo" in done.stdout
