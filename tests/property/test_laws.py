"""Laws that hold for every patient, tried on the sandbox cases with changes that Hypothesis chooses.

Entry rule: a law is a sentence of docs on how the service reasons that has no exception, or whose
exceptions are written down here.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.spec.cases import Case, read_cases
from tests.spec.service import Json, answer, explain


BOUNDED = settings(
    max_examples=80,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
# The laws speak of the record; cases whose context adds resources of its own are tested elsewhere.
cases = st.sampled_from([case for case in read_cases() if not case.raw_context])

# The same amount in another unit: LOINC -> other unit and factor (and offset before it). Factors are
# those of the public unit conversions named in docs on how the service reasons, section 1.
OTHER_UNITS: dict[str, dict[str, tuple[str, str, str]]] = {
    "2276-4": {"ng/mL": ("ug/L", "1", "0")},
    "2132-9": {"pg/mL": ("pmol/L", "0.7378", "0"), "ng/L": ("pg/mL", "1", "0")},
    "14685-2": {"pmol/L": ("pg/mL", "1.35538", "0")},
    "2823-3": {"mmol/L": ("meq/L", "1", "0")},
    "6298-4": {"mmol/L": ("meq/L", "1", "0")},
    "718-7": {"g/dL": ("g/L", "10", "0")},
    "4548-4": {"%": ("mmol/mol", "10.929", "-2.15")},
    "59261-8": {"mmol/mol": ("%", "0.0915", "23.497")},
    "2160-0": {"mg/dL": ("umol/L", "88.42", "0")},
    "48065-7": {"ug/L": ("ng/mL", "1", "0")},
    "48066-5": {"ng/mL": ("ug/L", "1", "0")},
    "2157-6": {"U/L": ("[IU]/L", "1", "0")},
}


@cache
def before(slug: str) -> Json:
    """What the service says of a case left as it is."""
    return advice(explain(by_name(slug)))


def by_name(slug: str) -> Case:
    """The case of that name."""
    return next(case for case in read_cases() if case.slug == slug)


def advice(explanation: Json) -> Json:
    """All that advice consists of, without references, dates and wording."""
    return {
        "gate": explanation["gate"]["open"],
        "findings": {f["id"]: f["status"] for f in explanation["findings"]},
        "red flags": {f["id"]: f["urgency"] for f in explanation["red_flags"]},
        "differential": {
            c["cause"]: (c["category"], c["rank"]) for c in explanation["differential"]
        },
        "criteria": {c["id"]: (c["low"], c["high"], c["result"]) for c in explanation["criteria"]},
        "workups": {w["id"]: w["status"] for w in explanation["workups"]},
        "interlocks": sorted(i["id"] for i in explanation["interlocks"]),
    }


def with_entries(case: Case, entries: list[Json]) -> Json:
    """The bundle of a case with other entries."""
    return case.bundle | {"entry": entries}


@BOUNDED
@given(case=cases, data=st.data())
def test_the_order_of_entries_never_changes_advice(case: Case, data: st.DataObject) -> None:
    """A Bundle has no order (FHIR), and searches return what they like."""
    first, *rest = case.bundle["entry"]
    shuffled = data.draw(st.permutations(rest))
    assert advice(explain(case, with_entries(case, [first, *shuffled]))) == before(case.slug)


@BOUNDED
@given(case=cases)
def test_the_same_call_twice_gives_the_same_cards(case: Case) -> None:
    """Nothing but the request decides: no clock, no chance, no memory of the first call."""
    assert shown(answer(case)) == shown(answer(case))


def shown(response: Json) -> list[tuple[str, str, str]]:
    """Cards without their identifiers."""
    return [(c["indicator"], c["summary"], c.get("detail", "")) for c in response["cards"]]


def convert(resource: Json) -> bool:
    """Change value and range of an Observation to the other unit, in place."""
    code = resource.get("code", {}).get("coding", [{}])[0].get("code", "")
    quantity = resource.get("valueQuantity", {})
    target = OTHER_UNITS.get(code, {}).get(quantity.get("unit", ""))
    if resource["resourceType"] != "Observation" or target is None:
        return False
    ranges = resource.get("referenceRange", [])
    limits = [r[side] for r in ranges for side in ("low", "high") if side in r]
    for each in (quantity, *limits):
        change(each, *target)
    return True


def change(quantity: Json, unit: str, factor: str, offset: str) -> None:
    """Express a Quantity in another unit; four decimals, so that rounding decides nothing."""
    value = (Decimal(str(quantity["value"])) + Decimal(offset)) * Decimal(factor)
    quantity["value"] = float(round(value, 4))
    quantity["unit"] = unit
    if "code" in quantity:
        quantity["code"] = unit


# The cases with a result that has another customary unit.
LABORATORY = [
    case
    for case in read_cases()
    if any(code.encode() in case.raw_bundle for code in OTHER_UNITS)
    and any(convert(entry["resource"]) for entry in case.bundle["entry"])
]


@pytest.mark.parametrize("case", LABORATORY, ids=lambda case: case.slug)
def test_the_unit_never_changes_advice(case: Case) -> None:
    """The same amount in the other customary unit is the same result."""
    bundle = case.bundle
    converted = [convert(entry["resource"]) for entry in bundle["entry"]]
    assert any(converted)
    assert advice(explain(case, bundle)) == before(case.slug)


IRRELEVANT: list[Json] = [
    {"resourceType": "Immunization", "status": "completed", "vaccineCode": {"text": "Influenza"}},
    {"resourceType": "AllergyIntolerance", "code": {"text": "Penicillin"}},
    {"resourceType": "Condition", "code": {"text": "Allergic rhinitis"}},
    {"resourceType": "Condition", "code": {"text": "Bilateral cataract"}},
    {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "Visual acuity"},
        "valueString": "6/9",
    },
    {"resourceType": "Procedure", "status": "completed", "code": {"text": "Removal of ear wax"}},
    {
        "resourceType": "MedicationRequest",
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": {"text": "Artificial tears"},
    },
    {"resourceType": "DiagnosticReport", "status": "final", "code": {"text": "Chest X-ray report"}},
]
irrelevant = st.lists(st.sampled_from(range(len(IRRELEVANT))), min_size=1, max_size=4, unique=True)


@BOUNDED
@given(case=cases, chosen=irrelevant, at=st.integers(min_value=1, max_value=30))
def test_what_has_nothing_to_do_with_legs_never_changes_advice(
    case: Case, chosen: list[int], at: int
) -> None:
    """Clutter in a record is not evidence."""
    bundle = case.bundle
    patient = f"Patient/{bundle['entry'][0]['resource']['id']}"
    added = [{"resource": clutter(index, patient)} for index in chosen]
    entries = bundle["entry"]
    entries[at:at] = added
    assert advice(explain(case, bundle)) == before(case.slug)


def clutter(index: int, patient: str) -> Json:
    """One irrelevant resource of this patient."""
    resource = IRRELEVANT[index]
    key = (
        "patient"
        if resource["resourceType"] in {"Immunization", "AllergyIntolerance"}
        else "subject"
    )
    return resource | {"id": f"clutter-{index}", key: {"reference": patient}}


@BOUNDED
@given(case=cases, data=st.data())
def test_what_is_taken_away_becomes_unknown(case: Case, data: st.DataObject) -> None:
    """Without its resources a finding is unknown, never absent; doubt grows and alarms do not.

    Exception: a resource that denied something is not taken away here, as its loss may rightly let
    an older finding stand.
    """
    whole = explain(case)
    removable = [f for f in whole["findings"] if may_be_removed(f, whole)]
    assume(removable)
    finding = data.draw(st.sampled_from(removable), label="finding")
    bundle, after = without(case, finding["id"], whole)
    assert status(after, finding["id"]) == "unknown", (
        f"{finding['id']} in {len(bundle['entry'])} entries"
    )
    assert list(narrowed(whole, after)) == []
    assert list(more_alarming(whole, after)) == []


def may_be_removed(finding: Json, explanation: Json) -> bool:
    """Known, not from the Patient itself, and its resources deny nothing."""
    denying = {s for f in explanation["findings"] if f["status"] == "absent" for s in f["sources"]}
    sources = set(finding["sources"])
    known = finding["status"] == "present" and sources
    return (
        bool(known) and not sources & denying and not any(s.startswith("Patient/") for s in sources)
    )


def without(case: Case, finding: str, explanation: Json) -> tuple[Json, Json]:
    """Remove what states a finding until nothing does (older statements come to light)."""
    bundle = case.bundle
    while status(explanation, finding) != "unknown":
        sources = next(f["sources"] for f in explanation["findings"] if f["id"] == finding)
        kept = [e for e in bundle["entry"] if reference(e) not in sources]
        if len(kept) == len(bundle["entry"]):
            break
        bundle = with_entries(case, kept)
        explanation = explain(case, bundle)
    return bundle, explanation


def reference(entry: Json) -> str:
    """``Type/id`` of an entry."""
    return f"{entry['resource']['resourceType']}/{entry['resource'].get('id', '')}"


def status(explanation: Json, finding: str) -> str:
    """Of a finding; what is not listed is unknown."""
    return next((f["status"] for f in explanation["findings"] if f["id"] == finding), "unknown")


def narrowed(whole: Json, after: Json) -> Iterator[str]:
    """Criteria of which less is open than before.

    Width, not limits: a recorded alternative diagnosis counts minus two in Wells, and only when
    recorded, so that without it both limits rise.
    """
    then = {c["id"]: c for c in whole["criteria"]}
    for now in after["criteria"]:
        old: Any = then.get(now["id"])
        if old and now["high"] - now["low"] < old["high"] - old["low"]:
            yield f"{now['id']}: {old['low']}-{old['high']} became {now['low']}-{now['high']}"


URGENCY = {"prompt": 1, "same-day-urgent": 2, "emergency-now": 3}


def more_alarming(whole: Json, after: Json) -> Iterator[str]:
    """Red flags that are new, or more urgent than before."""
    then = {f["id"]: URGENCY[f["urgency"]] for f in whole["red_flags"]}
    for flag in after["red_flags"]:
        if URGENCY[flag["urgency"]] > then.get(flag["id"], 0):
            yield f"{flag['id']} became {flag['urgency']} because of {flag['because']}"
