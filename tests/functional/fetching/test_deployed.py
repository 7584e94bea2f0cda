"""Fetching as it is deployed: workers forked from a master that has loaded everything; TLS by name."""

from __future__ import annotations

import asyncio
import os
import shutil
import ssl
import subprocess
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from cds_service.outside.client import ADDRESS, new_client
from tests.contract.requests import PREFETCH, SERVICE, pv
from tests.functional.fetching.conftest import TOKEN, pvf
from tests.functional.fetching.fhir_server import FhirServer
from tests.functional.server import gunicorn


def test_every_worker_has_its_own_client(server: FhirServer) -> None:
    """Two workers, forty calls, some with complete prefetch: all answered, none mixed up."""
    settings = {
        "CDS_FHIR_SERVERS": server.base,
        "CDS_FHIR_ALLOW_HTTP": "true",
        "CDS_FHIR_ALLOW_PRIVATE": "true",
        "CDS_FHIR_SECONDS": "20",
        "CDS_WORKERS": "2",
    }
    with gunicorn(**settings) as running, ThreadPoolExecutor(8) as pool:
        bodies = [pvf(server) if number % 2 else pv() for number in range(40)]
        answers = list(pool.map(lambda body: running.call("POST", SERVICE, body), bodies))
        assert {answer.status for answer in answers} == {200}
        assert {answer.body for answer in answers} == {b'{"cards":[]}'}
    assert len(server.asked) == 20 * len(PREFETCH)
    # Connections are kept for the next call.
    assert server.connections < len(server.asked)


@pytest.mark.skipif(
    not (shutil.which("openssl") or os.environ.get("CI")),  # in CI it fails instead
    reason="makes a certificate with openssl",
)
def test_tls_checks_the_name_not_the_address(
    server: FhirServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The certificate has to be that of the name, whatever address was connected to."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=fhir.example.org"
    subprocess.run(
        [
            *command.split(),
            *("-addext", "subjectAltName=DNS:fhir.example.org"),
            *("-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

    async def ask(name: str) -> int:
        async with new_client() as client:
            answer = await client.get(
                f"https://{name}:{server.server_port}/r4/x",
                headers={"Authorization": f"Bearer {TOKEN}"},
                extensions={ADDRESS: "127.0.0.1"},
            )
            return answer.status_code

    assert _elsewhere(ask, "fhir.example.org") == 404
    assert server.asked[0].headers["host"] == f"fhir.example.org:{server.server_port}"
    with pytest.raises(httpx.ConnectError, match="certificate"):
        _elsewhere(ask, "other.example.org")
    assert len(server.asked) == 1


def _elsewhere(ask: Callable[[str], Coroutine[Any, Any, int]], name: str) -> int:
    """In a thread of its own: the browser of other tests leaves an event loop running in this one."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(lambda: asyncio.run(ask(name))).result()
