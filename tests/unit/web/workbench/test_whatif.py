"""Switching findings and results changes the request, and the real reasoning follows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from cds_service.app import compose_site
from cds_service.core.errors import InvalidRequestError, UnavailableError
from cds_service.core.knowledge import Knowledge
from cds_service.core.values import Status
from cds_service.gather.sandbox import Sandbox
from cds_service.settings import Settings, data_folder
from cds_service.web.site import Site
from cds_service.web.workbench.changes import Changes, Lab, read_changes
from cds_service.web.workbench.trying import Try, try_request


TAB = "0b0e7a52-5d0f-4b7e-9a55-5a4d1c8f3f10"


@pytest.fixture(scope="module")
def site(knowledge: Knowledge) -> Site:
    """The real reasoning, without memory."""
    return compose_site(
        Settings(), knowledge=knowledge, clock=lambda: datetime(2026, 11, 21, tzinfo=UTC)
    )


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    """The cases that are shipped."""
    return Sandbox(data_folder("fixtures") / "cases")


def trial(site: Site, knowledge: Knowledge, sandbox: Sandbox, slug: str, **changes: Any) -> Try:
    """A case with changes."""
    case, request = sandbox.cases[slug], sandbox.request(slug)
    assert request is not None
    service = site.services[case.service]
    return try_request(site, knowledge, service, request, Changes(**changes), "")


RLS = "rls-complete-ferritin-missing"


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize(
    ("slug", "finding"),
    [
        (RLS, "urge-to-move-legs"),  # answer of a questionnaire, and words of a visit
        (RLS, "worse-at-night"),  # words of a visit
        (RLS, "not-explained-by-another-condition"),  # Observation
        (RLS, "crawling-sensation"),  # not known
        ("rest-pain-burning-feet-diabetes", "diabetes"),  # Condition
        ("rest-pain-burning-feet-diabetes", "metformin-use"),  # medication
        ("ferritin-75-iron", "ferritin-low-for-rls"),  # result
    ],
)
def test_a_switched_finding_is_what_it_was_switched_to(
    site: Site, knowledge: Knowledge, sandbox: Sandbox, slug: str, finding: str, status: Status
) -> None:
    """Whatever the record says of it, and through whatever resource."""
    tried = trial(site, knowledge, sandbox, slug, findings={finding: status})
    found = tried.outcome.reasoning.findings.get(finding)
    assert (Status.UNKNOWN if found is None else found.status) is status
    assert tried.changed is None or not tried.changed.unmet


def test_only_the_answer_is_set_aside_not_the_questionnaire(
    site: Site, knowledge: Knowledge, sandbox: Sandbox
) -> None:
    """The other answers go on speaking, and the page can say which part was meant."""
    tried = trial(site, knowledge, sandbox, RLS, findings={"worse-at-rest": Status.UNKNOWN})
    assert tried.changed is not None
    (aside,) = tried.changed.set_aside
    assert (aside.reference, aside.parts) == ("QuestionnaireResponse/answers-1", ("item[2]",))
    assert "relief-movement" in tried.outcome.reasoning.findings


def test_ranking_and_cards_follow(site: Site, knowledge: Knowledge, sandbox: Sandbox) -> None:
    """Without the urge to move it is no restless legs, and no iron is asked for."""
    tried = trial(site, knowledge, sandbox, RLS, findings={"urge-to-move-legs": Status.ABSENT})
    assert tried.before is not None
    assert tried.before.explanation["differential"][0]["cause"] == "restless-legs-syndrome"
    assert tried.outcome.explanation["differential"][0]["cause"] != "restless-legs-syndrome"
    assert not any("Ferritin" in card["summary"] for card in tried.outcome.cards)


def test_the_record_itself_is_not_touched(
    site: Site, knowledge: Knowledge, sandbox: Sandbox
) -> None:
    """The answer without changes is that of the record."""
    request = sandbox.request(RLS)
    assert request is not None
    before = repr(request)
    service = site.services["leg-pain-patient-view"]
    changes = Changes(findings={"urge-to-move-legs": Status.UNKNOWN})
    try_request(site, knowledge, service, request, changes, "")
    assert repr(request) == before


@pytest.mark.parametrize(
    ("value", "unit", "status"),
    [("75", "ng/mL", "present"), ("76", "ng/mL", "absent"), ("<20", "ug/L", "present")],
)
def test_a_changed_result_goes_through_the_thresholds(
    site: Site, knowledge: Knowledge, sandbox: Sandbox, value: str, unit: str, status: str
) -> None:
    """A result that was not there, on both sides of its limit."""
    tried = trial(site, knowledge, sandbox, RLS, labs={"ferritin": Lab(value, unit)})
    assert tried.outcome.reasoning.findings["ferritin-low-for-rls"].status.value == status
    done = {w["id"]: w["status"] for w in tried.outcome.explanation["workups"]}
    assert done["ferritin"] == "already-done"


def test_a_result_is_replaced_or_set_aside(
    site: Site, knowledge: Knowledge, sandbox: Sandbox
) -> None:
    """The old one no longer decides; emptied, nothing does."""
    slug = "ferritin-75-iron"
    replaced = trial(site, knowledge, sandbox, slug, labs={"ferritin": Lab("300", "ng/mL")})
    emptied = trial(site, knowledge, sandbox, slug, labs={"ferritin": Lab("", "")})
    assert replaced.outcome.reasoning.findings["ferritin-low-for-rls"].status is Status.ABSENT
    assert "ferritin-low-for-rls" not in emptied.outcome.reasoning.findings


def test_a_unit_that_is_not_known_is_said(
    site: Site, knowledge: Knowledge, sandbox: Sandbox
) -> None:
    """Never guessed."""
    tried = trial(site, knowledge, sandbox, RLS, labs={"ferritin": Lab("40", "furlong")})
    assert tried.changed is not None
    assert any("furlong" in words for words in tried.changed.unmet)


def test_a_result_without_unit_has_none(site: Site, knowledge: Knowledge, sandbox: Sandbox) -> None:
    """No empty string, which FHIR does not know."""
    tried = trial(site, knowledge, sandbox, RLS, labs={"ferritin": Lab("40", "")})
    assert '"unit":""' not in msgspec.json.encode(tried.outcome.request).decode()


def test_a_value_that_is_no_number_is_refused(
    site: Site, knowledge: Knowledge, sandbox: Sandbox
) -> None:
    """With the control it stands in."""
    with pytest.raises(InvalidRequestError) as caught:
        trial(site, knowledge, sandbox, RLS, labs={"ferritin": Lab("low", "ng/mL")})
    assert caught.value.expression == "lab.ferritin"


def test_age_cannot_be_switched(site: Site, knowledge: Knowledge, sandbox: Sandbox) -> None:
    """The birth date says it; the page says so instead of pretending."""
    tried = trial(site, knowledge, sandbox, RLS, findings={"age-65-or-over": Status.UNKNOWN})
    assert tried.changed is not None
    assert tried.changed.unmet


def test_what_the_record_says_anyway_is_no_change(
    site: Site, knowledge: Knowledge, sandbox: Sandbox
) -> None:
    """A form sends every control; only those that were moved count."""
    changes = {"urge-to-move-legs": Status.PRESENT, "crawling-sensation": Status.UNKNOWN}
    assert trial(site, knowledge, sandbox, RLS, findings=changes).changed is None


def test_a_query_is_read_as_it_is_written(knowledge: Knowledge) -> None:
    """And what is not known is left out."""
    changes = Changes(
        findings={"urge-to-move-legs": Status.ABSENT}, labs={"ferritin": Lab("40", "ug/L")}
    )
    query = dict(changes.query) | {"f.nonsense": "present", "f.cramps": "maybe", "lab.gold": "1"}
    assert read_changes(query, knowledge) == changes


def test_a_finding_is_added_by_its_label(knowledge: Knowledge) -> None:
    """As people pick it from the list."""
    label = knowledge.findings["urge-to-move-legs"].label
    added = read_changes({"add": label.upper(), "as": "absent"}, knowledge)
    assert added.findings == {"urge-to-move-legs": Status.ABSENT}
    result = read_changes({"add-lab": "ferritin", "add-value": "40"}, knowledge)
    assert result.labs == {"ferritin": Lab("40", knowledge.analytes["ferritin"].unit)}


def test_every_case_can_be_tried_and_switched(
    site: Site, knowledge: Knowledge, sandbox: Sandbox
) -> None:
    """One recorded finding of every tenth case, made unknown and absent, whatever says it."""
    for slug in sorted(sandbox.cases)[::10]:
        recorded = trial(site, knowledge, sandbox, slug).recorded
        switchable = [f for f in recorded.findings if knowledge.findings[f].age_at_least is None]
        for status in (Status.UNKNOWN, Status.ABSENT):
            chosen = next(
                (f for f in switchable if recorded.findings[f].status is not status), None
            )
            if chosen is not None:
                tried = trial(site, knowledge, sandbox, slug, findings={chosen: status})
                assert tried.changed is not None
                assert not tried.changed.unmet, (slug, chosen, tried.changed.unmet)


def test_too_many_resources_and_too_much_time_are_refused(
    site: Site, knowledge: Knowledge, sandbox: Sandbox
) -> None:
    """The limits of a call hold for a try too."""
    few = msgspec.structs.replace(site, max_resources=1)
    with pytest.raises(InvalidRequestError):
        trial(few, knowledge, sandbox, RLS)
    hurried = msgspec.structs.replace(site, request_seconds=-1.0)
    with pytest.raises(UnavailableError):
        trial(hurried, knowledge, sandbox, RLS, findings={"worse-at-rest": Status.UNKNOWN})
