"""Family history: it states findings about relatives, never about the patient."""

from __future__ import annotations

from cds_service.core.record import Channel, Statement, Subject
from cds_service.core.values import Status
from cds_service.fhir.access import Json, objects_of, status_of
from cds_service.fhir.codes import Concept, concept_of
from cds_service.fhir.context import Reading
from cds_service.fhir.dates import first_moment
from cds_service.fhir.references import name_of
from cds_service.knowledge.terminology import Kind


# Relationships without shared descent (HL7 v3 RoleCode).
_NOT_BY_DESCENT = frozenset(
    {
        "sps",
        "husb",
        "wife",
        "dompart",
        "signoth",
        "inlaw",
        "stpprn",
        "stpmth",
        "stpfth",
        "adoptp",
        "adoptm",
    }
    | {
        "adoptf",
        "fstprn",
        "nbor",
        "roomo",
        "frnd",
        "spouse",
        "husband",
        "wife",
        "partner",
        "friend",
    }
)


def read_family_history(reading: Reading, history: Json) -> None:
    """State the findings that a relative's illness makes.

    Raises:
        ReadingError: A member has a shape or a date that cannot be read.
    """
    if status_of(history) == "entered-in-error":
        return
    if set(concept_of(history, "relationship").words()) & _NOT_BY_DESCENT:
        return
    date = first_moment(history, reading.as_of, "date")
    if reading.is_future(date):
        return
    for condition in objects_of(history, "condition"):
        for cause, (how, definite) in _causes(reading, concept_of(condition, "code")).items():
            for finding in reading.terminology.family_findings.get(cause, ()):
                reading.statements.append(
                    Statement(
                        about=Subject.FINDING,
                        target=finding,
                        status=Status.PRESENT,
                        source=name_of(history),
                        how=how,
                        channel=Channel.FAMILY_HISTORY,
                        date=date,
                        definite=definite,
                    )
                )


def _causes(reading: Reading, concept: Concept) -> dict[str, tuple[str, bool]]:
    """Causes by code, then by words."""
    found: dict[str, tuple[str, bool]] = {}
    for target, how in reading.meanings.of(concept).targets:
        if target.kind is Kind.CAUSE:
            found.setdefault(target.id, (how, True))
    for words in (concept.text, *(c.display for c in concept.codings)):
        for hit in reading.lexicon.find_statements(words):
            if hit.about is Subject.CAUSE and hit.status is Status.PRESENT:
                found.setdefault(hit.target, (f"phrase '{hit.phrase}'", False))
    return found
