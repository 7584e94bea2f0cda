"""The command line, as a person uses it."""

from __future__ import annotations

import json
import signal
import socket
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cds_service.cli import main
from cds_service.settings import data_folder, settings_page
from tests.contract.requests import PATIENT, bundle, pv
from tests.functional.server import free_port, running


CASE = data_folder("fixtures") / "cases" / "rest-pain-burning-feet-diabetes"


def run(*arguments: str | Path) -> Result:
    """One command in this process."""
    return CliRunner().invoke(main, [str(a) for a in arguments])


def test_explain_a_case_folder() -> None:
    """Gate, differential and work-ups, then the cards."""
    result = run("explain", CASE, "--cards")
    assert result.exit_code == 0, result.output
    places = [
        result.output.index(word) for word in ("Gate: open", "Differential", "Work-ups", "Cards")
    ]
    assert places == sorted(places)


def test_explain_a_request_as_json(tmp_path: Path) -> None:
    """The document itself, at another instant."""
    (tmp_path / "r.json").write_text(json.dumps(pv()))
    result = run("explain", tmp_path / "r.json", "--json", "--as-of", "2026-01-01T00:00:00Z")
    document = json.loads(result.stdout)
    assert document["as_of"].startswith("2026-01-01")
    assert document["gate"]["open"] is False


def test_explain_a_bare_bundle(tmp_path: Path) -> None:
    """Whatever its type."""
    (tmp_path / "b.json").write_text(json.dumps(bundle(PATIENT)))
    assert "Gate: closed" in run("explain", tmp_path / "b.json").output


@pytest.mark.parametrize(
    "content", ["[]", "{", '{"resourceType":"Bundle"}', '{"hook":"order-sign"}']
)
def test_explain_refuses_in_words(tmp_path: Path, content: str) -> None:
    """No traceback."""
    (tmp_path / "x.json").write_text(content)
    result = run("explain", tmp_path / "x.json")
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")


def test_explain_refuses_a_folder_that_is_no_case(tmp_path: Path) -> None:
    """And says what is missing."""
    assert "not a sandbox case" in run("explain", tmp_path).output.lower()


def test_knowledge_check() -> None:
    """Counts when all is well."""
    result = run("knowledge", "check")
    assert result.exit_code == 0
    assert "causes" in result.output


def test_knowledge_check_names_every_problem(tmp_path: Path) -> None:
    """File, place, reason."""
    (tmp_path / "a.yaml").write_text("causes: [{id: x}]\nnonsense: []\n")
    result = run("knowledge", "check", tmp_path)
    assert result.exit_code == 1
    assert "causes[x]" in result.output
    assert "nonsense" in result.output


def test_docs_settings() -> None:
    """The page that lies in docs/reference."""
    assert run("docs", "settings").output == settings_page()


def test_wrong_settings_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """By their variable."""
    monkeypatch.setenv("CDS_PORT", "many")
    result = run("serve")
    assert result.exit_code == 1
    assert "CDS_PORT" in result.output


def test_a_taken_port_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the command that helps."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("CDS_PORT", str(taken.getsockname()[1]))
        result = run("demo")
    assert result.exit_code == 1
    assert "is taken" in result.output
    assert "make run PORT=" in result.output


def test_demo_needs_mode_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is no client."""
    monkeypatch.setenv("CDS_AUTH_MODE", "jwt")
    result = run("demo")
    assert result.exit_code == 1
    assert "CDS_AUTH_MODE=open" in result.output


def test_demo_shows_cards_and_goes_on_serving() -> None:
    """What `make run` does, up to Ctrl-C."""
    command = [sys.executable, "-m", "cds_service", "demo"]
    with running(command, free_port(), CDS_LOG_LEVEL="WARNING") as server:
        while "Ctrl-C" not in server.printed():
            assert server.process.poll() is None
            time.sleep(0.1)
        assert server.call("GET", "/cds-services").status == 200
        server.process.send_signal(signal.SIGINT)
        server.process.wait(timeout=30)
        text = server.printed()
    assert "POST http://127.0.0.1" in text
    assert "Differential" in text
    assert "[+]" in text
