"""Clients that open a connection and fall silent take the service from nobody."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from cds_service.settings import gunicorn_configuration
from tests.functional.server import Server, free_port, running


THREADS = 4
POST = b"POST /cds-services/leg-pain-patient-view HTTP/1.1\r\nHost: localhost\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """As it is deployed, with one worker that is soon tired of waiting."""
    configuration = tmp_path_factory.mktemp("slow") / "gunicorn.conf.py"
    shipped = gunicorn_configuration()
    configuration.write_text(
        f"exec(compile({shipped.read_text(encoding='utf-8')!r}, {str(shipped)!r}, 'exec'))\n"
        "worker_class.patience = 2.0\n",
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "gunicorn", "-c", str(configuration)]
    settings = {"CDS_WORKERS": "1", "CDS_THREADS": str(THREADS), "CDS_DATABASE_URL": "off"}
    with running(command, free_port(), **settings) as started:
        yield started
        assert '"level":"error"' not in started.stopped()


@contextmanager
def silent_after(server: Server, sent: bytes, clients: int) -> Iterator[None]:
    """Clients that send this much, and stay."""
    with ExitStack() as stack:
        for _ in range(clients):
            address = ("127.0.0.1", server.port)
            connection = stack.enter_context(socket.create_connection(address, timeout=20))
            connection.sendall(sent)
        yield


@pytest.mark.parametrize(
    ("sent", "clients"),
    [
        # gunicorn waits five seconds for each: longer than we do for them all.
        (b"", 5 * THREADS),
        (POST + b"Content-Type: appli", THREADS + 1),
        (POST + b"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{", THREADS + 1),
    ],
    ids=["nothing", "half a head", "half a body"],
)
def test_others_are_served(server: Server, sent: bytes, clients: int) -> None:
    """Without the connections being closed by those who opened them."""
    with silent_after(server, sent, clients):
        assert server.call("GET", "/health/live").status == 200
    assert not sent or "it kept a thread for too long" in server.printed()


def test_a_slow_request_in_time_is_answered(server: Server) -> None:
    """What comes piece by piece is one request all the same."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        for piece in (b"GET /health/live", b" HTTP/1.1\r\nHost: local", b"host\r\n\r\n"):
            connection.sendall(piece)
        assert connection.recv(100).startswith(b"HTTP/1.1 200")
