"""The sandbox cases as one record store, for the sandbox FHIR server. Only the fixtures, only to read.

Every case was written for an instant of its own. Resources are handed out with their dates moved by
whole days, so that each case is as fresh today as when it was written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from hashlib import sha256
from threading import Lock
from typing import Any

import msgspec

from cds_service.fhir.moved import days_until_now, moved
from cds_service.fhir.references import relative
from cds_service.gather.prefetch import Json
from cds_service.gather.sandbox import Sandbox


_LONGEST_ID = 64


class _Held(msgspec.Struct, frozen=True):
    resource: Json
    written_for: datetime


class SandboxRecords:
    """All resources of all cases, by type and patient; read when they are first asked for."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._lock = Lock()
        self._held: dict[str, dict[str, _Held]] | None = None
        self._of_patient: dict[tuple[str, str], list[_Held]] = {}

    def find(self, kind: str, id: str, now: datetime) -> Json | None:
        """One resource; None when there is none."""
        held = self._all().get(kind, {}).get(id)
        return None if held is None else _fresh(held, now)

    def search(self, kind: str, patients: Iterable[str] | None, now: datetime) -> Iterator[Json]:
        """All resources of a type, or those about ``patients``; by patient, then as recorded."""
        everything = self._all()
        if patients is None:
            found = list(everything.get(kind, {}).values())
        else:
            found = [h for each in sorted(patients) for h in self._of_patient.get((kind, each), [])]
        return (_fresh(each, now) for each in found)

    def _all(self) -> dict[str, dict[str, _Held]]:
        if self._held is None:
            with self._lock:
                if self._held is None:  # another thread may have been first
                    self._held = self._read()
        return self._held

    def _read(self) -> dict[str, dict[str, _Held]]:
        held: dict[str, dict[str, _Held]] = {}
        for slug, case in self._sandbox.cases.items():
            written_for = datetime.fromisoformat(case.as_of)
            for resource in own_names(slug, self._sandbox.bundle(slug) or {"entry": []}):
                each = _Held(resource, written_for)
                kind = resource["resourceType"]
                held.setdefault(kind, {})[resource["id"]] = each
                self._of_patient.setdefault((kind, _patient_of(resource)), []).append(each)
        return held


def _fresh(held: _Held, now: datetime) -> Json:
    resource: Json = moved(held.resource, days_until_now(held.written_for, now))
    return resource


def own_names(slug: str, bundle: Json) -> list[Json]:
    """The resources of a case, each with an id that no other case uses, references following.

    The Patient keeps its id, which is the name of the case.
    """
    resources = [entry["resource"] for entry in bundle["entry"]]
    names = {
        f"{each['resourceType']}/{each['id']}": f"{each['resourceType']}/{_name(slug, each)}"
        for each in resources
    }
    return [_renamed(each, names) | {"id": _name(slug, each)} for each in resources]


def _name(slug: str, resource: Json) -> str:
    id = str(resource["id"])
    if resource["resourceType"] == "Patient":
        return id
    name = f"{slug}.{id}"
    short = sha256(slug.encode()).hexdigest()[:8]
    return name if len(name) <= _LONGEST_ID else f"{short}.{id}"


def _renamed(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, list):
        return [_renamed(each, names) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        member: names.get(relative(each), each)
        if member == "reference" and isinstance(each, str)
        else _renamed(each, names)
        for member, each in value.items()
    }


def _patient_of(resource: Json) -> str:
    for member in ("subject", "patient"):
        reference = resource.get(member)
        written = reference.get("reference") if isinstance(reference, dict) else None
        if isinstance(written, str):
            return relative(written).removeprefix("Patient/")
    return ""
