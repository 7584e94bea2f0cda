"""A real server on a free port of 127.0.0.1, started and stopped by the tests."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from cds_service.settings import gunicorn_configuration
from tests.contract.openapi import contract_problems
from tests.contract.response_validator import problems_of


ROOT = Path(__file__).parents[2]


class Answer(NamedTuple):
    """Status, headers (names in lower case) and body."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The decoded body."""
        return json.loads(self.body)


class Server(NamedTuple):
    """A running server; what it prints goes to a file, because a pipe that nobody reads would stop it."""

    port: int
    process: subprocess.Popen[bytes]
    output: Path

    def call(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """One request on its own connection; the answer has passed the validator."""
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        sent = {"Content-Type": "application/json"} | dict(headers or {})
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)) as connection:
            connection.request(method, path, data, sent)
            reply = connection.getresponse()
            names = {k.lower(): v for k, v in reply.getheaders()}
            answer = Answer(reply.status, names, reply.read())
        if method in {"GET", "POST"}:
            kind = answer.headers.get("content-type", "")
            told = (path.partition("?")[0], answer.status, kind, answer.body)
            problems = problems_of(*told) + contract_problems(method, *told)
            assert not problems, problems
        return answer

    def printed(self) -> str:
        """Everything that it has printed until now."""
        return self.output.read_text(encoding="utf-8")

    def stopped(self) -> str:
        """Everything that it has printed, when it has stopped."""
        self.process.terminate()
        self.process.wait(timeout=30)
        return self.printed()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(command: list[str], port: int, **settings: str) -> Iterator[Server]:
    """``command`` until it is ready, stopped at the end."""
    environment = os.environ | {"CDS_PORT": str(port), "PYTHONUNBUFFERED": "1"} | settings
    with tempfile.NamedTemporaryFile(prefix="cds-server-") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
        server = Server(port, process, Path(output.name))
        try:
            _wait(server)
            yield server
        finally:
            server.stopped()


@contextmanager
def gunicorn(**settings: str) -> Iterator[Server]:
    """The server as it is deployed."""
    command = [sys.executable, "-m", "gunicorn", "-c", str(gunicorn_configuration())]
    with running(command, free_port(), **settings) as server:
        yield server


def _wait(server: Server) -> None:
    for _ in range(300):
        if server.process.poll() is not None:
            raise AssertionError(server.printed())
        try:
            if server.call("GET", "/health/ready").status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server did not become ready")
