"""Receivers of webhooks on 127.0.0.1: real HTTP servers that keep what came and answer as a test says."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Came:
    """One request as it came."""

    def __init__(self, path: str, headers: Mapping[str, str], body: bytes) -> None:
        self.path = path
        self.headers = {name.lower(): value for name, value in headers.items()}
        self.body = body

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def holder(self) -> str:
        """Whose event it is, in whatever format."""
        data: dict[str, Any] = self.json.get("data", self.json)
        return str(data["holder"])


class Server(ThreadingHTTPServer):
    """Takes many connections at once."""

    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_: object) -> None:
        """A sender that goes away is no error here."""


Reply = int | tuple[int, dict[str, str], str]


class Receiver:
    """A server. `answer` gives the status of every request; what was answered 2xx is also in `got`."""

    def __init__(self) -> None:
        self.answer: Callable[[Came], Reply] = lambda _: 204
        self.came: list[Came] = []
        self.got: list[Came] = []
        self._lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                length = int(self.headers.get("content-length", "0"))
                body = self.rfile.read(length)
                if len(body) < length:  # its sender died on the way
                    self.close_connection = True
                    return
                came = Came(self.path, dict(self.headers.items()), body)
                reply = outer.take(came)
                status, headers, text = reply if isinstance(reply, tuple) else (reply, {}, "")
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(text.encode())))
                self.end_headers()
                with suppress(BrokenPipeError, ConnectionResetError):
                    self.wfile.write(text.encode())

            def log_message(self, *_: object) -> None:
                pass

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/hook"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def take(self, came: Came) -> Reply:
        reply = self.answer(came)
        status = reply[0] if isinstance(reply, tuple) else reply
        with self._lock:
            self.came.append(came)
            if 200 <= status < 300:
                self.got.append(came)
        return reply

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def receiver() -> Iterator[Receiver]:
    """A receiver for the time of a test."""
    made = Receiver()
    try:
        yield made
    finally:
        made.close()
