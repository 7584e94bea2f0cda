"""A FHIR server that we did not write: installed once, started once, filled for each test.

It is installed beside the virtual environment, from a lock with checksums. Without Node the tests are
skipped with a word on how to get it; where CI is set they fail instead.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

from tests.installing import alone


HERE = Path(__file__).parent
INSTALLED = HERE.parents[1] / ".venv" / "medplum"
FILES = ("package.json", "package-lock.json", "server.mjs")
ADVICE = (
    "The tests against Medplum need Node 20.19 or newer with npm (https://nodejs.org) and access to a "
    "package registry; they install the rest themselves into .venv/medplum."
)


def _cannot(why: str) -> NoReturn:
    """Skip on a developer's machine, fail in CI."""
    words = f"{why} {ADVICE}"
    if os.environ.get("CI"):
        pytest.fail(words, pytrace=False)
    pytest.skip(words)


def _install() -> None:
    """Into a folder outside version control, unless it holds exactly these files already."""
    same = all(
        (INSTALLED / name).is_file()
        and (INSTALLED / name).read_bytes() == (HERE / name).read_bytes()
        for name in FILES[:2]
    )
    done = INSTALLED / "node_modules" / ".package-lock.json"
    INSTALLED.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        shutil.copyfile(HERE / name, INSTALLED / name)
    if same and done.is_file():
        return
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    ended = subprocess.run(
        command, cwd=INSTALLED, capture_output=True, text=True, timeout=300, check=False
    )
    if ended.returncode:
        done.unlink(missing_ok=True)
        _cannot(f"npm ci failed: {ended.stderr.strip()[-500:]}")


class Medplum:
    """The running server."""

    token = "token-of-the-tests"

    def __init__(self, address: str) -> None:
        self.address = address
        self.base = f"{address}/fhir/R4"

    def hold(self, bundle: dict[str, Any]) -> None:
        """Hold the resources of ``bundle``, and nothing else."""
        request = urllib.request.Request(  # noqa: S310 (our own address)
            f"{self.address}/records", json.dumps(bundle).encode(), method="PUT"
        )
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            assert answer.status == 200


@pytest.fixture(scope="session")
def medplum() -> Iterator[Medplum]:
    """Started once."""
    if not shutil.which("node") or not shutil.which("npm"):
        _cannot("There is no Node here.")
    with alone("npm"):
        _install()
    with subprocess.Popen(
        ["node", "server.mjs"], cwd=INSTALLED, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        try:
            if not address:
                _cannot("Medplum did not start.")
            yield Medplum(address)
        finally:
            process.terminate()
