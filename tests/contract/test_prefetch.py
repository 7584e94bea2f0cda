"""Rows PRE-07..20, D-1, D-3: how data is supplied, and what happens when it is not."""

from __future__ import annotations

from itertools import chain, combinations
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.contract.advisor import FixedAdvisor
from tests.contract.requests import (
    OUTCOME,
    PREFETCH,
    SERVICE,
    bundle,
    pv,
    resource,
    with_prefetch,
)


COMPLAINT_KEYS = ("conditions", "encounters", "findings", "questionnaireResponses")
NONE_KNOWN = (
    None,
    {"resourceType": "Bundle", "type": "searchset", "total": 0},
    {"resourceType": "Bundle", "type": "searchset", "total": 0, "entry": []},
    {"resourceType": "Bundle"},
    {"resourceType": "Bundle", "entry": [{}]},
    {"resourceType": "Bundle", "entry": [{"fullUrl": "urn:uuid:1"}, "x", None]},
)
GARBAGE = (
    "<html>502</html>",
    7,
    True,
    [],
    [{"resourceType": "Condition"}],
    {},
    {"resource": resource("Condition")},
    {"resourceType": 5},
    {"resourceType": "Bundle", "entry": "x"},
    {"resourceType": "Bundle", "entry": {}},
)


def gaps(advisor: FixedAdvisor) -> dict[str, str]:
    """Gaps of the last call: key to state."""
    return {gap.key: gap.state for gap in advisor.considered[-1][1].gaps}


def effects(advisor: FixedAdvisor) -> dict[str, str]:
    """Gaps of the last call that a card would mention."""
    return {gap.key: gap.effect for gap in advisor.considered[-1][1].gaps if gap.effect}


def test_pre_07_every_subset_of_the_keys_is_200_or_412(client: FlaskClient) -> None:
    """412 exactly when the patient is missing, or all keys that can bear a complaint."""
    tested = ("patient", *COMPLAINT_KEYS, "laboratory")
    subsets = chain.from_iterable(combinations(tested, n) for n in range(len(tested) + 1))
    for subset in subsets:
        prefetch = {key: PREFETCH[key] for key in subset}
        enough = "patient" in subset and bool(set(COMPLAINT_KEYS) & set(subset))
        answer = client.post(SERVICE, json=pv(prefetch=prefetch))
        assert answer.status_code == (200 if enough else 412), subset


def test_pre_09_resources_of_all_keys_reach_the_reader_with_their_key(
    client: FlaskClient, advisor: FixedAdvisor
) -> None:
    """Whose they are is decided by the reader, not here."""
    client.post(SERVICE, json=pv())
    supplied = [
        (s.key, s.resource["id"], s.in_context) for s in advisor.considered[-1][1].resources
    ]
    assert ("laboratory", "lab1", False) in supplied
    assert len(supplied) == 6


def test_pre_10_unrequested_keys_are_not_read(client: FlaskClient, advisor: FixedAdvisor) -> None:
    """Only what was asked for."""
    client.post(SERVICE, json=with_prefetch(secrets=bundle(resource("Condition", "secret"))))
    assert "secrets" not in {s.key for s in advisor.considered[-1][1].resources}


def test_pre_11_a_further_page_makes_the_key_incomplete(
    client: FlaskClient, advisor: FixedAdvisor
) -> None:
    """Without FHIR access the next page cannot be had; the card says so."""
    page = bundle(
        resource("Observation"), link=[{"relation": "next", "url": "https://x.example/2"}]
    )
    assert client.post(SERVICE, json=with_prefetch(laboratory=page)).status_code == 200
    assert gaps(advisor) == {"laboratory": "incomplete"}
    assert "part of the laboratory results" in effects(advisor)["laboratory"]


@pytest.mark.parametrize("key", [k for k in PREFETCH if k != "patient"])
def test_pre_13_an_operation_outcome_is_an_error_not_data(
    client: FlaskClient, advisor: FixedAdvisor, key: str
) -> None:
    """D-3: unreadable is not absent."""
    assert client.post(SERVICE, json=with_prefetch(**{key: OUTCOME})).status_code == 200
    assert gaps(advisor) == {key: "error"}


def test_pre_13_an_outcome_among_entries_is_skipped(
    client: FlaskClient, advisor: FixedAdvisor
) -> None:
    """The other entries are used."""
    page = bundle(resource("Condition", "c7"), OUTCOME)
    client.post(SERVICE, json=with_prefetch(conditions=page))
    assert gaps(advisor) == {}
    kinds = [s.resource["resourceType"] for s in advisor.considered[-1][1].resources]
    assert "OperationOutcome" not in kinds


def test_pre_13_a_bundle_with_nothing_but_a_failure_is_an_error(
    client: FlaskClient, advisor: FixedAdvisor
) -> None:
    """But an outcome that only warns is how some servers say that nothing was found."""
    client.post(SERVICE, json=with_prefetch(conditions=bundle(OUTCOME)))
    assert gaps(advisor) == {"conditions": "error"}
    mild = {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "warning", "code": "not-found"}],
    }
    client.post(SERVICE, json=with_prefetch(conditions=bundle(mild)))
    assert gaps(advisor) == {}


def test_pre_13_outcomes_for_all_complaint_keys_are_412(client: FlaskClient) -> None:
    """Required data could not be read."""
    body = with_prefetch(**dict.fromkeys(COMPLAINT_KEYS, OUTCOME))
    assert client.post(SERVICE, json=body).status_code == 412


@pytest.mark.parametrize("value", NONE_KNOWN)
def test_pre_15_16_none_known_is_an_answer(
    client: FlaskClient, advisor: FixedAdvisor, value: Any
) -> None:
    """null, an empty Bundle and a Bundle without type mean the same, also for the required keys."""
    body = with_prefetch(**dict.fromkeys(COMPLAINT_KEYS, value))
    assert client.post(SERVICE, json=body).status_code == 200
    assert gaps(advisor) == {}


@pytest.mark.parametrize("prefetch", [..., None, {}, [], "x"])
def test_pre_18_nothing_supplied_is_412_that_names_the_keys(
    client: FlaskClient, prefetch: Any
) -> None:
    """D-1: no ``prefetch`` at all must not stop the service."""
    answer = client.post(SERVICE, json=pv(prefetch=prefetch))
    assert answer.status_code == 412
    assert answer.mimetype == "application/fhir+json"
    words = answer.get_json(force=True)["issue"][0]["diagnostics"]
    assert all(f"`{key}`" in words for key in ("patient", *COMPLAINT_KEYS))


def test_pre_18_all_keys_null_is_412_for_want_of_the_patient(client: FlaskClient) -> None:
    """D-1: the spec's own "no data" for every key."""
    answer = client.post(SERVICE, json=pv(prefetch=dict.fromkeys(PREFETCH)))
    assert answer.status_code == 412
    words = answer.get_json(force=True)["issue"][0]["diagnostics"]
    assert "`patient`" in words
    assert "conditions" not in words


def test_pre_19_a_missing_key_is_a_gap(client: FlaskClient, advisor: FixedAdvisor) -> None:
    """Not satisfied never means that there are no such data."""
    client.post(SERVICE, json=with_prefetch(conditions=..., familyHistory=...))
    assert gaps(advisor) == {"conditions": "missing", "familyHistory": "missing"}
    assert set(effects(advisor)) == {"conditions"}


def test_pre_19_medications_are_missed_only_when_both_lists_are(
    client: FlaskClient, advisor: FixedAdvisor
) -> None:
    """One of two lists is enough; when both are missing it is said once."""
    client.post(SERVICE, json=with_prefetch(medicationStatements=...))
    assert effects(advisor) == {}
    client.post(SERVICE, json=with_prefetch(medicationStatements=..., medicationRequests=OUTCOME))
    assert list(effects(advisor)) == ["medicationRequests"]


@pytest.mark.parametrize("value", GARBAGE)
@pytest.mark.parametrize("key", ["conditions", "laboratory"])
def test_pre_20_garbage_is_not_satisfied(
    client: FlaskClient, advisor: FixedAdvisor, key: str, value: Any
) -> None:
    """HTML, numbers, arrays, wrapped resources: a gap, not a crash."""
    assert client.post(SERVICE, json=with_prefetch(**{key: value})).status_code == 200
    assert gaps(advisor) == {key: "error"}


@pytest.mark.parametrize(
    "value",
    [*GARBAGE, None, OUTCOME, resource("Observation"), bundle(), {"resourceType": "Patient"}],
)
def test_pre_20_garbage_for_the_patient_is_412(client: FlaskClient, value: Any) -> None:
    """Without the Patient nothing can be said."""
    assert client.post(SERVICE, json=with_prefetch(patient=value)).status_code == 412


def test_pre_20_a_resource_of_another_type_is_read_but_does_not_answer(
    client: FlaskClient, advisor: FixedAdvisor
) -> None:
    """A resource is read by its own type under whichever key it arrives."""
    client.post(SERVICE, json=with_prefetch(conditions=resource("Observation", "stray")))
    assert gaps(advisor) == {"conditions": "error"}
    assert "stray" in [s.resource["id"] for s in advisor.considered[-1][1].resources]


@pytest.mark.parametrize("mark", ["{{context.encounterId}}", "%7B%7Bcontext.encounterId%7D%7D"])
def test_tok_15_an_unresolved_token_means_not_satisfied(
    client: FlaskClient, advisor: FixedAdvisor, mark: str
) -> None:
    """The client searched for the literal token."""
    page = bundle(link=[{"relation": "self", "url": f"https://x.example/Condition?patient={mark}"}])
    client.post(SERVICE, json=with_prefetch(conditions=page))
    assert gaps(advisor) == {"conditions": "missing"}


def test_d_4_another_patient_is_400(client: FlaskClient) -> None:
    """The context names one patient, prefetch brings another."""
    answer = client.post(
        SERVICE, json=with_prefetch(patient={"resourceType": "Patient", "id": "other"})
    )
    assert answer.status_code == 400
    assert "other" not in answer.get_data(as_text=True)


def test_d_4_a_search_for_the_patient_is_accepted(client: FlaskClient) -> None:
    """Some clients answer a read with a Bundle."""
    both = bundle({"resourceType": "Patient", "id": "other"}, PREFETCH["patient"])
    assert client.post(SERVICE, json=with_prefetch(patient=both)).status_code == 200
