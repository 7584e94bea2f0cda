"""What the FHIR endpoints of this service say about themselves: a CapabilityStatement (R4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cds_service.fhir.search.parameters import Parameter


FHIR_VERSION = "4.0.1"


def searchable(kind: str, known: Mapping[str, Parameter]) -> dict[str, Any]:
    """One type that can be read and searched."""
    return {
        "type": kind,
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "versioning": "no-version",
        "readHistory": False,
        "updateCreate": False,
        "searchParam": [
            {"name": name, "type": parameter.kind.value}
            for name, parameter in sorted(known.items())
        ],
    }


def capability_statement(
    title: str, description: str, base: str, day: str, resources: list[dict[str, Any]]
) -> dict[str, Any]:
    """A server at ``base`` that only answers reads and searches of ``resources``.

    Args:
        title: What the server is called.
        description: What it is for.
        base: Its address.
        day: When the statement was made.
        resources: One entry for each type.
    """
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": day,
        "kind": "instance",
        "title": title,
        "description": description,
        "implementation": {"description": title, "url": base},
        "software": {"name": title},
        "fhirVersion": FHIR_VERSION,
        "format": ["json", "application/fhir+json"],
        "rest": [{"mode": "server", "security": {"cors": True}, "resource": resources}],
    }
