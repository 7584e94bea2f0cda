"""Statements become three-valued findings by the reading rules."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from cds_service.core.findings import Finding, Timeline, derive_diagnoses, derive_findings
from cds_service.core.knowledge import Knowledge
from cds_service.core.measurements import Results
from cds_service.core.record import Channel, Measurement, PatientRecord, Subject
from cds_service.core.values import Status
from tests.unit.core.conftest import NOW, record, said


def findings_of(patient: PatientRecord, knowledge: Knowledge) -> dict[str, Finding]:
    """What is known of this patient."""
    results = Results(patient, knowledge, NOW)
    return derive_findings(patient, knowledge, Timeline(knowledge, NOW), results)


def index(value: str, *, side: str = "", days_ago: int = 1, comparator: str = "") -> Measurement:
    """An index measured in one leg or without a side."""
    return Measurement(
        analyte="index",
        value=Decimal(value),
        unit="1",
        source=f"Observation/{side or 'index'}-{value}",
        side=side,
        comparator=comparator,
        date=NOW - timedelta(days=days_ago),
        text=value,
    )


def test_what_nobody_said_is_not_in_the_answer(knowledge: Knowledge) -> None:
    """Unknown findings are left out, never absent."""
    assert "burning" not in findings_of(record(), knowledge)


def test_the_newer_statement_wins_and_the_older_is_shown(knowledge: Knowledge) -> None:
    """A denial of yesterday outweighs a complaint of last week; both are named."""
    found = findings_of(
        record(said("burning", days_ago=7), said("burning", Status.ABSENT, days_ago=1)), knowledge
    )["burning"]
    assert found.status is Status.ABSENT
    assert found.disagreeing == ("Observation/burning-7",)


def test_on_one_day_a_definite_result_beats_text(knowledge: Knowledge) -> None:
    """A coded denial outweighs words found in free text on the same day."""
    found = findings_of(
        record(
            said("burning", definite=False, source="Encounter/1"), said("burning", Status.ABSENT)
        ),
        knowledge,
    )["burning"]
    assert found.status is Status.ABSENT


def test_on_one_day_present_beats_absent(knowledge: Knowledge) -> None:
    """Of two equally definite statements of one day the one that asks for attention counts."""
    found = findings_of(
        record(said("burning", Status.ABSENT, source="Observation/z"), said("burning")), knowledge
    )["burning"]
    assert found.status is Status.PRESENT


@pytest.mark.parametrize(("days", "known"), [(364, True), (367, False)])
def test_a_symptom_counts_for_twelve_months(knowledge: Knowledge, days: int, known: bool) -> None:
    """The default window of symptoms is 12 months."""
    assert ("burning" in findings_of(record(said("burning", days_ago=days)), knowledge)) is known


@pytest.mark.parametrize(("days", "current"), [(29, True), (31, False)])
def test_an_observation_is_current_for_thirty_days(
    knowledge: Knowledge,
    days: int,
    current: bool,
) -> None:
    """Older observations are evidence but no current complaint."""
    found = findings_of(record(said("burning", days_ago=days)), knowledge)["burning"]
    assert found.current is current


def test_an_undated_active_condition_is_current(knowledge: Knowledge) -> None:
    """Problem lists often carry no date."""
    found = findings_of(
        record(said("burning", days_ago=None, channel=Channel.CONDITION)), knowledge
    )["burning"]
    assert found.current


def test_an_undated_observation_is_evidence_but_not_current(knowledge: Knowledge) -> None:
    """Nobody knows when it was seen."""
    found = findings_of(record(said("burning", days_ago=None)), knowledge)["burning"]
    assert (found.status, found.current) == (Status.PRESENT, False)


def test_a_resolved_symptom_is_no_evidence(knowledge: Knowledge) -> None:
    """Resolved conditions are history, not complaints."""
    over = said("burning", channel=Channel.CONDITION, ended=True)
    assert "burning" not in findings_of(record(over), knowledge)


def test_a_resolved_clot_is_a_previous_clot(knowledge: Knowledge) -> None:
    """Some history is made of what is over."""
    over = said("clot", about=Subject.CAUSE, channel=Channel.CONDITION, ended=True, days_ago=900)
    assert findings_of(record(over), knowledge)["old-clot"].status is Status.PRESENT


@pytest.mark.parametrize(("stopped", "taken"), [(29, True), (31, False)])
def test_a_stopped_drug_counts_for_thirty_days(
    knowledge: Knowledge, stopped: int, taken: bool
) -> None:
    """After that its exposure is unknown, not absent."""
    drug = said(
        "tablet",
        days_ago=400,
        channel=Channel.MEDICATION,
        ended=True,
        end=NOW - timedelta(days=stopped),
    )
    assert ("tablet" in findings_of(record(drug), knowledge)) is taken


def test_a_running_drug_counts_however_old_the_prescription(knowledge: Knowledge) -> None:
    """Active prescriptions are not aged out."""
    drug = said("tablet", days_ago=4000, channel=Channel.MEDICATION)
    assert findings_of(record(drug), knowledge)["tablet"].current


def test_since_starts_after_the_last_denial(knowledge: Knowledge) -> None:
    """A symptom that was denied in between began anew."""
    found = findings_of(
        record(
            said("cold", days_ago=90),
            said("cold", Status.ABSENT, days_ago=60),
            said("cold", days_ago=2),
        ),
        knowledge,
    )["cold"]
    assert found.since == NOW - timedelta(days=2)


def test_a_stated_onset_is_older_than_its_record(knowledge: Knowledge) -> None:
    """The record of today may speak of a pain that began months ago."""
    found = findings_of(record(said("cold", onset=NOW - timedelta(days=90))), knowledge)["cold"]
    assert found.since == NOW - timedelta(days=90)


def test_implied_findings_follow(knowledge: Knowledge) -> None:
    """A wholly swollen leg is a swollen leg; the denial of the part is left alone."""
    found = findings_of(record(said("wholly-swollen")), knowledge)["swollen"]
    assert (found.status, found.stated) == (Status.PRESENT, False)
    denied = findings_of(record(said("wholly-swollen", Status.ABSENT)), knowledge)
    assert "swollen" not in denied


@pytest.mark.parametrize(("age", "status"), [(64, Status.ABSENT), (65, Status.PRESENT)])
def test_age_decides(knowledge: Knowledge, age: int, status: Status) -> None:
    """Age findings need no statement."""
    assert findings_of(record(age=age), knowledge)["elderly"].status is status


def test_without_age_it_is_unknown(knowledge: Knowledge) -> None:
    """No birth date, no age finding."""
    assert "elderly" not in findings_of(record(age=None), knowledge)


def test_a_diagnosis_states_its_finding_and_is_established(knowledge: Knowledge) -> None:
    """A recorded diabetes is both a history finding and an established cause."""
    patient = record(
        said("diabetes", about=Subject.CAUSE, channel=Channel.CONDITION, days_ago=3000)
    )
    assert findings_of(patient, knowledge)["sugar"].status is Status.PRESENT
    assert derive_diagnoses(patient, knowledge, Timeline(knowledge, NOW))["diabetes"].active


def test_a_refuted_diagnosis_is_none(knowledge: Knowledge) -> None:
    """Refuted later means not established."""
    patient = record(
        said("diabetes", about=Subject.CAUSE, channel=Channel.CONDITION, days_ago=30),
        said("diabetes", Status.ABSENT, about=Subject.CAUSE, channel=Channel.CONDITION, days_ago=3),
    )
    assert derive_diagnoses(patient, knowledge, Timeline(knowledge, NOW)) == {}


def test_the_lower_leg_decides(knowledge: Knowledge) -> None:
    """One low leg is a low index although the other is normal."""
    found = findings_of(
        record(measurements=(index("0.80", side="left"), index("1.10", side="right"))), knowledge
    )
    assert found["index-low"].status is Status.PRESENT
    assert found["index-normal"].status is Status.ABSENT


def test_normal_needs_both_legs(knowledge: Knowledge) -> None:
    """A single normal leg says nothing of the other."""
    assert "index-normal" not in findings_of(
        record(measurements=(index("1.10", side="left"),)), knowledge
    )
    both = record(measurements=(index("1.10", side="left"), index("1.12", side="right")))
    assert findings_of(both, knowledge)["index-normal"].status is Status.PRESENT


@pytest.mark.parametrize(("value", "low"), [("0.90", True), ("0.904", True), ("0.91", False)])
def test_the_limit_is_compared_after_rounding(knowledge: Knowledge, value: str, low: bool) -> None:
    """0.904 is reported as 0.90 by the laboratory."""
    found = findings_of(record(measurements=(index(value),)), knowledge)["index-low"]
    assert (found.status is Status.PRESENT) is low


def test_stiff_vessels_are_seen_in_either_leg(knowledge: Knowledge) -> None:
    """The higher leg decides for a limit from above."""
    found = findings_of(
        record(measurements=(index("1.45", side="left"), index("1.10", side="right"))), knowledge
    )
    assert found["index-stiff"].status is Status.PRESENT


def test_a_comparator_may_leave_it_open(knowledge: Knowledge) -> None:
    """Less than 1.00 is neither low nor not low for certain."""
    assert "index-low" not in findings_of(
        record(measurements=(index("1.00", comparator="<"),)), knowledge
    )


def salt(value: str, **more: object) -> Measurement:
    """A salt result of today."""
    return Measurement(
        analyte="salt",
        value=Decimal(value),
        unit="mmol/L",
        source="Observation/salt",
        date=NOW,
        **more,  # type: ignore[arg-type]
    )


def test_without_a_range_low_stays_unknown(knowledge: Knowledge) -> None:
    """No laboratory range, no flag, no sourced limit: unknown."""
    assert "salt-low" not in findings_of(record(measurements=(salt("3.1"),)), knowledge)


def test_the_laboratory_range_or_flag_decides(knowledge: Knowledge) -> None:
    """Range first, else the flag."""
    by_range = findings_of(record(measurements=(salt("3.1", low=Decimal("3.5")),)), knowledge)
    by_flag = findings_of(record(measurements=(salt("3.1", interpretation="L"),)), knowledge)
    normal = findings_of(record(measurements=(salt("4.1", interpretation="N"),)), knowledge)
    assert by_range["salt-low"].status is Status.PRESENT
    assert by_flag["salt-low"].status is Status.PRESENT
    assert normal["salt-low"].status is Status.ABSENT


@pytest.mark.parametrize(("age", "raised"), [(50, True), (70, False)])
def test_the_limit_grows_with_age(knowledge: Knowledge, age: int, raised: bool) -> None:
    """Over 50 the limit is age x 10: 600 is raised at 50 and not at 70."""
    result = Measurement(
        analyte="marker", value=Decimal(600), unit="ug/L", source="Observation/m", date=NOW
    )
    found = findings_of(record(age=age, measurements=(result,)), knowledge)["marker-raised"]
    assert (found.status is Status.PRESENT) is raised


def test_an_absurd_number_is_no_crash(knowledge: Knowledge) -> None:
    """1e308 is sent now and then; it is compared, not rounded."""
    found = findings_of(record(measurements=(index("1e308"),)), knowledge)
    assert found["index-stiff"].status is Status.PRESENT
