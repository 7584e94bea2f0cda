"""What README shows is what the service does."""

from __future__ import annotations

import json
import re
from pathlib import Path

from cds_service.app import create_app
from tools.shipped_request import TARGET, request_text


ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_readme_is_short() -> None:
    """A reader gets through it: at most 100 lines."""
    assert len(README.splitlines()) <= 100


def test_the_shipped_request_is_the_case() -> None:
    """``python -m tools.shipped_request`` has been run since the case changed."""
    assert TARGET.read_text(encoding="utf-8") == request_text()


def test_the_card_shown_is_the_card_that_comes() -> None:
    """The curl of README, and every member of the card that README shows in full."""
    path = re.search(r"-d @(\S+)", README)
    assert path is not None
    answer = (
        create_app()
        .test_client()
        .post(
            "/cds-services/leg-pain-patient-view",
            data=(ROOT / path[1]).read_bytes(),
            content_type="application/json",
        )
    )
    (card,) = answer.get_json()["cards"]
    shown = json.loads(README.split("```json")[1].split("```")[0])["cards"][0]
    assert card["summary"] == shown["summary"]
    assert card["indicator"] == shown["indicator"]
    assert card["source"]["label"] == shown["source"]["label"]
    assert [s["label"] for s in card["suggestions"]] == [s["label"] for s in shown["suggestions"]]


def test_every_link_leads_somewhere() -> None:
    """Relative links of README exist."""
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / target).exists(), target
