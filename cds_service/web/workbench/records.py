"""The resources of a request, each with the place it stands in, so that one can be replaced or set aside."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import msgspec

from cds_service.fhir.references import name_of


Json = dict[str, Any]
# Members whose elements can each be taken out of a resource and leave a resource.
_PARTS = frozenset({"item", "component", "reasonCode", "reason", "reasonReference", "diagnosis"})
_MOST_PARTS = 200
Path = tuple[str | int, ...]


class Slot(msgspec.Struct, frozen=True):
    """A resource and what holds it: ``holder[member]`` is the resource."""

    holder: Any
    member: str | int
    resource: Json

    @property
    def name(self) -> str:
        """``Type/id``."""
        return name_of(self.resource)


def slots_of(request: Json) -> list[Slot]:
    """Every resource in prefetch and context."""
    found: list[Slot] = []
    for part in ("prefetch", "context"):
        held = request.get(part)
        if isinstance(held, dict):
            for member in held:
                found.extend(_slots(held, member))
    return found


def _slots(holder: Any, member: str | int) -> Iterator[Slot]:
    value = holder[member]
    if isinstance(value, list):
        for index in range(len(value)):
            yield from _slots(value, index)
    elif isinstance(value, dict):
        if isinstance(value.get("entry"), list):
            yield from _slots(value, "entry")
        elif isinstance(value.get("resource"), dict):
            yield from _slots(value, "resource")
        elif isinstance(value.get("resourceType"), str):
            yield Slot(holder, member, value)


def without_empty_entries(request: Json) -> None:
    """Drop the entries whose resource was set aside."""
    for bundle in _bundles(request):
        bundle["entry"] = [
            entry
            for entry in bundle["entry"]
            if not (isinstance(entry, dict) and "resource" in entry and entry["resource"] is None)
        ]


def _bundles(request: Json) -> Iterator[Json]:
    for part in ("prefetch", "context"):
        held = request.get(part)
        for value in held.values() if isinstance(held, dict) else ():
            if isinstance(value, dict) and isinstance(value.get("entry"), list):
                yield value


def parts_of(resource: Json) -> list[Path]:
    """Paths of the elements that can be taken out, innermost first."""
    paths = list(_parts(resource, ()))
    return paths[:_MOST_PARTS]


def _parts(value: Json, at: Path) -> Iterator[Path]:
    for member, elements in value.items():
        for index, element in enumerate(elements if isinstance(elements, list) else ()):
            if member == "answer" or member in _PARTS:
                path = (*at, member, index)
                if isinstance(element, dict):
                    yield from _parts(element, path)
                if member != "answer":  # an answer goes with its item
                    yield path


def leaves(paths: list[Path]) -> list[Path]:
    """Those that hold no other one."""
    return [p for p in paths if not any(q != p and q[: len(p)] == p for q in paths)]


def without_parts(resource: Json, paths: list[Path]) -> Json:
    """A copy without the elements at ``paths``."""
    copy = deepcopy(resource)
    for path in sorted(paths, key=_order, reverse=True):
        holder: Any = copy
        for step in path[:-1]:
            holder = holder[step]
        del holder[path[-1]]
    return copy


def _order(path: Path) -> tuple[tuple[bool, str, int], ...]:
    """Later elements of a list first, so that earlier places stay what they are."""
    return tuple(
        (
            isinstance(step, int),
            step if isinstance(step, str) else "",
            step if isinstance(step, int) else 0,
        )
        for step in path
    )


def written(path: Path) -> str:
    """A path as people write it: ``item[2]``."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text
