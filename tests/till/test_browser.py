"""One story in a real browser: keys only, the quote as it changes, a reply lost on the way. Skipped without Chromium."""

import shutil
import socket
import threading
from collections.abc import Iterator

import pytest
import uvicorn
from shopfront import PASSWORD, Shopfront, card

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
pytestmark = pytest.mark.skipif(
    not CHROMIUM, reason="no Chromium on this machine: the story in a browser is not told"
)


@pytest.fixture
def address(front: Shopfront) -> Iterator[str]:
    """The screens on a port of their own."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(front.app(), log_level="error", lifespan="off", ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()


def test_a_sale_by_keys_alone_survives_a_lost_reply(address: str, front: Shopfront) -> None:
    before = len(front.house.views.receipts(limit=200))
    with (
        playwright.sync_playwright() as started,
        started.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS) as browser,
    ):
        page = browser.new_context(locale="ru-RU").new_page()
        page.goto(f"{address}/sign-in")
        page.fill("#field-login", "cashier")
        page.fill("#field-password", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_selector("#find:focus")
        page.keyboard.type(card(3))
        page.keyboard.press("Enter")
        page.wait_for_selector("#goods:focus")
        page.keyboard.type("2*500")
        page.keyboard.press("Enter")
        page.wait_for_selector(".till-lines li")
        page.keyboard.press("F4")
        page.wait_for_selector(".slip-sums .points")
        lose_one_reply(page)
        page.keyboard.press("F9")
        page.wait_for_selector("#next:focus", timeout=15_000)

        assert "Чек закрыт" in page.inner_text(".till-main")
    assert before + 1 == len(front.house.views.receipts(limit=200))


def lose_one_reply(page: "playwright.Page") -> None:
    """The next request reaches the house, but its answer never comes back."""
    lost: list[str] = []

    def pass_on(route: "playwright.Route") -> None:
        if lost or route.request.method != "POST":
            route.continue_()
            return
        lost.append(route.request.url)
        route.fetch()
        route.abort()

    page.route("**/till", pass_on)
