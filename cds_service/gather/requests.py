"""A bare patient Bundle (a file, an export, a transaction) as a request, of patient-view or another hook.

The Bundle is taken for the whole record: every prefetch key is supplied, possibly empty.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any, cast

from cds_service.core.errors import InvalidRequestError
from cds_service.gather.prefetch import Json, resources_of


_KEY_OF_TYPE = {
    "Condition": "conditions",
    "MedicationRequest": "medicationRequests",
    "Medication": "medicationRequests",
    "MedicationStatement": "medicationStatements",
    "MedicationOrder": "medicationStatements",
    "MedicationUsage": "medicationStatements",
    "MedicationDispense": "medicationStatements",
    "MedicationAdministration": "medicationStatements",
    "Observation": "findings",
    "Encounter": "encounters",
    "Procedure": "procedures",
    "DiagnosticReport": "reports",
    "ServiceRequest": "serviceRequests",
    "QuestionnaireResponse": "questionnaireResponses",
    "Questionnaire": "questionnaireResponses",
    "FamilyMemberHistory": "familyHistory",
}
_KEY_OF_CATEGORY = {
    "laboratory": "laboratory",
    "social-history": "socialHistory",
    "vital-signs": "vitalSigns",
    "vital-sign": "vitalSigns",
}
_LIST_KEYS = tuple(dict.fromkeys((*_KEY_OF_TYPE.values(), *_KEY_OF_CATEGORY.values())))
_OPEN = frozenset({"in-progress", "arrived", "triaged", "onleave", "on-hold"})


def request_from_bundle(
    bundle: Json,
    as_of: str = "",
    user: str = "Practitioner/example",
    hook: str = "patient-view",
    context: Json | None = None,
) -> Json:
    """A request about the first Patient in ``bundle``, asked by ``user``.

    ``context`` holds what the hook brings beside user, patient and encounter. References by ``urn:uuid`` are resolved to ``Type/id``. ``as_of`` (RFC 3339) becomes the extension
    that sets the instant of the reasoning.

    Raises:
        InvalidRequestError: No Bundle, or no Patient with an id in it.
    """
    if bundle.get("resourceType") != "Bundle" or not isinstance(bundle.get("entry"), list):
        raise InvalidRequestError("Neither a CDS Hooks request nor a Bundle with entries.")
    resources = list(resources_of(_with_plain_references(bundle)))
    patient = _patient(resources)
    request: Json = {
        "hook": hook,
        "hookInstance": "00000000-0000-4000-8000-000000000000",
        "context": {"userId": user, "patientId": patient["id"]}
        | _open_encounter(resources)
        | (context or {}),
        "prefetch": {"patient": patient} | _sorted_into_keys(resources),
    }
    if as_of:
        request["extension"] = {"org.leg-pain-cds.as-of": as_of}
    return request


def _patient(resources: list[Json]) -> Json:
    for resource in resources:
        if resource["resourceType"] == "Patient" and isinstance(resource.get("id"), str):
            return resource
    raise InvalidRequestError("The Bundle holds no Patient with an id.")


def _sorted_into_keys(resources: list[Json]) -> dict[str, Json]:
    entries: dict[str, list[Json]] = {key: [] for key in _LIST_KEYS}
    for resource in resources:
        key = _key_of(resource)
        if key:
            entries[key].append({"resource": resource})
    return {
        key: {"resourceType": "Bundle", "type": "searchset", "entry": found}
        for key, found in entries.items()
    }


def _key_of(resource: Json) -> str:
    key = _KEY_OF_TYPE.get(resource["resourceType"], "")
    if resource["resourceType"] != "Observation":
        return key
    return next((_KEY_OF_CATEGORY[c] for c in _categories(resource) if c in _KEY_OF_CATEGORY), key)


def _categories(observation: Json) -> Iterator[str]:
    category = observation.get("category")
    for concept in category if isinstance(category, list) else [category]:
        codings = concept.get("coding") if isinstance(concept, dict) else None
        for coding in codings if isinstance(codings, list) else ():
            if isinstance(coding, dict) and isinstance(coding.get("code"), str):
                yield coding["code"]


def _open_encounter(resources: list[Json]) -> dict[str, str]:
    """The newest encounter that has not ended, as member of the context."""
    found = [r for r in resources if r["resourceType"] == "Encounter" and _is_open(r)]
    newest = max(found, key=_start, default=None)
    return {} if newest is None else {"encounterId": newest["id"]}


def _is_open(encounter: Json) -> bool:
    return (
        isinstance(encounter.get("id"), str)
        and encounter.get("status") in _OPEN
        and not _period(encounter).get("end")
    )


def _period(encounter: Json) -> Json:
    period = encounter.get("period") or encounter.get("actualPeriod")
    return cast("Json", period) if isinstance(period, dict) else {}


def _start(encounter: Json) -> str:
    return str(_period(encounter).get("start", ""))


def _with_plain_references(bundle: Json) -> Json:
    """``Type/id`` where entries refer to one another by ``urn:uuid`` (transactions); a copy then."""
    if not any(_urn(entry) for entry in bundle["entry"]):
        return bundle
    copy = deepcopy(bundle)
    names: dict[str, str] = {}
    for entry in copy["entry"]:
        url, resource = _urn(entry), entry.get("resource") if isinstance(entry, dict) else None
        if url and isinstance(resource, dict):
            resource.setdefault("id", url.removeprefix("urn:uuid:"))
            names[url] = f"{resource.get('resourceType')}/{resource['id']}"
    _rename(copy, names)
    return copy


def _urn(entry: Any) -> str:
    url = entry.get("fullUrl") if isinstance(entry, dict) else None
    return url if isinstance(url, str) and url.startswith("urn:uuid:") else ""


def _rename(bundle: Json, names: dict[str, str]) -> None:
    waiting: list[Any] = [bundle["entry"]]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, dict):
            if isinstance(value.get("reference"), str) and value["reference"] in names:
                value["reference"] = names[value["reference"]]
            waiting.extend(value.values())
