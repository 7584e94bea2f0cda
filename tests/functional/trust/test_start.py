"""The real server refuses to start where strangers could come in."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from cds_service.settings import gunicorn_configuration
from tests.functional.server import ROOT, free_port
from tests.functional.trust.signer import Signer, clients_file, jwt_settings


def refused(**settings: str) -> str:
    """What the server says, having ended by itself."""
    command = [sys.executable, "-m", "gunicorn", "-c", str(gunicorn_configuration())]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("CDS_")}
    environment |= {"CDS_DATABASE_URL": "off", "CDS_PORT": str(free_port())} | settings
    ended = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode != 0
    return ended.stderr


def test_the_container_knows_who_may_call_or_does_not_start() -> None:
    """With the environment of the Dockerfile, as it is shipped."""
    dockerfile = (ROOT / "docker" / "Dockerfile").read_text(encoding="utf-8")
    shipped = dict(re.findall(r"\b(CDS_\w+)=(\S+)", dockerfile))
    assert shipped["CDS_AUTH_MODE"] == "jwt"
    said = refused(CDS_AUTH_MODE="jwt", CDS_HOST=shipped["CDS_HOST"])
    assert "needs CDS_CLIENTS_FILE" in said
    assert "needs CDS_PUBLIC_URL" in said


def test_open_to_the_network_does_not_start() -> None:
    """Unless it is asked for in so many words."""
    assert "CDS_OPEN_ANYWHERE" in refused(CDS_HOST="0.0.0.0")  # noqa: S104


def test_a_clients_file_with_a_mistake_does_not_start(tmp_path: Path) -> None:
    """Every problem is named."""
    file = clients_file(tmp_path, Signer("urn:x").entry("ehr", algorithms=["HS256"], secret="x"))
    said = refused(**jwt_settings(file))
    assert "clients.yaml: clients[0]" in said
