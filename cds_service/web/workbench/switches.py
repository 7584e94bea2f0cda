"""The controls of "What if": findings and results of the record, and those that would matter."""

from __future__ import annotations

from typing import Any

import msgspec

from cds_service.core.knowledge import Analyte, Knowledge
from cds_service.core.measurements import Results
from cds_service.web.workbench.changes import recorded_lab, recorded_status
from cds_service.web.workbench.trying import Try


Json = dict[str, Any]


class Switch(msgspec.Struct, frozen=True, kw_only=True):
    """One finding with three positions; ``counts`` is what it is in the answer.

    That is another position than the switch stands in where something else took the finding along:
    a result that it is read from, or a part that was set aside.
    """

    id: str
    label: str
    recorded: str
    now: str
    counts: str
    fixed: bool

    @property
    def changed(self) -> bool:
        """It stands elsewhere than the record says."""
        return self.recorded != self.now


class LabSwitch(msgspec.Struct, frozen=True, kw_only=True):
    """One laboratory result."""

    id: str
    label: str
    value: str
    unit: str
    units: tuple[tuple[str, str], ...]
    recorded: str
    changed: bool


class Switches(msgspec.Struct, frozen=True, kw_only=True):
    """All controls, in an order that does not change while one switches."""

    recorded: tuple[Switch, ...]
    asked: tuple[Switch, ...]
    added: tuple[Switch, ...]
    labs: tuple[LabSwitch, ...]
    all_findings: tuple[str, ...]
    all_analytes: tuple[tuple[str, str], ...]


def switches_of(tried: Try, knowledge: Knowledge) -> Switches:
    """The controls for a try."""
    recorded = sorted(tried.recorded.findings, key=lambda f: knowledge.findings[f].label)
    asked = _asked(tried)
    listed = {*recorded, *asked}
    added = [id for id in tried.changes.findings if id not in listed]
    return Switches(
        recorded=tuple(_switch(id, tried, knowledge) for id in recorded),
        asked=tuple(_switch(id, tried, knowledge) for id in asked),
        added=tuple(_switch(id, tried, knowledge) for id in added),
        labs=_labs(tried, knowledge),
        all_findings=tuple(sorted(f.label for f in knowledge.findings.values())),
        all_analytes=tuple(sorted((a.label, a.id) for a in knowledge.analytes.values() if a.codes)),
    )


def _asked(tried: Try) -> list[str]:
    """What the causes miss: those of the record first, so that they stay in place."""
    known = tried.recorded.findings
    before = [f for r in tried.recorded.differential for f in r.missing]
    now = [f for r in tried.outcome.reasoning.differential for f in r.missing]
    return [f for f in dict.fromkeys([*before, *now]) if f not in known]


def _switch(id: str, tried: Try, knowledge: Knowledge) -> Switch:
    recorded = recorded_status(tried.recorded, id)
    return Switch(
        id=id,
        label=knowledge.findings[id].label,
        recorded=recorded.value,
        now=tried.changes.findings.get(id, recorded).value,
        counts=recorded_status(tried.outcome.reasoning, id).value,
        fixed=knowledge.findings[id].age_at_least is not None,
    )


def _labs(tried: Try, knowledge: Knowledge) -> tuple[LabSwitch, ...]:
    reasoning = tried.recorded
    results = Results(reasoning.record, knowledge, reasoning.occasion.as_of)
    measured = {r.analyte for r in reasoning.record.measurements} & set(results.analytes)
    ids = sorted(measured, key=lambda a: knowledge.analytes[a].label)
    ids += [id for id in tried.changes.labs if id not in measured]
    return tuple(_lab(knowledge.analytes[id], results, tried) for id in ids)


def _lab(analyte: Analyte, results: Results, tried: Try) -> LabSwitch:
    recorded = recorded_lab(results, analyte.id)
    now = tried.changes.labs.get(analyte.id, recorded)
    unit = now.unit or recorded.unit or analyte.unit
    units = dict.fromkeys([unit, analyte.unit, *(u.unit for u in analyte.units)])
    return LabSwitch(
        id=analyte.id,
        label=analyte.label,
        value=now.value,
        unit=unit,
        units=tuple((each, _spoken(each)) for each in units),
        recorded=f"{recorded.value} {_spoken(recorded.unit)}".strip() if recorded.value else "",
        changed=analyte.id in tried.changes.labs,
    )


def _spoken(unit: str) -> str:
    """A unit that is nothing but an annotation (``{ratio}``) without its braces."""
    return unit[1:-1] if unit.startswith("{") and unit.endswith("}") else unit
