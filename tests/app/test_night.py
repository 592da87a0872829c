"""The night's work over a real database."""

from datetime import date, datetime, timedelta
from pathlib import Path

import psycopg

from kopilka.app.audits import run
from kopilka.app.compose import House, utc_now
from kopilka.app.night import work
from kopilka.core.receipt import Line, Receipt, Shop
from kopilka.usecases.commands import Close, Enrol, Hold, Identifier, Person, Ref
from kopilka.values.period import local_day

PROGRAMME = """
programme: night
title: {en: Night, ru: Ночь}
currency: RUB
zone: Europe/Moscow
points:
  bonus: {worth: 1.00, life: 5d}
  star: {}
levels:
  by: spend
  over: 5d
  ladder: [{id: base, from: 0}, {id: top, from: 100}]
hold_minutes: 10
rules:
  - {id: cashback, earn: 10}
  - {id: birthday, on: birthday, earn: {points: 300, kind: star}}
"""


def born_today(now: datetime) -> date:
    day = local_day(now, "Europe/Moscow")
    return day.replace(year=2000)


def test_a_night_expires_moves_releases_celebrates_and_keeps_the_days_root(
    database: str, tmp_path: Path
) -> None:
    now = utc_now()
    then = now - timedelta(days=30)
    house = House(database)
    house.reference.add_version(
        "night", expected=1, valid_from=then, text=PROGRAMME, sha256=b"", at=then, by="test"
    )
    house.reference.put_shops([Shop("s", "Europe/Moscow", "night")], then)
    desk, who = house.desk(), Ref("card", "c")
    lines = (Line("1", "a", 1000, 50_000),)
    commands = [
        Enrol(
            (Identifier("card", "c"),),
            "night",
            Person(birthday=born_today(now)),
            client="t",
            key="e",
            at=then,
        ),
        Close(Receipt("sold", "s", then, "RUB", lines), who),
        Hold(Receipt("held", "s", then, "RUB", lines), who),
    ]
    desk.run(commands, [then] * len(commands))
    roots = tmp_path / "roots.jsonl"

    assert work(database, roots)

    with psycopg.connect(database) as connection:
        wallets = connection.execute("SELECT kind, balance FROM wallet ORDER BY kind").fetchall()
        assert wallets == [("bonus", 0), ("star", 300)]
        assert connection.execute("SELECT level FROM standing").fetchall() == [("base",)]
        assert connection.execute("SELECT state FROM receipt ORDER BY receipt_id").fetchall() == [
            ("released",),
            ("closed",),
        ]
    assert roots.read_text(encoding="utf-8").count("\n") == 1
    assert [
        row for row in run(house, rebuild=False, progress=lambda _: None, roots=roots).findings if row.broken
    ] == []
    house.close()
