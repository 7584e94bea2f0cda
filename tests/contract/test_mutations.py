"""D-1: no input stops the service. Whole requests with fields dropped, nulled and retyped.

Unlike the other contract tests these run the real reasoning, so that every reader is exercised.
"""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cds_service.app import create_app
from cds_service.core.knowledge import Knowledge
from cds_service.gather.sandbox import read_case
from cds_service.settings import Settings, data_folder
from tests.contract.requests import EXPLAIN, SERVICE, Json


CASES = sorted(path.parent for path in data_folder("fixtures").glob("cases/*/case.yaml"))
ODD = (
    None, "", "x", 0, -1, 1e308, True, [], {}, [None], [[]], [{}], {"coding": "x"}, {"coding": [None]},
    {"resourceType": "Bundle"}, "9999-99-99", "2026", "2026-11-21T24:61:61Z", "Patient/other", "\u0000", 10**30,
)  # fmt: skip
BOUNDED = settings(
    max_examples=250,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def real(knowledge: Knowledge) -> FlaskClient:
    """The service with its own reasoning."""
    app = create_app(
        Settings(log_level="ERROR"),
        clock=lambda: datetime(2026, 11, 21, tzinfo=UTC),
        knowledge=knowledge,
    )
    return app.test_client()


@cache
def request_of(folder: Path) -> Json:
    """The request of a sandbox case."""
    return read_case(folder)[1]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every member and element below ``value``."""
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    found = [path] if path else []
    for name, member in inner:
        found += places(member, (*path, name))
    return found


def changed(request: Json, path: tuple[Any, ...], value: Any) -> None:
    """Put ``value`` at ``path``; ``...`` takes the member away."""
    holder: Any = request
    for name in path[:-1]:
        holder = holder[name]
    if value is ...:
        del holder[path[-1]]
    else:
        holder[path[-1]] = deepcopy(value)


@BOUNDED
@given(data=st.data())
def test_no_mutation_stops_the_service(real: FlaskClient, data: st.DataObject) -> None:
    """2xx or 4xx, always a valid document (the client of the suite checks that)."""
    request = deepcopy(request_of(data.draw(st.sampled_from(CASES))))
    for _ in range(data.draw(st.integers(1, 3))):
        paths = places(request)
        if paths:
            path = data.draw(st.sampled_from(paths))
            changed(request, path, data.draw(st.sampled_from((*ODD, ...))))
    for url in (SERVICE, EXPLAIN):
        assert real.post(url, json=request).status_code < 500
