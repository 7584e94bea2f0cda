"""The search parameters of each type that is served here (R4 search parameter registry)."""

from __future__ import annotations

from enum import Enum

import msgspec


class Kind(Enum):
    """How the values of a parameter are compared; the names are those of FHIR."""

    TOKEN = "token"  # noqa: S105 (a kind of parameter)
    REFERENCE = "reference"
    DATE = "date"
    STRING = "string"
    URI = "uri"


class Parameter(msgspec.Struct, frozen=True):
    """One search parameter: its kind, the members that it looks at, and the types it may refer to."""

    kind: Kind
    members: tuple[str, ...]
    targets: tuple[str, ...] = ()


def _token(*members: str) -> Parameter:
    return Parameter(Kind.TOKEN, members)


def _date(*members: str) -> Parameter:
    return Parameter(Kind.DATE, members)


def _string(*members: str) -> Parameter:
    return Parameter(Kind.STRING, members)


def _reference(member: str, *targets: str) -> Parameter:
    return Parameter(Kind.REFERENCE, (member,), targets)


_SUBJECT = {
    "patient": _reference("subject", "Patient"),
    "subject": _reference("subject", "Patient"),
}
_PATIENT = {"patient": _reference("patient", "Patient")}
_ENCOUNTER = {"encounter": _reference("encounter", "Encounter")}
_STATUS = {"status": _token("status")}
_CODE = {"code": _token("code")}
_CATEGORY = {"category": _token("category")}
_CONDITION_STATUS = {
    "clinical-status": _token("clinicalStatus"),
    "verification-status": _token("verificationStatus"),
}
_ALL = {"_id": _token("id"), "identifier": _token("identifier")}

# By type: what the sandbox serves, and what we publish ourselves.
SANDBOX: dict[str, dict[str, Parameter]] = {
    "Patient": {
        "name": _string("name"),
        "family": _string("name.family"),
        "given": _string("name.given"),
        "gender": _token("gender"),
        "birthdate": _date("birthDate"),
        "active": _token("active"),
    },
    "Condition": _SUBJECT
    | _ENCOUNTER
    | _CODE
    | _CATEGORY
    | _CONDITION_STATUS
    | {"onset-date": _date("onsetDateTime", "onsetPeriod"), "recorded-date": _date("recordedDate")},
    "Observation": _SUBJECT
    | _ENCOUNTER
    | _CODE
    | _CATEGORY
    | _STATUS
    | {"date": _date("effectiveDateTime", "effectivePeriod", "effectiveInstant")},
    "Encounter": _SUBJECT
    | _STATUS
    | {
        "date": _date("period"),
        "class": _token("class"),
        "type": _token("type"),
        "reason-code": _token("reasonCode"),
    },
    "MedicationRequest": _SUBJECT
    | _ENCOUNTER
    | _STATUS
    | _CATEGORY
    | {
        "code": _token("medicationCodeableConcept"),
        "authoredon": _date("authoredOn"),
        "intent": _token("intent"),
    },
    "MedicationStatement": _SUBJECT
    | _STATUS
    | _CATEGORY
    | {
        "code": _token("medicationCodeableConcept"),
        "effective": _date("effectiveDateTime", "effectivePeriod"),
    },
    "Procedure": _SUBJECT
    | _ENCOUNTER
    | _CODE
    | _CATEGORY
    | _STATUS
    | {"date": _date("performedDateTime", "performedPeriod")},
    "DiagnosticReport": _SUBJECT
    | _ENCOUNTER
    | _CODE
    | _CATEGORY
    | _STATUS
    | {"date": _date("effectiveDateTime", "effectivePeriod"), "issued": _date("issued")},
    "ServiceRequest": _SUBJECT
    | _ENCOUNTER
    | _CODE
    | _CATEGORY
    | _STATUS
    | {"authored": _date("authoredOn"), "intent": _token("intent")},
    "QuestionnaireResponse": _SUBJECT
    | _ENCOUNTER
    | _STATUS
    | {"authored": _date("authored"), "questionnaire": _token("questionnaire")},
    "FamilyMemberHistory": _PATIENT
    | _STATUS
    | {"date": _date("date"), "relationship": _token("relationship")},
    "AllergyIntolerance": _PATIENT
    | _CODE
    | _CATEGORY
    | _CONDITION_STATUS
    | {"date": _date("recordedDate")},
    "Immunization": _PATIENT
    | _STATUS
    | {"date": _date("occurrenceDateTime"), "vaccine-code": _token("vaccineCode")},
}
PUBLISHED: dict[str, dict[str, Parameter]] = {
    "Questionnaire": {
        "url": Parameter(Kind.URI, ("url",)),
        "version": _token("version"),
        "status": _token("status"),
        "title": _string("title"),
        "code": _token("item.item.code"),
        "date": _date("date"),
    },
}
for _parameters in (*SANDBOX.values(), *PUBLISHED.values()):
    _parameters |= _ALL
