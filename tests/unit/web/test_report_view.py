"""The report in words: names of the knowledge, shares with interval, spans that keep the client."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cds_service.core.knowledge import Knowledge
from cds_service.store.reports import (
    ClientReceived,
    OverrideCount,
    Rate,
    Report,
    RuleReceived,
    ServiceReceived,
    TopicReceived,
    WeekReceived,
)
from cds_service.web.workbench.report_view import ReportView, duration, report_view, week_in_words


NOW = datetime(2026, 11, 21, 23, 45, tzinfo=UTC)
COUNTS = {"fired": 20, "accepted": 6, "overridden": 4, "ignored": 10}
RATE = Rate(rate=0.6, low=0.3127, high=0.8318)


def _report(**members: object) -> Report:
    rated = {"acceptance_rate": RATE, "median_response_seconds": 95.0}
    given = {
        "services": (ServiceReceived(id="leg-pain-patient-view", **COUNTS, **rated),),  # type: ignore[arg-type]
        "topics": (TopicReceived(code="arterialsupply", **COUNTS),),
        "rules": (
            RuleReceived(id="rf-dvt", review=True, **COUNTS),
            RuleReceived(id="clarify", review=False, **COUNTS),
            RuleReceived(id="gone-long-ago", review=False, **COUNTS),
        ),
        "overrides": (
            OverrideCount(reason="patient-refuses", display="patient declines", count=4),
        ),
        "weeks": (WeekReceived(week="2026-W47", **COUNTS),),
        "clients": (ClientReceived(client="", **COUNTS),),
        "unknown_cards": 2,
    }
    return Report(**(given | members))  # type: ignore[arg-type]


def _view(knowledge: Knowledge, report: Report) -> ReportView:
    names = {"leg-pain-patient-view": "Leg pain or burning when lying down"}
    return report_view(report, knowledge, NOW, clients=["one", "two"], names=names)


def test_names_are_those_of_people(knowledge: Knowledge) -> None:
    """Service titles, clinical questions, red flags; an id that nobody knows any more stays itself."""
    view = _view(knowledge, _report())
    names = {table.id: [line.name for line in table.lines] for table in view.tables}
    assert names["services"] == ["Leg pain or burning when lying down"]
    assert names["topics"] == ["Arterial supply of the legs"]
    assert names["rules"] == [
        "possible deep vein thrombosis",
        "asks for history and examination",
        "gone-long-ago",
    ]
    assert names["clients"] == ["not named"]


def test_shares_and_times(knowledge: Knowledge) -> None:
    """With their interval; empty where there is nothing to say, never a zero."""
    view = _view(knowledge, _report())
    (service,) = view.tables[0].lines
    assert (service.rate, service.interval, service.waited) == ("60 %", "31 to 83 %", "95 s")
    (topic,) = view.tables[1].lines
    assert (topic.rate, topic.interval, topic.waited) == ("", "", "")


def test_all_cards_together_are_those_of_the_services(knowledge: Knowledge) -> None:
    """With the interval of the sum."""
    view = _view(knowledge, _report())
    assert (view.total.received.fired, view.total.rate) == (20, "60 %")
    assert not view.empty
    assert _view(knowledge, _report(services=())).empty


def test_a_week_without_cards_is_a_gap(knowledge: Knowledge) -> None:
    """Else a chart puts October beside August; over the turn of the year as well."""
    weeks = tuple(WeekReceived(week=week, **COUNTS) for week in ("2026-W52", "2027-W02"))
    lines = _view(knowledge, _report(weeks=weeks)).weeks
    assert [(line.id, line.received.fired) for line in lines] == [
        ("2026-W52", 20),
        ("2026-W53", 0),
        ("2027-W01", 0),
        ("2027-W02", 20),
    ]
    assert _view(knowledge, _report(weeks=())).weeks == ()


def test_rules_to_review_stand_apart(knowledge: Knowledge) -> None:
    """Those that the report marks."""
    assert [line.id for line in _view(knowledge, _report()).reviewed] == ["rf-dvt"]


def test_spans_keep_the_client_and_csv_keeps_everything(knowledge: Knowledge) -> None:
    """The chosen span is known again."""
    since = datetime(2026, 10, 24, tzinfo=UTC)
    view = _view(knowledge, _report(since=since, client="a & b"))
    assert [(s.label, s.current) for s in view.spans] == [
        ("4 weeks", True),
        ("12 weeks", False),
        ("1 year", False),
        ("everything", False),
    ]
    assert view.spans[0].href == "/reports?since=2026-10-24&client=a+%26+b"
    assert view.spans[3].href == "/reports?client=a+%26+b"
    assert view.csv == "/reports.csv?since=2026-10-24T00%3A00%3A00%2B00%3A00&client=a+%26+b"
    assert (view.since, view.until) == ("2026-10-24", "")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (59.6, "60 s"),
        (119, "119 s"),
        (120, "2 min"),
        (3600, "60 min"),
        (7200, "2 h"),
        (172_800, "2 days"),
    ],
)
def test_durations(seconds: float, words: str) -> None:
    """In the unit in which people say them."""
    assert duration(seconds) == words


def test_weeks_by_the_day_that_they_begin_with() -> None:
    """ISO weeks, over the turn of the year as well."""
    assert week_in_words("2026-W47") == "16 Nov 2026"
    assert week_in_words("2026-W01") == "29 Dec 2025"
