"""References between resources, and the one question that matters most: is this our patient?"""

from __future__ import annotations

import re
from typing import cast

from cds_service.fhir.access import Json, ReadingError, objects_of


_READABLE_ID = re.compile(r"[A-Za-z0-9._:\-]{1,128}")
_SUBJECTS = ("subject", "patient")
NO_ID = "(no id)"


def id_of(resource: Json) -> str:
    """The resource's id; empty when it has none that can be shown."""
    id = resource.get("id")
    return id if isinstance(id, str) and _READABLE_ID.fullmatch(id) else ""


def type_of(resource: Json) -> str:
    """The resource's type; empty when it is not a word."""
    kind = resource.get("resourceType")
    return kind if isinstance(kind, str) and kind.isalnum() else ""


def name_of(resource: Json) -> str:
    """``Type/id``, as reports and cards name it."""
    kind, id = resource.get("resourceType"), resource.get("id")
    if not (isinstance(kind, str) and kind.isalnum()):
        kind = ""
    readable = isinstance(id, str) and _READABLE_ID.fullmatch(id)
    return f"{kind}/{id if readable else NO_ID}"


def reference_of(holder: Json, member: str) -> str:
    """The literal reference of a member; empty when it has none (identifier or display only).

    Raises:
        ReadingError: It has a shape that is no reference.
    """
    value = holder.get(member)
    if value is None:
        return ""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if not isinstance(value, dict):
        raise ReadingError(f"{member}: expected a reference")
    return literal(cast("Json", value), member)


def literal(reference: Json, member: str) -> str:
    """The literal part of a Reference or CodeableReference.

    Raises:
        ReadingError: It is not text.
    """
    written = reference.get("reference")
    if isinstance(written, dict):
        written = cast("Json", written).get("reference")
    if written is None:
        return ""
    if not isinstance(written, str):
        raise ReadingError(f"{member}.reference: expected text")
    return written.strip()


def relative(reference: str) -> str:
    """``Type/id`` of a relative, absolute or versioned reference; others unchanged."""
    path = reference.partition("/_history/")[0]
    if path.startswith(("urn:", "#")):
        return path
    parts = path.rstrip("/").rsplit("/", 2)
    return "/".join(parts[-2:])


def is_about(resource: Json, patient_id: str) -> bool:
    """Whether it speaks of the patient.

    The resource's subject is this patient, or it names no subject that could be another.

    A ``urn:uuid`` that is not the patient's own id cannot be resolved here and is accepted.

    Raises:
        ReadingError: The subject has a shape that is no reference.
    """
    plain = f"Patient/{patient_id}"
    for member in _SUBJECTS:
        value = resource.get(member)
        if value is None or (isinstance(value, dict) and value.get("reference") == plain):
            continue
        reference = reference_of(resource, member)
        if reference and not _is_patient(reference, patient_id):
            return False
    return not _focuses_elsewhere(resource, patient_id)


def _is_patient(reference: str, patient_id: str) -> bool:
    if not patient_id or reference.startswith(("urn:", "#")):
        return True
    target = relative(reference)
    return target in {f"Patient/{patient_id}", patient_id} or "?" in reference


def _focuses_elsewhere(resource: Json, patient_id: str) -> bool:
    """An Observation made on the patient may be about somebody else (R4 ``focus``)."""
    if resource.get("focus") is None or resource.get("resourceType") != "Observation":
        return False
    focuses = [relative(literal(f, "focus")) for f in objects_of(resource, "focus")]
    return any(
        f.startswith(("Patient/", "RelatedPerson/")) and f != f"Patient/{patient_id}"
        for f in focuses
    )
