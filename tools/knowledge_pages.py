"""Writes docs/knowledge from the knowledge: a page for each cause, and one for each other kind.

    python -m tools.knowledge_pages [--check]

``--check`` writes nothing and fails when a page differs.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from cds_service.core.knowledge import Cause, Knowledge, Link
from cds_service.knowledge.loader import load_knowledge
from cds_service.knowledge.words import in_words


FOLDER = Path(__file__).resolve().parent.parent / "docs" / "knowledge"
_HEAD = "<!-- Generated from cds_service/knowledge/content by `make docs`. Do not edit. -->\n\n"


def pages(k: Knowledge) -> dict[str, str]:
    """Every page by its path below docs/knowledge."""
    made = {f"causes/{cause.id}.md": cause_page(cause, k) for cause in k.causes.values()}
    made |= {
        "index.md": index_page(k),
        "work-ups.md": workups_page(k),
        "medications.md": medications_page(k),
        "red-flags.md": red_flags_page(k),
        "interlocks-and-advice.md": interlocks_page(k),
        "thresholds.md": thresholds_page(k),
        "conflicts.md": conflicts_page(k),
        "sources.md": sources_page(k),
    }
    return {path: _HEAD + text.rstrip() + "\n" for path, text in made.items()}


def cause_page(cause: Cause, k: Knowledge) -> str:
    """One cause: what speaks for and against it, and what follows."""
    question = k.questions[cause.question].label
    parts = [
        f"# {cause.label[:1].upper()}{cause.label[1:]}",
        f"`{cause.id}` · {cause.kind} · question: {question} · {cause.prior}",
        cause.explanation,
        _line("Hallmark", in_words(cause.requires, k) if cause.requires else ""),
        _line("Criteria", k.criteria[cause.criterion].label if cause.criterion else ""),
        _line("Likely when", in_words(cause.likely_when, k) if cause.likely_when else ""),
        _line("Unlikely when", in_words(cause.excluded_when, k) if cause.excluded_when else ""),
        _line(
            "Considered when", in_words(cause.considered_when, k) if cause.considered_when else ""
        ),
        _line("Part of", ", ".join(k.causes[b].label for b in cause.broader)),
        _evidence(cause, k),
        _section("Work-ups", _workups_of(cause, k)),
        _section(
            "Red flags",
            (f"{f.label} (`{f.id}`)" for f in k.red_flags.values() if cause.id in f.suspected),
        ),
        _section("Advice", (a.text for a in k.advice.values() if cause.id in a.causes)),
        _section("Sources", (_cite(s, k) for s in cause.sources)),
        _line("Note", cause.note),
    ]
    return _joined(parts)


def _evidence(cause: Cause, k: Knowledge) -> str:
    if not cause.evidence:
        return ""
    rows = [_evidence_row(link, k) for link in cause.evidence]
    head = "| finding | present | absent | group | sources |\n|---|---|---|---|---|\n"
    return "## Evidence\n\n" + head + "\n".join(rows)


def _evidence_row(link: Link, k: Knowledge) -> str:
    name = k.findings[link.finding].label if link.finding else f"{link.label}"
    cells = (
        name,
        _weight(link.lr, link.weight, link.present_points),
        _weight(link.lr_absent, link.weight_absent, link.absent_points),
        link.group,
        ", ".join(link.sources),
    )
    return "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |"


def _weight(ratio: str, weight: str, points: float) -> str:
    if not points:
        return ""
    direction = "for" if points > 0 else "against"
    return f"{direction}, LR {ratio}" if ratio else f"{direction}, {weight}"


def _workups_of(cause: Cause, k: Knowledge) -> Iterable[str]:
    for indication in k.indications.values():
        if cause.id in indication.causes:
            yield (
                f"{k.workups[indication.workup].label} ({indication.priority.value}) when "
                f"{in_words(indication.when, k)}: {indication.because} [{', '.join(indication.sources)}]"
            )


def index_page(k: Knowledge) -> str:
    """All pages, causes by clinical question."""
    parts = ["# Clinical knowledge", f"{len(k.causes)} causes, {len(k.findings)} findings."]
    for question in k.questions.values():
        causes = sorted(
            (c for c in k.causes.values() if c.question == question.id), key=lambda c: c.label
        )
        parts.append(_section(question.label, (f"[{c.label}](causes/{c.id}.md)" for c in causes)))
    others = (
        "work-ups",
        "medications",
        "red-flags",
        "interlocks-and-advice",
        "thresholds",
        "conflicts",
        "sources",
    )
    parts.append(_section("More", (f"[{name.replace('-', ' ')}]({name}.md)" for name in others)))
    return _joined(parts)


def workups_page(k: Knowledge) -> str:
    """Every work-up: when, when not, how long a result counts."""
    parts = ["# Work-ups"]
    for w in k.workups.values():
        codes = ", ".join(f"{c.system} {c.code}" for c in w.order)
        valid = "ever" if w.valid_for.ever else f"{w.valid_for.in_days:.0f} days"
        lines = [f"counts for {valid} ({w.valid_for_source})", w.decides]
        lines += [
            f"when {in_words(i.when, k)}: {i.because} [{', '.join(i.sources)}]"
            for i in k.indications_of_workup.get(w.id, ())
        ]
        lines += [
            f"**not** when {in_words(h.when, k)}: {h.because} [{', '.join(h.sources)}]"
            for h in k.withholdings_of_workup.get(w.id, ())
        ]
        parts.append(_section(w.label, [f"`{w.id}` · {codes}", *lines]))
    return _joined(parts)


def medications_page(k: Knowledge) -> str:
    """Drug classes and how they are recognised."""
    parts = ["# Medications"]
    for drug in k.drugs.values():
        lines = [
            f"states `{drug.finding}`",
            f"ATC {', '.join(drug.atc)}" if drug.atc else "",
            f"names: {', '.join(drug.names)}" if drug.names else "",
            f"never: {', '.join(drug.never)}" if drug.never else "",
            drug.note,
        ]
        parts.append(_section(drug.label, lines))
    return _joined(parts)


def red_flags_page(k: Knowledge) -> str:
    """Every red flag with its triggers."""
    parts = ["# Red flags"]
    for flag in k.red_flags.values():
        lines = [f"`{flag.id}`: {flag.summary}", flag.detail]
        lines += [
            f"**{level.urgency.value}** when {in_words(level.when, k)}" for level in flag.levels
        ]
        lines += [f"suspected: {', '.join(k.causes[c].label for c in flag.suspected)}"]
        lines += [f"sources: {', '.join(flag.sources)}", flag.note]
        parts.append(_section(flag.label, lines))
    return _joined(parts)


def interlocks_page(k: Knowledge) -> str:
    """Safety rules, and the advice that they hold back."""
    parts = ["# Interlocks and advice", "## Interlocks"]
    for lock in k.interlocks.values():
        lines = [
            f"`{lock.id}` when {in_words(lock.when, k)}",
            lock.says,
            f"sources: {', '.join(lock.sources)}",
        ]
        parts.append(_section(lock.label, lines, level=3))
    parts.append("## Advice")
    for advice in k.advice.values():
        lines = [
            f"`{advice.id}` for {', '.join(k.causes[c].label for c in advice.causes)}",
            advice.text,
            f"withheld by {', '.join(advice.withheld_by)}; then: {advice.instead or 'nothing'}"
            if advice.withheld_by
            else "",
            f"sources: {', '.join(advice.sources)}",
        ]
        parts.append(_section(advice.label, lines, level=3))
    return _joined(parts)


def thresholds_page(k: Knowledge) -> str:
    """Every limit at which a result becomes a finding."""
    rows = []
    for finding in k.findings.values():
        for rule in finding.measured:
            limits = [
                f"{name} {getattr(rule, name.replace(' ', '_'))}"
                for name in ("above", "at least", "below", "at most")
                if getattr(rule, name.replace(" ", "_"))
            ]
            limits += [f"laboratory's own range: {rule.range}"] if rule.range else []
            limits += [f"over {rule.times_limit} x upper limit"] if rule.times_limit else []
            limits += ["age-adjusted over 50"] if rule.age_adjusted else []
            analyte = k.analytes[rule.analyte]
            rows.append(
                f"| {finding.label} | {analyte.label} | {', '.join(limits)} | {analyte.unit} | {rule.source} |"
            )
    head = "| finding | result | limit | unit | source |\n|---|---|---|---|---|\n"
    return "# Thresholds\n\n" + head + "\n".join(rows)


def conflicts_page(k: Knowledge) -> str:
    """Where sources disagree, what the service does, and why."""
    parts = ["# Conflicts between sources"]
    for conflict in k.conflicts.values():
        lines = [f"safety impact: {conflict.safety_impact}"]
        lines += [f"{side.position} ({side.source})" for side in conflict.sides]
        lines += [
            f"guideline: {conflict.guideline}" if conflict.guideline else "",
            f"**the service**: {conflict.resolution}",
            f"enacted by: {', '.join(conflict.implemented_by)}" if conflict.implemented_by else "",
        ]
        parts.append(_section(conflict.title, lines))
    return _joined(parts)


def sources_page(k: Knowledge) -> str:
    """The register of sources."""
    rows = [
        f"| {s.id} | {s.title} | {s.publisher} | {s.year} | {s.trust.value} | {s.url} |"
        for s in k.sources.values()
    ]
    head = "| id | title | publisher | year | trust | address |\n|---|---|---|---|---|---|\n"
    return "# Sources\n\n" + head + "\n".join(rows)


def _cite(source: str, k: Knowledge) -> str:
    return f"{source}: {k.sources[source].title}" if source in k.sources else source


def _line(title: str, text: str) -> str:
    return f"**{title}**: {text}" if text else ""


def _section(title: str, lines: Iterable[str], level: int = 2) -> str:
    shown = [f"- {' '.join(line.split())}" for line in lines if line]
    return f"{'#' * level} {title}\n\n" + "\n".join(shown) if shown else ""


def _joined(parts: Iterable[str]) -> str:
    return "\n\n".join(part for part in parts if part)


def differences(k: Knowledge) -> list[str]:
    """Pages that are missing, stale or left over."""
    wanted = pages(k)
    found = {p.relative_to(FOLDER).as_posix(): p.read_text() for p in FOLDER.rglob("*.md")}
    stale = [path for path, text in wanted.items() if found.get(path) != text]
    return sorted([*stale, *(path for path in found if path not in wanted)])


def write(k: Knowledge) -> None:
    """Make docs/knowledge what the knowledge says."""
    wanted = pages(k)
    for path in FOLDER.rglob("*.md"):
        if path.relative_to(FOLDER).as_posix() not in wanted:
            path.unlink()
    for name, text in wanted.items():
        target = FOLDER / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)


def main() -> int:
    """Write, or check with ``--check``."""
    knowledge = load_knowledge()
    if "--check" not in sys.argv:
        write(knowledge)
        return 0
    stale = differences(knowledge)
    print("\n".join(stale) or "docs/knowledge is up to date")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
