"""Kinds of problems with resources, for counting."""

from __future__ import annotations

import pytest

from cds_service.core.record import Skipped


@pytest.mark.parametrize(
    ("problem", "category"),
    [
        ("speaks of another patient", "other-patient"),
        ("code: missing", "missing"),
        ("component: code: missing", "missing"),
        ("unit not known for ferritin", "quantity"),
        ("value: no quantity for ankle-brachial-index", "quantity"),
        ("birthDate: not a date", "malformed"),
        ("subject: expected a reference", "malformed"),
    ],
)
def test_category(problem: str, category: str) -> None:
    """One of four, whatever was wrong."""
    assert Skipped("Observation/1", problem).category == category
