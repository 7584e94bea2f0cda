"""What a prefetch value says: data, none known, not satisfied, in error, or only a part (PRE-07..20).

Four things are kept apart that look alike: a key that is absent (nobody looked), ``null`` or an
empty Bundle (looked, none known), an OperationOutcome (could not look), and garbage.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Any, cast

import msgspec


Json = dict[str, Any]
_FAILING = ("error", "fatal")


class KeyState(Enum):
    """How a prefetch key was satisfied."""

    SUPPLIED = "supplied"
    MISSING = "missing"
    ERROR = "error"
    INCOMPLETE = "incomplete"

    @property
    def usable(self) -> bool:
        """The client looked, and told at least a part of what it holds."""
        return self in {KeyState.SUPPLIED, KeyState.INCOMPLETE}


class KeyData(msgspec.Struct, frozen=True):
    """State of one key, with the resources that came under it."""

    state: KeyState
    resources: tuple[Json, ...] = ()


def read_key(prefetch: Json, key: str, expected: str) -> KeyData:
    """State and resources of ``key``; ``expected`` is the type that its template asks for."""
    if key not in prefetch:
        return KeyData(KeyState.MISSING)
    value = prefetch[key]
    if value is None:
        return KeyData(KeyState.SUPPLIED)
    if not isinstance(value, dict):
        return KeyData(KeyState.ERROR)
    return read_resource(cast("Json", value), expected)


def read_resource(resource: Json, expected: str) -> KeyData:
    """State and resources of what answers a template that asks for ``expected``."""
    kind = resource.get("resourceType")
    if kind == "Bundle":
        return _read_bundle(resource)
    if not isinstance(kind, str) or kind == "OperationOutcome":
        return KeyData(KeyState.ERROR)
    # A resource of another type is read for what it is, but it does not answer the template.
    return KeyData(KeyState.SUPPLIED if kind == expected else KeyState.ERROR, (resource,))


def _read_bundle(bundle: Json) -> KeyData:
    links = dict(_links(bundle))
    if _unresolved(links.get("self", "")):
        return KeyData(KeyState.MISSING)
    entries = bundle.get("entry")
    if entries is not None and not isinstance(entries, list):
        return KeyData(KeyState.ERROR)
    resources = list(resources_of(bundle))
    data = tuple(r for r in resources if r.get("resourceType") != "OperationOutcome")
    if not data and any(_failed(r) for r in resources):
        return KeyData(KeyState.ERROR)
    return KeyData(KeyState.INCOMPLETE if "next" in links else KeyState.SUPPLIED, data)


def resources_of(bundle: Json) -> Iterator[Json]:
    """Every resource in the entries of a Bundle; what is no resource is passed over."""
    for entry in bundle.get("entry") or ():
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(resource, dict) and isinstance(resource.get("resourceType"), str):
            yield _identified(cast("Json", resource), entry.get("fullUrl"))


def _identified(resource: Json, url: object) -> Json:
    """What has no id but a ``urn:uuid`` gets that as id, so that references to it are found."""
    if resource.get("id") or not isinstance(url, str) or not url.startswith("urn:uuid:"):
        return resource
    # Whose record it is must be said by the Patient itself.
    is_patient = resource["resourceType"] == "Patient"
    return resource if is_patient else resource | {"id": url.removeprefix("urn:uuid:")}


def next_page(bundle: Json) -> str:
    """Address of the page that follows a Bundle; empty when it is the last one."""
    return dict(_links(bundle)).get("next", "")


def _links(bundle: Json) -> Iterator[tuple[str, str]]:
    links = bundle.get("link")
    for link in links if isinstance(links, list) else ():
        if isinstance(link, dict) and isinstance(link.get("url"), str):
            yield str(link.get("relation")), link["url"]


def _unresolved(url: str) -> bool:
    """A template token reached the FHIR server as it stands (TOK-15)."""
    return "{{" in url or "%7b%7b" in url.lower()


def _failed(resource: Json) -> bool:
    """An OperationOutcome that reports a failure, not merely that nothing was found."""
    issues = resource.get("issue")
    return any(
        isinstance(issue, dict) and issue.get("severity") in _FAILING
        for issue in (issues if isinstance(issues, list) else ())
    )
