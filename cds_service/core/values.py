"""The words that every other module of the core is built from."""

from __future__ import annotations

from enum import Enum, IntEnum

import msgspec


class Status(Enum):
    """Whether a finding is there. What nobody stated is unknown, and unknown is never absent."""

    PRESENT = "present"
    ABSENT = "absent"
    UNKNOWN = "unknown"

    __hash__ = object.__hash__  # members are single objects; Enum's own hash is slow


class Category(Enum):
    """How a cause stands in the differential. Nothing is calibrated, so there are no percentages."""

    ESTABLISHED = "established"
    LIKELY = "likely"
    POSSIBLE = "possible"
    UNLIKELY = "unlikely"
    NOT_ASSESSABLE = "not-assessable"

    standing: int
    __hash__ = object.__hash__

    def __init__(self, word: str) -> None:
        """``standing``: higher is more certain; for sorting and ``at-least`` comparisons."""
        order = ("not-assessable", "unlikely", "possible", "likely", "established")
        self.standing = order.index(word)


class Urgency(Enum):
    """Urgency of a red flag, by mainstream guidance."""

    EMERGENCY_NOW = "emergency-now"
    SAME_DAY_URGENT = "same-day-urgent"
    PROMPT = "prompt"

    @property
    def standing(self) -> int:
        """Higher is more urgent."""
        return {"emergency-now": 3, "same-day-urgent": 2, "prompt": 1}[self.value]


class Priority(Enum):
    """FHIR request priority of a suggested order."""

    STAT = "stat"
    URGENT = "urgent"
    ROUTINE = "routine"

    @property
    def standing(self) -> int:
        """Higher is more urgent."""
        return {"stat": 3, "urgent": 2, "routine": 1}[self.value]


class WorkupStatus(Enum):
    """What became of a work-up in the plan."""

    SUGGESTED = "suggested"
    ALREADY_DONE = "already-done"
    ALREADY_ORDERED = "already-ordered"
    WITHHELD = "withheld"
    NOT_INDICATED = "not-indicated"


class Strength(IntEnum):
    """Ordinal weight of evidence, in tenths of a decimal log-odds unit.

    For evidence without a published likelihood ratio. 7 corresponds to a likelihood ratio
    near 5, 4 near 2.5, 2 near 1.6 (points = 10 x log10 LR; McGee 2002, MCG-01).
    """

    WEAK = 2
    MODERATE = 4
    STRONG = 7


class Period(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A length of time as a clinician writes it: ``{months: 12}``, ``{days: 14}``, ``{ever: true}``."""

    days: int = 0
    months: int = 0
    ever: bool = False

    @property
    def in_days(self) -> float:
        """The period in days; a month counts 30.44 days; ``ever`` is infinite."""
        return float("inf") if self.ever else self.days + 30.44 * self.months


class Coding(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A code in a code system. In knowledge files ``system`` is a short name (SNOMED, LOINC ...)."""

    system: str
    code: str
    display: str = ""


# Short names that knowledge files use for code systems, and the URIs that FHIR uses.
FINDING_SYSTEM = "https://leg-pain-cds.example/fhir/CodeSystem/finding"
SYSTEM_URIS = {
    "SNOMED": "http://snomed.info/sct",
    "LOINC": "http://loinc.org",
    "ICD-10-CM": "http://hl7.org/fhir/sid/icd-10-cm",
    "RxNorm": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "ATC": "http://www.whocc.no/atc",
    "CPT": "http://www.ama-assn.org/go/cpt",
    "HCPCS": "urn:oid:2.16.840.1.113883.6.285",
    "finding": FINDING_SYSTEM,
}
