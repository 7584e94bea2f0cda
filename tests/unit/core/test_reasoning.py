"""Gate, differential, red flags, plan and cards over the invented knowledge."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from cds_service.core.card import Card, CardPolicy
from cds_service.core.cards import compose
from cds_service.core.knowledge import Knowledge
from cds_service.core.reasoning import Audience, Occasion, Reasoning, reason
from cds_service.core.record import (
    Channel,
    EventState,
    Measurement,
    PatientRecord,
    Setting,
    Statement,
    Subject,
    WorkupEvent,
)
from cds_service.core.values import Category, Status, Urgency, WorkupStatus
from tests.unit.core.conftest import NOW, record, said


def think(knowledge: Knowledge, *statements: Statement, **more: object) -> Reasoning:
    """The reasoning about a patient of whom this is on record."""
    return reason(record(*statements, **more), knowledge, Occasion(as_of=NOW))


def cards(reasoning: Reasoning, knowledge: Knowledge, maximum: int = 3) -> tuple[Card, ...]:
    """The cards that follow."""
    return compose(reasoning, knowledge, CardPolicy(maximum=maximum))


def category(reasoning: Reasoning, cause: str) -> Category:
    """Where a cause stands."""
    found = [r.category for r in reasoning.differential if r.cause == cause]
    return found[0] if found else Category.NOT_ASSESSABLE


def workup(reasoning: Reasoning, id: str) -> WorkupStatus | None:
    """What became of a work-up."""
    found = [w.status for w in reasoning.workups if w.workup.id == id]
    return found[0] if found else None


def event(workup: str, state: EventState, days_ago: float | None, **more: object) -> WorkupEvent:
    """A work-up on record."""
    date = None if days_ago is None else NOW - timedelta(days=days_ago)
    return WorkupEvent(workup=workup, state=state, source=f"X/{workup}", date=date, **more)  # type: ignore[arg-type]


class TestGate:
    """When the service speaks at all."""

    def test_risk_without_complaint_is_silence(self, knowledge: Knowledge) -> None:
        """A diabetic of 70 without a leg complaint gets nothing."""
        thought = think(
            knowledge, said("diabetes", about=Subject.CAUSE, channel=Channel.CONDITION), age=70
        )
        assert not thought.gate.open
        assert cards(thought, knowledge) == ()

    def test_a_quality_needs_a_leg(self, knowledge: Knowledge) -> None:
        """Burning somewhere is no leg complaint; burning in a leg is."""
        assert not think(knowledge, said("burning")).gate.open
        assert think(knowledge, said("burning", leg_site=True)).gate.open

    def test_an_old_complaint_is_evidence_not_gate(self, knowledge: Knowledge) -> None:
        """Two months ago is not now."""
        assert not think(knowledge, said("leg-ache", days_ago=60)).gate.open

    @pytest.mark.parametrize(("days", "is_open"), [(13, True), (15, False)])
    def test_the_reason_of_a_recent_encounter(
        self, knowledge: Knowledge, days: int, is_open: bool
    ) -> None:
        """Encounters begun in the last 14 days count; open ones always do."""
        assert (
            think(knowledge, said("leg-ache", days_ago=days, channel=Channel.ENCOUNTER)).gate.open
            is is_open
        )
        assert think(
            knowledge,
            said("leg-ache", days_ago=days, channel=Channel.ENCOUNTER, open_encounter=True),
        ).gate.open

    def test_a_symptomatic_diagnosis_as_reason_for_care(self, knowledge: Knowledge) -> None:
        """On the problem list it is no complaint; as today's reason it is."""
        listed = said("hip", about=Subject.CAUSE, channel=Channel.CONDITION)
        today = said("hip", about=Subject.CAUSE, channel=Channel.ENCOUNTER)
        assert not think(knowledge, listed).gate.open
        assert think(knowledge, today).gate.open

    def test_a_new_result_opens_until_acted_on(self, knowledge: Knowledge) -> None:
        """A low index of last week needs an answer; a referral after it is one."""
        low = Measurement(
            analyte="index",
            value=Decimal("0.5"),
            unit="1",
            source="O/1",
            date=NOW - timedelta(days=7),
        )
        assert think(knowledge, measurements=(low,)).gate.open
        acted = event("referral", EventState.ORDERED, 3)
        assert not think(knowledge, measurements=(low,), events=(acted,)).gate.open

    def test_a_red_flag_may_stand_alone(self, knowledge: Knowledge) -> None:
        """A numb seat needs no leg complaint."""
        thought = think(knowledge, said("numb-seat"))
        assert [c.indicator for c in cards(thought, knowledge)] == ["critical"]

    def test_the_dead_get_nothing(self, knowledge: Knowledge) -> None:
        """Deceased: always no cards."""
        assert cards(think(knowledge, said("numb-seat"), deceased=True), knowledge) == ()

    def test_patients_get_no_clinicians_advice(self, knowledge: Knowledge) -> None:
        """UserId of a Patient: no cards."""
        occasion = Occasion(as_of=NOW, audience=Audience.PATIENT)
        assert (
            compose(reason(record(said("numb-seat")), knowledge, occasion), knowledge, CardPolicy())
            == ()
        )

    def test_children_get_red_flags_only(self, knowledge: Knowledge) -> None:
        """Under 18: no differential, no work-up but that of red flags."""
        thought = think(knowledge, said("leg-ache"), said("swollen"), said("cold"), age=12)
        assert thought.differential == ()
        assert [r.flag.id for r in thought.flags] == ["rf-clot"]
        assert workup(thought, "index-test") is None


class TestDifferential:
    """How evidence adds up."""

    def test_a_group_counts_once(self, knowledge: Knowledge) -> None:
        """Burning and relief by hanging are one group: 7 points, not 9; possible only."""
        thought = think(knowledge, said("leg-ache"), said("burning"), said("relief-hanging"))
        artery = next(r for r in thought.differential if r.cause == "artery")
        assert artery.points == 9.0
        assert artery.category is Category.LIKELY

    def test_risk_alone_makes_nothing_likely(self, knowledge: Knowledge) -> None:
        """Age and diabetes give 11 points but no symptom of it speaks."""
        patient = (said("swollen"), said("sugar", channel=Channel.CONDITION))
        assert category(think(knowledge, *patient, age=70), "artery") is Category.POSSIBLE

    def test_absence_argues_only_where_published(self, knowledge: Knowledge) -> None:
        """A warm leg counts with its likelihood ratio; absent ache says nothing."""
        thought = think(
            knowledge,
            said("swollen"),
            said("relief-hanging"),
            said("cold", Status.ABSENT),
            said("leg-ache", Status.ABSENT),
        )
        artery = next(r for r in thought.differential if r.cause == "artery")
        assert (artery.points, artery.against) == (3.0, ("cold",))

    def test_without_its_hallmark_a_cause_is_unlikely(self, knowledge: Knowledge) -> None:
        """Requires burning, which was denied."""
        thought = think(
            knowledge,
            said("leg-ache"),
            said("diabetes", about=Subject.CAUSE, channel=Channel.CONDITION),
        )
        assert category(thought, "nerve-damage") is Category.NOT_ASSESSABLE

    def test_criteria_have_a_range(self, knowledge: Knowledge) -> None:
        """One point known, two items open, an unknown subtraction does not lower the range."""
        thought = think(knowledge, said("burning", leg_site=True))
        (result,) = thought.criteria
        assert (result.low, result.high, result.result) == (1, 3, "undetermined")
        assert result.unknown == ("sugar", "cold", "tablet")

    def test_met_criteria_make_it_likely(self, knowledge: Knowledge) -> None:
        """Two of two points."""
        thought = think(
            knowledge, said("burning", leg_site=True), said("sugar", channel=Channel.CONDITION)
        )
        assert category(thought, "nerve-damage") is Category.LIKELY

    def test_an_established_cause_is_not_ranked_by_points(self, knowledge: Knowledge) -> None:
        """On record is on record; also while the gate is closed."""
        listed = said("artery", about=Subject.CAUSE, channel=Channel.CONDITION, days_ago=900)
        assert (
            category(think(knowledge, listed, said("leg-ache")), "artery") is Category.ESTABLISHED
        )
        assert category(think(knowledge, listed), "artery") is Category.ESTABLISHED


class TestRedFlags:
    """What cannot wait."""

    @pytest.mark.parametrize(("days", "raised"), [(13, True), (15, False)])
    def test_only_what_is_new(self, knowledge: Knowledge, days: int, raised: bool) -> None:
        """Known for longer than 14 days is another question."""
        thought = think(
            knowledge, said("leg-ache"), said("swollen", onset=NOW - timedelta(days=days))
        )
        assert bool(thought.flags) is raised

    def test_what_is_not_current_raises_nothing(self, knowledge: Knowledge) -> None:
        """A numb seat of two months ago is evidence, not an emergency."""
        thought = think(knowledge, said("leg-ache"), said("numb-seat", days_ago=60))
        assert thought.flags == ()

    def test_the_deciding_test_answers(self, knowledge: Knowledge) -> None:
        """A scan ordered after the swelling was seen: no card, and the explanation says why."""
        ordered = event("scan", EventState.ORDERED, 0.5)
        thought = think(knowledge, said("swollen", days_ago=1), events=(ordered,))
        assert thought.flags[0].answered_by == ("X/scan",)
        assert not any(c.rule == "rf-clot" for c in cards(thought, knowledge))
        assert [s.topic for s in thought.suppressed] == ["rf-clot"]

    def test_an_older_test_does_not_answer(self, knowledge: Knowledge) -> None:
        """The scan was before the swelling."""
        thought = think(
            knowledge, said("swollen", days_ago=1), events=(event("scan", EventState.DONE, 3),)
        )
        assert thought.flags[0].answered_by == ()

    def test_words_alone_do_not_answer(self, knowledge: Knowledge) -> None:
        """A phrase-only match never suppresses the deciding test of a red flag."""
        named = event("scan", EventState.DONE, 0.1, definite=False)
        thought = think(knowledge, said("swollen", days_ago=1), events=(named,))
        assert workup(thought, "scan") is WorkupStatus.SUGGESTED

    def test_in_hospital_the_test_not_the_place(self, knowledge: Knowledge) -> None:
        """An emergency encounter needs no "emergency assessment"."""
        home = think(knowledge, said("swollen"))
        ward = think(knowledge, said("swollen"), setting=Setting.INPATIENT)
        assert workup(home, "same-day-assessment") is WorkupStatus.SUGGESTED
        assert workup(ward, "same-day-assessment") is None
        assert workup(ward, "scan") is WorkupStatus.SUGGESTED
        assert home.flags[0].urgency is Urgency.SAME_DAY_URGENT


class TestPlan:
    """What is suggested and what is not."""

    def test_a_valid_result_is_not_asked_for_again(self, knowledge: Knowledge) -> None:
        """Done within its validity, with the reference."""
        result = Measurement(
            analyte="index",
            value=Decimal("0.95"),
            unit="1",
            source="O/9",
            date=NOW - timedelta(days=300),
        )
        thought = think(knowledge, said("leg-ache"), measurements=(result,))
        planned = next(w for w in thought.workups if w.workup.id == "index-test")
        assert (planned.status, planned.evidence) == (WorkupStatus.ALREADY_DONE, ("O/9",))

    def test_an_undated_result_never_counts_as_done(self, knowledge: Knowledge) -> None:
        """It is used, but nobody knows when it was."""
        result = Measurement(analyte="index", value=Decimal("0.95"), unit="1", source="O/9")
        thought = think(knowledge, said("leg-ache"), measurements=(result,))
        assert workup(thought, "index-test") is WorkupStatus.SUGGESTED

    def test_a_new_symptom_makes_an_old_result_stale(self, knowledge: Knowledge) -> None:
        """The leg turned cold after the index was measured."""
        result = Measurement(
            analyte="index",
            value=Decimal("0.95"),
            unit="1",
            source="O/9",
            date=NOW - timedelta(days=30),
        )
        cold = said("cold", onset=NOW - timedelta(days=3))
        thought = think(knowledge, said("leg-ache"), cold, measurements=(result,))
        assert workup(thought, "index-test") is WorkupStatus.SUGGESTED

    def test_an_order_on_its_way_is_enough(self, knowledge: Knowledge) -> None:
        """Ordered last week: not ordered again. A year-old order is not on its way."""
        new, old = (
            event("index-test", EventState.ORDERED, 7),
            event("index-test", EventState.ORDERED, 365),
        )
        assert (
            workup(think(knowledge, said("leg-ache"), events=(new,)), "index-test")
            is WorkupStatus.ALREADY_ORDERED
        )
        assert (
            workup(think(knowledge, said("leg-ache"), events=(old,)), "index-test")
            is WorkupStatus.SUGGESTED
        )

    def test_a_panel_covers_its_parts(self, knowledge: Knowledge) -> None:
        """The panel was done last week."""
        done = event("panel", EventState.DONE, 7)
        thought = think(knowledge, said("burning", leg_site=True), events=(done,))
        assert workup(thought, "salt-test") is WorkupStatus.ALREADY_DONE

    def test_withheld_and_replaced(self, knowledge: Knowledge) -> None:
        """The marker misleads in diabetes; the scan takes its place."""
        patient = (
            said("swollen", onset=NOW - timedelta(days=20)),
            said("sugar", channel=Channel.CONDITION),
        )
        thought = think(knowledge, *patient)
        assert workup(thought, "marker-test") is WorkupStatus.WITHHELD
        assert workup(thought, "scan") is WorkupStatus.SUGGESTED

    def test_second_line_waits(self, knowledge: Knowledge) -> None:
        """The referral comes after the index."""
        thought = think(knowledge, said("leg-ache"))
        assert workup(thought, "index-test") is WorkupStatus.SUGGESTED
        assert workup(thought, "referral") is WorkupStatus.NOT_INDICATED

    def test_established_causes_get_no_first_line(self, knowledge: Knowledge) -> None:
        """The diagnosis is known."""
        listed = said("artery", about=Subject.CAUSE, channel=Channel.CONDITION, days_ago=900)
        assert workup(think(knowledge, listed, said("leg-ache")), "index-test") is None


class TestCards:
    """What a clinician reads."""

    def test_a_card_says_what_and_why(self, knowledge: Knowledge) -> None:
        """Test, suspicion and findings in under 140 characters; dates and sources in the detail."""
        (card,) = cards(think(knowledge, said("leg-ache"), said("relief-hanging")), knowledge)
        assert card.summary == (
            "Index test: findings suggest arterial disease (relief by hanging the leg down, aching leg)"
        )
        assert "relief by hanging the leg down (13 Mar 2026)" in card.detail
        assert card.source_label == "A guideline (2024)"
        assert card.indicator == "info"
        assert [s.order.workup for s in card.suggestions] == ["index-test"]

    def test_text_only_workups_make_no_order(self, knowledge: Knowledge) -> None:
        """A work-up with only our own code stays in the text."""
        (card,) = [
            c for c in cards(think(knowledge, said("swollen")), knowledge) if c.rule == "rf-clot"
        ]
        assert [s.order.workup for s in card.suggestions] == ["scan", "marker-test"]
        assert "Same-day assessment" in card.detail

    def test_a_red_flag_card_takes_over_its_question(self, knowledge: Knowledge) -> None:
        """One card for the clot, not two."""
        found = cards(think(knowledge, said("swollen")), knowledge)
        assert [c.rule for c in found] == ["rf-clot"]
        assert found[0].indicator == "warning"

    def test_the_rest_folds_into_one_card(self, knowledge: Knowledge) -> None:
        """With room for one, two questions become one card that keeps both orders."""
        thought = think(knowledge, said("leg-ache"), said("burning", leg_site=True))
        assert len(cards(thought, knowledge)) == 2
        (card,) = cards(thought, knowledge, maximum=1)
        assert {s.order.workup for s in card.suggestions} == {"index-test", "salt-test"}

    def test_values_are_escaped(self, knowledge: Knowledge) -> None:
        """A result that carries markup is shown as text."""
        result = Measurement(
            analyte="index",
            value=Decimal("0.5"),
            unit="1",
            source="O/1",
            date=NOW,
            text="<img onerror=x> [a](b)",
        )
        detail = " ".join(
            c.detail
            for c in cards(think(knowledge, said("leg-ache"), measurements=(result,)), knowledge)
        )
        assert "<img" not in detail
        assert "](" not in detail

    def test_an_unclear_complaint_asks_instead_of_guessing(self, knowledge: Knowledge) -> None:
        """Nothing to order and nothing likely: one card that says what is not known."""
        (card,) = cards(think(knowledge, said("vague")), knowledge)
        assert card.rule == "clarify"
        assert card.suggestions == ()

    def test_patient_record_is_not_touched(self, knowledge: Knowledge) -> None:
        """Reasoning twice over the same record gives the same answer."""
        patient: PatientRecord = record(said("leg-ache"), said("cold"))
        occasion = Occasion(as_of=NOW)
        first = compose(reason(patient, knowledge, occasion), knowledge, CardPolicy())
        assert first == compose(reason(patient, knowledge, occasion), knowledge, CardPolicy())
