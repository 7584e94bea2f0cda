"""Writes docs/cases.md from fixtures/cases: every sandbox case in words, for clinicians to read.

Run ``python -m tools.case_pages`` after changing a case; a test compares the page with the cases.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.spec.cases import Case, Expect, ExpectedCards, OneOf, read_cases


PAGE = Path(__file__).parents[1] / "docs" / "cases.md"
# A case stands under the first of these tags that it carries.
GROUPS = {
    "encounter-start": "At the start of an encounter",
    "problem-list": "When a problem is put on the list",
    "order-select": "When an order is selected",
    "order-sign": "Before orders are signed",
    "discharge": "Before discharge",
    "screening": "Screening without complaint",
    "silence": "When silence is right",
    "child": "Under eighteen",
    "trap": "Traps of real data",
    "emergency": "Emergencies",
    "red-flag": "Other red flags",
    "arterial": "Arteries",
    "venous": "Veins and clots",
    "rls": "Restless legs",
    "neuropathy": "Nerves",
    "spine": "Spine",
    "muscle": "Muscles and statins",
    "cramps": "Cramps",
    "modest": "Modest complaints",
    "route": "Ways in which a complaint arrives",
}
OTHER = "Others"
HEAD = """# The sandbox cases

Made from `fixtures/cases` by `python -m tools.case_pages`; do not edit by hand.
Each case is an invented patient, told as a clinician would tell it, with what the service should
answer. What is not listed may be answered either way. The patients are in `bundle.json` beside each
`case.yaml`; `fixtures/README.md` explains the files.
"""


def render(cases: Iterable[Case]) -> str:
    """The whole page as Markdown."""
    grouped: dict[str, list[Case]] = {title: [] for title in (*GROUPS.values(), OTHER)}
    for case in cases:
        grouped[_group(case)].append(case)
    parts = [HEAD]
    for title, members in grouped.items():
        if members:
            parts.append(f"## {title} ({len(members)})\n")
            parts += [_case(case) for case in members]
    return "\n".join(parts)


def main() -> None:
    """Write the page."""
    PAGE.write_text(render(read_cases()), encoding="utf-8")


def _group(case: Case) -> str:
    return next((title for tag, title in GROUPS.items() if tag in case.file.tags), OTHER)


def _case(case: Case) -> str:
    file = case.file
    facts = "\n".join(f"- {line}" for line in _in_words(file.expect))
    when = f"`{case.slug}`, as of {file.as_of}"
    if file.hook != "patient-view" or "screen" in file.service:
        when += f", asked of `{file.service}`"
    return f"### {file.title}\n\n{when}\n\n{file.story}\n\n*Why it is here:* {file.teaches}\n\n{facts}\n"


def _in_words(expect: Expect) -> Iterator[str]:
    if expect.gate:
        yield f"gate: {expect.gate}"
    yield from _lines("finding", expect.findings.present, "present")
    yield from _lines("finding", expect.findings.absent, "absent")
    yield from _lines("finding", expect.findings.unknown, "unknown")
    raised = [f"{id} ({urgency})" for id, urgency in expect.red_flags.raised.items()]
    yield from _lines("red flags", raised, "raised")
    yield from _lines("red flags", expect.red_flags.not_raised, "not raised")
    yield from _differential(expect)
    for id, criterion in expect.criteria.items():
        points = (
            f", {criterion.low} to {criterion.high} points" if criterion.low is not None else ""
        )
        yield f"criteria {id}: {criterion.result}{points}"
    yield from _workups(expect)
    yield from _lines("interlocks", expect.interlocks.active, "on")
    yield from _lines("interlocks", expect.interlocks.inactive, "off")
    yield from _cards(expect.cards)
    for reference, checks in expect.orders.said.items():
        yield f"orders: {reference}: {', '.join(checks)}"
    yield from _lines("orders", expect.orders.silent, "nothing said")
    yield from _lines("resources", expect.skipped, "reported as not used")


def _differential(expect: Expect) -> Iterator[str]:
    causes = expect.differential
    yield from _lines("differential", causes.established, "established")
    yield from _lines("differential", causes.likely, "likely")
    yield from _lines("differential", causes.possible_or_more, "possible or more")
    yield from _lines("differential", [_one_of(causes.first)] if causes.first else [], "first")
    yield from _lines("differential", causes.not_likely, "not likely")
    yield from _lines("differential", causes.absent, "not offered")


def _workups(expect: Expect) -> Iterator[str]:
    workups = expect.workups
    yield from _lines("work-ups", [_one_of(wish) for wish in workups.suggested], "suggested")
    yield from _lines("work-ups", workups.already_done, "already done")
    yield from _lines("work-ups", workups.already_ordered, "already ordered")
    yield from _lines("work-ups", workups.withheld, "withheld")
    yield from _lines("work-ups", workups.not_suggested, "not suggested")
    if workups.only is not None:
        yield f"work-ups suggested, exactly: {', '.join(workups.only) or 'none'}"


def _cards(cards: ExpectedCards) -> Iterator[str]:
    if cards.none:
        yield "cards: none"
    if cards.count is not None:
        yield f"cards: {cards.count}"
    if cards.at_most is not None:
        yield f"cards: at most {cards.at_most}"
    yield from _lines("cards", cards.indicators, "shown")
    yield from _lines("cards", cards.no_indicators, "not shown")
    yield from _lines("card summaries", cards.summary_mentions, "mention")
    yield from _lines("suggestions", cards.suggestions, "offered")
    # As code: what no card may say is sometimes markup.
    yield from _lines("cards", [f"`{words}`" for words in cards.never_mentions], "never say")


def _lines(subject: str, ids: Iterable[str], what: str) -> Iterator[str]:
    listed = list(ids)
    if listed:
        yield f"{subject} {what}: {', '.join(listed)}"


def _one_of(wish: OneOf) -> str:
    return wish if isinstance(wish, str) else " or ".join(wish)


if __name__ == "__main__":
    main()
