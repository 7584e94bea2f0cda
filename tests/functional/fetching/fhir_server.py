"""A FHIR server of our own on 127.0.0.1 that answers our templates, and misbehaves as it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import unquote

from tests.contract.requests import PREFETCH


Json = dict[str, Any]
PATH = "/r4"


class Asked(NamedTuple):
    """One request that arrived."""

    method: str
    query: str
    headers: dict[str, str]


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: FhirServer

    def do_GET(self) -> None:
        """Note the request, misbehave or answer."""
        query = unquote(self.path.removeprefix(f"{PATH}/"))
        names = {name.lower(): value for name, value in self.headers.items()}
        self.server.asked.append(Asked(self.command, query, names))
        fault = self.server.fault_of(query)
        if fault is not None:
            fault(self)
        else:
            self.answer()

    do_POST = do_HEAD = do_PUT = do_GET  # noqa: N815

    def answer(self) -> None:
        """As without any fault."""
        query = unquote(self.path.removeprefix(f"{PATH}/"))
        if query in self.server.answers:
            self.send_json(self.server.answers[query])
        else:
            self.send_json({"resourceType": "OperationOutcome"}, 404)

    def send_json(self, value: Any, status: int = 200) -> None:
        """``value`` as FHIR."""
        self.send(json.dumps(value).encode(), status)

    def send(
        self,
        body: bytes,
        status: int = 200,
        kind: str = "application/fhir+json",
        headers: Mapping[str, str] = {},
    ) -> None:
        """``body`` as it is."""
        self.send_response(status)
        for name, value in (
            {"Content-Type": kind, "Content-Length": str(len(body))} | {**headers}
        ).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Silence."""


Fault = Callable[[Handler], None]


class FhirServer(ThreadingHTTPServer):
    """Answers by query; ``faults`` (by the start of the query) come first."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: Json = {}
        self.faults: dict[str, Fault] = {}
        self.asked: list[Asked] = []
        self.connections = 0

    @property
    def base(self) -> str:
        """The base URL."""
        return f"http://127.0.0.1:{self.server_port}{PATH}"

    @property
    def queries(self) -> list[str]:
        """What was asked, in any order."""
        return sorted(asked.query for asked in self.asked)

    def fault_of(self, query: str) -> Fault | None:
        """The misbehaviour that is due."""
        return next((f for start, f in self.faults.items() if query.startswith(start)), None)

    def get_request(self) -> Any:
        """Count connections, whatever comes over them."""
        self.connections += 1
        return super().get_request()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no error here."""


@contextmanager
def fhir_server(templates: Mapping[str, str], patient_id: str) -> Iterator[FhirServer]:
    """A server that holds what PV has in prefetch."""
    with FhirServer() as server:
        server.answers = {
            template.replace("{{context.patientId}}", patient_id): PREFETCH[key]
            for key, template in templates.items()
        }
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
