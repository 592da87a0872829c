"""Differences between two programmes, as sentences."""

from collections.abc import Callable

import pytest

from kopilka.core.programme.difference import CODES, Change, diff
from kopilka.core.programme.document import Programme
from kopilka.core.programme.registry import Registry
from kopilka.usecases.playbooks import playbook, playbook_names
from kopilka.words.render import Tongue, check_template, render

Made = Callable[[str], Programme]
CLUB = playbook("beer-club")
SITUATIONS: dict[str, tuple[list[tuple[str, str]], str, list[str]]] = {
    "a percent of one level": (
        [("gold: 15", "gold: 20")], "en", ["Rule cashback: earn percent for gold 15% → 20%"],
    ),
    "the same in Russian": (
        [("gold: 15", "gold: 20")], "ru", ["Правило cashback: начисление процент для gold 15 % → 20 %"],
    ),
    "a limit and a yes": (
        [("up_to: 30%", "up_to: 50%, delivery: yes")],
        "en",
        ["Programme: spending up to 30% → 50%", "Programme: spending delivery no → yes"],
    ),
    "terms in days and months": (
        [("pending: 14d", "pending: 1d"), ("life: 365d", "life: 1y")],
        "ru",
        ["Вид баллов bonus: активация через 14 дней → 1 день", "Вид баллов bonus: срок жизни 365 дней → 12 месяцев"],
    ),
    "a level's start": ([("from: 30000", "from: 40000")], "en", ["Level silver: from ₽30,000 → ₽40,000"]),
    "a level that is new and one that is gone": (
        [("id: gold, from", "id: vip, from"), ("gold: 15", "vip: 15")],
        "en",
        ["Level vip: new", "Level gold: gone", "Rule cashback: earn percent for vip is now 15%",
         "Rule cashback: earn percent for gold no longer (was 15%)"],
    ),
    "a condition more and one less": (
        [("level: silver, goods_total: {from: 3000}", "member: yes, goods_total: {from: 5000}")],
        "en",
        ["Rule silver-delivery: added: condition member", "Rule silver-delivery: condition goods total from ₽3,000 → ₽5,000",
         "Rule silver-delivery: taken away: condition level", "Rule silver-delivery: condition level no longer (was silver)"],
    ),
    "a pause": ([("  - id: cashback", "  - id: cashback\n    paused: yes")], "ru", ["Правило cashback: приостановлено"]),
    "a scale of another sort": (
        [("{bronze: 5, silver: 10, gold: 15}", "{from: {0: 3, 3000: 7.5}}")],
        "ru",
        ["Правило cashback: начисление процент от 0 теперь 3 %", "Правило cashback: начисление процент от 3000 теперь 7,5 %",
         "Правило cashback: начисление процент для bronze больше нет (было 5 %)",
         "Правило cashback: начисление процент для silver больше нет (было 10 %)",
         "Правило cashback: начисление процент для gold больше нет (было 15 %)"],
    ),
    "words with braces": ([("Beer Club", "'{Beer}'")], "en", ["Programme: title en Beer Club → {Beer}"]),
    "a window": ([("over: 365d", "over: ever")], "en", ["Programme: levels over 365 days → ever"]),
    "rules in another order": ([], "en", []),
}  # fmt: skip


def changed(text: str, replacements: list[tuple[str, str]]) -> str:
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    return text


def said(change: Change, tag: str) -> str:
    for template in change.words.values():
        check_template(template, change.params)
    tongue = Tongue(language=tag)
    return (
        render(change.words[tag], change.params, tongue, code="NOT SAID")
        .replace("\u00a0", " ")
        .replace("\u202f", " ")
    )


@pytest.mark.parametrize(("replacements", "tag", "expected"), SITUATIONS.values(), ids=SITUATIONS)
def test_a_change_is_a_sentence(
    replacements: list[tuple[str, str]], tag: str, expected: list[str], made: Made, registry: Registry
) -> None:
    changes = diff(made(CLUB), made(changed(CLUB, replacements)), registry)

    assert expected == [said(change, tag) for change in changes]


def test_a_resumed_rule_is_said_to_be_in_force_again(made: Made, registry: Registry) -> None:
    paused = changed(CLUB, [("  - id: cashback", "  - id: cashback\n    paused: yes")])

    changes = diff(made(paused), made(CLUB), registry)

    assert [("resumed", "rules[0]")] == [(change.code, change.path) for change in changes]


@pytest.mark.parametrize("name", playbook_names())
def test_nothing_differs_from_itself_and_everything_can_be_said(
    name: str, made: Made, registry: Registry
) -> None:
    club, other = made(CLUB), made(playbook(name))

    changes = diff(club, other, registry) + diff(other, club, registry)

    assert [] == diff(other, other, registry)
    assert all(
        change.code in CODES and "NOT SAID" not in said(change, "ru") + said(change, "en")
        for change in changes
    )
