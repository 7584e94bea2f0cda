"""The wheel carries everything it needs: hooks, sandbox and gunicorn configuration."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest


ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built without network."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        str(folder),
        str(ROOT),
    ]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    return next(folder.glob("*.whl"))


def test_an_installed_wheel_finds_its_data(wheel: Path, tmp_path: Path) -> None:
    """Away from the checkout: services, sandbox, explanation of a case."""
    zipfile.ZipFile(wheel).extractall(tmp_path)
    case = tmp_path / "cds_service/data/fixtures/cases/rest-pain-burning-feet-diabetes"
    assert (tmp_path / "cds_service/data/gunicorn.conf.py").is_file()
    command = [sys.executable, "-m", "cds_service", "explain", str(case)]
    explained = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert explained.returncode == 0, explained.stderr
    assert "Gate: open" in explained.stdout


def test_an_installed_wheel_serves_its_pages(wheel: Path, tmp_path: Path) -> None:
    """Templates, style, scripts, the licences of foreign ones, and the sandbox behind the pages."""
    zipfile.ZipFile(wheel).extractall(tmp_path)
    static = tmp_path / "cds_service/web/static"
    assert (static / "vendor/htmx.LICENSE").is_file()
    program = (
        "from cds_service.app import create_app; from cds_service.settings import Settings; "
        "c = create_app(Settings(database_url='off')).test_client(); "
        "page = c.get('/?case=rls-complete-ferritin-missing'); "
        "assert page.status_code == 200, page.status_code; "
        "import re; links = re.findall('(?:href|src)=\"(/static/[^\"]+)', page.text); "
        "assert len(links) > 3, links; "
        "assert all(c.get(link).status_code == 200 for link in links)"
    )
    command = [sys.executable, "-c", program]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
