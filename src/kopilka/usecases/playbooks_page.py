"""The pages about playbooks, `docs/playbooks.md` and `docs/playbooks.ru.md`: written from what playbooks tell of
themselves, so that pages, console and command line never differ.
"""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from kopilka.usecases.playbooks import Playbook, playbooks


class Wording(msgspec.Struct, frozen=True):
    """What the page itself says in a language."""

    file: str
    title: str
    intro: str
    head: str
    audience: str
    example: str
    settings: str
    mind: str
    other: str


PAGES: Mapping[str, Wording] = {
    "en": Wording(
        "playbooks.md",
        "Playbooks",
        "A playbook is a ready programme: a document with comments that a shop switches on as it is or changes first. In the\n"
        "console they stand under Programmes → New programme; `kopilka programme new` lists them, `--search birthday` finds\n"
        "some, `kopilka programme new b1-bonus-card > card.yaml` begins with one. Each has\n"
        "[situations](../src/kopilka/core/programme/playbooks/situations): its worked example and what happens around every\n"
        "threshold; `kopilka programme test` carries them out. Numbers in the examples are to the kopeck what the situations\n"
        "prove. How a document is written is in [Programmes](programme.md).\n"
        "\n"
        "Three things that hold for all of them. A **discount** is felt at once, costs the whole margin of those who would have\n"
        "bought anyway, and teaches people to wait for the next. **Points** cost less and bring people back, but are a debt, and\n"
        "fail where purchases are rare. **Terms** that a cashier cannot retell in one sentence lose most of the people they are\n"
        "for: begin with one rule.",
        "| system | playbook | what it does |",
        "For whom:",
        "Example:",
        "What to set:",
        "Mind:",
        "По-русски: [playbooks.ru.md](playbooks.ru.md).",
    ),
    "ru": Wording(
        "playbooks.ru.md",
        "Готовые программы",
        "Готовая программа — документ с комментариями, который магазин включает как есть или сначала меняет. В консоли они в\n"
        "разделе «Программы → Новая программа»; `kopilka programme new` показывает список, `--search рождение` находит нужные,\n"
        "`kopilka programme new b1-bonus-card > card.yaml` начинает с одной из них. У каждой есть\n"
        "[ситуации](../src/kopilka/core/programme/playbooks/situations): пример с числами и то, что бывает у каждого порога;\n"
        "их выполняет `kopilka programme test`. Числа в примерах доказаны ситуациями до копейки. Как пишут документ —\n"
        "в [Programmes](programme.md).\n"
        "\n"
        "Три вещи верны для всех. **Скидка** видна сразу, но стоит всей наценки на тех, кто купил бы и так, и приучает ждать\n"
        "следующей. **Бонусы** дешевле и приводят снова, но это долг, и там, где покупают редко, они не работают. **Условия**,\n"
        "которые кассир не перескажет одной фразой, отталкивают большинство тех, для кого они: начните с одного правила.",
        "| система | готовая программа | что делает |",
        "Кому:",
        "Пример:",
        "Что задать:",
        "Учтите:",
        "In English: [playbooks.md](playbooks.md).",
    ),
}


def page(tag: str) -> str:
    """The whole page in a language."""
    words, found = PAGES[tag], playbooks()
    rows = [
        f"| {' '.join(book.rows)} | [{book.name}](#{book.name}) | {_cell(book.about[tag])} |"
        for book in found
    ]
    parts = [
        f"# {words.title}", words.other, words.intro,
        "\n".join([words.head, "|---|---|---|", *rows]),
        *(line for book in found for line in _section(book, tag, words)),
    ]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def _section(book: Playbook, tag: str, words: Wording) -> Iterator[str]:
    """One playbook. Its heading is its name, which is also where links lead."""
    yield f"## {book.name}"
    yield f"**{book.title[tag]}** ({', '.join(book.rows)}). {book.about[tag]}"
    yield f"**{words.audience}** {book.audience[tag]}"
    yield f"**{words.example}** {book.example[tag]}"
    yield f"**{words.settings}** {book.settings[tag]}"
    yield "\n".join([f"**{words.mind}**", "", *(f"- {line}" for line in book.mind[tag])])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def write(folder: Path) -> None:
    """Make the pages anew."""
    for tag, words in PAGES.items():
        (folder / words.file).write_text(page(tag), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
