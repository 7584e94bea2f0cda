"""What the inventory and the vocabulary name is covered or explained; nothing is missing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cds_service.core.knowledge import Knowledge
from cds_service.knowledge.coverage import coverage_problems, coverage_table, coverage_text
from cds_service.knowledge.review import Exceptions, Explained, Review, load_review
from tools.build_scope import scope_of


CLINICAL = os.environ.get("CDS_CLINICAL_DIR", "")


def test_nothing_is_missing(knowledge: Knowledge) -> None:
    """And no exception leads nowhere or is not needed."""
    assert coverage_problems(knowledge) == []
    assert all(row.total == row.covered + row.explained for row in coverage_table(knowledge))


def test_umbrella_terms_are_explained_not_ranked(knowledge: Knowledge) -> None:
    """Causes that only explain count apart from those in the differential."""
    (row,) = (r for r in coverage_table(knowledge) if r.section == "causes")
    umbrellas = [c for c in load_review().scope["causes"] if knowledge.causes[c].role == "explains"]
    assert row.explained == len(umbrellas)


def _review(
    scope: dict[str, tuple[str, ...]],
    same_as: dict[str, dict[str, tuple[str, ...]]] | None = None,
    explained: dict[str, dict[str, Explained]] | None = None,
) -> Review:
    exceptions = Exceptions(same_as=same_as or {}, explained=explained or {}, unused={})
    return Review(scope, exceptions)


def test_what_is_missing_is_named(knowledge: Knowledge) -> None:
    """An id that nothing covers stands in the table and among the problems."""
    review = _review({"causes": ("sciatica", "gremlins")})
    (row,) = coverage_table(knowledge, review)
    assert (row.covered, row.explained, row.missing) == (1, 0, ("gremlins",))
    assert coverage_problems(knowledge, review) == [
        "coverage: causes: 'gremlins' is neither covered nor explained"
    ]
    assert "gremlins" in coverage_text([row])


def test_exceptions_must_lead_somewhere(knowledge: Knowledge) -> None:
    """An explanation that refers to something that is not there explains nothing."""
    review = _review(
        {"tests": ("history", "mri", "abi")},
        same_as={"tests": {"mri": ("workups/nowhere",), "abi": ("workups/abi",)}},
        explained={
            "tests": {"history": Explained(because="x", see=("workups/intake-questionnaire",))},
            "medications": {"stranger": Explained(because="x")},
        },
    )
    (row,) = coverage_table(knowledge, review)
    assert row.missing == ("mri",)
    problems = "\n".join(coverage_problems(knowledge, review))
    assert "'mri': workups/nowhere does not exist" in problems
    assert "'stranger' is not in the scope" in problems
    assert "'abi' is covered under its own name" in problems


@pytest.mark.skipif(
    not CLINICAL, reason="CDS_CLINICAL_DIR is not set: no inventory to compare with"
)
def test_the_scope_is_what_inventory_and_vocabulary_name() -> None:
    """The ids that are shipped equal those of the files they were taken from."""
    wanted = {section: tuple(ids) for section, ids in scope_of(Path(CLINICAL)).items()}
    assert load_review().scope == wanted
