"""Writes docs/knowledge and docs/source-attributes.md from the knowledge.

    python -m tools.knowledge_pages [--check]

``--check`` writes nothing and fails when a page differs. The cases of the sandbox are named on the
pages of their causes, so run it after changing a case as well.
"""

from __future__ import annotations

import sys
from pathlib import Path

from cds_service.core.knowledge import Knowledge
from cds_service.knowledge.loader import load_knowledge
from tests.spec.cases import read_cases
from tools.reference import conflicts, lists, orders, review
from tools.reference.cause import cases_by_cause, cause_page


DOCS = Path(__file__).resolve().parent.parent / "docs"
_HEAD = "<!-- Made by `python -m tools.knowledge_pages` from the knowledge. Do not edit. -->\n\n"


def pages(k: Knowledge) -> dict[str, str]:
    """Every page by its path below docs."""
    cases = cases_by_cause(read_cases())
    made = {
        f"knowledge/causes/{cause.id}.md": cause_page(cause, k, cases)
        for cause in k.causes.values()
    }
    made |= {
        "knowledge/index.md": lists.index_page(k),
        "knowledge/work-ups.md": lists.workups_page(k),
        "knowledge/medications.md": lists.medications_page(k),
        "knowledge/red-flags.md": lists.red_flags_page(k),
        "knowledge/interlocks-and-advice.md": lists.interlocks_page(k),
        "knowledge/orders.md": orders.orders_page(k),
        "knowledge/screening.md": orders.screening_page(k),
        "knowledge/criteria.md": lists.criteria_page(k),
        "knowledge/thresholds.md": lists.thresholds_page(k),
        "knowledge/conflicts.md": conflicts.conflicts_page(k),
        "knowledge/sources.md": lists.sources_page(k),
        "knowledge/coverage.md": review.coverage_page(k),
        "source-attributes.md": review.source_attributes_page(k),
    }
    return {path: _HEAD + text.rstrip() + "\n" for path, text in made.items()}


def differences(k: Knowledge) -> list[str]:
    """Pages that are missing, stale or left over."""
    wanted, found = pages(k), _written()
    stale = [path for path, text in wanted.items() if found.get(path) != text]
    return sorted([*stale, *(path for path in found if path not in wanted)])


def write(k: Knowledge) -> None:
    """Make the pages what the knowledge says."""
    wanted = pages(k)
    for path in _written():
        if path not in wanted:
            (DOCS / path).unlink()
    for name, text in wanted.items():
        target = DOCS / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def _written() -> dict[str, str]:
    """Pages that are there, by path below docs."""
    files = [*(DOCS / "knowledge").rglob("*.md"), DOCS / "source-attributes.md"]
    return {
        path.relative_to(DOCS).as_posix(): path.read_text(encoding="utf-8")
        for path in files
        if path.is_file()
    }


def main() -> int:
    """Write, or check with ``--check``."""
    knowledge = load_knowledge()
    if "--check" not in sys.argv:
        write(knowledge)
        return 0
    stale = differences(knowledge)
    print("\n".join(stale) or "docs/knowledge and docs/source-attributes.md are up to date")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
