"""Writes the generated part of docs/questionnaire.md: what is asked, and what is said at once and why.

Run ``python -m tools.questionnaire_page`` after changing the questionnaire; a test compares the page
with the knowledge. A clinician reads this page instead of the YAML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from cds_service.core.knowledge import AskedGroup, Knowledge, UrgentAdvice
from cds_service.knowledge.loader import load_knowledge


PAGE = Path(__file__).parents[1] / "docs" / "questionnaire.md"
_PART = re.compile(r"(<!-- generated -->\n).*?(<!-- end -->)", re.DOTALL)
_WAYS = {"tick": "a list to tick", "each": "yes, no or open"}


def render(page: str, knowledge: Knowledge) -> str:
    """The page with its generated part made anew."""
    (form,) = knowledge.questionnaires.values()
    parts = [line for group in form.groups for line in _group(group, knowledge)]
    return _PART.sub(lambda m: f"{m[1]}\n" + "\n".join(parts) + f"\n{m[2]}", page)


def main() -> None:
    """Write the page."""
    PAGE.write_text(render(PAGE.read_text(encoding="utf-8"), load_knowledge()), encoding="utf-8")


def _group(group: AskedGroup, knowledge: Knowledge) -> Iterator[str]:
    yield f"### {group.text}\n\n({_WAYS[group.ask]})\n"
    for each in group.questions:
        hint = f" _{each.hint}_" if each.hint else ""
        after = f"; asked after {_or(each.when)}" if each.when else ""
        yield f"- {each.text}{hint} (`{each.finding}`{after})"
    yield ""
    for advice in group.urgent:
        yield f"> **{_when(advice)}:** {advice.text} ({_because(advice, knowledge)})\n"


def _when(advice: UrgentAdvice) -> str:
    return " and ".join(advice.all) if advice.all else " or ".join(advice.any)


def _or(findings: tuple[str, ...]) -> str:
    return " or ".join(f"`{each}`" for each in findings)


def _because(advice: UrgentAdvice, knowledge: Knowledge) -> str:
    flags = [knowledge.red_flags[id] for id in advice.red_flags]
    return "; ".join(f"`{flag.id}`: {', '.join(flag.sources)}" for flag in flags)


if __name__ == "__main__":
    main()
