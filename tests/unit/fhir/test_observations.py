"""Observations: both sides of every rule of reading them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from cds_service.core.record import Channel, EventState
from cds_service.core.values import Status
from tests.unit.fhir.room import (
    LOINC,
    SNOMED,
    coded,
    finding,
    observation,
    problems,
    read,
    said,
    status,
)


PRESENT, ABSENT = Status.PRESENT, Status.ABSENT


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"valueBoolean": True}, PRESENT),
        ({"valueBoolean": False}, ABSENT),
        ({"valueCodeableConcept": coded(SNOMED, "52101004")}, PRESENT),
        ({"valueCodeableConcept": coded(SNOMED, "2667000")}, ABSENT),
        ({"valueCodeableConcept": coded(SNOMED, "373066001")}, PRESENT),
        ({"valueCodeableConcept": coded(SNOMED, "373067005")}, ABSENT),
        ({"valueCodeableConcept": {"text": "Not detected"}}, ABSENT),
        (
            {"valueCodeableConcept": {"coding": [{"display": "Detected (qualifier value)"}]}},
            PRESENT,
        ),
        ({"valueString": "Positive"}, PRESENT),
        ({"valueString": " no "}, ABSENT),
        ({"valueString": "perhaps"}, None),
        ({"interpretation": [{"coding": [{"code": "POS"}]}]}, PRESENT),
        ({"interpretation": [{"coding": [{"code": "NEG"}]}]}, ABSENT),
        ({}, None),
        ({"valueBoolean": True, "dataAbsentReason": {"text": "unknown"}}, None),
        ({"valueInteger": 1}, None),
    ],
)
def test_the_value_decides(value: dict[str, Any], expected: Status | None) -> None:
    """A finding without a value states nothing."""
    assert status(read(observation(finding("burning-pain"), **value)), "burning-pain") is expected


@pytest.mark.parametrize(
    "written", ["entered-in-error", "entered-in-error ", "cancelled", "registered"]
)
def test_void_observations_are_ignored(written: str) -> None:
    """Also with the trailing space that real data have; and they are no problem to report."""
    record = read(observation(finding("burning-pain"), valueBoolean=True, status=written))
    assert (record.statements, record.skipped) == ((), ())


@pytest.mark.parametrize(
    ("written", "expected"), [("unknown", True), ("preliminary", True), ("amended", False)]
)
def test_unfinished_observations_are_provisional(written: str, expected: bool) -> None:
    """Used, and marked."""
    statement = said(
        read(observation(finding("burning-pain"), valueBoolean=True, status=written)),
        "burning-pain",
    )
    assert statement is not None
    assert statement.provisional is expected


def test_components_are_read_like_observations() -> None:
    """Whatever the code of the whole; one that cannot be read hides none."""
    parts = [
        {"code": finding("burning-pain"), "valueBoolean": True},
        {"code": ["nonsense", 3]},
        {"code": finding("leg-swelling"), "valueBoolean": False},
    ]
    record = read(observation({"text": "leg review"}, component=parts))
    assert status(record, "burning-pain") is PRESENT
    assert status(record, "leg-swelling") is ABSENT
    assert list(problems(record)) == ["Observation/1"]


def test_a_standard_code_of_a_finding_needs_a_value_too() -> None:
    """SNOMED 10601006 with Absent is an absent finding."""
    absent = observation(coded(SNOMED, "10601006"), valueCodeableConcept=coded(SNOMED, "2667000"))
    assert status(read(absent), "leg-pain") is ABSENT
    assert status(read(observation(coded(SNOMED, "10601006"))), "leg-pain") is None


def test_an_id_of_finding_and_cause_is_the_finding() -> None:
    """A laboratory finding is not the diagnosis of the same name."""
    statement = said(
        read(observation(finding("b12-deficiency"), valueBoolean=True)), "b12-deficiency"
    )
    assert statement is not None
    assert statement.about.value == "finding"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (coded(SNOMED, "449868002"), PRESENT),
        (coded(SNOMED, "266919005"), ABSENT),
        ({"text": "Never smoker"}, ABSENT),
        ({"text": "prefers not to say"}, None),
    ],
)
def test_answers_to_coded_questions(answer: dict[str, Any], expected: Status | None) -> None:
    """By code or by listed words; what is not listed states nothing."""
    record = read(observation(coded(LOINC, "72166-2"), valueCodeableConcept=answer))
    assert status(record, "tobacco-use") is expected


def test_a_chief_complaint_is_read_as_text() -> None:
    """With negation, and not as definite."""
    record = read(
        observation(coded(LOINC, "29299-5"), valueString="leg pain at night, no leg swelling")
    )
    statement = said(record, "leg-pain")
    assert statement is not None
    assert (statement.status, statement.definite, statement.channel) == (
        PRESENT,
        False,
        Channel.OBSERVATION,
    )
    assert status(record, "leg-swelling") is ABSENT


def quantity(value: Any, unit: str = "", **members: Any) -> dict[str, Any]:
    """A valueQuantity."""
    return {"valueQuantity": {"value": value} | ({"unit": unit} if unit else {}) | members}


@pytest.mark.parametrize(
    ("code", "written", "expected"),
    [
        ("2276-4", quantity(18, "ng/mL"), Decimal(18)),
        ("2276-4", quantity(18.5, "µg/L"), Decimal("18.5")),
        ("2276-4", quantity(100, "pmol/L"), Decimal("44.500")),
        ("2276-4", quantity(18, "whatever", code="ug/L"), Decimal(18)),
        ("4548-4", quantity(7, "%"), Decimal("53.003")),
        ("77194-9", quantity(0.85), Decimal("0.85")),
        ("77194-9", quantity(0.85, "{ratio}"), Decimal("0.85")),
    ],
)
def test_results_are_converted(code: str, written: dict[str, Any], expected: Decimal) -> None:
    """Value * factor + offset, by code or unit; no unit only where there is none."""
    (result,) = read(observation(coded(LOINC, code), **written)).measurements
    assert result.value == expected


@pytest.mark.parametrize(
    ("written", "says"),
    [
        (quantity(18, "mg/dL"), "unit not known for ferritin"),
        (quantity(18), "no unit for ferritin"),
        (quantity("18", "ng/mL"), "value: expected a number"),
        (quantity(True, "ng/mL"), "value: expected a number"),
        (quantity(float("nan"), "ng/mL"), "value: expected a finite number"),
        (quantity(18, "ng/mL", comparator="~"), "comparator not understood for ferritin"),
    ],
)
def test_unusable_results_say_so(written: dict[str, Any], says: str) -> None:
    """Nothing is guessed."""
    record = read(observation(coded(LOINC, "2276-4"), **written))
    assert record.measurements == ()
    assert problems(record) == {"Observation/1": says}


def test_feu_and_ddu_are_different_units() -> None:
    """A D-dimer in DDU is not usable where FEU is asked for."""
    feu = observation(coded(LOINC, "48065-7"), **quantity(600, "ng{FEU}/mL"))
    ddu = observation(coded(LOINC, "48065-7"), **quantity(300, "ng{DDU}/mL"))
    assert len(read(feu).measurements) == 1
    assert read(ddu).measurements == ()


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ({"low": {"value": 30}, "high": {"value": 400}}, (Decimal(30), Decimal(400))),
        ({"low": {"value": 0}, "high": {"value": 0}}, (None, None)),
        ({"low": {"value": 9}, "high": {"value": 3}}, (None, None)),
        ({"high": {"value": 400}}, (None, Decimal(400))),
        ({"low": {"value": 100, "unit": "pmol/L"}}, (Decimal("44.500"), None)),
        ({"low": {"value": 100, "unit": "furlong"}}, (None, None)),
        ({"low": {"value": 30}, "type": {"coding": [{"code": "critical"}]}}, (None, None)),
    ],
)
def test_reference_ranges(
    limits: dict[str, Any], expected: tuple[Decimal | None, Decimal | None]
) -> None:
    """Converted with the result; 0-0 and reversed ranges are none."""
    test = observation(coded(LOINC, "2276-4"), **quantity(18, "ng/mL"), referenceRange=[limits])
    (result,) = read(test).measurements
    assert (result.low, result.high) == expected


def test_comparator_flag_and_text_are_kept() -> None:
    """As sent, for display and comparison."""
    flags = {"interpretation": [{"coding": [{"code": "L"}]}]}
    test = observation(coded(LOINC, "2276-4"), **quantity(5, "ng/mL", comparator="<"), **flags)
    (result,) = read(test).measurements
    assert (result.comparator, result.interpretation, result.text) == ("<", "L", "<5 ng/mL")


def test_sides_of_an_abi() -> None:
    """By code, by name and by body site; components are read each."""
    parts = [
        {"code": coded(LOINC, "8579-5"), "valueQuantity": {"value": 0.8}},
        {
            "code": coded(LOINC, "77194-9", "Right ankle-brachial index"),
            "valueQuantity": {"value": 1.1},
        },
    ]
    record = read(observation({"text": "ABI"}, component=parts))
    assert {(m.side, m.value) for m in record.measurements} == {
        ("left", Decimal("0.8")),
        ("right", Decimal("1.1")),
    }
    sited = observation(coded(LOINC, "77194-9"), **quantity(0.7), bodySite={"text": "Left leg"})
    assert read(sited).measurements[0].side == "left"


def test_our_code_of_a_measured_finding_is_a_result_of_its_analyte() -> None:
    """ValueQuantity under a finding's own code."""
    (result,) = read(observation(finding("ferritin-low"), **quantity(20, "ng/mL"))).measurements
    assert (result.analyte, result.value) == ("ferritin", Decimal(20))


def test_a_result_is_a_work_up_done_only_with_content() -> None:
    """An order placer's empty Observation is not a result."""
    (event,) = read(observation(coded(LOINC, "77194-9"), **quantity(0.9))).events
    assert (event.workup, event.state, event.definite) == ("abi", EventState.DONE, True)
    assert event.date == datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert read(observation(coded(LOINC, "77194-9"))).events == ()


def test_local_tests_are_known_by_name() -> None:
    """Not where a LOINC code says that it is something else, and not definite as a work-up."""
    local = observation({"text": "Ferritin (house)"}, **quantity(18, "ng/mL"))
    assert read(local).measurements[0].analyte == "ferritin"
    other = observation(coded(LOINC, "9999-9", "Ferritin in CSF"), **quantity(18, "ng/mL"))
    assert read(other).measurements == ()
    (event,) = read(observation({"text": "Ankle brachial index"}, **quantity(0.9))).events
    assert event.definite is False


@pytest.mark.parametrize(
    ("written", "counts"),
    [
        ("2026-11-21T04:44:00Z", True),
        ("2026-11-21T04:46:00Z", False),
        ("2026-11-22", False),
        ("2026", True),
    ],
)
def test_what_is_dated_after_now_has_not_happened(written: str, counts: bool) -> None:
    """Compared as instants: now is 04:45 UTC."""
    record = read(
        observation(finding("burning-pain"), valueBoolean=True, effectiveDateTime=written)
    )
    assert (status(record, "burning-pain") is PRESENT) is counts


@pytest.mark.parametrize(
    "broken",
    [
        {"effectiveDateTime": "yesterday"},
        {"effectiveDateTime": 20261120},
        {"valueBoolean": "true"},
        {"status": ["final"]},
        {"code": 7},
        {"code": {"coding": "x"}},
        {"code": {"coding": [{"code": 5}]}},
        {"code": None},
        {"subject": "Patient/p"},
    ],
)
def test_what_cannot_be_read_is_named_and_hides_nothing(broken: dict[str, Any]) -> None:
    """The other Observation still speaks."""
    bad = observation(finding("burning-pain"), **({"valueBoolean": True} | broken))
    good = observation(finding("leg-swelling"), valueBoolean=True, id="2")
    record = read(bad, good)
    assert status(record, "burning-pain") is None
    assert status(record, "leg-swelling") is PRESENT
    assert list(problems(record)) == ["Observation/1"]


def test_an_observation_that_focuses_on_somebody_else_is_dropped() -> None:
    """R4 ``focus``: made on the mother, about the child."""
    other = observation(
        finding("burning-pain"), valueBoolean=True, focus=[{"reference": "Patient/child"}]
    )
    assert problems(read(other)) == {"Observation/1": "speaks of another patient"}
