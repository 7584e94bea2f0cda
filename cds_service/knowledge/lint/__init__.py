"""Checks of the whole knowledge, for authors and for the tests.

``check_references`` finds what would make the reasoning stumble. ``check_knowledge`` adds what a
reviewer would object to: no source or a weak one, entries that nothing uses, wording, codes.
"""

from __future__ import annotations

from cds_service.core.knowledge import Knowledge
from cds_service.knowledge.lint.codes import code_problems
from cds_service.knowledge.lint.references import reference_problems
from cds_service.knowledge.lint.sources import source_problems
from cds_service.knowledge.lint.usage import usage_problems
from cds_service.knowledge.lint.wording import wording_problems
from cds_service.knowledge.review import Review, load_review


__all__ = ["check_knowledge", "check_references"]


def check_references(knowledge: Knowledge) -> list[str]:
    """What leads nowhere, as "kind[id]: what is wrong"."""
    return list(reference_problems(knowledge))


def check_knowledge(knowledge: Knowledge, review: Review | None = None) -> list[str]:
    """Every problem, as "kind[id]: what is wrong".

    Further checks need what they refer to, so they only run when every reference leads somewhere.
    """
    problems = [*reference_problems(knowledge), *source_problems(knowledge)]
    if problems:
        return problems
    return [
        *usage_problems(knowledge, (review or load_review()).exceptions.unused),
        *wording_problems(knowledge),
        *code_problems(knowledge),
    ]
