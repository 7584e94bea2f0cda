"""Yes and no as records say it: booleans, codes, words, interpretation flags."""

from __future__ import annotations

from cds_service.core.values import Status
from cds_service.fhir.access import Json, flag_of, text_of
from cds_service.fhir.codes import Concept, concept_of, concepts_of
from cds_service.knowledge.terminology import CodedQuestion, system_name


# Observations of these statuses are no evidence (design, section 1).
IGNORED = frozenset({"entered-in-error", "cancelled", "registered", "specimen-in-process"})
# SNOMED 52101004 Present, 373066001 Yes; 2667000 Absent, 373067005 No (vocabulary.yaml).
_YES_CODES = frozenset({"52101004", "373066001"})
_NO_CODES = frozenset({"2667000", "373067005"})
_YES = frozenset(
    {"present", "yes", "y", "true", "detected", "positive", "pos", "abnormal - present"}
)
_NO = frozenset(
    {
        "absent",
        "no",
        "n",
        "false",
        "not detected",
        "negative",
        "neg",
        "not present",
        "none",
        "nil",
        "denies",
    }
)
_INTERPRETED = {
    "pos": Status.PRESENT,
    "neg": Status.ABSENT,
    "det": Status.PRESENT,
    "nd": Status.ABSENT,
}


def stated_by(part: Json) -> Status | None:
    """Whether an Observation, or one of its components, says present or absent.

    Without a value only an interpretation of POS or NEG says something. A reason why there are no
    data says nothing at all.
    """
    if part.get("dataAbsentReason") is not None:
        return None
    flag = flag_of(part, "valueBoolean")
    if flag is not None:
        return Status.PRESENT if flag else Status.ABSENT
    concept = value_concept(part)
    if concept is not None:
        return yes_or_no(concept)
    if not has_value(part):
        return _interpreted(part)
    return None


def value_concept(part: Json) -> Concept | None:
    """The coded or written value of an Observation; None when it has neither."""
    if part.get("valueCodeableConcept") is not None:
        return concept_of(part, "valueCodeableConcept")
    if part.get("valueString") is not None:
        return Concept((), text_of(part, "valueString"))
    return None


def has_value(part: Json) -> bool:
    """Some value[x] is there."""
    return any(member.startswith("value") and part[member] is not None for member in part)


def yes_or_no(concept: Concept) -> Status | None:
    """Present, absent, or None when the words are neither; codes before words."""
    for coding in concept.codings:
        if coding.code in _YES_CODES:
            return Status.PRESENT
        if coding.code in _NO_CODES:
            return Status.ABSENT
    for word in concept.words():
        plain = word.partition("(")[0].strip(" .!")
        if plain in _NO:
            return Status.ABSENT
        if plain in _YES:
            return Status.PRESENT
    return None


def _interpreted(part: Json) -> Status | None:
    for concept in concepts_of(part, "interpretation"):
        for word in concept.words():
            if word[:3] in _INTERPRETED and word in {
                "pos",
                "neg",
                "positive",
                "negative",
                "det",
                "nd",
            }:
                return _INTERPRETED[word[:3]]
    return None


def answered(question: CodedQuestion, concept: Concept) -> Status | None:
    """What an answer says of the finding of its question; None when the answer is not listed."""
    for coding in concept.codings:
        key = (system_name(coding.system), coding.code)
        if key in question.present:
            return Status.PRESENT
        if key in question.absent:
            return Status.ABSENT
    words = concept.words()
    if any(word in question.present_text for word in words):
        return Status.PRESENT
    return Status.ABSENT if any(word in question.absent_text for word in words) else None
