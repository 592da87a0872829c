"""Every sentence that stands in core can be said in every language."""

import importlib
import pkgutil

import pytest

import kopilka.core
from kopilka.core.rules.reason import REASONS, Reason
from kopilka.words.languages import LANGUAGES
from kopilka.words.reasons import in_language, said
from kopilka.words.render import PointsWords, Tongue, places, render

for module in pkgutil.walk_packages(kopilka.core.__path__, "kopilka.core."):
    importlib.import_module(module.name)

from kopilka.core.programme import mistake_words  # noqa: E402 - after its neighbours, as the house loads them

WORDS = {
    **{code: kind.words for code, kind in REASONS.items()},
    **mistake_words.MISTAKES,
    **{f"hint {code}": words for code, words in mistake_words.HINTS.items()},
}
SAMPLES = {
    "date": "2026-03-08", "moment": "2026-03-08T11:05:00+00:00", "weekdays": "mon,fri", "year_days": "12-31,02-29",
}  # fmt: skip
TEXTS = {"text", "level", "levels", "rule"}
TONGUE = Tongue(
    points={"bonus": PointsWords({"ru": ("бонус", "бонуса", "бонусов")})}, levels={"gold": "Золотой"}
)


@pytest.mark.parametrize("code", sorted(WORDS))
def test_a_sentence_has_the_same_places_in_every_language(code: str) -> None:
    by_language = {tag: places(WORDS[code][tag]) for tag in LANGUAGES}

    assert len(set(by_language.values())) == 1, by_language


@pytest.mark.parametrize("code", sorted(WORDS))
def test_a_sentence_can_be_said(code: str) -> None:
    for words in WORDS[code].values():
        params = {name: SAMPLES.get(kind, "gold" if kind in TEXTS else 5) for name, kind in places(words)}

        assert not render(words, params, TONGUE, code="unsaid").startswith("unsaid")


def test_a_stored_reason_is_said_with_the_titles_of_the_shop() -> None:
    assert "только для уровня Золотой, silver" == said(
        Reason("other_level", {"wanted": "gold,silver"}), TONGUE
    )


def test_a_reason_of_another_version_is_shown_by_its_code() -> None:
    assert "long_gone (left=5)" == said(Reason("long_gone", {"left": 5}), TONGUE)


def test_words_come_in_the_nearest_language() -> None:
    assert ["да", "yes", "иә", ""] == [
        in_language({"ru": "да", "en": "yes"}, "ru"),
        in_language({"en": "yes"}, "ru"),
        in_language({"kk": "иә"}, "en"),
        in_language({}, "en"),
    ]
