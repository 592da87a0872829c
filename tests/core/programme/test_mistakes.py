"""Every mistake and caution, each from a document that makes it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from kopilka.core.programme.caution_words import FROM_DATA
from kopilka.core.programme.mistake_words import HINTS, MISTAKES
from kopilka.core.programme.reader import Reading
from kopilka.core.programme.written import BYTES_MAX
from kopilka.words.render import Tongue, check_template, render

Read = Callable[[bytes | str], Reading]
HEAD = "programme: p\ntitle: Пример\ncurrency: RUB\nzone: Europe/Moscow\npoints: {bonus: {worth: 1}}\nspend: {up_to: 30%}\n"
SITUATIONS = YAML(typ="safe", pure=True).load(Path(__file__).with_name("mistakes.yaml"))
MANY = "".join(f"  - {{id: r{i}, group: g{i % 13}, when: {{member: yes}}, discount: 5}}\n" for i in range(26))
BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join(['*' + before] * 10)}]\n"
    for before, name in zip("abcdefg", "bcdefgh", strict=True)
)
MADE: dict[str, tuple[bytes | str, str, int]] = {
    "a text of megabytes": (b"#" * (BYTES_MAX + 1), "too_large", 1),
    "a text in another encoding": (HEAD.encode() + "# скидка".encode("cp1251"), "not_utf8", 7),
    "a text nested without end": ("rules: " + "[" * 1000, "too_deep", 1),
    "JSON nested without end": ('{"rules": ' + "[" * 1000, "too_deep", 1),
    "aliases nested in aliases": (
        "a: &a [[[[[[[[[[[[[[[[[[[[x]]]]]]]]]]]]]]]]]]]]\nb: &b [[[[[[[[[[[[[[[*a]]]]]]]]]]]]]]]", "too_deep", 2,
    ),
    "aliases that multiply": (BOMB, "too_many_values", 5),
    "JSON of too many values": ('{"rules": [' + "1," * 60_000 + "1]}", "too_many_values", 1),
    "a character that cannot be stored": ('{"programme": "a\\u0000"}', "bad_character", 1),
    "a character that YAML does not allow": ("a: 1\nb: \x01", "bad_character", 2),
    "half a character from JSON": ('{"programme": "\\ud800"}', "bad_character", 1),
    "a title of a page": (HEAD + f"rules: [{{id: a, earn: 5, title: {'я' * 501}}}]", "too_long", 7),
    "more rules than anybody reads": (
        HEAD + "rules:\n" + "".join(f"  - {{id: r{i}, earn: 5}}\n" for i in range(501)), "too_many", 7,
    ),
    "a choice that nobody could explain": (HEAD + "rules:\n" + MANY, "too_many_combinations", 7),
}  # fmt: skip
OF_VERSIONS = {
    "version_in_the_past", "version_number", "other_programme", "nothing_changes", "later_version",
    "programme_renamed", "currency_changed", "decimals_changed", "kind_removed", "worth_changed", "zone_changed",
}  # fmt: skip


def written(situation: dict[str, str]) -> str:
    return situation.get("whole") or HEAD + situation["text"]


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda situation: situation["it"])
def test_a_wrong_document_is_told(situation: dict[str, str], read: Read) -> None:
    expected = [] if situation["is"] == "nothing" else sorted(situation["is"].split("; "))

    found = read(written(situation)).mistakes

    assert expected == sorted(f"{mistake.code} {mistake.line} {mistake.path}".rstrip() for mistake in found)


@pytest.mark.parametrize(("source", "code", "line"), MADE.values(), ids=MADE)
def test_a_hostile_text_is_refused(source: bytes | str, code: str, line: int, read: Read) -> None:
    found = {(mistake.code, mistake.line) for mistake in read(source).mistakes}

    assert (code, line) in found


def test_every_mistake_is_made_by_some_document(read: Read) -> None:
    sources = [written(situation) for situation in SITUATIONS] + [source for source, _, _ in MADE.values()]

    made = {mistake.code for source in sources for mistake in read(source).mistakes}

    assert set(MISTAKES) - OF_VERSIONS - set(FROM_DATA) == made


def test_every_advice_is_given_by_some_document(read: Read) -> None:
    sources = [written(situation) for situation in SITUATIONS] + [source for source, _, _ in MADE.values()]

    given = {mistake.hint for source in sources for mistake in read(source).mistakes if mistake.hint}

    assert set(HINTS) == given


@pytest.mark.parametrize("tag", ["ru", "en"])
def test_every_mistake_has_its_sentence(tag: str, read: Read) -> None:
    for situation in SITUATIONS:
        for mistake in read(written(situation)).mistakes:
            template = mistake.words()[tag]
            check_template(template, mistake.params)

            said = render(template, mistake.params, Tongue(language=tag), code="not said")

            assert not said.startswith("not said")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rules: [{id: a, ern: 5}]", "У правила нет ни ключа, ни действия «ern». Может быть, «earn»?"),
        ("rules: [{id: a, earn: '7,5'}]", "«7,5» — не процент. Дробь пишут через точку."),
        ("returns: {grace: 14}\nrules: []", "«14» — не срок. Допишите единицу: d — дни, w — недели, m — месяцы, y — годы."),
        ("returns: {deficit: x}\nrules: []", "«x» здесь не подходит. Подходит: allow, balance, pending."),
    ],
)  # fmt: skip
def test_a_mistake_says_what_to_do(text: str, expected: str, read: Read) -> None:
    mistake = read(HEAD + text).mistakes[0]

    assert expected == render(mistake.words()["ru"], mistake.params, Tongue())


def test_a_refused_document_gives_no_programme_and_a_caution_does(read: Read) -> None:
    assert read(HEAD + "rules: [{id: a}]").programme is None
    assert read(HEAD + "rules: [{id: a, discount: 5}]").programme is not None
