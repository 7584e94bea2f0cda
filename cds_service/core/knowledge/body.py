"""All knowledge in one frozen value, with the indexes that a request needs."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TypeVar

import msgspec

from cds_service.core.knowledge.causes import Cause, CriteriaSet, supporting_findings
from cds_service.core.knowledge.entry import Source
from cds_service.core.knowledge.library import Conflict, Predisposition, Question, Scale
from cds_service.core.knowledge.observables import (
    Analyte,
    Drug,
    FindingDefinition,
    MeasuredRule,
)
from cds_service.core.knowledge.orders import OrderCheck, Screening, Treatment
from cds_service.core.knowledge.questionnaires import Questionnaire
from cds_service.core.knowledge.safety import Advice, Interlock, RedFlag
from cds_service.core.knowledge.workups import Indication, Withholding, Workup


_OfWorkup = TypeVar("_OfWorkup", Indication, Withholding)


class Knowledge(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """All clinical knowledge, loaded once, checked and indexed by id.

    The indexes below are made once, after loading, so that a request only touches what its
    findings bear on.
    """

    version: str
    scale: Scale
    sources: dict[str, Source]
    findings: dict[str, FindingDefinition]
    analytes: dict[str, Analyte]
    drugs: dict[str, Drug]
    causes: dict[str, Cause]
    criteria: dict[str, CriteriaSet]
    workups: dict[str, Workup]
    indications: dict[str, Indication]
    withholdings: dict[str, Withholding]
    red_flags: dict[str, RedFlag]
    interlocks: dict[str, Interlock]
    advice: dict[str, Advice]
    questions: dict[str, Question]
    conflicts: dict[str, Conflict]
    predispositions: dict[str, Predisposition]
    treatments: dict[str, Treatment]
    order_checks: dict[str, OrderCheck]
    screenings: dict[str, Screening]
    questionnaires: dict[str, Questionnaire] = {}

    @cached_property
    def findings_of_diagnosis(self) -> dict[str, tuple[str, ...]]:
        """Findings that a recorded diagnosis of a cause states."""
        index: dict[str, list[str]] = {}
        for finding in self.findings.values():
            for cause in finding.causes:
                index.setdefault(cause, []).append(finding.id)
        return {cause: tuple(ids) for cause, ids in index.items()}

    @cached_property
    def findings_of_age(self) -> tuple[FindingDefinition, ...]:
        """Findings that age decides."""
        return tuple(f for f in self.findings.values() if f.age_at_least is not None)

    @cached_property
    def ratios(self) -> tuple[Analyte, ...]:
        """Analytes that may be computed from two others."""
        return tuple(a for a in self.analytes.values() if a.ratio is not None)

    @cached_property
    def rules_of_analyte(self) -> dict[str, tuple[tuple[FindingDefinition, MeasuredRule], ...]]:
        """Findings that a result of an analyte decides, with the rule."""
        index: dict[str, list[tuple[FindingDefinition, MeasuredRule]]] = {}
        for finding in self.findings.values():
            for rule in finding.measured:
                index.setdefault(rule.analyte, []).append((finding, rule))
        return {analyte: tuple(rules) for analyte, rules in index.items()}

    @cached_property
    def _implications(self) -> dict[str, tuple[str, ...]]:
        index: dict[str, tuple[str, ...]] = {}
        for finding in self.findings:
            reached: dict[str, None] = {}
            open_ids = [finding]
            while open_ids:
                for implied in self.findings[open_ids.pop()].implies:
                    if implied != finding and implied not in reached:
                        reached[implied] = None
                        open_ids.append(implied)
            if reached:
                index[finding] = tuple(reached)
        return index

    def implied(self, finding: str) -> tuple[str, ...]:
        """Findings that are present whenever this one is."""
        return self._implications.get(finding, ())

    @cached_property
    def causes_of_finding(self) -> dict[tuple[str, bool], tuple[str, ...]]:
        """Ranked causes that the presence (True) or absence (False) of a finding may speak for."""
        index: dict[tuple[str, bool], dict[str, None]] = {}
        for cause in self.causes.values():
            if cause.role == "ranked":
                for key in supporting_findings(cause):
                    index.setdefault(key, {})[cause.id] = None
        return {key: tuple(causes) for key, causes in index.items()}

    @cached_property
    def order_of_causes(self) -> dict[str, int]:
        """Order of assessment: special cases before the broader causes that they belong to."""
        depth = dict.fromkeys(self.causes, 0)
        for _ in range(4):
            for cause in self.causes.values():
                for broader in cause.broader:
                    if broader in depth:
                        depth[broader] = max(depth[broader], depth[cause.id] + 1)
        ordered = sorted(depth, key=lambda cause: (depth[cause], cause))
        return {cause: position for position, cause in enumerate(ordered)}

    @cached_property
    def advice_of_cause(self) -> dict[str, tuple[tuple[int, Advice], ...]]:
        """Advice by cause, with its place in the files."""
        index: dict[str, list[tuple[int, Advice]]] = {}
        for position, advice in enumerate(self.advice.values()):
            for cause in advice.causes:
                index.setdefault(cause, []).append((position, advice))
        return {cause: tuple(found) for cause, found in index.items()}

    @cached_property
    def workups_of_analyte(self) -> dict[str, tuple[str, ...]]:
        """Work-ups that a result of an analyte may be."""
        index: dict[str, list[str]] = {}
        for workup in self.workups.values():
            for analyte in workup.analytes:
                index.setdefault(analyte, []).append(workup.id)
        return {analyte: tuple(found) for analyte, found in index.items()}

    @cached_property
    def indications_of_workup(self) -> dict[str, tuple[Indication, ...]]:
        """Indications by work-up."""
        return _grouped(self.indications.values())

    @cached_property
    def withholdings_of_workup(self) -> dict[str, tuple[Withholding, ...]]:
        """Withholdings by work-up."""
        return _grouped(self.withholdings.values())

    @cached_property
    def leg_causes(self) -> frozenset[str]:
        """Causes that are diseases of the legs themselves, not what predisposes to them."""
        return frozenset(
            cause.id
            for cause in self.causes.values()
            if cause.role == "ranked"
            and not cause.background
            and (cause.question != "systemic" or cause.symptomatic)
        )

    @cached_property
    def covered_by(self) -> dict[str, tuple[str, ...]]:
        """For each work-up, the larger ones whose result or order includes it."""
        index: dict[str, list[str]] = {}
        for workup in self.workups.values():
            for part in workup.covers:
                index.setdefault(part, []).append(workup.id)
        return {part: tuple(wholes) for part, wholes in index.items()}


def _grouped(entries: Iterable[_OfWorkup]) -> dict[str, tuple[_OfWorkup, ...]]:
    index: dict[str, list[_OfWorkup]] = {}
    for entry in entries:
        index.setdefault(entry.workup, []).append(entry)
    return {workup: tuple(found) for workup, found in index.items()}
