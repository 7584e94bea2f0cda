"""A request with other findings: Observations are added, and what says otherwise is set aside.

The changed request then goes the usual way; nothing here decides anything clinical. To find out which
part of a resource states a finding, the resource is read by itself, with and without the part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import deepcopy
from time import perf_counter
from typing import Any

import msgspec

from cds_service.core.errors import InvalidRequestError, UnavailableError
from cds_service.core.knowledge import Analyte, Knowledge
from cds_service.core.measurements import Results
from cds_service.core.reasoning import Reasoning
from cds_service.core.record import Supplied
from cds_service.core.values import Status
from cds_service.fhir.references import name_of
from cds_service.gather.services import ServiceDefinition
from cds_service.gather.supply import Supply, gather
from cds_service.web.site import Site
from cds_service.web.workbench.added import result_of, stated, with_entry
from cds_service.web.workbench.changes import Changes, Lab, recorded_status
from cds_service.web.workbench.records import (
    Path,
    leaves,
    parts_of,
    slots_of,
    without_empty_entries,
    without_parts,
    written,
)
from cds_service.wire.request import HookRequest, parse_request


Json = dict[str, Any]
Says = Callable[[Reasoning, str], bool]
_ROUNDS = 8
# Read together with any resource, because others refer to them.
_COMPANIONS = frozenset({"Patient", "Questionnaire", "Medication"})


class SetAside(msgspec.Struct, frozen=True, kw_only=True):
    """What no longer speaks: a resource, or the named parts of it, and about what it spoke."""

    reference: str
    parts: tuple[str, ...] = ()
    about: str


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """The changed request, and what was done to it."""

    request: Json
    set_aside: tuple[SetAside, ...] = ()
    added: tuple[str, ...] = ()
    unmet: tuple[str, ...] = ()


def changed_request(
    site: Site, knowledge: Knowledge, service: ServiceDefinition, request: Json, changes: Changes
) -> Changed:
    """A changed copy of ``request``.

    Raises:
        InvalidRequestError: The request cannot be read, or a value that was set is no number.
        UnavailableError: It takes longer than a call may take here.
    """
    desk = _Desk(site, knowledge, service, deepcopy(request))
    for analyte, lab in changes.labs.items():
        desk.set_lab(knowledge.analytes[analyte], lab)
    for finding, status in changes.findings.items():
        desk.set_finding(finding, status)
    without_empty_entries(desk.request)
    return Changed(
        request=desk.request,
        set_aside=tuple(desk.set_aside),
        added=tuple(desk.added),
        unmet=tuple(desk.unmet),
    )


class _Desk:
    """One request on the desk, while it is changed."""

    def __init__(
        self, site: Site, knowledge: Knowledge, service: ServiceDefinition, request: Json
    ) -> None:
        self.site = site
        self.knowledge = knowledge
        self.service = service
        self.request = request
        self.call: HookRequest = parse_request(request, allow_as_of=True)
        self.set_aside: list[SetAside] = []
        self.added: list[str] = []
        self.unmet: list[str] = []
        self.ends = perf_counter() + site.request_seconds

    def consider(self) -> Reasoning:
        """The reasoning about the request as it is now."""
        self._check_time()
        call = self.call
        supply = gather(self.service, call.context, call.prefetch, call.patient_id)
        return self.site.advisor.consider(call, supply)

    def _check_time(self) -> None:
        if perf_counter() > self.ends:
            raise UnavailableError("This takes too long here; switch fewer findings at once.")

    def set_finding(self, finding: str, status: Status) -> None:
        """Make a finding present, absent or unknown."""
        reasoning = self.consider()
        if recorded_status(reasoning, finding) is status:
            return
        if status is not Status.UNKNOWN:
            self._add(stated(finding, status), "findings")
        label = self.knowledge.findings[finding].label
        if status is not Status.PRESENT:
            self._silence_diagnoses(finding, label)
        for _ in range(_ROUNDS):
            reasoning = self.consider()
            if recorded_status(reasoning, finding) is status:
                return
            now = reasoning.findings.get(finding)
            if now is None or not self._silence(now.sources, finding, label, _says_finding):
                break
        if recorded_status(self.consider(), finding) is not status:
            self.unmet.append(f"{label} cannot be made {status.value} here")

    def _silence_diagnoses(self, finding: str, label: str) -> None:
        """Recorded diagnoses that state the finding would go on speaking for themselves."""
        for cause in self.knowledge.findings[finding].causes:
            diagnosis = self.consider().diagnoses.get(cause)
            if diagnosis is not None:
                self._silence(diagnosis.sources, cause, label, _says_diagnosis)

    def set_lab(self, analyte: Analyte, lab: Lab) -> None:
        """Replace the deciding result of an analyte, or set it aside."""
        if lab.value and lab.number is None:
            where = f"lab.{analyte.id}"
            raise InvalidRequestError(f"The value set for {analyte.label} is no number.", where)
        reasoning = self.consider()
        results = Results(reasoning.record, self.knowledge, reasoning.occasion.as_of)
        sources = list(dict.fromkeys(r.source for r in results.newest_day(analyte.id)))
        model = self._model(sources, analyte)
        if lab.value:
            self._silence(sources, analyte.id, analyte.label, _says_analyte)
            self._add_result(analyte, lab, model)
            return
        for _ in range(_ROUNDS):
            if not sources or not self._silence(sources, analyte.id, analyte.label, _says_analyte):
                return
            reasoning = self.consider()
            results = Results(reasoning.record, self.knowledge, reasoning.occasion.as_of)
            sources = list(dict.fromkeys(r.source for r in results.newest_day(analyte.id)))

    def _model(self, sources: list[str], analyte: Analyte) -> Json | None:
        """The Observation that is replaced, when it is about nothing else."""
        if analyte.deciding != "newest":
            return None  # a test of each leg: one value for both
        for slot in slots_of(self.request):
            if slot.name in sources and isinstance(slot.resource.get("valueQuantity"), dict):
                return slot.resource
        return None

    def _add_result(self, analyte: Analyte, lab: Lab, model: Json | None) -> None:
        result = result_of(analyte, lab, model)
        if result is None:
            self.unmet.append(f"{analyte.label} has no code to send it with")
            return
        self._add(result, "laboratory")
        if not _says_analyte(self.consider(), analyte.id):
            said = f"{lab.value} {lab.unit}".strip()
            self.unmet.append(f"{analyte.label}: {said} could not be read")

    def _add(self, observation: Json, key: str) -> None:
        """Under ``key``, or any other key of the service that holds Observations."""
        types = self.service.types
        if types.get(key) != "Observation":
            key = next((k for k, kind in types.items() if kind == "Observation"), key)
        as_of = self.consider().occasion.as_of.isoformat()
        reference = {"reference": f"Patient/{self.call.patient_id}"}
        named = f"what-if-{len(self.added) + 1}"
        resource = {
            "resourceType": "Observation",
            "id": named,
            "status": "final",
            **observation,
            "subject": reference,
            "effectiveDateTime": as_of,
        }
        prefetch = self.request.setdefault("prefetch", {})
        prefetch[key] = with_entry(prefetch.get(key), resource)
        self.added.append(f"Observation/{named}")
        self.call = parse_request(self.request, allow_as_of=True)

    def _silence(self, sources: Iterable[str], target: str, label: str, says: Says) -> bool:
        """Set aside what in these resources speaks of ``target``; False when nothing could be."""
        done = False
        wanted = {source for source in sources if not source.startswith("Patient/")}
        for slot in slots_of(self.request):
            if slot.name not in wanted:
                continue
            paths = self._speaking(slot.resource, target, says)
            slot.holder[slot.member] = without_parts(slot.resource, paths) if paths else None
            self.set_aside.append(
                SetAside(reference=slot.name, parts=tuple(map(written, paths)), about=label)
            )
            done = True
        self.call = parse_request(self.request, allow_as_of=True)
        return done

    def _speaking(self, resource: Json, target: str, says: Says) -> list[Path]:
        """The parts that speak of ``target``; none when the whole does."""
        paths = parts_of(resource)
        for path in paths:
            if not self._still_says(without_parts(resource, [path]), target, says):
                return [path]
        ends = leaves(paths)
        speaking = [
            end
            for end in ends
            if self._still_says(
                without_parts(resource, [e for e in ends if e != end]), target, says
            )
        ]
        if speaking and not self._still_says(without_parts(resource, speaking), target, says):
            return speaking
        return []

    def _still_says(self, resource: Json, target: str, says: Says) -> bool:
        """The resource, read by itself, speaks of ``target``."""
        self._check_time()
        beside = [
            Supplied("findings", slot.resource)
            for slot in slots_of(self.request)
            if slot.resource.get("resourceType") in _COMPANIONS
        ]
        supply = Supply((*beside, Supplied("findings", resource)), ())
        reasoning = self.site.advisor.consider(self.call, supply)
        return says(reasoning, target)


def _says_finding(reasoning: Reasoning, finding: str) -> bool:
    return finding in reasoning.findings


def _says_diagnosis(reasoning: Reasoning, cause: str) -> bool:
    return cause in reasoning.diagnoses


def _says_analyte(reasoning: Reasoning, analyte: str) -> bool:
    return any(result.analyte == analyte for result in reasoning.record.measurements)


def named_resources(request: Json) -> dict[str, list[Json]]:
    """Every resource of a request by ``Type/id``."""
    found: dict[str, list[Json]] = {}
    for slot in slots_of(request):
        found.setdefault(name_of(slot.resource), []).append(slot.resource)
    return found
