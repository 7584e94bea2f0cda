"""FHIR-14, REQ-07, Done-when 4: `fhirServer` may point anywhere; we go nowhere but to the listed servers.

Every test counts the connections that arrive at a real socket: zero.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from pydantic import ValidationError

from cds_service.admission import open_agreement
from cds_service.gather.fetching.errands import Call
from cds_service.gather.fetching.fetch import Fetcher, Limits
from cds_service.gather.fetching.servers import Servers
from cds_service.gather.prefetch import KeyData, KeyState
from cds_service.gather.services import ServiceDefinition
from cds_service.settings import Settings
from cds_service.wire.strict_json import read_json
from tests.contract.advisor import FixedAdvisor
from tests.contract.requests import PATIENT_ID, SERVICE
from tests.functional.fetching.conftest import authorization, pvf
from tests.functional.fetching.fhir_server import FhirServer, Handler


class Trap:
    """A socket that counts who comes."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.visitors = 0
        threading.Thread(target=self._count, daemon=True).start()

    def _count(self) -> None:
        while True:
            try:
                visitor, _ = self._socket.accept()
            except OSError:
                return
            self.visitors += 1
            visitor.close()

    def close(self) -> None:
        """No more visitors."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


@pytest.fixture
def trap() -> Iterator[Trap]:
    """Open for one test."""
    opened = Trap()
    yield opened
    opened.close()


# What a caller may send; {port} is where the trap listens, {listed} the listed server.
HOSTILE = [
    "https://169.254.169.254/",
    "http://169.254.169.254/latest/meta-data",
    "https://[fd00:ec2::254]/",
    "https://metadata.google.internal/",
    "https://localhost:{port}/r4",
    "http://localhost:{port}/r4",
    "http://LOCALHOST:{port}/r4",
    "http://localhost.:{port}/r4",
    "http://127.0.0.1:{port}/r4",
    "http://127.1:{port}/r4",
    "http://127.0.0.2:{port}/r4",
    "http://0.0.0.0:{port}/r4",
    "http://0:{port}/r4",
    "http://2130706433:{port}/r4",
    "http://0x7f000001:{port}/r4",
    "http://0x7f.0.0.1:{port}/r4",
    "http://0177.0.0.1:{port}/r4",
    "http://017700000001:{port}/r4",
    "http://[::1]:{port}/r4",
    "http://[::]:{port}/r4",
    "http://[::ffff:127.0.0.1]:{port}/r4",
    "http://[::ffff:7f00:1]:{port}/r4",
    "http://[::127.0.0.1]:{port}/r4",
    "http://[64:ff9b::7f00:1]:{port}/r4",
    "http://[2002:7f00:1::]:{port}/r4",
    "http://[fe80::1%25lo]:{port}/r4",
    "http://①②⑦.⓪.⓪.①:{port}/r4",
    "http://127。0。0。1:{port}/r4",
    "{listed}@127.0.0.1:{port}/r4",
    "http://user:password@127.0.0.1:{port}/r4",
    "http://127.0.0.1:{port}#@{listed}",
    "http://127.0.0.1:{port}?@{listed}",
    "http://127.0.0.1:{port}\\@{listed}",
    "http://127.0.0.1:{port}/{listed}",
    "{listed}\r\nHost: 127.0.0.1:{port}",
    "{listed}/../admin",
    "{listed}/%2e%2e/admin",
    "{listed}?x=",
    "{listed}#",
    "{listed}x",
    " {listed}",
    "\t{listed}",
    "ftp://127.0.0.1:{port}/r4",
    "file:///etc/passwd",
    "gopher://127.0.0.1:{port}/_x",
    "//127.0.0.1:{port}/r4",
    "127.0.0.1:{port}/r4",
    "http://127.0.0.1:99999/r4",
    "http://[/r4",
    "http://",
    "",
    None,
    7,
    ["{listed}"],
    {"url": "{listed}"},
    "x" * 100_000,
]


@pytest.mark.parametrize("sent", HOSTILE, ids=lambda sent: repr(sent)[:40])
def test_fhir_14_servers_that_are_not_listed(
    client: FlaskClient, server: FhirServer, trap: Trap, sent: Any
) -> None:
    """Nobody is visited, not even the listed server; 412."""
    name = sent
    if isinstance(sent, str):
        name = sent.replace("{port}", str(trap.port)).replace("{listed}", server.base)
    assert client.post(SERVICE, json=pvf(server, fhirServer=name)).status_code == 412
    assert trap.visitors == 0
    assert server.connections == 0


@pytest.mark.parametrize("written", ["{base}/", "HTTP://127.0.0.1:{port}/r4"])
def test_a_listed_server_written_in_another_way(
    client: FlaskClient, server: FhirServer, written: str
) -> None:
    """A slash at the end, capitals in the scheme."""
    name = written.replace("{base}", server.base).replace("{port}", str(server.server_port))
    assert client.post(SERVICE, json=pvf(server, fhirServer=name)).status_code == 200


def test_without_a_list_nothing_is_fetched(
    build: Callable[..., FlaskClient], server: FhirServer
) -> None:
    """The default: no server, no fetcher."""
    assert open_agreement(Settings(), FixedAdvisor()).fetcher is None
    assert build(fhir_servers="").post(SERVICE, json=pvf(server)).status_code == 412
    assert server.connections == 0


def test_a_listed_private_server_needs_the_setting(
    build: Callable[..., FlaskClient], server: FhirServer
) -> None:
    """The list alone is not enough for 127.0.0.1."""
    client = build(fhir_allow_private=False)
    assert client.post(SERVICE, json=pvf(server)).status_code == 412
    assert server.connections == 0


@pytest.mark.parametrize(
    "url",
    [
        "http://fhir.example.org/r4",
        "fhir.example.org/r4",
        "https://user@fhir.example.org/r4",
        "https://fhir.example.org/r4?x=1",
        "https://2130706433/r4",
        "https://127.1/r4",
    ],
)
def test_odd_entries_stop_the_start(url: str) -> None:
    """Instead of never matching."""
    with pytest.raises((ValueError, ValidationError)):
        open_agreement(Settings(fhir_servers=url), FixedAdvisor())


class Names:
    """A resolver whose answers the test decides, one after the other; the last one stays."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def __call__(self, host: str, port: int) -> list[str]:
        """What the name stands for this time."""
        self.asked += 1
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def fetched(
    service: ServiceDefinition, base: str, names: Names, *, allow_private: bool = False
) -> KeyState:
    """State of the patient after fetching from ``base``."""
    servers = Servers.build([base], allow_http=True, allow_private=allow_private)
    fetcher = Fetcher(servers, Limits(seconds=1), lambda body: read_json(body, 50), names)
    call = Call(
        server=base,
        authorization=authorization(),
        patient_id=PATIENT_ID,
        encounter_id="",
        prefetch={},
    )
    missing = KeyData(KeyState.MISSING)
    return fetcher.complete(service, call, {"patient": missing}).get("patient", missing).state


PRIVATE = [
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",  # noqa: S104
    "10.0.0.1",
    "172.16.0.1",
    "192.168.0.1",
    "100.64.0.1",
    "169.254.169.254",
    "192.0.0.1",
    "198.18.0.1",
    "203.0.113.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::127.0.0.1",
    "64:ff9b::10.0.0.1",
    "2002:a00:1::",
    "2001:db8::1",
    "fe80::1",
    "fc00::1",
    "fd00:ec2::254",
    "fec0::1",
    "ff02::1",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_a_listed_name_that_resolves_to_a_private_address(
    service: ServiceDefinition, trap: Trap, address: str
) -> None:
    """Nobody is visited, with http or https."""
    for scheme in ("http", "https"):
        base = f"{scheme}://fhir.example.org:{trap.port}/r4"
        assert fetched(service, base, Names([address])) is KeyState.ERROR
        assert fetched(service, base, Names(["93.184.216.34", address])) is KeyState.ERROR
    assert trap.visitors == 0


@pytest.mark.parametrize(
    "address",
    ["169.254.169.254", "fe80::1", "0.0.0.0", "::", "224.0.0.1", "::ffff:169.254.169.254"],  # noqa: S104
)
def test_some_addresses_are_never_allowed(
    service: ServiceDefinition, trap: Trap, address: str
) -> None:
    """Not even where private ones are: no FHIR server lives there."""
    base = f"http://fhir.example.org:{trap.port}/r4"
    assert fetched(service, base, Names([address]), allow_private=True) is KeyState.ERROR
    assert trap.visitors == 0


def test_plain_http_never_goes_to_a_public_address(service: ServiceDefinition) -> None:
    """Its token could be read on the way."""
    names = Names(["93.184.216.34"])
    base = "http://fhir.example.org/r4"
    assert fetched(service, base, names, allow_private=True) is KeyState.ERROR


def test_a_name_is_resolved_once(service: ServiceDefinition, server: FhirServer) -> None:
    """Its second answer (rebinding) is never asked for; Host stays the name."""
    server.answers[f"Patient/{PATIENT_ID}"] = {"resourceType": "Patient", "id": PATIENT_ID}
    names = Names(["127.0.0.1"], ["169.254.169.254"])
    base = f"http://fhir.example.org:{server.server_port}/r4"
    assert fetched(service, base, names, allow_private=True) is KeyState.SUPPLIED
    assert names.asked == 1
    assert server.asked[0].headers["host"] == f"fhir.example.org:{server.server_port}"


def test_an_address_out_of_reach_gives_way_to_the_next(
    service: ServiceDefinition, server: FhirServer
) -> None:
    """A name may stand for several; the retry takes the second."""
    server.answers[f"Patient/{PATIENT_ID}"] = {"resourceType": "Patient", "id": PATIENT_ID}
    names = Names(["127.0.0.9", "127.0.0.1"])
    base = f"http://fhir.example.org:{server.server_port}/r4"
    assert fetched(service, base, names, allow_private=True) is KeyState.SUPPLIED


def test_a_name_that_does_not_resolve(service: ServiceDefinition) -> None:
    """Or not in time."""

    class Nobody(Names):
        async def __call__(self, host: str, port: int) -> list[str]:
            raise socket.gaierror

    class Never(Names):
        async def __call__(self, host: str, port: int) -> list[str]:
            await asyncio.sleep(60)
            return []

    for names in (Nobody([]), Never([]), Names([])):
        assert fetched(service, "https://fhir.example.org/r4", names) is KeyState.ERROR


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(
    client: FlaskClient, server: FhirServer, trap: Trap, status: int
) -> None:
    """Neither elsewhere nor on the same server."""
    places = iter([f"http://127.0.0.1:{trap.port}/r4", "https://169.254.169.254/", "/r4/other"] * 9)

    def redirect(handler: Handler) -> None:
        handler.send(b"", status, headers={"Location": next(places)})

    server.faults[""] = redirect
    assert client.post(SERVICE, json=pvf(server)).status_code == 412
    assert trap.visitors == 0
    assert "other" not in server.queries


def test_proxies_of_the_environment_are_not_used(
    client: FlaskClient, server: FhirServer, trap: Trap, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They would see the token, and could be set from outside."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{trap.port}")
    assert client.post(SERVICE, json=pvf(server)).status_code == 200
    assert trap.visitors == 0
