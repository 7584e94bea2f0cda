"""docs/questionnaire.md shows what is asked."""

from __future__ import annotations

from cds_service.core.knowledge import Knowledge
from tools.questionnaire_page import PAGE, render


def test_the_page_is_the_one_in_the_docs(knowledge: Knowledge) -> None:
    """`make docs` writes it."""
    page = PAGE.read_text(encoding="utf-8")
    assert page == render(page, knowledge)
    assert "rf-cauda-equina" in page
