"""Questionnaires ask for findings that exist, each once, and advise only what a red flag stands for."""

from __future__ import annotations

from collections.abc import Iterator

from cds_service.core.knowledge import AskedGroup, Knowledge, Questionnaire, UrgentAdvice
from cds_service.core.values import Urgency


# How urgent advice may be: as the most urgent level of a red flag that it names, or less.
URGENCIES = {
    "emergency": Urgency.EMERGENCY_NOW,
    "today": Urgency.SAME_DAY_URGENT,
    "soon": Urgency.PROMPT,
}


def questionnaire_problems(k: Knowledge) -> Iterator[str]:
    """What is asked twice, comes too late, leads nowhere or stands on nothing."""
    for questionnaire in k.questionnaires.values():
        where = f"questionnaires[{questionnaire.id}]"
        yield from _question_problems(where, questionnaire, k)
        for group in questionnaire.groups:
            if group.id in k.findings:
                yield f"{where}.{group.id}: is the name of a finding, and would be read as an answer"
            yield from _group_problems(f"{where}.{group.id}", group)
        asked = {each.finding for each in questionnaire.questions()}
        for advice in questionnaire.urgent():
            yield from _advice_problems(f"{where}.{advice.id}", advice, asked, k)


def _question_problems(where: str, questionnaire: Questionnaire, k: Knowledge) -> Iterator[str]:
    seen: set[str] = set()
    for each in questionnaire.questions():
        if each.finding not in k.findings:
            yield f"{where}: '{each.finding}' does not exist"
        if each.finding in seen:
            yield f"{where}: '{each.finding}' is asked twice"
        for condition in each.when:
            if condition not in seen:
                yield f"{where}: '{each.finding}' depends on '{condition}', which is not asked before"
        seen.add(each.finding)


def _group_problems(where: str, group: AskedGroup) -> Iterator[str]:
    if group.ask not in {"tick", "each"}:
        yield f"{where}: ask '{group.ask}' is neither tick nor each"
    if group.ask == "tick" and any(each.when for each in group.questions):
        yield f"{where}: a list to tick has no conditions of its own"


def _advice_problems(
    where: str, advice: UrgentAdvice, asked: set[str], k: Knowledge
) -> Iterator[str]:
    if bool(advice.any) == bool(advice.all):
        yield f"{where}: give either any or all"
    if advice.urgency not in URGENCIES:
        yield f"{where}: urgency '{advice.urgency}'"
        return
    flags = [k.red_flags[id] for id in advice.red_flags if id in k.red_flags]
    if len(flags) < len(advice.red_flags) or not flags:
        yield f"{where}: red-flags: give some that exist"
        return
    levels = [level for flag in flags for level in flag.levels]
    speaks_of = {finding for level in levels for finding in level.when.findings()}
    for finding in advice.findings:
        if finding not in asked:
            yield f"{where}: '{finding}' is not asked"
        if finding not in speaks_of:
            yield f"{where}: no red flag that it names speaks of '{finding}'"
    if max(each.urgency.standing for each in levels) < URGENCIES[advice.urgency].standing:
        yield f"{where}: more urgent than the red flags that it names"
