"""A server of key sets on 127.0.0.1 that counts who asks, and misbehaves as it is told."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server: KeyServer

    def do_GET(self) -> None:
        """Count, then what is there."""
        self.server.asked[self.path] += 1
        found = self.server.there.get(self.path)
        if callable(found):
            found(self)
        elif found is None:
            self.send(b"{}", 404)
        else:
            self.send(json.dumps(found).encode())

    def send(self, body: bytes, status: int = 200, **headers: str) -> None:
        """``body`` as it is."""
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Silence."""


class KeyServer(ThreadingHTTPServer):
    """Key sets (or misbehaviour) by path."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.there: dict[str, Any | Callable[[Handler], None]] = {}
        self.asked: Counter[str] = Counter()

    def url(self, path: str) -> str:
        """The address of ``path`` here."""
        return f"http://127.0.0.1:{self.server_port}{path}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever hangs up is no error here."""


@contextmanager
def key_server() -> Iterator[KeyServer]:
    """Serving until the end."""
    with KeyServer() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
