"""What operators see: one line for each call, and counters that nobody can blow up."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from cds_service.web.logs import configure_logging
from tests.contract.requests import EXPLAIN, OUTCOME, SERVICE, pv, with_prefetch


@pytest.fixture
def lines(client: FlaskClient) -> Iterator[io.StringIO]:
    """What goes to standard error, as JSON."""
    text = io.StringIO()
    configure_logging("DEBUG", as_json=True)
    logger = logging.getLogger("cds_service")
    (handler,) = (h for h in logger.handlers if isinstance(h, logging.StreamHandler))
    handler.setStream(text)
    yield text
    logger.removeHandler(handler)


def read(text: io.StringIO) -> list[dict[str, Any]]:
    """The lines, each one JSON object."""
    return [json.loads(line) for line in text.getvalue().splitlines()]


def test_one_line_for_each_call(client: FlaskClient, lines: io.StringIO) -> None:
    """With everything that operators ask for."""
    client.post(SERVICE, json=pv(), headers={"X-Request-Id": "request-1"})
    (line,) = read(lines)
    assert line.pop("ms") >= 0
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "call",
        "level": "info",
        "logger": "cds_service.calls",
        "request": "request-1",
        "endpoint": "calls.call",
        "client": "open",
        "service": "leg-pain-patient-view",
        "hook": "patient-view",
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "status": 200,
        "cards": 2,
        "topics": ["arterialsupply", "arterialsupply"],
    }


def test_gaps_are_named(client: FlaskClient, lines: io.StringIO) -> None:
    """By key and state."""
    client.post(SERVICE, json=with_prefetch(laboratory=OUTCOME, reports=...))
    assert read(lines)[0]["gaps"] == ["laboratory:error", "reports:missing"]


def test_words_for_people(client: FlaskClient, lines: io.StringIO) -> None:
    """The same facts at a terminal."""
    configure_logging("INFO", as_json=False)
    (handler,) = logging.getLogger("cds_service").handlers
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(lines)
    client.post(SERVICE, json=pv())
    assert "service=leg-pain-patient-view" in lines.getvalue()


def metrics(client: FlaskClient) -> dict[str, float]:
    """Series and values."""
    text = client.get("/metrics").get_data(as_text=True)
    rows = [row.rsplit(" ", 1) for row in text.splitlines() if not row.startswith("#")]
    return {name: float(value) for name, value in rows}


def test_what_is_counted(client: FlaskClient) -> None:
    """Answers, time, cards, prefetch states."""
    client.post(SERVICE, json=pv())
    client.post(SERVICE, json=with_prefetch(laboratory=OUTCOME))
    client.post(SERVICE, data="{", content_type="application/json")
    found = metrics(client)
    calls = 'cds_requests_total{endpoint="calls.call",service="leg-pain-patient-view",status="%s"}'
    assert found[calls % 200] == 2
    assert found[calls % 400] == 1
    assert found['cds_request_seconds_count{endpoint="calls.call"}'] == 3
    assert found['cds_cards_total{indicator="warning",topic="arterialsupply"}'] == 2
    assert found['cds_prefetch_keys_total{key="laboratory",state="error"}'] == 1


def test_callers_make_no_series(client: FlaskClient) -> None:
    """Whatever is in path, method, headers and body, the number of series stays small."""
    for n in range(50):
        client.get(f"/nothing/{n}")
        client.open("/cds-services", method=f"M{n}")
        client.post(f"/cds-services/unknown-{n}", json=pv())
        client.post(SERVICE, json=pv(hook=f"hook-{n}"))
        client.post(EXPLAIN, json=with_prefetch(**{f"key{n}": None}))
        client.post(f"{SERVICE}/feedback", json={"feedback": [{"card": f"c{n}"}]})
    names = [name for name in metrics(client) if not name.startswith("cds_request_seconds")]
    assert len(names) < 60
