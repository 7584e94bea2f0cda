"""Text for a person at a terminal."""

from __future__ import annotations

from cds_service.wire.text import explanation_text, response_text


DOCUMENT = {
    "as_of": "2026-11-21T08:00:00+00:00",
    "age": 70,
    "gate": {"open": True, "because": "leg complaint"},
    "findings": [
        {
            "id": "burning-pain",
            "status": "present",
            "date": "2026-11-20",
            "how": "code",
            "sources": ["Observation/1"],
        },
        {"id": "cool-skin", "status": "unknown", "sources": []},
    ],
    "red_flags": [
        {
            "id": "rf-dvt",
            "urgency": "same-day-urgent",
            "because": ["leg-swelling"],
            "suspected": [],
            "answered_by": ["Observation/2"],
        }
    ],
    "differential": [
        {
            "cause": "peripheral-neuropathy",
            "category": "likely",
            "rank": 1,
            "supports": ["burning-pain"],
            "against": [],
            "missing": ["cool-skin"],
        }
    ],
    "criteria": [{"id": "irlssg", "result": "undetermined", "low": 1, "high": 5, "unknown": ["x"]}],
    "workups": [
        {
            "id": "vitamin-b12",
            "status": "suggested",
            "urgency": "routine",
            "for": ["b12-deficiency"],
            "because": "treatable",
            "evidence": [],
        }
    ],
    "interlocks": [{"id": "compression-arterial", "because": "ABI first"}],
    "gaps": [
        {"key": "laboratory", "state": "missing", "effect": "may be done"},
        {"key": "reports", "state": "error"},
    ],
    "suppressed": [{"topic": "all", "because": "answered"}],
    "skipped": [{"reference": "Observation/9", "problem": "unit not known"}],
}


def test_an_explanation_tells_everything_in_order() -> None:
    """Gate, red flags, differential, work-ups, interlocks, gaps, skipped."""
    text = explanation_text(DOCUMENT)
    wanted = [
        "age 70", "Gate: open (leg complaint)", "rf-dvt", "1. peripheral-neuropathy: likely",
        "missing: cool-skin", "irlssg", "vitamin-b12: suggested", "compression-arterial",
        "present: burning-pain", "laboratory (missing): may be done", "reports (error)", "Observation/9",
    ]  # fmt: skip
    places = [text.index(word) for word in wanted]
    assert places == sorted(places)


def test_no_card_is_said_in_words() -> None:
    """Silence at a terminal looks like a failure."""
    assert response_text({"cards": []}).startswith("No card")


def test_cards_are_readable() -> None:
    """Urgency, summary, what may be ordered, source."""
    card = {
        "indicator": "critical", "summary": "Do", "detail": "- why", "source": {"label": "G"},
        "suggestions": [{"label": "ABI", "actions": [{"description": "Draft"}]}],
    }  # fmt: skip
    text = response_text({"cards": [card]})
    assert "!! [critical] Do" in text
    assert "[+] ABI: Draft" in text
    assert "Source: G" in text
