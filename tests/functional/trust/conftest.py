"""The service in mode `jwt` as it is deployed, its clients, and the server of their keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from tests.functional.server import Server, gunicorn
from tests.functional.trust.key_server import KeyServer, key_server
from tests.functional.trust.signer import Signer, clients_file, jwt_settings


WORKERS = 2
ISSUER = "https://ehr.example.org/fhir"


class World(NamedTuple):
    """The running service and everybody around it."""

    server: Server
    keys: KeyServer
    ehr: Signer
    rsa: Signer
    static: Signer
    kit: Signer
    sandbox: Signer


@pytest.fixture(scope="module")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Shared by all workers."""
    return f"sqlite:///{tmp_path_factory.mktemp('trust') / 'cds.sqlite3'}"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, database_url: str) -> Iterator[World]:
    """Two workers, five clients."""
    folder = tmp_path_factory.mktemp("clients")
    with key_server() as keys:
        ehr = Signer(ISSUER, jku=keys.url("/ehr"))
        rsa = Signer("https://rsa.example.org", jku=keys.url("/rsa"), alg="RS384", kid="a+/b=")
        static = Signer("urn:static")
        kit = Signer("urn:kit")
        sandbox = Signer("https://meld.example.org")
        # A key that does not say what it is for: only the agreement does.
        untold = {name: value for name, value in rsa.jwk.items() if name not in {"alg", "use"}}
        keys.there = {
            "/ehr": ehr.key_set,
            "/rsa": {"keys": [untold]},
            "/elsewhere": ehr.key_set,
        }
        file = clients_file(
            folder,
            ehr.entry("ehr"),
            rsa.entry("rsa"),
            static.entry("static", tenants=["north", "south"], services=["leg-pain-patient-view"]),
            kit.entry("kit", jti="reusable"),
            sandbox.entry("sandbox", audience=["sand_man"], sub="cds", longest_lifetime=600),
        )
        settings = jwt_settings(
            file, CDS_DATABASE_URL=database_url, CDS_WORKERS=str(WORKERS), CDS_SITE_SECRET="s" * 32
        )
        with gunicorn(**settings) as server:
            yield World(server, keys, ehr, rsa, static, kit, sandbox)
