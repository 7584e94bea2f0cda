"""What a quality lead sees: counts that add up, rates with their uncertainty, rules to look at."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from cds_service.store.reports import wilson
from tests.contract.requests import SERVICE, pv
from tests.memory.room import accepted, overridden


Json = dict[str, Any]


@pytest.fixture
def report(remembering: FlaskClient, moments: list[datetime]) -> Json:
    """Twelve patients with two cards each, over three weeks; some answered."""
    for n in range(12):
        first, second = remembering.post(SERVICE, json=pv()).get_json()["cards"]
        answered_at = moments[-1] + timedelta(seconds=30 + n)
        items = []
        if n < 3:
            items.append(accepted(first["uuid"], answered_at, first["suggestions"][0]["uuid"]))
        elif n < 7:
            items.append(overridden(first["uuid"], answered_at, "patient-refuses"))
        if n < 11:
            items.append(overridden(second["uuid"], answered_at))
        moments.append(moments[-1] + timedelta(minutes=10))
        url = f"{SERVICE}/feedback"
        assert remembering.post(url, json={"feedback": items}).status_code == 204
        moments.append(moments[-1] + timedelta(days=2))
    found: Json = remembering.get("/reports").get_json()
    return found


def test_counts_add_up(report: Json) -> None:
    """Fired = accepted + overridden + ignored, for the service and over all groups."""
    (service,) = report["services"]
    assert (service["fired"], service["accepted"], service["overridden"], service["ignored"]) == (
        24,
        3,
        15,
        6,
    )
    for group in ("topics", "rules", "weeks", "clients"):
        assert sum(each["fired"] for each in report[group]) == 24
        assert sum(each["accepted"] for each in report[group]) == 3
    assert len(report["weeks"]) == 4


def test_rates_are_of_the_answered_and_carry_their_interval(report: Json) -> None:
    """3 of 7 for one rule; 0 of 11 for the other, which is marked for review."""
    rules = {rule["id"]: rule for rule in report["rules"]}
    rate = rules["arterialsupply"]["acceptance_rate"]
    assert rate["rate"] == pytest.approx(3 / 7, abs=1e-4)
    assert rate["low"] < rate["rate"] < rate["high"]
    assert not rules["arterialsupply"]["review"]
    assert rules["bare"]["review"]
    assert rules["bare"]["acceptance_rate"]["rate"] == 0


def test_reasons_and_time_to_response(report: Json) -> None:
    """By reason, most frequent first; the median of the waits."""
    assert [(o.get("reason", ""), o["display"], o["count"]) for o in report["overrides"]] == [
        ("", "no reason given", 11),
        ("patient-refuses", "patient declines", 4),
    ]
    assert 30 <= report["services"][0]["median_response_seconds"] <= 41


def test_a_span_and_a_client(
    remembering: FlaskClient, report: Json, moments: list[datetime]
) -> None:
    """Bounds as day or instant; another client has nothing."""
    last = moments[-1] - timedelta(days=3)
    narrow = remembering.get(f"/reports?since={last:%Y-%m-%d}").get_json()
    assert 0 < narrow["services"][0]["fired"] < 24
    assert remembering.get("/reports?until=2020-01-01T00:00:00Z").get_json()["services"] == []
    assert remembering.get("/reports?client=nobody").get_json()["services"] == []
    assert remembering.get("/reports?since=yesterday").status_code == 400


@pytest.mark.parametrize(
    ("bound", "counted"),
    [
        ("until=2026-11-21", 0),
        ("until=2026-11-21T00:00:01Z", 1),
        ("until=2026-11-22", 1),
        ("since=2026-11-21", 1),
        ("since=2026-11-22", 0),
        ("since=2026-11-22T00:00:00%2B10:00", 1),
    ],
)
def test_feedback_on_unknown_cards_keeps_to_the_span(
    remembering: FlaskClient, moments: list[datetime], bound: str, counted: int
) -> None:
    """Whole days by UTC; a day given as the end is not in it, as for cards."""
    item = overridden("never issued", moments[-1])
    assert remembering.post(f"{SERVICE}/feedback", json={"feedback": [item]}).status_code == 204
    assert remembering.get(f"/reports?{bound}").get_json()["unknown_cards"] == counted


def test_an_empty_report(remembering: FlaskClient) -> None:
    """Nothing fired is no error."""
    report = remembering.get("/reports").get_json()
    assert report["services"] == []
    assert report["unknown_cards"] == 0


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    # R: prop.test(..., correct = FALSE)$conf.int
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0), (1, 1, 0.2065, 1.0)],
)
def test_wilson(successes: int, trials: int, low: float, high: float) -> None:
    """Against known values."""
    rate = wilson(successes, trials)
    assert rate is not None
    assert (rate.low, rate.high) == pytest.approx((low, high), abs=1e-4)


def test_no_trials_no_rate() -> None:
    """Nothing answered: nothing is claimed."""
    assert wilson(0, 0) is None


def test_utc(report: Json) -> None:
    """Instants come back as they went in, on both databases."""
    assert report["weeks"][0]["week"] == "2026-W47"


def test_a_name_that_no_database_holds_is_refused(remembering: FlaskClient) -> None:
    """PostgreSQL takes no NUL in a text; that is the caller's mistake, not a memory out of order."""
    answer = remembering.get("/reports?client=a%00b")
    assert answer.status_code == 400
    assert answer.get_json()["issue"][0]["expression"] == ["client"]
    assert remembering.get("/reports?client=a%01b").status_code == 200
