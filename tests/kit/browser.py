"""A visitor of the screens: keeps cookies, carries the form's token, reads pages as text."""

import asyncio
import html
import re
from collections.abc import Mapping, Sequence

import httpx
from litestar import Litestar
from shopfront import PASSWORD

Form = Mapping[str, str | Sequence[str]]


class Visitor:
    """One browser. Redirects are not followed: where a deed leads is a fact to test."""

    def __init__(self, app: Litestar, language: str = "ru") -> None:
        transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
        self._client = httpx.AsyncClient(
            transport=transport, base_url="http://shop", cookies={"kopilka_lang": language}
        )
        self._loop = asyncio.new_event_loop()
        self.page: httpx.Response = httpx.Response(200)

    def get(self, path: str) -> httpx.Response:
        self.page = self._loop.run_until_complete(self._client.get(path))
        return self.page

    def post(self, path: str, form: Form, *, csrf: str | None = None) -> httpx.Response:
        token = self.csrf() if csrf is None else csrf
        sent = {"_csrf": token, **form}
        self.page = self._loop.run_until_complete(self._client.post(path, data=sent))
        return self.page

    def sign_in(self, login: str, password: str = PASSWORD) -> httpx.Response:
        self.get("/sign-in")
        answer = self.post("/sign-in", {"login": login, "password": password})
        if answer.status_code == 303:
            self.get(answer.headers["location"])
        return answer

    def csrf(self) -> str:
        return self.hidden("_csrf")

    def hidden(self, name: str) -> str:
        """The value of a hidden field of the page in hand."""
        found = re.search(rf'name="{name}" value="([^"]*)"', self.page.text)
        assert found, f"no field {name}"
        return html.unescape(found[1])

    def text(self) -> str:
        """The page as a reader sees it, spaces made plain."""
        bare = re.sub(r"<(script|style|template).*?</\1>|<[^>]+>", " ", self.page.text, flags=re.DOTALL)
        return " ".join(html.unescape(bare).replace("\u00a0", " ").split())

    def close(self) -> None:
        self._loop.run_until_complete(self._client.aclose())
        self._loop.close()
