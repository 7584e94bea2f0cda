"""What conditions may ask about one patient: findings, diagnoses, results, and what was concluded.

``PatientFacts`` grows while the reasoning goes on: criteria before causes, causes before red
flags, red flags before the plan. A condition that asks for something not concluded yet gets the
cautious answer.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from cds_service.core.findings import Diagnosis, Finding
from cds_service.core.knowledge import Knowledge
from cds_service.core.measurements import Results, times_upper_limit
from cds_service.core.record import PatientRecord, WorkupEvent
from cds_service.core.values import Category, Status


# Kinds that describe how the patient is now; red flags see them only while they are current.
PASSING_KINDS = frozenset(
    {
        "symptom",
        "symptom-quality",
        "severity",
        "timing",
        "location",
        "radiation",
        "aggravating",
        "relieving",
        "sign",
        "impact",
    }
)


class CriteriaResult:
    """Range and result of a named criteria set."""

    __slots__ = ("high", "id", "known", "low", "met_at", "unknown")

    def __init__(
        self, id: str, low: int, high: int, met_at: int, known: int, unknown: tuple[str, ...]
    ) -> None:
        self.id = id
        self.low = low
        self.high = high
        self.met_at = met_at
        self.known = known
        self.unknown = unknown

    @property
    def result(self) -> str:
        """``met`` when the known points suffice, ``not-met`` when they cannot, else undetermined."""
        if self.low >= self.met_at:
            return "met"
        return "not-met" if self.high < self.met_at else "undetermined"


class PatientFacts:
    """Everything known and concluded of one patient, as conditions ask for it."""

    def __init__(
        self,
        record: PatientRecord,
        knowledge: Knowledge,
        as_of: datetime,
        findings: dict[str, Finding],
        diagnoses: dict[str, Diagnosis],
        results: Results,
    ) -> None:
        self.record = record
        self.knowledge = knowledge
        self.as_of = as_of
        self.findings = findings
        self.known = {id: found.status is Status.PRESENT for id, found in findings.items()}
        self.diagnoses = diagnoses
        self._active = {cause for cause, diagnosis in diagnoses.items() if diagnosis.active}
        self.results = results
        self.criteria: dict[str, CriteriaResult] = {}
        self.categories: dict[str, Category] = {}
        self.flags: set[str] = set()
        self.workups: dict[str, str] = {}
        self.keys = {id for id, present in self.known.items() if present}
        self.keys |= {f"cause:{cause}" for cause in diagnoses}
        self.keys |= {f"result:{analyte}" for analyte in results.analytes}
        self.events: dict[str, list[WorkupEvent]] = {}
        for event in record.events:
            self.events.setdefault(event.workup, []).append(event)

    def conclude_criteria(self, criteria: dict[str, CriteriaResult]) -> None:
        """Criteria sets have been evaluated."""
        self.criteria = criteria
        self.keys |= {f"criterion:{id}" for id in criteria}

    def conclude_category(self, cause: str, category: Category) -> None:
        """A cause has its place in the differential."""
        self.categories[cause] = category
        if category.standing >= Category.POSSIBLE.standing:
            self.keys.add(f"cause:{cause}")

    def conclude_flag(self, red_flag: str) -> None:
        """A red flag was raised."""
        self.flags.add(red_flag)
        self.keys.add(f"flag:{red_flag}")

    def conclude_workup(self, workup: str, state: str) -> None:
        """A work-up is ``done`` or ``ordered``."""
        self.workups[workup] = state
        self.keys.add(f"workup:{workup}")

    @property
    def age(self) -> int | None:
        """Age in years."""
        return self.record.age

    @property
    def sex(self) -> str:
        """Administrative gender."""
        return self.record.sex

    @property
    def setting(self) -> str:
        """Where the patient is now."""
        return self.record.setting.value

    def is_current(self, finding: str) -> bool:
        """The finding is present now."""
        found = self.findings.get(finding)
        return found is not None and found.current

    def known_for_days(self, finding: str) -> float | None:
        """Days since it was first known, for events of the past since the last one; None undated."""
        found = self.findings.get(finding)
        if found is None:
            return None
        passing = self.knowledge.findings[finding].kind in PASSING_KINDS
        moment = found.since if passing else found.latest
        return None if moment is None else (self.as_of - moment).total_seconds() / 86400

    def established(self, cause: str) -> bool:
        """An active recorded diagnosis."""
        return cause in self._active

    def reason_for_care(self, cause: str) -> bool:
        """The diagnosis is what the patient is seen for now."""
        diagnosis = self.diagnoses.get(cause)
        return diagnosis is not None and diagnosis.complaint

    def category(self, cause: str) -> Category:
        """Category in the differential so far."""
        if cause in self._active:
            return Category.ESTABLISHED
        return self.categories.get(cause, Category.NOT_ASSESSABLE)

    def possible_causes(self) -> set[str]:
        """Causes that are at least possible, or on record."""
        ranked = {c for c, g in self.categories.items() if g.standing >= Category.POSSIBLE.standing}
        return ranked | {cause for cause in self.diagnoses if self.established(cause)}

    def criterion_range(self, criterion: str) -> tuple[int, int]:
        """Known points, and points if all unknown items were present; wide open if not evaluated."""
        result = self.criteria.get(criterion)
        return (0, 1_000) if result is None else (result.low, result.high)

    def criterion_result(self, criterion: str) -> str:
        """``met``, ``not-met`` or ``undetermined``."""
        result = self.criteria.get(criterion)
        return "undetermined" if result is None else result.result

    def measured(self, analyte: str) -> tuple[Decimal, str] | None:
        """Deciding value and comparator."""
        return self.results.value(analyte)

    def times_limit(self, analyte: str) -> Decimal | None:
        """Deciding value as a multiple of the laboratory's upper limit."""
        result = self.results.highest(analyte)
        return None if result is None else times_upper_limit(result)

    def flagged(self, red_flag: str) -> bool:
        """The red flag was raised."""
        return red_flag in self.flags

    def workup_state(self, workup: str) -> str:
        """``done``, ``ordered`` or ``missing``."""
        return self.workups.get(workup, "missing")


class CurrentFacts(PatientFacts):
    """The same facts, but symptoms and signs that are not current count as unknown.

    Red flags look through this view: what was there months ago is not an emergency today.
    """

    def __init__(self, facts: PatientFacts) -> None:
        self.__dict__.update(facts.__dict__)
        kinds = facts.knowledge.findings
        self.known = {
            id: present
            for id, present in facts.known.items()
            if not present or facts.findings[id].current or kinds[id].kind not in PASSING_KINDS
        }
        stale = facts.known.keys() - self.known.keys()
        self.keys = facts.keys - stale
