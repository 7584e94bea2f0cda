"""Reports and purging from the command line, on both databases."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from io import StringIO

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from cds_service.cli import main
from tests.contract.requests import SERVICE, pv
from tests.memory.room import SECRET, overridden, rows
from tests.memory.test_feedback import AT


Run = Callable[..., str]


@pytest.fixture
def run(remembering: FlaskClient, database_url: str) -> Run:
    """The command line on a database with two cards, one of them overridden with a comment."""
    card = remembering.post(SERVICE, json=pv()).get_json()["cards"][0]["uuid"]
    item = overridden(card, AT, "patient-refuses")
    item["overrideReason"]["userComment"] = "told me so"
    assert remembering.post(f"{SERVICE}/feedback", json={"feedback": [item]}).status_code == 204

    def command(*words: str) -> str:
        environment = {"CDS_DATABASE_URL": database_url, "CDS_SITE_SECRET": SECRET}
        result = CliRunner().invoke(main, words, env=environment)
        assert result.exit_code == 0, result.output
        return result.output

    return command


def test_the_report_in_three_forms(run: Run) -> None:
    """The same counts as text, table and data."""
    assert "patient declines" in run("report")
    table = list(csv.DictReader(StringIO(run("report", "--format", "csv"))))
    assert {"group": "services", "fired": "2", "overridden": "1"}.items() <= table[0].items()
    assert json.loads(run("report", "--format", "json"))["services"][0]["fired"] == 2
    assert json.loads(run("report", "--format", "json", "--until", "2026-11-21"))["services"] == []


def test_comments_are_deleted_by_themselves(run: Run, database_url: str) -> None:
    """The answer stays."""
    assert "0 comments" in run("feedback", "purge", "--before", "2026-11-21", "--comments-only")
    assert "1 comments" in run("feedback", "purge", "--before", "2026-11-22", "--comments-only")
    assert rows(database_url, "feedback_comment") == []
    assert len(rows(database_url, "feedback")) == 1


def test_purging_deletes_cards_with_their_feedback(run: Run, database_url: str) -> None:
    """Nothing that hangs on them stays behind."""
    assert "2 cards deleted" in run("feedback", "purge", "--before", "2026-11-22")
    for table in ("issued_card", "feedback", "feedback_comment"):
        assert rows(database_url, table) == []


def test_purging_more_than_one_portion(
    remembering: FlaskClient, run: Run, database_url: str
) -> None:
    """All of it, on both databases: comments first, then cards."""
    cards = [
        c["uuid"] for _ in range(260) for c in remembering.post(SERVICE, json=pv()).json["cards"]
    ]
    said = {"overrideReason": {"userComment": "told me so"}}
    items = [overridden(card, AT) | said for card in cards]
    assert remembering.post(f"{SERVICE}/feedback", json={"feedback": items}).status_code == 204
    assert "521 comments" in run("feedback", "purge", "--before", "2026-11-22", "--comments-only")
    assert "522 cards" in run("feedback", "purge", "--before", "2026-11-22")
    assert rows(database_url, "feedback") == []


def test_the_database_can_be_made_by_command(run: Run) -> None:
    """Before the service starts, or again."""
    assert "newest form" in run("database", "upgrade")


@pytest.mark.parametrize(
    "url", ["nonsense", "sqlite://", "sqlite:///:memory:", "postgresql://cds@127.0.0.1/cds"]
)
def test_a_database_that_cannot_be_one_is_refused(url: str) -> None:
    """By the name of the setting; one in memory would be another one on each connection."""
    refused = CliRunner().invoke(main, ["report"], env={"CDS_DATABASE_URL": url})
    assert (refused.exit_code, "CDS_DATABASE_URL" in refused.output) == (1, True)


def test_problems_in_words() -> None:
    """No traceback where nothing is remembered, or the database is not there."""
    off = CliRunner().invoke(main, ["report"], env={"CDS_DATABASE_URL": "off"})
    assert (off.exit_code, "nothing is remembered" in off.output) == (1, True)
    url = "postgresql+psycopg://cds@127.0.0.1:1/none"
    gone = CliRunner().invoke(
        main, ["report"], env={"CDS_DATABASE_URL": url, "CDS_SITE_SECRET": SECRET}
    )
    assert (gone.exit_code, "not available" in gone.output) == (1, True)
