"""Where nothing is sent: addresses inside, names that lead inside, redirects that would."""

import asyncio
import socket
import threading

import pytest
from receivers import Receiver
from telling import Telling

from kopilka.connectors.events.formats import Letter
from kopilka.connectors.events.sender import Answered, Post
from kopilka.usecases.outcomes import Refused
from kopilka.usecases.subscriptions import Allowed, SubscriptionWish, bad_address

LETTER = Letter({"content-type": "application/json"}, b"{}")


def posted(address: str, *places: str, allowed: Allowed | None = None) -> Answered:
    """Post to an address whose name leads to the places given."""

    async def lead(_: str, __: int) -> list[str]:
        return list(places)

    async def post() -> Answered:
        made = Post(allowed or Allowed(http=True), lead)
        try:
            return await made.send(address, LETTER)
        finally:
            await made.close()

    return asyncio.run(post())


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.8.9.1", "localhost", "sub.localhost", "printer.local", "db.internal", "intranet", "10.1.2.3",
        "172.16.0.9", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255",  # noqa: S104
        "[::1]", "[::]", "[fe80::1]", "[fd00::1]", "[ff02::1]", "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]",
        "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost.",
    ],
)  # fmt: skip
def test_an_address_inside_is_refused(host: str) -> None:
    refused = bad_address(f"https://{host}/hook", Allowed())

    assert refused is not None
    assert refused.code == "address_private"
    assert posted(f"https://{host}/hook").trouble in {"address_private", "name_unknown"}


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("http://example.com/hook", "address_not_https"),
        ("ftp://example.com/", "bad_address"),
        ("https://", "bad_address"),
        ("https://user:word@example.com/", "bad_address"),
        ("https://example.com/#here", "bad_address"),
        ("https://example.com:0/", "bad_address"),
        ("https://example.com:99999/", "bad_address"),
        ("https://exa mple.com/", "bad_address"),
        ("https://пример.рф/", "bad_address"),
        ("https://example.com\\@127.0.0.1/", "bad_address"),
        ("https://[::1/", "bad_address"),
        ("javascript:alert(1)", "bad_address"),
        ("https://example.com/" + "x" * 2000, "bad_address"),
        ("", "bad_address"),
    ],
)
def test_what_is_no_public_address_is_refused(address: str, code: str) -> None:
    refused = bad_address(address, Allowed())

    assert refused is not None
    assert refused.code == code


def test_public_addresses_are_taken() -> None:
    for address in ("https://example.com/a?b=c", "https://8.8.8.8/", "https://[2606:4700::1111]:8443/x"):
        assert bad_address(address, Allowed()) is None
    assert bad_address("http://127.0.0.1:1/", Allowed(http=True, private=True)) is None


@pytest.mark.parametrize(
    "places", [["10.0.0.7"], ["169.254.169.254"], ["::1"], ["8.8.8.8", "127.0.0.1"], ["fd12::1"]]
)
def test_a_name_that_leads_inside_gets_nothing(places: list[str]) -> None:
    assert "address_private" == posted("http://looks-fine.example/hook", *places).trouble


def test_a_name_that_leads_nowhere_is_told() -> None:
    assert "name_unknown" == posted("http://looks-fine.example/hook").trouble


def test_the_connection_goes_to_the_address_that_was_checked(site: Receiver) -> None:
    """Were the name asked again, it would be unknown: nobody has a name under `.invalid`."""
    answered = posted(
        f"http://shop.invalid:{site.port}/hook", "127.0.0.1", allowed=Allowed(http=True, private=True)
    )

    assert 204 == answered.status
    assert f"shop.invalid:{site.port}" == site.came[0].headers["host"]


@pytest.mark.usefixtures("inside")
def test_a_redirect_is_not_followed(house: Telling, site: Receiver) -> None:
    made, _ = house.subscribe(site.url)
    site.answer = lambda _: (307, {"location": f"http://127.0.0.1:{site.port}/elsewhere"}, "")
    house.member("1")
    house.tell()

    assert ["/hook"] == [came.path for came in site.came]
    assert ("waiting", 307) == (house.log(made)[0].state, house.log(made)[0].status)


def test_what_is_inside_is_refused_when_made_and_again_when_sent(
    house: Telling, site: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = house.house.subscriptions.create(SubscriptionWish(site.url))
    assert isinstance(refused, Refused)
    monkeypatch.setenv("KOPILKA_WEBHOOKS_PRIVATE", "1")
    made, _ = house.subscribe(site.url)
    monkeypatch.setenv("KOPILKA_WEBHOOKS_PRIVATE", "0")
    house.member("1")
    house.tell()

    assert "address_not_https" == refused.code
    assert [] == site.came
    assert "address_not_https" == house.log(made)[0].note


def test_a_receiver_that_never_ends_its_answer_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kopilka.connectors.events.sender.TIMEOUT_SECONDS", 0.3)

    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            taken, _ = server.accept()
            with taken:
                taken.recv(4096)
                taken.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n")
                while taken.recv(4096):
                    pass

        thread = threading.Thread(target=drip)
        thread.start()
        address = f"http://127.0.0.1:{server.getsockname()[1]}/"
        answered = posted(address, allowed=Allowed(http=True, private=True))
        thread.join()

    assert "timeout" == answered.trouble


def test_a_large_answer_is_read_in_part(site: Receiver) -> None:
    site.answer = lambda _: (500, {}, "x" * 1_000_000)

    answered = posted(site.url, allowed=Allowed(http=True, private=True))

    assert (500, 4096) == (answered.status, len(answered.text))
