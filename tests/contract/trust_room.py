"""The service in mode `jwt` over WSGI, with clients of our own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from cds_service.app import create_app
from cds_service.settings import Settings
from tests.functional.trust.signer import BASE, clients_file


Json = dict[str, Any]
Make = Callable[..., FlaskClient]


def jwt_service(folder: Path, entries: list[Json], parts: Json, **settings: Any) -> FlaskClient:
    """A client of the service that knows ``entries``; no token counts once unless asked for."""
    reusable = [{"jti": "reusable"} | entry for entry in entries]
    chosen = {
        "auth_mode": "jwt",
        "public_url": BASE,
        "clients_file": clients_file(folder, *reusable),
    } | settings
    return create_app(Settings(**chosen), **parts).test_client()
