"""Why: the explanation of an answer in the words of people, each statement with the resource behind it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cds_service.core.card_text import source_label
from cds_service.core.knowledge import Knowledge
from cds_service.web.workbench.why_values import (
    CauseView,
    CriterionView,
    Day,
    FindingView,
    FlagView,
    Named,
    WhyView,
    WorkupView,
)
from cds_service.wire.instants import read_instant
from cds_service.wire.strict_json import pretty_json


Json = dict[str, Any]
_STANDING = {"established": 4, "likely": 3, "possible": 2, "unlikely": 1, "not-assessable": 0}
_OPEN_CAUSES = 3
_STATUS = {
    "suggested": "Suggested",
    "already-ordered": "Ordered already",
    "already-done": "Done already",
    "withheld": "Withheld",
    "not-indicated": "Not now",
}
_URGENCY = {
    "emergency-now": ("critical", "Emergency, now"),
    "same-day-urgent": ("warning", "Same day"),
    "prompt": ("info", "Prompt"),
}


def why_view(
    explanation: Json, knowledge: Knowledge, places_before: dict[str, int] | None
) -> WhyView:
    """The explanation with labels; ``places_before`` are the ranks without the changes."""
    as_of = read_instant(explanation["as_of"])
    known = [f for f in explanation["findings"] if f["status"] != "unknown"]
    unknown = [f for f in explanation["findings"] if f["status"] == "unknown"]
    return WhyView(
        as_of=date_words(as_of, with_time=True),
        age=explanation.get("age"),
        gate_open=explanation["gate"]["open"],
        gate=explanation["gate"]["because"],
        flags=tuple(_flag(flag, knowledge) for flag in explanation["red_flags"]),
        causes=_causes(explanation, knowledge, places_before),
        timeline=_timeline(known, knowledge, as_of),
        unknown=tuple(_finding(f, knowledge) for f in unknown),
        workups=_workups(explanation["workups"], knowledge),
        criteria=tuple(_criterion(c, knowledge) for c in explanation["criteria"]),
        interlocks=tuple(
            (Named(i["id"], knowledge.interlocks[i["id"]].label), i["because"])
            for i in explanation["interlocks"]
        ),
        gaps=tuple(explanation["gaps"]),
        suppressed=tuple(_suppressed(s, knowledge) for s in explanation["suppressed"]),
        skipped=tuple(explanation["skipped"]),
        orders=tuple(_order(o, knowledge) for o in explanation.get("orders", ())),
    )


def _causes(
    explanation: Json, knowledge: Knowledge, before: dict[str, int] | None
) -> tuple[CauseView, ...]:
    criteria = {c["id"]: _criterion(c, knowledge) for c in explanation["criteria"]}
    return tuple(
        _cause(cause, knowledge, before, criteria) for cause in explanation["differential"]
    )


def _cause(
    cause: Json,
    knowledge: Knowledge,
    before: dict[str, int] | None,
    criteria: dict[str, CriterionView],
) -> CauseView:
    id, rank = cause["cause"], cause["rank"]
    was = (before or {}).get(id)
    return CauseView(
        id=id,
        label=_capital(knowledge.causes[id].label),
        rank=rank,
        category=cause["category"],
        standing=_STANDING[cause["category"]],
        supports=_findings(cause["supports"], knowledge),
        against=_findings(cause["against"], knowledge),
        missing=_findings(cause["missing"], knowledge),
        citations=_sources(cause["citations"], knowledge),
        first=rank <= _OPEN_CAUSES,
        criterion=criteria.get(knowledge.causes[id].criterion),
        move=0 if was is None else was - rank,
        news="new" if before is not None and was is None else "",
    )


def _findings(ids: list[str], knowledge: Knowledge) -> tuple[Named, ...]:
    return tuple(Named(id, _label(id, knowledge)) for id in ids)


def _sources(labels: list[str], knowledge: Knowledge) -> tuple[Named, ...]:
    """Sources by the labels that the explanation cites; a label that no source has is left as it is."""
    ids = {source_label(source): source.id for source in knowledge.sources.values()}
    return tuple(Named(ids.get(label, ""), label) for label in labels)


def _label(finding: str, knowledge: Knowledge) -> str:
    known = knowledge.findings.get(finding)
    return finding if known is None else known.label


def _finding(finding: Json, knowledge: Knowledge) -> FindingView:
    return FindingView(
        id=finding["id"],
        label=_capital(_label(finding["id"], knowledge)),
        kind=knowledge.findings[finding["id"]].kind.replace("-", " "),
        status=finding["status"],
        value=finding.get("value", ""),
        how=finding.get("how", ""),
        sources=tuple(dict.fromkeys(finding["sources"])),
    )


def _timeline(
    findings: list[Json], knowledge: Knowledge, as_of: datetime | None
) -> tuple[Day, ...]:
    """Newest day first; what has no date comes last. On each day what is present comes first."""
    days: dict[str, list[Json]] = {}
    for finding in sorted(findings, key=lambda f: f.get("date", ""), reverse=True):
        days.setdefault(finding.get("date", "")[:10], []).append(finding)
    return tuple(
        Day(
            date=date_words(read_instant(f"{date}T00:00:00Z")) if date else "Without date",
            ago=_ago(date, as_of),
            findings=tuple(
                _finding(f, knowledge)
                for f in sorted(found, key=lambda f: (f["status"] != "present", f["id"]))
            ),
        )
        for date, found in days.items()
    )


def _ago(date: str, as_of: datetime | None) -> str:
    then = read_instant(f"{date}T00:00:00Z") if date else None
    if then is None or as_of is None:
        return ""
    days = (as_of.date() - then.date()).days
    if days <= 0:
        return "same day"
    for size, word in ((365, "year"), (30, "month"), (1, "day")):
        if days >= size * (2 if size > 1 else 1):
            number = days // size
            return f"{number} {word}{'s' if number > 1 else ''} before"
    return ""


def date_words(moment: datetime | None, *, with_time: bool = False) -> str:
    """A date as people write it: 3 Mar 2026."""
    if moment is None:
        return ""
    words = f"{moment.day} {moment:%b %Y}"
    return f"{words}, {moment:%H:%M}" if with_time else words


def _workups(
    workups: list[Json], knowledge: Knowledge
) -> tuple[tuple[str, str, tuple[WorkupView, ...]], ...]:
    """By status, in the order in which one asks: what to do, what is under way, what not to do."""
    views = [_workup(w, knowledge) for w in workups]
    return tuple(
        (status, words, tuple(v for v in views if v.status == status))
        for status, words in _STATUS.items()
        if any(v.status == status for v in views)
    )


def _workup(workup: Json, knowledge: Knowledge) -> WorkupView:
    return WorkupView(
        id=workup["id"],
        label=knowledge.workups[workup["id"]].label,
        status=workup["status"],
        urgency=workup["urgency"],
        because=workup["because"],
        causes=tuple(Named(c, knowledge.causes[c].label) for c in workup["for"]),
        evidence=tuple(workup["evidence"]),
    )


def _flag(flag: Json, knowledge: Knowledge) -> FlagView:
    indicator, words = _URGENCY[flag["urgency"]]
    return FlagView(
        id=flag["id"],
        label=_capital(knowledge.red_flags[flag["id"]].label),
        indicator=indicator,
        urgency=words,
        because=_findings(flag["because"], knowledge),
        suspected=tuple(Named(c, knowledge.causes[c].label) for c in flag["suspected"]),
        answered_by=tuple(flag["answered_by"]),
    )


def _criterion(criterion: Json, knowledge: Knowledge) -> CriterionView:
    known = knowledge.criteria[criterion["id"]]
    return CriterionView(
        id=criterion["id"],
        label=known.label,
        result=criterion["result"].replace("-", " "),
        low=criterion["low"],
        high=criterion["high"],
        needed=known.met_at,
        unknown=_findings(criterion["unknown"], knowledge),
    )


def _suppressed(suppressed: Json, knowledge: Knowledge) -> Json:
    topic = suppressed["topic"]
    suppressed = suppressed | {"until": date_words(read_instant(suppressed.get("until") or ""))}
    for entries in (knowledge.red_flags, knowledge.workups, knowledge.questions):
        if topic in entries:
            return suppressed | {"label": _capital(entries[topic].label)}
    return suppressed | {"label": topic}


def _order(order: Json, knowledge: Knowledge) -> Json:
    return order | {"because": _findings(order["because"], knowledge)}


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def places(explanation: Json) -> dict[str, int]:
    """Rank by cause."""
    return {cause["cause"]: cause["rank"] for cause in explanation["differential"]}


def resources_behind(explanation: Json, resources: dict[str, list[Json]]) -> dict[str, str]:
    """The resources that the explanation names, as text."""
    named: dict[str, None] = {}
    for part in ("findings", "workups", "skipped", "orders"):
        for entry in explanation.get(part, ()):
            for member in ("sources", "evidence"):
                named.update(dict.fromkeys(entry.get(member, ())))
            if "reference" in entry:
                named[entry["reference"]] = None
    return {
        name: "\n".join(pretty_json(resource) for resource in resources[name])
        for name in named
        if name in resources
    }
