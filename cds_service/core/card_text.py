"""The words on a card: summaries that fit, details in short GitHub Flavored Markdown.

Nothing from the request is printed unescaped; what is printed of it are values with units and
dates. Labels come from the knowledge.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from cds_service.core.findings import Finding
from cds_service.core.knowledge import Knowledge, Source, Trust
from cds_service.core.plan import PlannedWorkup
from cds_service.core.reasoning import Reasoning
from cds_service.core.red_flags import RaisedFlag
from cds_service.core.values import Category, Status, WorkupStatus


if TYPE_CHECKING:
    from cds_service.core.topics import Topic

SUMMARY_LIMIT = 139
_LABEL_LIMIT = 90
_SHOWN_CAUSES = 3
_SHOWN_FINDINGS = 6
_SHOWN_ADVICE = 4
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+!|<>&~])")
_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}


def escaped(text: str) -> str:
    """Text from a request, safe inside Markdown for clients that render HTML too (CARD-05)."""
    flat = " ".join(text.split())
    return _MARKDOWN.sub(lambda m: _ENTITIES.get(m[1], f"\\{m[1]}"), flat)


def day(moment: datetime) -> str:
    """A date as people write it: 3 Mar 2026."""
    return f"{moment.day} {moment:%b %Y}"


def capitalised(text: str) -> str:
    """First letter upper case, the rest as it is."""
    return text[:1].upper() + text[1:]


def fit_summary(lead: str, labels: list[str], *, required: bool = False) -> str:
    """``lead`` with as many labels in brackets as fit into 139 characters; never cut in a word.

    With ``required`` the answer is empty when not even the lead fits.
    """
    for count in range(min(4, len(labels)), 0, -1):
        text = f"{lead} ({', '.join(labels[:count])})"
        if len(text) <= SUMMARY_LIMIT:
            return text
    if len(lead) <= SUMMARY_LIMIT:
        return lead
    if required:
        return ""
    return lead[: SUMMARY_LIMIT - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"


def stands_on_cards(source: Source) -> bool:
    """Only sources of high or medium trust carry statements on cards."""
    return source.trust in {Trust.HIGH, Trust.MEDIUM}


def source_label(source: Source) -> str:
    """Title and year, short enough for a side panel."""
    title = source.title if len(source.title) <= _LABEL_LIMIT else _shortened(source.title)
    return f"{title} ({source.year})" if source.year and source.year not in title else title


def _shortened(title: str) -> str:
    return title[:_LABEL_LIMIT].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"


def detail_of_flag(
    raised: RaisedFlag,
    workups: tuple[PlannedWorkup, ...],
    topic: Topic | None,
    reasoning: Reasoning,
    knowledge: Knowledge,
) -> str:
    """Why it cannot wait, what to do, what not to do."""
    why = [_finding_line(f, reasoning, knowledge) for f in raised.because]
    blocks = [
        raised.flag.detail,
        block("Why", why),
        block("Suggested", [workup_line(w) for w in workups]),
        block("Not now", _not_now(topic.settled if topic else ())),
        block("Mind", [a.text for a in topic.cautions] if topic else []),
        block("Sources", source_names(raised.flag.sources, knowledge)),
        data_date(reasoning),
    ]
    return "\n\n".join(block for block in blocks if block)


def detail_of_question(
    topic: Topic, reasoning: Reasoning, knowledge: Knowledge, *, asked: tuple[str, ...] = ()
) -> str:
    """Why, against, not known, already done, what the result decides, advice, sources."""
    sources = [s for w in topic.workups for s in w.sources] + [
        s for a in (*topic.cautions, *topic.advice[:_SHOWN_ADVICE]) for s in a.advice.sources
    ]
    blocks = [
        block("Mind", [a.text for a in topic.cautions]),
        block("Why", _why(topic, reasoning, knowledge)),
        block("Against", _against(topic, reasoning, knowledge)),
        block("Not known", [*asked, *_not_known(topic, reasoning, knowledge, asked)]),
        block("Suggested", [workup_line(w) for w in topic.workups]),
        block("Already done or ordered", _already(topic, reasoning)),
        block("Not now", _not_now(topic.settled)),
        block("Advice", [a.text for a in topic.advice[:_SHOWN_ADVICE]]),
        block("Data not received", _gap_lines(topic, reasoning)),
        block("Red flags answered", _answered(reasoning)),
        block("Sources", source_names(sources, knowledge)),
        data_date(reasoning),
    ]
    return "\n\n".join(block for block in blocks if block)


def block(title: str, lines: Iterable[str]) -> str:
    """A titled list; nothing without lines."""
    shown = [f"- {line}" for line in lines if line]
    return "\n".join([f"**{title}**", "", *shown]) if shown else ""


def _why(topic: Topic, reasoning: Reasoning, knowledge: Knowledge) -> list[str]:
    wanted = {c for w in topic.workups for c in w.causes} | {
        c for a in topic.cautions for c in a.causes
    }
    shown = [r for r in topic.causes if not wanted or r.cause in wanted] or list(topic.causes)
    lines = []
    for ranked in shown[:_SHOWN_CAUSES]:
        cause = knowledge.causes[ranked.cause]
        named = [named_finding(f, reasoning, knowledge) for f in ranked.supports[:_SHOWN_FINDINGS]]
        standing = "on record" if ranked.category is Category.ESTABLISHED else ranked.category.value
        lines.append(f"{capitalised(cause.label)} ({standing}): {', '.join(named)}".rstrip(": "))
    return lines


def _against(topic: Topic, reasoning: Reasoning, knowledge: Knowledge) -> list[str]:
    return [
        f"{capitalised(knowledge.causes[r.cause].label)}: "
        + ", ".join(named_finding(f, reasoning, knowledge) for f in r.against[:4])
        for r in topic.causes[:_SHOWN_CAUSES]
        if r.against
    ]


def _not_known(
    topic: Topic, reasoning: Reasoning, knowledge: Knowledge, asked: tuple[str, ...]
) -> list[str]:
    labels = dict.fromkeys(
        knowledge.findings[f].label for r in topic.causes[:2] for f in r.missing[:3]
    )
    lines = [label for label in labels if label not in asked]
    if reasoning.position_unknown(knowledge):
        lines.append("position and time of day (lying, night, rest): not recorded")
    return lines


def workup_line(planned: PlannedWorkup) -> str:
    """A suggested work-up, why, and what its result decides."""
    decides = f" {planned.workup.decides}" if planned.workup.decides else ""
    return f"{planned.workup.label}: {planned.because.rstrip('.')}.{decides}"


def _already(topic: Topic, reasoning: Reasoning) -> list[str]:
    lines = []
    for planned in topic.settled:
        if planned.status in {WorkupStatus.ALREADY_DONE, WorkupStatus.ALREADY_ORDERED}:
            state = "done" if planned.status is WorkupStatus.ALREADY_DONE else "ordered"
            lines.append(f"{planned.workup.label}: {state}{_evidence_date(planned, reasoning)}")
    return lines


def _evidence_date(planned: PlannedWorkup, reasoning: Reasoning) -> str:
    wanted = set(planned.evidence)
    dates = [e.date for e in reasoning.record.events if e.source in wanted and e.date is not None]
    dates += [
        m.date for m in reasoning.record.measurements if m.source in wanted and m.date is not None
    ]
    return f" on {day(max(dates))}" if dates else ""


def _not_now(settled: tuple[PlannedWorkup, ...]) -> list[str]:
    return [f"{w.workup.label}: {w.because}" for w in settled if w.status is WorkupStatus.WITHHELD]


def _gap_lines(topic: Topic, reasoning: Reasoning) -> list[str]:
    """Only where the missing data could change what this card says."""
    if not topic.workups:
        return []
    return [gap.effect for gap in reasoning.occasion.gaps if gap.effect]


def _answered(reasoning: Reasoning) -> list[str]:
    return [
        f"{capitalised(r.flag.label)}: its deciding test is ordered or done"
        for r in reasoning.flags
        if r.answered_by
    ]


def source_names(sources: Iterable[str], knowledge: Knowledge) -> list[str]:
    """Titles and years of at most five sources that may stand on cards."""
    known = [knowledge.sources[s] for s in dict.fromkeys(sources) if s in knowledge.sources]
    labels = [source_label(s) for s in known if stands_on_cards(s) or s.trust is Trust.SEED]
    return list(dict.fromkeys(labels))[:5]


def data_date(reasoning: Reasoning) -> str:
    """The last line of every detail."""
    return f"_Data as of {day(reasoning.occasion.as_of)}. For clinicians; not a diagnosis._"


def _finding_line(finding_id: str, reasoning: Reasoning, knowledge: Knowledge) -> str:
    return capitalised(named_finding(finding_id, reasoning, knowledge))


def named_finding(finding_id: str, reasoning: Reasoning, knowledge: Knowledge) -> str:
    """A finding with its value and date: "low potassium 2.9 mmol/L (3 Mar 2026)"."""
    finding = reasoning.findings.get(finding_id)
    label = knowledge.findings[finding_id].label
    if finding is None:
        return label
    said = label if finding.status is Status.PRESENT else f"no {label}"
    return f"{said}{_value(finding)}{_dated(finding)}"


def _value(finding: Finding) -> str:
    return f" {escaped(finding.value)}" if finding.value else ""


def _dated(finding: Finding) -> str:
    if finding.date is None:
        return ""
    provisional = ", provisional" if finding.provisional else ""
    return f" ({day(finding.date)}{provisional})"
