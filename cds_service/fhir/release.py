"""The FHIR release that a client speaks, told by the shapes of what it sent.

Records mix releases (clients that moved half-way, test data written by hand), so single members vote
and the most votes win. A member that several releases share votes for all of them. Without any
vote, or with a tie, it is R4: of all clients most speak it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum

from cds_service.fhir.access import Json


class Release(StrEnum):
    """A FHIR release whose resources are read here; drafts are written in the same."""

    DSTU2 = "DSTU2"
    STU3 = "STU3"
    R4 = "R4"
    R4B = "R4B"
    R5 = "R5"


_LOOKED_AT = 3  # resources of each type
_TIES = (Release.R4, Release.STU3, Release.R5, Release.DSTU2)
_Releases = tuple[Release, ...]
_DSTU2, _STU3, _R4, _R5 = (Release.DSTU2,), (Release.STU3,), (Release.R4,), (Release.R5,)
_FROM_R4 = (*_R4, *_R5)
_UNTIL_STU3 = (*_DSTU2, *_STU3)
_NOT_R5 = (*_UNTIL_STU3, *_R4)
# Shapes of a member's value; any other name is a member of the value, or of its first entry
# ("concept" and "reference" are those of an R5 CodeableReference).
_ANY, _TEXT, _OBJECT, _LIST = "any", "text", "object", "list"
_Marks = dict[str, dict[str, _Releases]]

_CODEABLE_REFERENCE: dict[str, _Releases] = {"concept": _R5, "reference.reference": _R5}
_DRUG: _Marks = {
    "medication": _CODEABLE_REFERENCE,
    "medicationCodeableConcept": {_ANY: _NOT_R5},
    "medicationReference": {_ANY: _NOT_R5},
    "reason": _CODEABLE_REFERENCE,
    "patient": {_ANY: _DSTU2},
}
_ENCOUNTERED: _Marks = {
    "encounter": {_ANY: (*_DSTU2, *_FROM_R4)},
    "context": {_ANY: _STU3},
}
_ORDER: _Marks = {"code": _CODEABLE_REFERENCE, "reason": _CODEABLE_REFERENCE}
_MARKS: dict[str, _Marks] = {
    "Condition": _ENCOUNTERED
    | {
        "clinicalStatus": {_TEXT: _UNTIL_STU3, _OBJECT: _FROM_R4},
        "patient": {_ANY: _DSTU2},
        "dateRecorded": {_ANY: _DSTU2},
        "assertedDate": {_ANY: _STU3},
        "recordedDate": {_ANY: _FROM_R4},
        "participant": {_ANY: _R5},
    },
    "Observation": _ENCOUNTERED
    | {"category": {_OBJECT: _DSTU2}, "interpretation": {_OBJECT: _UNTIL_STU3}},
    "Encounter": {
        "class": {_TEXT: _DSTU2, _LIST: _R5, _OBJECT: (*_STU3, *_R4)},
        "patient": {_ANY: _DSTU2},
        "reason": {"coding": _UNTIL_STU3, "text": _UNTIL_STU3, "value": _R5} | _CODEABLE_REFERENCE,
        "reasonCode": {_ANY: _R4},
        "actualPeriod": {_ANY: _R5},
        "period": {_ANY: _NOT_R5},
    },
    "MedicationRequest": _DRUG | _ENCOUNTERED,
    "MedicationStatement": _DRUG
    | {"taken": {_ANY: _STU3}, "wasNotTaken": {_ANY: _DSTU2}, "adherence": {_ANY: _R5}},
    "MedicationAdministration": _DRUG,
    "MedicationDispense": _DRUG,
    "MedicationOrder": {"resourceType": {_ANY: _DSTU2}},
    "DiagnosticOrder": {"resourceType": {_ANY: _DSTU2}},
    "DeviceUseRequest": {"resourceType": {_ANY: _DSTU2}},
    "ReferralRequest": {"resourceType": {_ANY: _UNTIL_STU3}, "patient": {_ANY: _DSTU2}},
    "ProcedureRequest": {
        "resourceType": {_ANY: _UNTIL_STU3},
        "intent": {_ANY: _STU3},
        "context": {_ANY: _STU3},
        "orderedOn": {_ANY: _DSTU2},
        "reasonCodeableConcept": {_ANY: _DSTU2},
    },
    "ServiceRequest": _ORDER | {"resourceType": {_ANY: _FROM_R4}, "reasonCode": {_ANY: _R4}},
    "DeviceRequest": _ORDER | {"codeCodeableConcept": {_ANY: (*_STU3, *_R4)}},
    "Procedure": _ENCOUNTERED
    | {
        "notPerformed": {_ANY: _DSTU2},
        "notDone": {_ANY: _STU3},
        "performedDateTime": {_ANY: _NOT_R5},
        "performedPeriod": {_ANY: _NOT_R5},
        "occurrenceDateTime": {_ANY: _R5},
        "occurrencePeriod": {_ANY: _R5},
    },
    "DiagnosticReport": _ENCOUNTERED | {"codedDiagnosis": {_ANY: _UNTIL_STU3}},
    "QuestionnaireResponse": {
        "group": {_ANY: _DSTU2},
        "questionnaire": {_OBJECT: _UNTIL_STU3, _TEXT: _FROM_R4},
        "context": {_ANY: _STU3},
    },
}


def release_of(resources: Iterable[Json]) -> Release:
    """The release that the first few resources of each type speak for; R4 when they say nothing."""
    votes: Counter[Release] = Counter()
    seen: Counter[str] = Counter()
    for resource in resources:
        kind = resource.get("resourceType")
        if not isinstance(kind, str) or kind not in _MARKS or seen[kind] >= _LOOKED_AT:
            continue
        seen[kind] += 1
        for member, shapes in _MARKS[kind].items():
            if resource.get(member) is not None:
                votes.update(_voted(resource[member], shapes))
    return max(_TIES, key=lambda release: votes[release])


def _voted(value: object, shapes: dict[str, _Releases]) -> _Releases:
    if _ANY in shapes:
        return shapes[_ANY]
    shape = _shape(value)
    first = value[0] if isinstance(value, list) and value else value
    if isinstance(first, dict):
        return next((shapes[s] for s in shapes if _has(first, s)), shapes.get(shape, ()))
    return shapes.get(shape, ())


def _shape(value: object) -> str:
    if isinstance(value, list):
        return _LIST
    return _OBJECT if isinstance(value, dict) else _TEXT


def _has(value: Json, path: str) -> bool:
    """A member is there; for ``a.b``, also the member of an object in it."""
    name, _, inner = path.partition(".")
    found = value.get(name)
    return isinstance(found, dict) and inner in found if inner else found is not None
