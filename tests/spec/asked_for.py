"""What a client that keeps to our prefetch templates sends of a record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import parse_qsl


Json = dict[str, Any]


def as_a_client_sends(request: Json, templates: dict[str, str]) -> Json:
    """The request with only those resources that our templates ask for (PRE-09).

    Some cases hold more: findings without category, results without LOINC code.
    """
    prefetch = {key: _found(key, value, templates) for key, value in request["prefetch"].items()}
    return request | {"prefetch": prefetch}


def _found(key: str, value: Json, templates: dict[str, str]) -> Json:
    if key == "patient":
        return value
    entries = [e for e in value["entry"] if _asked_for(e["resource"], templates.values())]
    return value | {"entry": entries}


def _asked_for(resource: Json, templates: Iterable[str]) -> bool:
    return any(matches(resource, template) for template in templates)


def matches(resource: Json, template: str) -> bool:
    """Whether a search finds ``resource``, as far as status, category and code go."""
    kind, _, query = template.partition("?")
    asked = {name: values.split(",") for name, values in parse_qsl(query)}
    return resource["resourceType"] == kind and all(
        set(_codes(resource.get(name))) & set(asked[name])
        for name in ("status", "category", "code")
        if name in asked
    )


def _codes(element: Any) -> Iterator[str]:
    for each in element if isinstance(element, list) else [element]:
        if isinstance(each, str):
            yield each
        elif each:
            yield from (coding.get("code", "") for coding in each.get("coding", ()))
