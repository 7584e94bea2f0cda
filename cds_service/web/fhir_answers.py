"""What every FHIR interaction shares: where it was reached, which format is asked for, bundles of results."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from cds_service.fhir.access import Json
from cds_service.fhir.outcomes import operation_outcome
from cds_service.web.answers import FHIR_JSON, json_answer


# What clients ask for: the old names of before FHIR R3 as well.
_JSON_TYPES = ("application/fhir+json", "application/json", "application/json+fhir", "text/json")
_JSON_FORMATS = frozenset({"", "json", *_JSON_TYPES})


def wants_json() -> bool:
    """Whether the client takes JSON; nothing else is offered."""
    if request.values.get("_format", "").replace(" ", "+").partition(";")[0] not in _JSON_FORMATS:
        return False
    accepted = request.accept_mimetypes
    # Addresses opened in a browser, and clients that say nothing, get JSON as well.
    return not accepted or accepted.best_match([*_JSON_TYPES, "text/html"]) is not None


def fhir_answer(resource: Any, status: int = 200) -> Response:
    """A resource as answer."""
    return json_answer(resource, status, FHIR_JSON)


def outcome_answer(status: int, code: str, words: str) -> Response:
    """An OperationOutcome as answer."""
    return fhir_answer(operation_outcome("error", code, words), status)


def searchset(
    base: str, page: list[Json], total: int, links: list[tuple[str, str]], ignored: tuple[str, ...]
) -> Json:
    """One page of results; what was left out of the search is said in an outcome at the end."""
    entries: list[Json] = [
        {
            "fullUrl": f"{base}/{each['resourceType']}/{each['id']}",
            "resource": each,
            "search": {"mode": "match"},
        }
        for each in page
    ]
    if ignored:
        words = f"Search parameters that are not supported and were ignored: {', '.join(ignored)}."
        outcome = operation_outcome("warning", "not-supported", words)
        entries.append({"resource": outcome, "search": {"mode": "outcome"}})
    bundle: Json = {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": total,
        "link": [{"relation": relation, "url": url} for relation, url in links],
    }
    return bundle | ({"entry": entries} if entries else {})
