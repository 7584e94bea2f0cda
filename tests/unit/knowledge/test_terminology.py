"""Codes: systems however they are written, prefixes, code lists, questions, units."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from cds_service.core.values import FINDING_SYSTEM
from cds_service.knowledge.loader import load_knowledge
from cds_service.knowledge.terminology import Kind, Terminology, system_name
from cds_service.knowledge.units import unit_key
from tests.unit.fhir.room import small_knowledge, small_terminology


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        ("http://snomed.info/sct", "SNOMED"),
        ("http://snomed.info", "SNOMED"),
        ("http: //snomed.info/sct", "SNOMED"),
        ("http://snomed.info/sct/ ", "SNOMED"),
        ("https://snomed.info/sct", "SNOMED"),
        ("http://snomed.info/sct/731000124108", "SNOMED"),
        ("urn:oid:2.16.840.1.113883.6.96", "SNOMED"),
        ("http://loinc.org", "LOINC"),
        ("urn:oid:2.16.840.1.113883.6.1", "LOINC"),
        ("urn:oid:2.16.840.1.113883.6.88", "RxNorm"),
        ("urn:oid:2.16.840.1.113883.6.90", "ICD-10-CM"),
        ("http://hl7.org/fhir/sid/icd-10", "ICD-10-CM"),
        ("http://hl7.org/fhir/sid/icd-10-cm|2026", "ICD-10-CM"),
        ("urn:oid:2.16.840.1.113883.6.12", "CPT"),
        ("http://www.whocc.no/atc/", "ATC"),
        (FINDING_SYSTEM, "finding"),
        (FINDING_SYSTEM + "/", "finding"),
        ("http://hl7.org/fhir/sid/icd-9-cm", ""),
        ("http://hl7.org/fhir/sid/icd-10-pcs", ""),
        ("urn:oid:2.16.840.1.113883.6.238", ""),
        ("", ""),
    ],
)
def test_systems(uri: str, name: str) -> None:
    """As real data write them; neighbours are not taken for them."""
    assert system_name(uri) == name


def meanings(system: str, code: str) -> set[tuple[str, str]]:
    """Kind and id of everything a code means."""
    return {(t.kind.value, t.id) for t in small_terminology().targets(system, code)}


ICD = "http://hl7.org/fhir/sid/icd-10-cm"


@pytest.mark.parametrize(
    ("system", "code", "expected"),
    [
        (ICD, "M79.604", {("finding", "leg-pain")}),
        (ICD, "M79604", {("finding", "leg-pain")}),
        (ICD, "m79.60", {("finding", "leg-pain")}),
        (ICD, "M79.6", set()),
        (ICD, "I82.402", {("cause", "deep-vein-thrombosis")}),
        ("http://hl7.org/fhir/sid/icd-10", "G25.81", {("cause", "restless-legs-syndrome")}),
        ("http://snomed.info/sct", "128053003", {("cause", "deep-vein-thrombosis")}),
        ("http://snomed.info/sct", "1280530031", set()),
        ("http://snomed.info/sct", " 32914008", {("cause", "restless-legs-syndrome")}),
        ("http://www.whocc.no/atc", "C10AA05", {("drug", "statin")}),
        ("http://www.whocc.no/atc", "C10A", set()),
        ("http://loinc.org", "77194-9", {("analyte", "abi"), ("workup-result", "abi")}),
        ("http://www.ama-assn.org/go/cpt", "93922", {("workup-order", "abi")}),
        (FINDING_SYSTEM, "leg-pain", {("finding", "leg-pain")}),
        (FINDING_SYSTEM, "abi", {("workup-order", "abi")}),
        (
            FINDING_SYSTEM,
            "b12-deficiency",
            {("finding", "b12-deficiency"), ("cause", "b12-deficiency")},
        ),
        (FINDING_SYSTEM, "no-such-thing", set()),
        ("http://example.org/local", "M79.604", set()),
    ],
)
def test_meanings(system: str, code: str, expected: set[tuple[str, str]]) -> None:
    """ICD-10 and ATC by prefix, the rest exactly, our own by id."""
    assert meanings(system, code) == expected


def test_codes_that_need_a_leg_say_so() -> None:
    """R20.2 means tingling of the legs only where a leg is named."""
    (target,) = small_terminology().targets(ICD, "R20.2")
    assert (target.kind, target.needs_leg) == (Kind.FINDING, True)


def test_questions() -> None:
    """Codes and words of the answers."""
    (question,) = small_terminology().questions("http://loinc.org", "72166-2")
    assert question.finding == "tobacco-use"
    assert question.absent == {("SNOMED", "266919005")}
    assert question.absent_text == {"never smoker"}


@pytest.mark.parametrize(
    ("analyte", "unit", "expected"),
    [
        ("ferritin", "ug/L", (Decimal(1), Decimal(0))),
        ("ferritin", "µg/L", (Decimal(1), Decimal(0))),
        ("ferritin", "NG/ML", (Decimal(1), Decimal(0))),
        ("ferritin", "pmol/L", (Decimal("0.445"), Decimal(0))),
        ("ferritin", "", None),
        ("ferritin", "mg/dL", None),
        ("abi", "", (Decimal(1), Decimal(0))),
        ("d-dimer-feu", "ng{DDU}/mL", None),
        ("no-such-analyte", "ug/L", None),
    ],
)
def test_units(analyte: str, unit: str, expected: tuple[Decimal, Decimal] | None) -> None:
    """Listed ones only, however they are spelt."""
    assert small_terminology().conversion(analyte, unit) == expected


def test_spellings_of_units() -> None:
    """One unit, one key; FEU and DDU stay apart."""
    assert unit_key("m[IU]/L") == unit_key("mIU/L") == unit_key("mU/L")
    assert unit_key("mL/min/{1.73_m2}") == unit_key("mL/min/1.73m2") == unit_key("mL/min/1.73 m²")
    assert unit_key("mcg/L") == unit_key("ug/L")
    assert unit_key("ug{FEU}/L") != unit_key("ug{DDU}/L")


def test_family_findings() -> None:
    """What a relative's diagnosis states."""
    assert small_terminology().family_findings == {
        "restless-legs-syndrome": ("family-history-rls",)
    }


def test_problems_are_collected(tmp_path: Path) -> None:
    """A missing list, a list of another shape, an unknown system: said, not raised."""
    assert Terminology.build(small_knowledge(), tmp_path).problems == (
        "causes[deep-vein-thrombosis]: code list terminology/dvt.csv is missing",
    )
    (tmp_path / "dvt.csv").write_text("a,b\n1,2\n")
    assert "needs the columns" in Terminology.build(small_knowledge(), tmp_path).problems[0]
    (tmp_path / "dvt.csv").write_text("system,code,display\nICD-11,BD71,DVT\nSNOMED,,DVT\n")
    first, second = Terminology.build(small_knowledge(), tmp_path).problems
    assert "ICD-11|BD71" in first
    assert "SNOMED|" in second


def test_the_real_code_lists_have_no_problems() -> None:
    """Every list that the knowledge names is there, in systems that are known."""
    assert Terminology.build(load_knowledge()).problems == ()
