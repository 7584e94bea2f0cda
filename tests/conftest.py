"""What all tests share: a checked client, a fixed clock at an odd offset, the real knowledge.

Every answer of every client of the suite goes through the validator (tests/contract).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from cds_service.app import create_app
from cds_service.core.knowledge import Knowledge
from cds_service.gather.services import ServiceDefinition, load_services
from cds_service.knowledge.loader import load_knowledge
from cds_service.settings import Settings, data_folder
from tests.contract.advisor import FixedAdvisor
from tests.contract.openapi import contract_problems
from tests.contract.response_validator import problems_of
from tests.fuzz.measure import SEED, TIMES


def pytest_report_header() -> str:
    """Where fuzzed requests come from, to send the same again."""
    return f"fuzzing: CDS_FUZZ_SEED={SEED} CDS_FUZZ_TIMES={TIMES}"


class CheckedClient(FlaskClient):
    """A client that fails the test when an answer is not conformant."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """As for any client, then the validator."""
        answer = super().open(*args, **kwargs)
        if answer.request.method not in {"HEAD", "OPTIONS"}:
            told = (answer.request.path, answer.status_code, answer.content_type or "", answer.data)
            problems = problems_of(*told) + contract_problems(answer.request.method, *told)
            assert not problems, problems
        return answer


@pytest.fixture(autouse=True, scope="session")
def _nothing_is_remembered() -> Iterator[None]:
    """Unless a test wants it: cases are sent more than once, and each time as for the first."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CDS_DATABASE_URL", "off")
        yield


@pytest.fixture(autouse=True, scope="session")
def _every_client_is_checked() -> Iterator[None]:
    ours = Flask.test_client_class
    Flask.test_client_class = CheckedClient
    yield
    Flask.test_client_class = ours


@pytest.fixture
def now() -> datetime:
    """The clock of the tests."""
    return datetime(2026, 11, 21, 23, 45, tzinfo=timezone(timedelta(hours=5, minutes=45)))


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    """The knowledge that is shipped."""
    return load_knowledge()


@pytest.fixture(scope="session")
def services(knowledge: Knowledge) -> dict[str, ServiceDefinition]:
    """The services that are shipped."""
    return load_services(data_folder("hooks"), knowledge)


@pytest.fixture(scope="session")
def service(services: dict[str, ServiceDefinition]) -> ServiceDefinition:
    """The patient-view service."""
    return services["leg-pain-patient-view"]


@pytest.fixture
def advisor() -> FixedAdvisor:
    """Answers every patient with the same two cards, and remembers what it was given."""
    return FixedAdvisor()


@pytest.fixture
def client(knowledge: Knowledge, advisor: FixedAdvisor, now: datetime) -> FlaskClient:
    """The whole service over WSGI, with fixed cards instead of reasoning."""
    return create_app(
        Settings(), clock=lambda: now, knowledge=knowledge, advisor=advisor
    ).test_client()
