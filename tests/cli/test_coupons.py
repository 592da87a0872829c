"""`kopilka coupons`: codes as a table on stdout, the rest for people on stderr."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from kopilka.app.main import wiring
from kopilka.cli.main import run
from kopilka.core.member.coupon import well_formed

Kopilka = Callable[..., tuple[int, str, str]]


@pytest.fixture
def shop(
    database: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Kopilka:
    """A shop with the promo codes of the ready programme and one member."""
    monkeypatch.setenv("COLUMNS", "160")

    def kopilka(*arguments: str, lang: str = "en") -> tuple[int, str, str]:
        code = run(arguments, {"DATABASE_URL": database, "LANG": lang}, wiring)
        said = capsys.readouterr()
        return code, said.out, said.err

    _, text, _ = kopilka("programme", "new", "a10-promo-code")
    (tmp_path / "codes.yaml").write_text(text, encoding="utf-8")
    assert kopilka("programme", "publish", str(tmp_path / "codes.yaml"))[0] == 0
    assert kopilka("member", "enrol", "--name", "Anna", "--phone", "8 000 123-45-67")[0] == 0
    return kopilka


def test_a_batch_comes_out_as_csv_and_once_more_with_states(shop: Kopilka) -> None:
    code, table, said = shop(
        "coupons", "make", "promo-code", "gift-card", "25", "--title", "spring", "--key", "k"
    )
    again = shop("coupons", "make", "promo-code", "gift-card", "25", "--title", "spring", "--key", "k")
    rows = [row.split(",") for row in table.splitlines()]
    batch = said.split()[1].rstrip(":")

    assert (0, ["code", "series", "from", "until"]) == (code, rows[0])
    assert 25 == len({row[0] for row in rows[1:]}) == sum(well_formed(row[0]) for row in rows[1:])
    assert table == again[1]
    assert batch in shop("coupons", "list")[1]
    states = shop("coupons", "codes", batch)[1].splitlines()
    assert {"new"} == {row.split(",")[-1] for row in states[1:]}


def test_a_coupon_is_given_shown_activated_and_cancelled_in_words(shop: Kopilka) -> None:
    given = json.loads(shop("coupons", "issue", "+70001234567", "promo-code", "gift-card", "--json")[1])
    code = given["coupon"]["code"]
    shown = shop("coupons", "show", code, lang="ru")
    active = shop("coupons", "activate", code, "--for", "+70001234567")
    gone = shop("coupons", "cancel", code, "--reason", "a leak")
    refused = shop("coupons", "activate", code, lang="ru")

    assert "Открытка на 500 рублей" in shown[1]
    assert "купон ещё не активирован" in shown[1]
    assert (0, True) == (active[0], "works" in active[1])
    assert (0, True) == (gone[0], "the coupon was withdrawn" in gone[1])
    assert (1, True) == (refused[0], "купон отменён" in refused[2])


def test_what_cannot_be_made_is_refused_with_a_code(shop: Kopilka) -> None:
    public = shop("coupons", "make", "promo-code", "spring", "5")
    unknown = shop("coupons", "make", "promo-code", "autumn", "5", "--json")
    wrong = shop("coupons", "make", "promo-code", "leaflet", "5", "--until", "soon")

    assert (1, True) == (public[0], "one public code" in public[2])
    assert "unknown_series" == json.loads(unknown[1])["error"]
    assert 2 == wrong[0]
