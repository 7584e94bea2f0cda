"""From the resources of one call to the record of one patient.

Each resource is read by its own type, whatever key it arrived under. One that cannot be read, or
that speaks of another patient, is named in ``skipped`` and hides nothing else. What is dated
after ``as_of`` has not happened yet and is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime

from cds_service.core.knowledge import Knowledge
from cds_service.core.record import PatientRecord, Setting, Supplied
from cds_service.fhir.access import Json, ReadingError
from cds_service.fhir.conditions import read_condition
from cds_service.fhir.context import Reading
from cds_service.fhir.dates import moment_of
from cds_service.fhir.drafts import read_drafts
from cds_service.fhir.encounters import Visit, read_encounter
from cds_service.fhir.family import read_family_history
from cds_service.fhir.meanings import Meanings
from cds_service.fhir.medications import read_medication
from cds_service.fhir.observations import read_observation
from cds_service.fhir.patient import Demographics, read_patient_resource
from cds_service.fhir.procedures_reports import read_procedure, read_report
from cds_service.fhir.questionnaires import read_response
from cds_service.fhir.references import NO_ID, id_of, is_about, name_of, type_of
from cds_service.fhir.requests import read_request
from cds_service.knowledge.lexicon import Lexicon
from cds_service.knowledge.terminology import Terminology


_LONG_AGO = datetime(1, 1, 2, tzinfo=UTC)

_READERS: dict[str, Callable[..., None]] = {
    "Condition": read_condition,
    "Observation": read_observation,
    "MedicationRequest": read_medication,
    "MedicationStatement": read_medication,
    "MedicationOrder": read_medication,
    "MedicationUsage": read_medication,
    "MedicationAdministration": read_medication,
    "MedicationDispense": read_medication,
    "Procedure": read_procedure,
    "DiagnosticReport": read_report,
    "ServiceRequest": read_request,
    "ProcedureRequest": read_request,
    "ReferralRequest": read_request,
    "DiagnosticOrder": read_request,
    "DeviceRequest": read_request,
    "QuestionnaireResponse": read_response,
}
_READ_BEFORE = frozenset({"Patient", "Encounter"})


def read_patient(
    supplied: Sequence[Supplied],
    *,
    patient_id: str,
    encounter_id: str,
    as_of: datetime,
    knowledge: Knowledge,
    terminology: Terminology,
    lexicon: Lexicon,
    meanings: Meanings | None = None,
) -> PatientRecord:
    """Everything that the supplied resources say of the patient at ``as_of``.

    Args:
        supplied: Resources with the key they came under; a Bundle among them is opened.
        patient_id: FHIR id of the patient of the call, with or without "Patient/".
        encounter_id: Of the call's context; empty when it has none.
        as_of: The instant of reasoning, with a time zone.
        knowledge: What is known.
        terminology: Its codes and units, indexed.
        lexicon: Its phrases, indexed.
        meanings: What earlier calls found with this terminology and lexicon.
    """
    patient_id = patient_id.removeprefix("Patient/")
    reading = Reading(
        patient_id=patient_id,
        as_of=as_of,
        knowledge=knowledge,
        terminology=terminology,
        lexicon=lexicon,
        meanings=meanings,
    )
    resources = _ours(reading, _distinct(_opened(supplied), as_of))
    person = _person(reading, resources)
    visits = _read_encounters(reading, resources, encounter_id.removeprefix("Encounter/"))
    for each in resources:
        _read(reading, each)
    now = _now(visits, encounter_id.removeprefix("Encounter/"))
    drafts = read_drafts(reading, resources)
    return PatientRecord(
        patient_id=patient_id,
        age=person.age,
        sex=person.sex,
        deceased=person.deceased,
        setting=Setting.UNKNOWN if now is None else now.setting,
        encounter_id=encounter_id.removeprefix("Encounter/") or ("" if now is None else now.id),
        statements=tuple(reading.statements),
        measurements=tuple(reading.measurements),
        events=tuple(reading.events),
        skipped=tuple(reading.skipped),
        drafts=drafts,
    )


def _opened(supplied: Iterable[Supplied]) -> Iterable[Supplied]:
    """Resources, with Bundles replaced by what is in them."""
    for each in supplied:
        if each.resource.get("resourceType") != "Bundle":
            yield each
            continue
        entries = each.resource.get("entry")
        if not isinstance(entries, list):
            yield each
            continue
        for entry in entries:
            inner = entry.get("resource") if isinstance(entry, dict) else None
            if isinstance(inner, dict):
                yield Supplied(each.key, inner, each.in_context)


def _distinct(supplied: Iterable[Supplied], as_of: datetime) -> list[tuple[str, Supplied]]:
    """One of each type and id, with its name: the context's own first, then the one updated last."""
    chosen: dict[str, Supplied] = {}
    nameless: list[tuple[str, Supplied]] = []
    for each in supplied:
        name = name_of(each.resource)
        if name.endswith(NO_ID):
            nameless.append((name, each))
            continue
        known = chosen.get(name)
        if known is None or _replaces(each, known, as_of):
            chosen[name] = each
    return [*chosen.items(), *nameless]


def _replaces(each: Supplied, known: Supplied, as_of: datetime) -> bool:
    if each.in_context != known.in_context:
        return each.in_context
    return _updated(each.resource, as_of) > _updated(known.resource, as_of)


def _updated(resource: Json, as_of: datetime) -> datetime:
    meta = resource.get("meta")
    try:
        return (
            moment_of(meta, "lastUpdated", as_of) if isinstance(meta, dict) else None
        ) or _LONG_AGO
    except ReadingError:
        return _LONG_AGO


def _ours(reading: Reading, supplied: list[tuple[str, Supplied]]) -> list[Supplied]:
    """Only what speaks of this patient, ready to be referred to; the rest is named."""
    ours: list[Supplied] = []
    for name, each in supplied:
        try:
            if _is_ours(each.resource, reading.patient_id):
                ours.append(each)
                reading.resources.setdefault(name, each.resource)
                if name.startswith("Questionnaire/"):
                    _index_questionnaire(reading, each.resource)
            else:
                reading.skip(each.resource, "speaks of another patient")
        except ReadingError as problem:
            reading.skip(each.resource, str(problem))
    return ours


def _is_ours(resource: Json, patient_id: str) -> bool:
    if resource.get("resourceType") == "Patient":
        return not patient_id or id_of(resource) in {"", patient_id}
    return is_about(resource, patient_id)


def _index_questionnaire(reading: Reading, resource: Json) -> None:
    if isinstance(resource.get("url"), str):
        reading.resources.setdefault(resource["url"], resource)


def _person(reading: Reading, resources: list[Supplied]) -> Demographics:
    for each in resources:
        if each.resource.get("resourceType") == "Patient":
            return read_patient_resource(reading, each.resource)
    return Demographics()


def _read_encounters(reading: Reading, resources: list[Supplied], context_id: str) -> list[Visit]:
    visits: list[Visit] = []
    encounters = [r.resource for r in resources if r.resource.get("resourceType") == "Encounter"]
    for encounter in encounters:
        try:
            visit = read_encounter(reading, encounter, context_id)
        except ReadingError as problem:
            reading.skip(encounter, str(problem))
            continue
        if visit is not None:
            visits.append(visit)
    return visits


def _now(visits: list[Visit], context_id: str) -> Visit | None:
    """The encounter of the context, else the one that began last and is open."""
    open_visits = [v for v in visits if v.open]
    named = [v for v in open_visits if context_id and v.id == context_id]
    return max(named or open_visits, key=lambda v: (v.start or _LONG_AGO, v.id), default=None)


def _read(reading: Reading, each: Supplied) -> None:
    """Read one resource; what was stated before a problem was met is taken back."""
    resource = each.resource
    kind = type_of(resource)
    if kind in _READ_BEFORE:
        return
    marks = (len(reading.statements), len(reading.measurements), len(reading.events))
    try:
        if kind == "FamilyMemberHistory":
            read_family_history(reading, resource)
        elif kind in _READERS:
            _READERS[kind](reading, resource, in_context=each.in_context)
        elif not kind:
            raise ReadingError("resourceType: missing")  # noqa: TRY301 (told like all other problems)
    except ReadingError as problem:
        del reading.statements[marks[0] :]
        del reading.measurements[marks[1] :]
        del reading.events[marks[2] :]
        reading.skip(resource, str(problem))
