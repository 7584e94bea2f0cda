"""Resources of the context, which only some hooks have."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from cds_service.gather.services import ServiceDefinition
from cds_service.gather.supply import gather
from tests.contract.requests import PATIENT_ID, PREFETCH, bundle, resource


@pytest.mark.parametrize(
    ("hook", "member"),
    [
        ("order-select", "draftOrders"),
        ("order-sign", "draftOrders"),
        ("problem-list-item-create", "conditions"),
    ],
)
def test_resources_of_the_context_are_marked(
    service: ServiceDefinition, hook: str, member: str
) -> None:
    """H-5: a draft or a new problem may not be in prefetch yet."""
    other = msgspec.structs.replace(service, hook=hook)
    supply = gather(
        other, {member: bundle(resource("ServiceRequest", "draft"))}, PREFETCH, PATIENT_ID
    )
    assert [(s.key, s.resource["id"]) for s in supply.resources if s.in_context] == [
        (member, "draft")
    ]


@pytest.mark.parametrize(
    "value", [None, "", [], {}, {"entry": "x"}, {"entry": [{}]}, {"resourceType": "Bundle"}]
)
def test_req_14_odd_bundles_in_the_context(service: ServiceDefinition, value: Any) -> None:
    """No crash, no resource."""
    other = msgspec.structs.replace(service, hook="order-sign")
    assert not any(
        s.in_context for s in gather(other, {"draftOrders": value}, PREFETCH, PATIENT_ID).resources
    )
