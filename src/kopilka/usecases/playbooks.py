"""Ready programmes that a shop switches on as they are or changes: one document for each system, with comments."""

from functools import cache
from importlib.resources import files


@cache
def playbook_names() -> tuple[str, ...]:
    """Names of the playbooks, such as `b1-bonus-card`."""
    found = (entry.name for entry in files("kopilka.core.programme").joinpath("playbooks").iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in found if name.endswith(".yaml")))


def playbook(name: str) -> str:
    """The text of a playbook; an unknown name is a KeyError."""
    if name not in playbook_names():
        raise KeyError(name)
    path = files("kopilka.core.programme").joinpath("playbooks", f"{name}.yaml")
    return path.read_text(encoding="utf-8")
