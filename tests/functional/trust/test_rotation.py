"""JWT-07, JWT-15 in the running service: a client changes its key, and its key server goes away."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from tests.contract.requests import SERVICE, pv
from tests.functional.server import Server, gunicorn
from tests.functional.trust.key_server import key_server
from tests.functional.trust.signer import Signer, clients_file, jwt_settings


ISSUER = "https://ehr.example.org"
SECONDS = 30


def test_a_client_changes_its_key(tmp_path: Path) -> None:
    """The new key works after the pause, though the old set was fresh; then with the server gone."""
    with key_server() as keys:
        old = Signer(ISSUER, jku=keys.url("/jwks"), kid="old")
        new = Signer(ISSUER, jku=keys.url("/jwks"), kid="new")
        keys.there = {"/jwks": old.key_set}
        settings = jwt_settings(
            clients_file(tmp_path, old.entry("ehr")),
            CDS_DATABASE_URL=f"sqlite:///{tmp_path / 'cds.sqlite3'}",
            CDS_LOG_LEVEL="ERROR",
            CDS_JWKS_PAUSE_SECONDS="1",
            CDS_WORKERS="1",
        )
        with gunicorn(**settings) as server:
            assert status(server, old) == 200
            assert keys.asked["/jwks"] == 1
            keys.there = {"/jwks": new.key_set}
            assert until(lambda: status(server, new) == 200)
            assert status(server, old) == 401
            assert keys.asked["/jwks"] <= 3
            keys.there = {}
            assert status(server, new) == 200


def status(server: Server, signer: Signer) -> int:
    """Of one call."""
    return server.call("POST", SERVICE, pv(), signer.authorization(SERVICE)).status


def until(holds: Callable[[], bool]) -> bool:
    """Try until it does."""
    end = time.monotonic() + SECONDS
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True
