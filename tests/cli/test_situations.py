"""`kopilka programme test`: a shop's own situations beside its programme, and what is said where a file is wrong."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kopilka.app.main import wiring
from kopilka.cli.main import run

CARD = """\
programme: bonus-card
title: Card
currency: RUB
zone: Europe/Moscow
points: {bonus: {worth: 1.00}}
rules:
  - {id: cashback, earn: 5%}
spend: {up_to: 50%}
"""
GOOD = """\
programme: ../card.yaml
situations:
  - {name: Five percent, members: [anna], steps: [{close: one, by: anna, sum: 100, earns: 5}]}
"""
WRONG = """\
programme: ../card.yaml
situations:
  - {name: Six percent, members: [anna], steps: [{close: one, by: anna, sum: 100, earns: 6}]}
  - {name: Ann, members: [anna], steps: [{balance: anna, has: 0}, {close: one, by: ann, sum: 100}]}
  - {name: A rule, steps: [{close: one, sum: 100, because: {cashbakc: members_only}}]}
  - {name: A shop, steps: [{close: one, sum: 100, shop: mian}]}
  - {name: A day, members: {anna: {birthday: 8 March}}, steps: [{balance: anna}]}
  - {name: A span, steps: [{wait: soon}]}
  - {name: No verb, steps: [{sum: 100}]}
  - {name: Points, members: [anna], steps: [{balance: anna, has: {bonsu: 5}}]}
  - {name: Nobody, steps: [{close: one, sum: 100, has: 5}]}
  - {name: A change, change: {rules.cashback.ern: 5}, steps: [{wait: 1d}]}
  - {name: Five percent, members: [anna], steps: [{close: one, by: anna, sum: 100, earns: 5}]}
"""
Said = Callable[..., tuple[int, list[str]]]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Said:
    """Run the files in a folder that has the programme above it; the exit code and what was said."""
    (tmp_path / "card.yaml").write_text(CARD, encoding="utf-8")
    (tmp_path / "bad.yaml").write_text(CARD.replace("earn", "ern"), encoding="utf-8")
    (tmp_path / "proofs").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "300")

    def call(**files: str) -> tuple[int, list[str]]:
        for name, text in files.items():
            (tmp_path / "proofs" / f"{name}.yaml").write_text(text, encoding="utf-8")
        paths = [f"proofs/{name}.yaml" for name in files]
        code = run(("programme", "test", *paths), {"LANG": "en"}, wiring)
        read = capsys.readouterr()
        return code, (read.out + read.err).splitlines()

    return call


def test_a_shop_keeps_its_situations_beside_its_programme(said: Said) -> None:
    code, lines = said(good=GOOD)

    assert (0, ["✓ proofs/good.yaml: Five percent", "1 of 1 came out as written."]) == (code, lines)


def test_one_wrong_situation_does_not_keep_the_others_from_being_told(said: Said) -> None:
    code, lines = said(wrong=WRONG, broken=GOOD.replace("card.yaml", "bad.yaml"))

    assert code == 1
    assert [
        "step 1: earns should be 6 bonus, is 5",
        "step 2: nobody is called ann",
        "step 1: no rule is called cashbakc",
        "step 1: no shop is called mian",
        "'8 March' is not a day such as 2026-03-08",
        """step 1: wait: expected a span such as "14d", "3w", "6m" or "1y", got 'soon'""",
        "step 1: no points bonsu",
        "step 1: what somebody has is asked, but nobody is named",
        "the programme does not read with `change`: unknown_rule_key at rules[0].ern",
        "../bad.yaml does not read",
        "../bad.yaml:7:20 A rule has neither a key nor an effect “ern”. Did you mean “earn”?",
    ] == [line.strip() for line in lines if line.startswith("    ") and "a step has one of" not in line]
    assert lines[-1] == "1 of 12 came out as written."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (GOOD.replace("earns", "eanrs"), "proofs/file.yaml:3: object contains unknown field `eanrs`"),
        (GOOD.replace("sum: 100", "sum: 100,50"), "proofs/file.yaml:3: object contains unknown field `50`"),
        (GOOD.replace("card.yaml", "none.yaml"), "proofs/file.yaml: no programme ../none.yaml"),
        (GOOD.replace("situations", "situation"), "proofs/file.yaml:1: object contains unknown field `situation`"),
        ("programme: [card", "proofs/file.yaml:1: syntax"),
        ("", "proofs/file.yaml:1: empty_document"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_names_its_line(text: str, expected: str, said: Said) -> None:
    code, lines = said(file=text)

    assert (1, expected) == (code, lines[-1])
