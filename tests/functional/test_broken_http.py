"""What is no HTTP: refused by the server before the application, without repeating what was sent."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.functional.server import Server, gunicorn


MARK = b"zqx"
SERVICE = b"/cds-services/leg-pain-patient-view"
HOST = b"Host: localhost\r\n"
KIND = b"Content-Type: application/json\r\n"
POST = b"POST " + SERVICE + b" HTTP/1.1\r\n" + HOST + KIND


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """One for all tests here; what it printed is looked through at the end."""
    with gunicorn(CDS_LOG_LEVEL="DEBUG", CDS_WORKERS="1") as started:
        yield started
        printed = started.stopped()
        assert MARK.decode() not in printed
        assert all(json.loads(line) for line in printed.splitlines()), "every line is JSON"


def answers_to(server: Server, sent: bytes) -> list[tuple[int, bytes]]:
    """Every answer on one connection, until the server closes it or falls silent."""
    with closing(socket.create_connection(("127.0.0.1", server.port), timeout=20)) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        received = b""
        while part := connection.recv(65_536):
            received += part
    found = []
    for answer in received.split(b"HTTP/1.1 ")[1:]:
        head, _, body = answer.partition(b"\r\n\r\n")
        found.append((int(head[:3]), body))
    return found


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"zqx\r\n\r\n", 400),
        (b"GET /zqx HTTP/zqx\r\n" + HOST + b"\r\n", 400),
        (b"zqx! / HTTP/1.1\r\n" + HOST + b"\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + HOST + b"Authorization Bearer zqx\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + HOST + b"zqx\x00: 1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + HOST + b"X: 1\r\n zqx\r\n\r\n", 400),
        (b"GET /?" + b"zqx" * 2_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414),
        (b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"zqx" * 6_000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\n" + HOST + b"X: zqx\r\n" * 120 + b"\r\n", 431),
        (POST + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nzqx", 400),
        (POST + b"Content-Length: zqx\r\n\r\nzqx", 400),
        (POST + b"Content-Length: -1\r\n\r\nzqx", 400),
        (POST + b"Transfer-Encoding: zqx\r\n\r\nzqx", 400),
        (POST + b"Expect: zqx\r\nContent-Length: 3\r\n\r\nzqx", 417),
    ],
)
def test_refused_without_repeating_it(server: Server, sent: bytes, status: int) -> None:
    """An OperationOutcome, and the connection is closed."""
    ((code, body),) = answers_to(server, sent)
    assert code == status
    assert json.loads(body)["resourceType"] == "OperationOutcome"
    assert MARK not in body
    assert "no usable request" in server.printed()


@pytest.mark.parametrize(
    "sent",
    [
        # A body that two readers would end at different places, with a second request in it.
        POST
        + b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /zqx HTTP/1.1\r\n\r\n",
        POST
        + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\nGET /zqx HTTP/1.1\r\n\r\n",
        POST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\nGET /zqx HTTP/1.1\r\n\r\n",
        POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\nGET /zqx HTTP/1.1\r\n\r\n",
    ],
)
def test_no_request_is_smuggled(server: Server, sent: bytes) -> None:
    """One refusal, and nothing after it."""
    ((code, _),) = answers_to(server, sent)
    assert code == 400


@pytest.mark.parametrize(
    "body",
    [
        b"Transfer-Encoding: chunked\r\n\r\nzqx\r\n{}\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n5\r\n{}zqx",
        b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}zqx\r\n0\r\n\r\n",
        b"Content-Length: 100\r\n\r\n{zqx",
    ],
)
def test_a_body_that_breaks_off_is_400(server: Server, body: bytes) -> None:
    """The client's mistake, not ours; the server goes on."""
    answers = answers_to(server, POST + body)
    assert [code for code, _ in answers] in ([400], [])
    assert server.call("GET", "/health/live").status == 200


@pytest.mark.parametrize(("length", "status"), [(5_000_000, 400), (5_000_001, 413)])
def test_chunks_are_counted(server: Server, length: int, status: int) -> None:
    """The limit of a body holds without a length, too; blanks are no JSON."""
    parts = [b" " * size for size in (1_000_000,) * 4 + (length - 4_000_000,)]
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)
    sent = POST + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n"
    ((code, _),) = answers_to(server, sent)
    assert code == status


@pytest.mark.parametrize("header", [b"SCRIPT_NAME: /zqx", b"Script-Name: /zqx", b"Path-Info: /zqx"])
def test_no_header_moves_the_address(server: Server, header: bytes) -> None:
    """Also from this machine, which gunicorn trusts by default."""
    answers = answers_to(server, b"GET /health/live HTTP/1.1\r\n" + HOST + header + b"\r\n\r\n")
    assert answers[0][0] in {200, 400}
    forwarded = b"X-Forwarded-Proto: https\r\nX-Forwarded-Protocol: http\r\nX-Forwarded-Ssl: on\r\n"
    both = answers_to(server, b"GET /health/live HTTP/1.1\r\n" + HOST + forwarded + b"\r\n")
    assert both[0][0] == 200
