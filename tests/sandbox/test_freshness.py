"""Sandbox records are as fresh today as on the day that they were written for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cds_service.fhir.moved import days_until_now, moved
from cds_service.gather.services import ServiceDefinition
from tests.sandbox.test_same_reasoning import CASES, CLOCK, as_recorded, client, fetched
from tests.spec.cases import Case


# "13 days ago" is 13 days and some hours ago when dates move by whole days only.
ON_THE_EDGE = {"ulcer-13-days"}
SPOKEN = [c for c in CASES if c.file.hook == "patient-view" and c.slug not in ON_THE_EDGE][::9]


@pytest.mark.parametrize(
    ("written", "days", "expected"),
    [
        ({"birthDate": "1960-02-29"}, 1, {"birthDate": "1960-03-01"}),
        ({"period": {"start": "2026-12-31T23:00:00+01:00"}}, 2, {"period": {"start": "2027-01-02T23:00:00+01:00"}}),
        ({"item": [{"recordedDate": "2026-12"}]}, 31, {"item": [{"recordedDate": "2027-01"}]}),
        ({"onsetDateTime": "2019"}, 400, {"onsetDateTime": "2020"}),
        ({"onsetDateTime": "2019"}, 100, {"onsetDateTime": "2019"}),
        ({"onsetDateTime": "long ago", "date": "2026-02-30"}, 9, {"onsetDateTime": "long ago", "date": "2026-02-30"}),
        ({"code": {"coding": [{"code": "2026"}]}, "id": "2026-01-01"}, 9, {"code": {"coding": [{"code": "2026"}]}, "id": "2026-01-01"}),
        ({"authoredOn": "9999-12-31"}, 9, {"authoredOn": "9999-12-31"}),
    ],
)  # fmt: skip
def test_only_dates_move(written: object, days: int, expected: object) -> None:
    """Codes that look like years, and dates that are none, stay."""
    assert moved(written, days) == expected


def test_nothing_comes_to_lie_in_the_future() -> None:
    """Whole days, and never one too many."""
    written_for = datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert days_until_now(written_for, written_for) == 0
    assert days_until_now(written_for, written_for + timedelta(days=2, hours=23)) == 2
    assert days_until_now(written_for, written_for - timedelta(hours=1)) == -1


@pytest.mark.parametrize("later", [timedelta(days=1, hours=13), timedelta(days=1_000, hours=5)])
@pytest.mark.parametrize("case", SPOKEN, ids=lambda case: case.slug)
def test_cards_stay(services: dict[str, ServiceDefinition], case: Case, later: timedelta) -> None:
    """A client that cannot send another instant gets the same cards whenever it asks."""
    service = services[case.file.service]
    written_for = datetime.fromisoformat(case.file.as_of)
    answers = []
    for now in (written_for, written_for + later):
        CLOCK.now = now
        request = fetched(as_recorded(case), service)
        reply = client().post(f"/cds-services/{service.id}", json=request)
        assert reply.status_code == 200
        cards = reply.get_json()["cards"]
        answers.append(
            [(c["summary"], c["indicator"], len(c.get("suggestions", ()))) for c in cards]
        )
    assert answers[0] == answers[1]
