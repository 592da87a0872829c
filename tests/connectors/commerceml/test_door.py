"""The door: signing in, sessions, commands, and what it answers where something is wrong."""

from base64 import b64encode
from datetime import timedelta

import pytest
from one_c import Doc, FailureError, Made, OneC, line, orders, zipped
from trading import Trading

from kopilka.connectors.commerceml import COMMERCEML
from kopilka.connectors.kit.call import Call
from kopilka.connectors.kit.front import Front

PATH = "/exchange/1c/{}/1c_exchange.php"


def said(shop: Trading, call: Call) -> list[str]:
    answer = shop.call(call)
    assert 200 == answer.status
    assert "text/plain; charset=windows-1251" == answer.kind
    return answer.body.decode("cp1251").split("\n")


def basic(secret: str, user: str = "site") -> dict[str, str]:
    return {"authorization": "Basic " + b64encode(f"{user}:{secret}".encode()).decode()}


def checkauth(path: str, headers: dict[str, str]) -> Call:
    return Call("GET", path, query=[("type", "sale"), ("mode", "checkauth")], headers=headers)


def test_signing_in_tells_a_cookie_and_a_sessid(shop: Trading, made: Made) -> None:
    lines = said(shop, checkauth(PATH.format(made.prefix), basic(made.secret)))

    assert ["success", "PHPSESSID"] == lines[:2]
    assert 4 == len(lines[2].split("."))
    assert (True, True, "") == (lines[3].startswith("sessid="), lines[4].startswith("timestamp="), lines[5])


@pytest.mark.parametrize("tail", ["", "/", "/1c_exchange.php", "/bitrix/admin/1c_exchange.php"])
def test_any_script_may_stand_behind_the_address(shop: Trading, made: Made, tail: str) -> None:
    for named in (made.prefix, str(made.connection.number)):
        lines = said(shop, checkauth(f"/exchange/1c/{named}{tail}", basic(made.secret)))

        assert "success" == lines[0]


def test_a_call_with_a_wrong_key_is_refused_and_writes_nothing(shop: Trading, made: Made) -> None:
    for headers in (
        {},
        basic("not the password"),
        {"authorization": "Bearer x"},
        {"cookie": "PHPSESSID=a.b.1.c"},
    ):
        for mode in ("checkauth", "init", "file", "import", "query", "success"):
            call = Call("POST", PATH.format(made.prefix), query=[("mode", mode), ("filename", "a.xml")],
                        headers=headers, body=orders(Doc("1", [line("tea-100", "100")])))  # fmt: skip
            assert "failure" == said(shop, call)[0], (headers, mode)

    assert {} == made.receipts()
    for statement in (
        "SELECT count(*) FROM personal.upload WHERE connection_id = %s",
        "SELECT count(*) FROM personal.foreign_document WHERE connection_id = %s",
    ):
        assert [(0,)] == shop.rows(statement, made.prefix)


def test_the_password_of_another_connection_is_refused(shop: Trading, made: Made) -> None:
    other = Made(shop)
    lines = said(shop, checkauth(PATH.format(made.prefix), basic(other.secret)))

    assert ("failure", "Этот пароль — другого подключения: проверьте адрес сайта.") == (lines[0], lines[1])


def test_a_cookie_of_another_connection_is_no_session(shop: Trading, made: Made) -> None:
    other, one = Made(shop), made.one_c()
    one.begin("sale")
    call = Call("GET", PATH.format(other.prefix), query=[("type", "sale"), ("mode", "query")],
                headers={"cookie": one.cookie})  # fmt: skip

    assert "failure" == said(shop, call)[0]


def test_a_session_ends_after_some_hours(shop: Trading, made: Made) -> None:
    one = made.one_c()
    one.begin("sale")
    assert "success" == one.call("sale", "success")[0]
    shop.clock.ahead = timedelta(hours=7)

    assert ["failure", "Сеанс обмена не начат или истёк. Начните обмен заново.", ""] == one.call(
        "sale", "success"
    )


def test_a_forged_cookie_is_no_session(shop: Trading, made: Made) -> None:
    one = made.one_c()
    one.begin("sale")
    one.cookie = one.cookie[:-1] + ("0" if one.cookie[-1] != "0" else "1")

    assert "failure" == one.call("sale", "query")[0]


def test_a_renewed_password_ends_sessions(shop: Trading, made: Made) -> None:
    one = made.one_c()
    one.begin("sale")
    shop.house.connections.renew(made.prefix)
    shop.clock.ahead = timedelta(seconds=5)

    assert "failure" == one.call("sale", "success")[0]


def test_a_sessid_of_another_session_is_refused(made: Made) -> None:
    one = made.one_c()
    one.begin("sale")
    one.sessid = "0" * 32

    assert "Ошибка проверки источника запроса: sessid не от этого сеанса." == one.call("sale", "success")[1]


def test_init_tells_zip_the_limit_and_the_version(shop: Trading, made: Made) -> None:
    one = made.one_c()
    one.begin("catalog")
    assert ("yes", 4 * 2**20) == (one.zip, one.limit)
    lines = one.call("catalog", "init", version="2.10")
    assert [f"sessid={one.sessid}", "version=2.08"] == lines[2:4]
    assert ["zip=yes", "file_limit=4194304", ""] == one.call("catalog", "init")

    closed = Made(shop, zip="no").one_c()
    closed.begin("catalog")
    assert "no" == closed.zip


@pytest.mark.parametrize(
    ("kind", "mode", "more", "message"),
    [
        ("sale", "steal", {}, "Неизвестная команда: steal."),
        ("sale", "", {}, "Неизвестная команда: ."),
        ("crm", "init", {}, "Неизвестный тип обмена: crm."),
        ("catalog", "file", {}, "Не указано или недопустимо имя файла (filename)."),
        (
            "catalog",
            "file",
            {"filename": "../../etc/passwd"},
            "Не указано или недопустимо имя файла (filename).",
        ),
        ("catalog", "file", {"filename": "a!b.xml"}, "Не указано или недопустимо имя файла (filename)."),
        ("catalog", "file", {"filename": "import.xml"}, "Файл пуст: тело запроса не пришло."),
        ("catalog", "import", {"filename": "import.xml"}, "Файл import.xml не загружен в этом сеансе."),
        ("catalog", "import", {"filename": "x.zip"}, "Файл x.zip не загружен в этом сеансе."),
        ("catalog", "import", {}, "Не указано или недопустимо имя файла (filename)."),
    ],
)
def test_what_is_wrong_is_told_in_the_protocols_own_shape(
    made: Made, kind: str, mode: str, more: dict[str, str], message: str
) -> None:
    one = made.one_c()
    one.begin("sale")

    assert ["failure", message, ""] == one.call(kind, mode, **more)


def test_messages_may_be_english_and_utf_8(shop: Trading) -> None:
    one = Made(shop, language="en", encoding="utf-8").one_c()
    one.begin("sale")
    answer = one.raw("sale", "steal")

    assert ("text/plain; charset=utf-8", b"failure\nUnknown command: steal.\n") == (answer.kind, answer.body)


def test_our_own_failures_have_the_protocols_own_shape(shop: Trading) -> None:
    call = Call("GET", "/exchange/1c/x", query=[("mode", "query")])
    away, wrong = COMMERCEML.failed(call, unavailable=True), COMMERCEML.failed(call, unavailable=False)

    assert [(503, "unavailable"), (500, "failed")] == [(each.status, each.outcome) for each in (away, wrong)]
    assert b"failure\n" == away.body[:8] == wrong.body[:8]


def test_a_connection_without_a_shop_says_so(shop: Trading) -> None:
    lost = Made.__new__(Made)
    lost.shop, lost.version, lost._send = shop, "2.08", shop.call
    lost.connection, lost.secret = shop.connect("commerceml", shop="nowhere")
    one = lost.one_c()
    one.begin("sale")

    assert ["failure", "Подключению не указан магазин.", ""] == one.call("sale", "query")


def test_pictures_and_reference_books_are_taken_and_not_kept(shop: Trading, made: Made) -> None:
    one = made.one_c()
    one.begin("catalog")

    assert "success" == one.call("catalog", "file", b"\xff\xd8", filename="import_files/ab/1.jpg")[0]
    assert "success" == one.call("reference", "file", b"<x/>", filename="references.xml")[0]
    assert "success" == one.call("reference", "import", filename="references.xml")[0]
    assert [(0,)] == shop.rows("SELECT count(*) FROM personal.upload WHERE connection_id = %s", made.prefix)


def test_the_end_of_a_catalogue_and_the_list_of_statuses_are_answered(made: Made) -> None:
    one = made.one_c()
    one.begin("catalog")

    assert ["success", ""] == one.call("catalog", "deactivate") == one.call("catalog", "complete")
    assert "<Название>Выполнен</Название>" in one.raw("sale", "info").body.decode("cp1251")


def test_a_client_that_keeps_no_cookie_shows_its_password_each_time(shop: Trading, made: Made) -> None:
    headers = basic(made.secret)

    def call(mode: str, body: bytes = b"", **more: str) -> list[str]:
        rows = [("type", "sale"), ("mode", mode), *more.items()]
        return said(shop, Call("POST", PATH.format(made.prefix), query=rows, headers=headers, body=body))

    assert "zip=yes" == call("init", version="2.08")[0]
    assert "success" == call("file", orders(Doc("5", [line("tea-100", "100")])), filename="o.xml")[0]
    assert "success" == call("import", filename="o.xml")[0]
    assert {"5": ("closed", 10_000, False)} == made.receipts()


def test_the_button_of_the_console_signs_in(shop: Trading, made: Made) -> None:
    call = COMMERCEML.sign(COMMERCEML.probe(made.connection), made.connection, made.secret)

    assert "success" == said(shop, call)[0]


def test_parts_may_come_in_any_size_and_twice(shop: Trading, made: Made) -> None:
    one = made.one_c()
    one.begin("sale")
    content = orders(Doc("8", [line("tea-100", "100", "3")]))
    one.upload("sale", "orders.xml", content, limit=100)
    # A part whose answer was lost is sent again: it is the same part.
    one.call("sale", "file", content[-(len(content) % 100) :], filename="orders.xml")
    one.import_("sale", "orders.xml")

    assert {"8": ("closed", 30_000, False)} == made.receipts()


def test_files_leave_nothing_behind(shop: Trading, made: Made) -> None:
    made.one_c().put("sale", {"a.xml": orders(Doc("1", [line("tea-100", "100")]))})
    made.one_c().put("sale", {"b.zip": zipped({"b.xml": orders(Doc("2", [line("tea-100", "100")]))})})
    abandoned = made.one_c()
    abandoned.begin("sale")
    abandoned.upload("sale", "c.xml", b"half a file")

    left = "SELECT DISTINCT name FROM personal.upload_part WHERE connection_id = %s"
    assert [("c.xml",)] == shop.rows(left, made.prefix)
    shop.clock.ahead = timedelta(hours=25)
    made.one_c().begin("sale")
    assert [(0, 0)] == shop.rows(
        "SELECT (SELECT count(*) FROM personal.upload), (SELECT count(*) FROM personal.upload_part)"
    )


def test_a_file_that_is_too_large_is_refused(
    shop: Trading, made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kopilka.usecases.uploads.SIZE_MAX", 1_000)
    one = made.one_c()
    one.begin("catalog")
    one.upload("catalog", "import.xml", b"x" * 900)

    with pytest.raises(FailureError, match="слишком большой"):
        one.upload("catalog", "import.xml", b"y" * 200)


def test_calls_are_logged_without_names_and_queries(shop: Trading, made: Made) -> None:
    one = OneC(shop.call, made.connection, made.secret)
    one.begin("sale")
    one.call("sale", "steal")
    front = shop.front.dealing
    assert isinstance(front, Front)
    shop.wait(front.flush())

    calls = shop.house.connections.calls(made.prefix)
    assert {"", "unknown_mode"} == {call.outcome for call in calls}
    assert {PATH.format(made.prefix)} == {call.address for call in calls}
