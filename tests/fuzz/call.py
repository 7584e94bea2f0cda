"""One request as it goes over the wire; kept in a file when something is wrong with its answer."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from time import perf_counter
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.fuzz.measure import LONGEST_SECONDS


JSON = (("Content-Type", "application/json"),)


class Call(NamedTuple):
    """A request; ``target`` is path and query as they are sent, text in Latin-1 throughout."""

    method: str
    target: str
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = JSON

    def wire(self) -> bytes:
        """As HTTP/1.1, for a socket; the connection closes after it."""
        sent = {name.lower() for name, _ in self.headers}
        lines = [f"{self.method} {self.target} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        lines += [] if "host" in sent else ["Host: localhost"]
        lines += [] if "content-length" in sent else [f"Content-Length: {len(self.body)}"]
        return "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1") + self.body

    def to(self, client: FlaskClient) -> TestResponse:
        """Through WSGI, past everything that a test client would put right."""
        path, _, query = self.target.partition("?")
        raw = {
            "PATH_INFO": unquote_to_bytes(path.encode("latin-1")).decode("latin-1"),
            "QUERY_STRING": query,
        }
        for name, value in self.headers:
            key = name.upper().replace("-", "_")
            raw[key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"] = value
        return client.open("/", method=self.method, data=self.body, environ_overrides=raw)


def post(url: str, body: bytes) -> Call:
    """JSON, as a client would send it."""
    return Call("POST", url, body)


@contextmanager
def kept_if_wrong(call: Call, what: str) -> Iterator[None]:
    """Whatever fails in here names the file with the request; too long a time is a failure as well."""
    began = perf_counter()
    try:
        yield
        assert perf_counter() - began < LONGEST_SECONDS, "the answer took too long"
    except BaseException as problem:
        folder = Path(tempfile.gettempdir()) / "cds-fuzz"
        folder.mkdir(exist_ok=True)
        file = folder / f"{sha256(call.wire()).hexdigest()[:16]}.http"
        file.write_bytes(call.wire())
        problem.add_note(f"{what}\nThe request is kept in {file}")
        raise


def answered(client: FlaskClient, call: Call, what: str) -> TestResponse:
    """The answer, which is no 5xx, came in time, and has passed the validators of the suite."""
    with kept_if_wrong(call, what):
        answer = call.to(client)
        assert answer.status_code < 500, answer.status
    return answer
