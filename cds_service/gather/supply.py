"""Everything one call supplies: resources with their keys, gaps, or a refusal (412) when it is too little."""

from __future__ import annotations

from collections.abc import Callable, Collection

import msgspec

from cds_service.core.errors import DataUnavailableError, InvalidRequestError
from cds_service.core.moments import Policy
from cds_service.core.record import Gap, Supplied
from cds_service.gather.contexts import resources_of_context
from cds_service.gather.prefetch import Json, KeyData, KeyState, read_key
from cds_service.gather.services import GapEffect, ServiceDefinition


# From the states of all keys to those that could be improved.
Complete = Callable[[dict[str, KeyData]], dict[str, KeyData]]
PATIENT_KEY = "patient"


class Supply(msgspec.Struct, frozen=True):
    """What the service has to think with."""

    resources: tuple[Supplied, ...]
    gaps: tuple[Gap, ...]
    policy: Policy = Policy.COMPLAINT


def gather(
    service: ServiceDefinition,
    context: Json,
    prefetch: Json,
    patient_id: str,
    complete: Complete | None = None,
) -> Supply:
    """Resources and gaps of one call. ``complete`` may improve keys that prefetch left unsatisfied.

    Raises:
        InvalidRequestError: The Patient is another one than the context names (D-4).
        DataUnavailableError: Required data were not supplied (PRE-18); names the keys.
    """
    data = {key: read_key(prefetch, key, kind) for key, kind in service.types.items()}
    if complete is not None:
        data |= complete(data)
    if PATIENT_KEY in data:
        data[PATIENT_KEY] = _this_patient(data[PATIENT_KEY], patient_id)
    brought = resources_of_context(service.hook, context)
    _require(service, data, {each.key for each in brought})
    supplied = [
        Supplied(key, resource) for key, found in data.items() for resource in found.resources
    ]
    supplied += brought
    return Supply(tuple(supplied), _gaps(service, data), service.policy)


def _this_patient(found: KeyData, patient_id: str) -> KeyData:
    """The Patient of the context; without one the key counts as not satisfied."""
    patients = [r for r in found.resources if r.get("resourceType") == "Patient" and r.get("id")]
    same = tuple(r for r in patients if r["id"] == patient_id)
    if patients and not same:
        raise InvalidRequestError(
            "The Patient in prefetch is not the one that `context.patientId` names.",
            "prefetch.patient.id",
        )
    return KeyData(KeyState.SUPPLIED, same) if same else KeyData(_failure(found.state))


def _failure(state: KeyState) -> KeyState:
    return KeyState.ERROR if state is KeyState.ERROR else KeyState.MISSING


def _require(
    service: ServiceDefinition, data: dict[str, KeyData], brought: Collection[str]
) -> None:
    """New problems in the context do for the problem list where one of several keys is needed."""
    lacking = [key for key in service.required.all if not data[key].state.usable]
    one_of = service.required.any
    if one_of and not any(data[key].state.usable or key in brought for key in one_of):
        lacking += one_of
    if lacking:
        raise DataUnavailableError(_refusal(service, lacking), tuple(lacking))


def _refusal(service: ServiceDefinition, lacking: list[str]) -> str:
    needed = [f"`{key}`" for key in service.required.all if key in lacking]
    if set(service.required.any) & set(lacking):
        needed.append("one of " + ", ".join(f"`{key}`" for key in service.required.any))
    return f"Required data were not supplied. Missing prefetch: {'; '.join(needed)}."


def _gaps(service: ServiceDefinition, data: dict[str, KeyData]) -> tuple[Gap, ...]:
    effects = _effects(service.gaps, data)
    return tuple(
        Gap(key, found.state.value, effects.get(key, ""))
        for key, found in data.items()
        if found.state is not KeyState.SUPPLIED
    )


def _effects(groups: tuple[GapEffect, ...], data: dict[str, KeyData]) -> dict[str, str]:
    """What cards say, each thing once: under the first key of its group that has a gap."""
    effects: dict[str, str] = {}
    for group in groups:
        states = [data[key].state for key in group.keys]
        if not any(state.usable for state in states):
            effects[group.keys[0]] = group.effect
        elif KeyState.INCOMPLETE in states:
            partly = group.keys[states.index(KeyState.INCOMPLETE)]
            effects[partly] = f"Only a part of the {group.data} was received."
    return effects
