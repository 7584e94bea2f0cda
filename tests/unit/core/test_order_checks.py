"""Remarks on drafted orders, over the shipped knowledge: what counts, and what only looks like it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from cds_service.core.card import CardPolicy
from cds_service.core.knowledge import Knowledge
from cds_service.core.moment_cards import cards_of
from cds_service.core.moments import Policy
from cds_service.core.order_cards import plain_label
from cds_service.core.reasoning import Audience, Occasion, Reasoning, reason
from cds_service.core.record import (
    Channel,
    DraftedOrder,
    EventState,
    Measurement,
    PatientRecord,
    Statement,
    Subject,
    WorkupEvent,
)
from cds_service.core.values import Status
from cds_service.knowledge.loader import load_knowledge
from tests.spec.cases import read_cases


NOW = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def known() -> Knowledge:
    """The shipped knowledge (the fixture ``knowledge`` of this folder is an invented one)."""
    return load_knowledge()


def says(
    target: str, *, source: str = "Observation/o", channel: Channel = Channel.OBSERVATION
) -> Statement:
    """Said yesterday."""
    return Statement(
        about=Subject.FINDING,
        target=target,
        status=Status.PRESENT,
        source=source,
        how="test",
        channel=channel,
        date=NOW - timedelta(days=1),
    )


def drafted(reference: str = "MedicationRequest/new", **more: Any) -> DraftedOrder:
    """An order being written."""
    kind, _, id = reference.partition("/")
    fields = {
        "resource_type": kind,
        "label": "the order",
        "resource": {"resourceType": kind, "id": id},
    }
    return DraftedOrder(reference=reference, **(fields | more))


def considered(
    known: Knowledge, *said: Statement, drafts: tuple[DraftedOrder, ...], **more: Any
) -> Reasoning:
    """A woman of 60 with these statements, while these orders are written."""
    fields = {"patient_id": "p", "age": 60, "sex": "female"} | more
    record = PatientRecord(statements=said, drafts=drafts, **fields)  # type: ignore[arg-type]
    return reason(record, known, Occasion(as_of=NOW, policy=Policy.ORDERS))


def remarks(reasoning: Reasoning) -> list[tuple[str, str]]:
    """Which check speaks about which draft."""
    return [(r.draft.reference, r.check.id) for r in reasoning.remarks]


LEG = says("leg-pain")
NSAID = drafted(drugs=("nsaid",))


def test_every_check_speaks_in_a_case(known: Knowledge) -> None:
    """A check that no case shows is not known to work."""
    shown = {c for case in read_cases() for cs in case.file.expect.orders.said.values() for c in cs}
    assert sorted(known.order_checks.keys() - shown) == []


def test_only_with_a_leg_matter(known: Knowledge) -> None:
    """Complaint, or leg reason on the order; otherwise it is not our business."""
    anticoagulated = says("anticoagulant-use", channel=Channel.MEDICATION)
    assert remarks(considered(known, anticoagulated, drafts=(NSAID,))) == []
    expected = [("MedicationRequest/new", "nsaid-unsafe-order")]
    assert remarks(considered(known, anticoagulated, LEG, drafts=(NSAID,))) == expected
    for_the_leg = drafted(drugs=("nsaid",), leg_reason=True)
    assert remarks(considered(known, anticoagulated, drafts=(for_the_leg,))) == expected


def test_background_disease_is_no_leg_matter(known: Knowledge) -> None:
    """Diabetes on the list does not open the pharmacy."""
    assert "diabetes-mellitus" not in known.leg_causes
    assert {
        "restless-legs-syndrome",
        "varicose-veins-condition",
        "sciatica",
    } - known.leg_causes == {"varicose-veins-condition"}


def test_only_selected_orders(known: Knowledge) -> None:
    """The others are background, and count as given."""
    opioid = drafted("MedicationRequest/o", drugs=("opioid",), selected=False)
    gabapentinoid = drafted("MedicationRequest/g", drugs=("gabapentinoid",))
    came = considered(known, LEG, drafts=(opioid, gabapentinoid))
    assert remarks(came) == [("MedicationRequest/g", "gabapentinoid-care")]
    assert remarks(considered(known, LEG, drafts=(gabapentinoid,))) == []


def test_a_draft_is_not_its_own_reason(known: Knowledge) -> None:
    """An order of any status states its drug; the check asks for what is there without it."""
    itself = says("statin-use", source="MedicationRequest/new", channel=Channel.CONTEXT)
    pain = says("muscle-pain")
    statin = drafted(drugs=("statin",))
    new = considered(known, itself, pain, LEG, drafts=(statin,))
    assert ("MedicationRequest/new", "new-statin-muscle-symptoms") in remarks(new)
    before = says("statin-use", source="MedicationRequest/old", channel=Channel.MEDICATION)
    renewed = considered(known, itself, before, pain, LEG, drafts=(statin,))
    assert remarks(renewed) == []


def result(analyte: str, value: str, days: int, low: str = "") -> Measurement:
    """A result so many days old."""
    return Measurement(
        analyte=analyte,
        value=Decimal(value),
        unit="",
        source="Observation/r",
        date=NOW - timedelta(days=days),
        low=Decimal(low) if low else None,
    )


@pytest.mark.parametrize(
    ("measurement", "workup", "repeated"),
    [
        (result("tsh", "2.0", 20), "tsh", True),
        (result("tsh", "2.0", 120), "tsh", False),
        (result("potassium", "2.9", 1, low="3.5"), "potassium", False),
        (result("abi", "1.05", 200), "abi", True),
        (result("abi", "0.60", 200), "abi", True),
        (result("abi", "1.05", 500), "abi", False),
    ],
)
def test_duplicates(
    known: Knowledge, measurement: Measurement, workup: str, repeated: bool
) -> None:
    """Valid results; not abnormal or older blood tests, which may well be repeated."""
    draft = drafted("ServiceRequest/d", workups=(workup,))
    came = considered(known, LEG, drafts=(draft,), measurements=(measurement,))
    assert (("ServiceRequest/d", "duplicate-test") in remarks(came)) is repeated


def test_the_draft_itself_is_no_duplicate(known: Knowledge) -> None:
    """Nor is a second draft of the same moment; an open order is."""

    def ordered(source: str, *, in_draft: bool) -> WorkupEvent:
        return WorkupEvent(
            workup="abi", state=EventState.ORDERED, source=source, date=NOW, drafted=in_draft
        )

    draft = drafted("ServiceRequest/d", workups=("abi",))
    own = ordered("ServiceRequest/d", in_draft=True)
    assert remarks(considered(known, LEG, drafts=(draft,), events=(own,))) == []
    older = ordered("ServiceRequest/x", in_draft=False)
    came = considered(known, LEG, drafts=(draft,), events=(own, older))
    assert remarks(came) == [("ServiceRequest/d", "duplicate-test")]
    assert came.remarks[0].evidence == ("ServiceRequest/x",)


@pytest.mark.parametrize("change", [{"age": 12}, {"deceased": True}])
def test_nothing_for_children_and_the_dead(known: Knowledge, change: dict[str, Any]) -> None:
    """As everywhere."""
    anticoagulated = says("anticoagulant-use", channel=Channel.MEDICATION)
    came = considered(known, anticoagulated, LEG, drafts=(NSAID,), **change)
    assert came.remarks == ()


def test_several_remarks_fold_into_one_card(known: Knowledge) -> None:
    """The most serious in front, the number of the others behind."""
    anticoagulated = says("anticoagulant-use", channel=Channel.MEDICATION)
    strained = (
        says("ace-inhibitor-or-arb-use", channel=Channel.MEDICATION),
        says("diuretic-use", channel=Channel.MEDICATION),
    )
    came = considered(known, anticoagulated, *strained, LEG, drafts=(NSAID,))
    assert len(came.remarks) == 2
    (card,) = cards_of(came, known, CardPolicy())
    assert card.rule == "nsaid-unsafe-order"
    assert card.indicator == "warning"
    assert card.summary.endswith("(and 1 more)")


def test_many_orders_make_few_cards(known: Knowledge) -> None:
    """Twenty bad orders do not make twenty cards."""
    anticoagulated = says("anticoagulant-use", channel=Channel.MEDICATION)
    many = tuple(drafted(f"MedicationRequest/{n}", drugs=("nsaid",)) for n in range(20))
    came = considered(known, anticoagulated, LEG, drafts=many)
    assert len(cards_of(came, known, CardPolicy(maximum=3))) == 3


def test_no_cards_for_the_patient(known: Knowledge) -> None:
    """Advice is for clinicians."""
    anticoagulated = says("anticoagulant-use", channel=Channel.MEDICATION)
    record = PatientRecord(
        patient_id="p", age=60, statements=(anticoagulated, LEG), drafts=(NSAID,)
    )
    occasion = Occasion(as_of=NOW, policy=Policy.ORDERS, audience=Audience.PATIENT)
    assert cards_of(reason(record, known, occasion), known, CardPolicy()) == ()


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("ibuprofen 600 MG Oral Tablet", "Ibuprofen 600 MG Oral Tablet"),
        ("<b>MRI</b>\n lumbar [x](y)", "B MRI /b lumbar x (y)"),
        ("word " * 30, ("Word " + "word " * 10).strip() + "…"),
        ("x" * 90, "X" + "x" * 58 + "…"),
    ],
)
def test_names_of_orders(written: str, shown: str) -> None:
    """One line, at most 60 characters, nothing that acts."""
    assert plain_label(written) == shown
    assert len(plain_label(written)) <= 60
