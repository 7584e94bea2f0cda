"""REQ-16: what one call may cost, on both sides of each limit."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from cds_service.app import create_app
from cds_service.core.knowledge import Knowledge
from cds_service.settings import Settings
from tests.contract.advisor import FixedAdvisor
from tests.contract.requests import SERVICE, bundle, pv, resource, with_prefetch


def limited(knowledge: Knowledge, now: datetime, **settings: Any) -> FlaskClient:
    """The service with limits of its own."""
    app = create_app(
        Settings(**settings), clock=lambda: now, knowledge=knowledge, advisor=FixedAdvisor()
    )
    return app.test_client()


@pytest.mark.parametrize(("more", "status"), [(0, 200), (1, 413)])
def test_number_of_resources(knowledge: Knowledge, now: datetime, more: int, status: int) -> None:
    """As many as allowed, and one more."""
    observations = [resource("Observation", f"o{n}") for n in range(40 + more)]
    body = with_prefetch(findings=bundle(*observations))
    others = sum(
        len(value.get("entry", ())) if value["resourceType"] == "Bundle" else 1
        for key, value in body["prefetch"].items()
        if key != "findings"
    )
    client = limited(knowledge, now, max_resources=40 + others)
    assert client.post(SERVICE, json=body).status_code == status


def test_a_call_whose_time_is_over(knowledge: Knowledge, now: datetime) -> None:
    """503 with Retry-After, never half an answer."""
    answer = limited(knowledge, now, request_seconds=1e-9).post(SERVICE, json=pv())
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert answer.get_json()["issue"][0]["code"] == "transient"
    assert limited(knowledge, now, request_seconds=25).post(SERVICE, json=pv()).status_code == 200


@pytest.mark.parametrize(
    "path", ["/questionnaire", "/questionnaire/response.json", "/fhir/Questionnaire/_search"]
)
@pytest.mark.parametrize(("length", "status"), [(65_536, 200), (65_537, 413)])
def test_forms_that_need_no_token_are_short(
    client: FlaskClient, path: str, length: int, status: int
) -> None:
    """A few megabytes of fields took a thread for seconds, and came back four times as long."""
    form = "&".join(f"f{n}=" for n in range(10_000))[:length].ljust(length, "x")
    kind = "application/x-www-form-urlencoded"
    assert client.post(path, data=form, content_type=kind).status_code == status
