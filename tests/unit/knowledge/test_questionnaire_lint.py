"""What a questionnaire may not be, each fault found by its check."""

from __future__ import annotations

import msgspec
import pytest

from cds_service.core.knowledge import (
    Asked,
    AskedGroup,
    Knowledge,
    Questionnaire,
    UrgentAdvice,
)
from cds_service.knowledge.lint.questionnaires import questionnaire_problems


def problems(
    knowledge: Knowledge, *questions: Asked, ask: str = "each", id: str = "g", **advice: object
) -> list[str]:
    """What is said of a questionnaire with one group."""
    urgent = {"id": "u", "text": "t", "red_flags": ("rf-fever",), "urgency": "soon"} | advice
    group = AskedGroup(
        id=id,
        text="t",
        ask=ask,
        questions=questions,
        urgent=(UrgentAdvice(**urgent),) if advice else (),
    )
    form = Questionnaire(
        id="f", version="1", date="2026-01-01", title="t", description="d", introduction="i",
        groups=(group,),
    )  # fmt: skip
    return list(
        questionnaire_problems(msgspec.structs.replace(knowledge, questionnaires={"f": form}))
    )


FEVER = Asked(finding="fever", text="Fever?")


def test_the_shipped_one_is_right(knowledge: Knowledge) -> None:
    """And a small one."""
    assert list(questionnaire_problems(knowledge)) == []
    assert problems(knowledge, FEVER, any=("fever",)) == []


@pytest.mark.parametrize(
    ("questions", "said"),
    [
        ([Asked(finding="nothing", text="?")], "'nothing' does not exist"),
        ([FEVER, FEVER], "'fever' is asked twice"),
        ([Asked(finding="chills", text="?", when=("fever",)), FEVER], "is not asked before"),
    ],
)
def test_questions(knowledge: Knowledge, questions: list[Asked], said: str) -> None:
    """They exist, stand once, and depend on earlier ones only."""
    (problem,) = problems(knowledge, *questions)
    assert said in problem


def test_groups(knowledge: Knowledge) -> None:
    """Known ways of asking; no name that reads as an answer; ticks are unconditional."""
    assert "neither tick nor each" in problems(knowledge, FEVER, ask="guess")[0]
    assert "name of a finding" in problems(knowledge, FEVER, id="chills")[0]
    then = Asked(finding="chills", text="?", when=("fever",))
    assert "no conditions" in problems(knowledge, FEVER, then, ask="tick")[0]


@pytest.mark.parametrize(
    ("advice", "said"),
    [
        ({"any": ("fever",), "all": ("fever",)}, "either any or all"),
        ({"any": ("fever",), "urgency": "whenever"}, "urgency 'whenever'"),
        ({"any": ("fever",), "red_flags": ("rf-nothing",)}, "give some that exist"),
        ({"any": ("fever",), "red_flags": ()}, "give some that exist"),
        ({"any": ("chills",)}, "'chills' is not asked"),
        ({"any": ("fever",), "red_flags": ("rf-dvt",)}, "no red flag that it names speaks of"),
        ({"any": ("fever",), "urgency": "today"}, "more urgent than the red flags"),
    ],
)
def test_urgent_advice(knowledge: Knowledge, advice: dict[str, object], said: str) -> None:
    """It stands on a red flag that speaks of what was answered, and says no more than that."""
    found = problems(knowledge, FEVER, **advice)
    assert any(said in problem for problem in found), found
