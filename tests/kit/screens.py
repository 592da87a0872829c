"""Fixtures of the screens' tests: one shop with a fortnight of receipts, made once per worker and copied for each test."""

import secrets
from collections.abc import Callable, Iterator
from functools import cache

import psycopg
import pytest
from browser import Visitor
from psycopg.conninfo import make_conninfo
from shopfront import Shopfront, opened

from kopilka.app.screens import pages_of
from kopilka.look.jinja import Pages


@cache
def pages() -> Pages:
    """Templates are compiled once for all tests."""
    return pages_of()


@pytest.fixture(scope="session")
def shop_template(postgres: dict[str, str]) -> Iterator[str]:
    """A database with the shop in it, to be copied."""
    name = f"kopilka_shop_{secrets.token_hex(4)}"
    run(postgres["conninfo"], f"CREATE DATABASE {name} TEMPLATE {postgres['template']}")
    with opened(make_conninfo(postgres["conninfo"], dbname=name), days=14):
        pass
    yield name
    run(postgres["conninfo"], f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def front(postgres: dict[str, str], shop_template: str) -> Iterator[Shopfront]:
    """The shop of this test alone."""
    name = f"kopilka_shop_{secrets.token_hex(6)}"
    run(postgres["conninfo"], f"CREATE DATABASE {name} TEMPLATE {shop_template}")
    made = Shopfront(make_conninfo(postgres["conninfo"], dbname=name))
    yield made
    made.house.close()
    run(postgres["conninfo"], f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def visitor(front: Shopfront) -> Iterator[Callable[..., Visitor]]:
    """Makes visitors, signed in where a login is given."""
    app, made = front.app(pages()), list[Visitor]()

    def visit(login: str = "", language: str = "ru") -> Visitor:
        made.append(Visitor(app, language))
        if login:
            assert made[-1].sign_in(login).status_code == 303
        return made[-1]

    yield visit
    for one in made:
        one.close()


def run(conninfo: str, statement: str) -> None:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(statement.encode())
