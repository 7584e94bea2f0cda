"""JWT-14, JWT-15: key sets over real sockets, and every way in which their server fails."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator

import pytest

from cds_service.outside.client import Engine
from cds_service.trust.key_fetching import KeyFetcher, KeyLimits
from cds_service.trust.key_sources import KeysUnavailableError
from tests.functional.trust.key_server import Handler, KeyServer, key_server
from tests.functional.trust.signer import Signer


Fault = Callable[[Handler], None]
KEY_SET = Signer("x").key_set
SECONDS = 0.5


@pytest.fixture
def keys() -> Iterator[KeyServer]:
    """A server of keys."""
    with key_server() as server:
        server.there = {"/jwks": KEY_SET, "/elsewhere": KEY_SET}
        yield server


@pytest.fixture
def engine() -> Iterator[Engine]:
    """Closed at the end."""
    started = Engine()
    yield started
    started.close()


@pytest.fixture
def fetcher(engine: Engine) -> KeyFetcher:
    """With little patience."""
    return KeyFetcher(engine, KeyLimits(seconds=SECONDS))


def refused(fetcher: KeyFetcher, url: str) -> str:
    """Why nothing was fetched."""
    with pytest.raises(KeysUnavailableError) as caught:
        fetcher.fetch(url)
    return str(caught.value)


def drip(handler: Handler) -> None:
    """A byte now and then, so that no single wait is long."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    for _ in range(100):
        handler.wfile.write(b" ")
        time.sleep(0.05)


def endless_headers(handler: Handler) -> None:
    """The same, before the body."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for n in range(100):
        handler.wfile.write(f"X-{n}: 1\r\n".encode())
        time.sleep(0.05)


def hang_up(handler: Handler) -> None:
    """No answer."""
    handler.close_connection = True
    handler.connection.close()


FAULTS: dict[str, tuple[Fault, str]] = {
    "404": (lambda h: h.send(b"{}", 404), "status 404"),
    "500": (lambda h: h.send(json.dumps(KEY_SET).encode(), 500), "status 500"),
    "redirect": (lambda h: h.send(b"", 302, Location="/elsewhere"), "status 302"),
    "large": (lambda h: h.send(b" " * 65_537), "too large"),
    "compressed": (lambda h: h.send(b"\x1f\x8b", Content_Encoding="gzip"), "compressed"),
    "drip": (drip, "TimeoutError"),
    "endless headers": (endless_headers, "TimeoutError"),
    "hang up": (hang_up, "RemoteProtocolError"),
}  # fmt: skip


def test_a_key_set_is_fetched(keys: KeyServer, fetcher: KeyFetcher) -> None:
    """As it is there."""
    assert json.loads(fetcher.fetch(keys.url("/jwks"))) == KEY_SET


def test_sixty_four_kilobytes_are_enough(keys: KeyServer, fetcher: KeyFetcher) -> None:
    """And are taken to the last byte."""
    keys.there["/jwks"] = lambda handler: handler.send(b" " * 65_536)
    assert len(fetcher.fetch(keys.url("/jwks"))) == 65_536


@pytest.mark.parametrize(("fault", "words"), FAULTS.values(), ids=FAULTS)
def test_every_failure_has_a_name(
    keys: KeyServer, fetcher: KeyFetcher, fault: Fault, words: str
) -> None:
    """Within the time, and without going anywhere else."""
    keys.there["/jwks"] = fault
    assert refused(fetcher, keys.url("/jwks")) == words
    assert set(keys.asked) == {"/jwks"}


def test_nobody_there(fetcher: KeyFetcher) -> None:
    """The port is closed, the name does not exist."""
    assert refused(fetcher, "http://127.0.0.1:9/jwks") == "ConnectError"
    assert refused(fetcher, "https://keys.invalid/jwks") in {"gaierror", "TimeoutError"}


@pytest.mark.parametrize(
    ("scheme", "addresses", "allow_private"),
    [
        ("https", ["127.0.0.1"], False),
        ("https", ["10.0.0.1"], False),
        ("https", ["127.0.0.1", "8.8.8.8"], False),
        ("https", ["169.254.169.254"], True),
        ("https", ["::ffff:169.254.169.254"], True),
        ("http", ["8.8.8.8"], True),
        ("http", ["10.0.0.1"], True),
        ("http", ["127.0.0.1", "10.0.0.1"], True),
        ("http", [], True),
    ],
)
def test_names_that_lead_astray(
    keys: KeyServer, engine: Engine, scheme: str, addresses: list[str], allow_private: bool
) -> None:
    """Private addresses only where the site says so, metadata services never, http only to ourselves."""

    async def resolve(host: str, port: int) -> list[str]:
        return addresses

    limits = KeyLimits(seconds=SECONDS, allow_private=allow_private)
    fetcher = KeyFetcher(engine, limits, resolve)
    url = f"{scheme}://keys.example.org:{keys.server_port}/jwks"
    assert refused(fetcher, url) == "address is not allowed"
    assert not keys.asked


def test_the_address_is_the_one_that_was_judged(keys: KeyServer, engine: Engine) -> None:
    """The name is resolved once; an answer that changes afterwards changes nothing."""
    answers = [["127.0.0.1"], ["8.8.8.8"]]

    async def resolve(host: str, port: int) -> list[str]:
        return answers.pop(0)

    fetcher = KeyFetcher(engine, KeyLimits(seconds=SECONDS), resolve)
    assert fetcher.fetch(f"http://keys.example.org:{keys.server_port}/jwks")
    assert len(answers) == 1
