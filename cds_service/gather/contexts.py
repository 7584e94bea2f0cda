"""Resources that a hook brings in its own context: new problems, orders being written (REQ-14, H-4, H-5).

Real clients send Bundles with or without ``type`` and ``fullUrl``, lists, single resources, and older
spellings. What is missing, null or empty means that nothing is there; only a member that cannot be
meant as resources at all (text, a number) is refused. Decided once, for all three hooks (H-2, SB-13).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from cds_service.core.errors import InvalidRequestError
from cds_service.core.record import Supplied
from cds_service.gather.prefetch import Json


# Members of the context that hold resources, newest spelling first. For other hooks nothing is read.
_ORDERS = ("draftOrders", "orders", "medications")
_MEMBERS = {
    "order-select": _ORDERS,
    "order-sign": _ORDERS,
    "problem-list-item-create": ("conditions", "condition"),
}
_SELECTING = "order-select"


def resources_of_context(hook: str, context: Json) -> list[Supplied]:
    """Every resource in the context, marked as such; drafts that are not selected are marked too.

    Raises:
        InvalidRequestError: A member is neither an object nor a list.
    """
    named = _selections(context) if hook == _SELECTING else frozenset()
    supplied: list[Supplied] = []
    for member in _MEMBERS.get(hook, ()):
        for url, resource in _entries(context, member):
            selected = not named or bool(named & _names(url, resource))
            supplied.append(Supplied(member, resource, in_context=True, selected=selected))
    return supplied


def _entries(context: Json, member: str) -> Iterator[tuple[str, Json]]:
    value = context.get(member)
    if value not in (None, "") and not isinstance(value, dict | list):
        where = f"context.{member}"
        raise InvalidRequestError(f"`{where}` holds no resources.", where)
    yield from _resources(value, "")


def _resources(value: Any, url: str) -> Iterator[tuple[str, Json]]:
    """Resources in a Bundle, an entry, a list, or by themselves; what is none is passed over."""
    if isinstance(value, list):
        for part in value:
            yield from _resources(part, "")
    if not isinstance(value, dict):
        return
    found = cast("Json", value)
    kind = found.get("resourceType")
    if kind == "Bundle" or (kind is None and isinstance(found.get("entry"), list)):
        entries = found.get("entry")
        yield from _resources(entries if isinstance(entries, list) else [], "")
    elif isinstance(kind, str):
        yield url, _identified(found, url)
    elif isinstance(found.get("resource"), dict):
        full = found.get("fullUrl")
        yield from _resources(found["resource"], full if isinstance(full, str) else "")


def _identified(resource: Json, url: str) -> Json:
    """A Medication that is only known by its ``urn:uuid`` gets that as id, so that drafts find it."""
    if resource.get("resourceType") != "Medication" or resource.get("id"):
        return resource
    return resource | {"id": url.rpartition(":")[2]} if url.startswith("urn:uuid:") else resource


def _selections(context: Json) -> frozenset[str]:
    """The references in ``selections``; none when it is missing, empty, or without any text."""
    value = context.get("selections")
    if isinstance(value, str):
        value = [value]
    if value is not None and not isinstance(value, list):
        where = "context.selections"
        raise InvalidRequestError(f"`{where}` is no list of references.", where)
    return frozenset(_plain(name) for name in value or () if isinstance(name, str) and name.strip())


def _names(url: str, resource: Json) -> frozenset[str]:
    """What selections may call a resource: ``Type/id``, its id alone, its full URL."""
    id = resource.get("id")
    names = {_plain(url)} if url else set()
    if isinstance(id, str) and id:
        names |= {id, f"{resource['resourceType']}/{id}"}
    return frozenset(names)


def _plain(reference: str) -> str:
    """``Type/id`` of a relative, absolute or versioned reference; a ``urn:`` as it is."""
    path = reference.strip().partition("/_history/")[0].rstrip("/")
    return path if path.startswith("urn:") else "/".join(path.split("/")[-2:])
