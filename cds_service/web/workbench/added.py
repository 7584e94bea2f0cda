"""Observations that "What if" adds to a request, as a questionnaire or an EHR would send them."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from cds_service.core.knowledge import Analyte
from cds_service.core.values import FINDING_SYSTEM, SYSTEM_URIS, Status
from cds_service.web.workbench.changes import Lab


Json = dict[str, Any]
_UNDATED = (
    "id",
    "issued",
    "effectivePeriod",
    "effectiveInstant",
    "interpretation",
    "dataAbsentReason",
)


def stated(finding: str, status: Status) -> Json:
    """The finding's own code with yes or no, as a questionnaire or an EHR would send it."""
    category = "http://terminology.hl7.org/CodeSystem/observation-category"
    return {
        "category": [{"coding": [{"system": category, "code": "exam"}]}],
        "code": {"coding": [{"system": FINDING_SYSTEM, "code": finding}]},
        "valueBoolean": status is Status.PRESENT,
    }


def result_of(analyte: Analyte, lab: Lab, model: Json | None) -> Json | None:
    """A result with the value that was set; like the one that it replaces, if there is one."""
    number = lab.number
    value: Json = {"value": float(number or 0)}
    if lab.unit:
        value["unit"] = lab.unit
    if lab.comparator:
        value["comparator"] = lab.comparator
    if model is not None:
        kept = {name: part for name, part in deepcopy(model).items() if name not in _UNDATED}
        old = kept["valueQuantity"]
        if lab.unit not in (old.get("unit"), old.get("code")):
            kept.pop("referenceRange", None)
        return kept | {"valueQuantity": value}
    code = next(iter(analyte.codes), None)
    if code is None:
        return None
    system = SYSTEM_URIS.get(code.system, code.system)
    coding = {"system": system, "code": code.code, "display": code.display or analyte.label}
    return {"code": {"coding": [coding], "text": analyte.label}, "valueQuantity": value}


def with_entry(held: Any, resource: Json) -> Json:
    """A searchset with one entry more; a single resource that was there stays in it."""
    entries: list[Any] = []
    bundle: Json = {"resourceType": "Bundle", "type": "searchset"}
    if isinstance(held, dict) and isinstance(held.get("entry"), list):
        bundle, entries = held, held["entry"]
    elif isinstance(held, dict) and held.get("resourceType") not in (None, "Bundle"):
        entries = [{"resource": held}]
    return {**bundle, "entry": [*entries, {"resource": resource}]}
