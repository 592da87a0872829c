"""The example shop: made once, kept, served beside commands that use its server."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.request import urlopen

import pytest

from kopilka.app.demo import people, seed
from kopilka.app.shop import free_port


def kopilka(*arguments: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "kopilka.app.main", "--lang", "en", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=environment())


def environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "KOPILKA_DATA"}}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    done = kopilka("demo", "--no-serve", "--households", "3", folder=folder)
    assert done.returncode == 0, done.stderr
    assert "owner" in done.stdout
    return folder


@contextmanager
def served(folder: Path) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "kopilka.app.main", "--lang", "en", "demo", "--port", str(port)]
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment(),
        )
        try:
            yield process, address_of(process)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)
            if process.stdout is not None:
                process.stdout.close()


def address_of(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        line = process.stdout.readline()
        if "/console" in line:
            return next(word for word in line.split() if word.startswith("http")).removesuffix("/console")
        assert line or process.poll() is None
    raise AssertionError("not served in a minute")


def test_the_shop_is_kept_and_its_sign_ins_told_again(shop: Path) -> None:
    first = json.loads(kopilka("demo", "--no-serve", "--json", folder=shop).stdout)
    again = json.loads(kopilka("demo", "--no-serve", "--json", folder=shop).stdout)

    assert first == again
    assert ["owner", "marketer", "support", "cashier"] == [row["login"] for row in first["sign_ins"]]
    assert (3, 0o600) == (first["members"], (shop / ".kopilka/demo/demo.json").stat().st_mode & 0o777)


def test_it_is_served_on_the_next_free_port_and_commands_join_its_server(shop: Path) -> None:
    with served(shop) as (process, address):
        with urlopen(f"{address}/ready") as answer:  # noqa: S310 - our own address
            ready = answer.status
        listed = kopilka("--data", ".kopilka/demo", "programme", "list", "--json", folder=shop)
        second = kopilka("demo", folder=shop)

    assert (200, 0) == (ready, process.returncode)
    assert ["card", "club", "growing"] == [row["programme"] for row in json.loads(listed.stdout)]
    assert second.returncode == 1
    assert address.replace("127.0.0.1", "localhost") in second.stderr


def test_the_year_is_moved_by_whole_weeks_to_end_before_today() -> None:
    today = date(2026, 11, 21)
    weeks = seed.weeks_until(today)
    last = seed.LAST_DAY + timedelta(weeks=weeks)

    assert timedelta(days=1) <= today - last <= timedelta(days=7)
    assert seed.LAST_DAY.weekday() == last.weekday()


def test_moved_moments_keep_the_hour_in_the_shop() -> None:
    summer = datetime(2017, 7, 1, 16, 30, tzinfo=UTC)  # 12:30 in New York
    moved = seed.moved(summer, timedelta(weeks=26))

    assert datetime(2017, 12, 30, 17, 30, tzinfo=UTC) == moved  # 12:30 again, in winter


def test_people_are_always_the_same_and_their_phones_nobodys() -> None:
    assert people.person("42") == people.person("42")
    assert {"ru", "en"} == {people.person(str(number)).language for number in range(1, 50)}
    assert all(people.phone(str(number)).startswith("+7000") for number in range(1, 2500))
    assert 2469 == len({people.card(str(number)) for number in range(1, 2470)})


def test_a_port_in_use_gives_the_next_one(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        found = free_port("127.0.0.1", port, "en")

    assert found > port
    assert f"Port {port} is taken" in capsys.readouterr().err


def test_the_port_of_a_killed_server_is_waited_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    left = socket.create_server(("127.0.0.1", 0))
    port = left.getsockname()[1]
    (tmp_path / "serving.json").write_text(f'{{"address": "http://localhost:{port}"}}', encoding="utf-8")
    leaving = threading.Timer(0.3, left.close)
    leaving.start()
    found = free_port("127.0.0.1", port, "en", tmp_path)
    leaving.join()

    assert port == found
    assert "" == capsys.readouterr().err
