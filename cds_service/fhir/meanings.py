"""What a concept means here, found once for all requests.

Codes and display names are no patient data, so the meaning of a concept made of them is
remembered, up to a limit. The meaning of free text is found anew each time and never kept.
"""

from __future__ import annotations

from functools import cached_property

from cds_service.fhir.codes import Code, Concept
from cds_service.knowledge.lexicon import Lexicon, TextHit
from cds_service.knowledge.terminology import (
    CodedQuestion,
    Kind,
    Target,
    Terminology,
    system_name,
)


_KEPT = 8192
_STATED = frozenset({Kind.FINDING, Kind.CAUSE})
# Chief complaint and reason for visit (LOINC), whose value is what the patient says.
_COMPLAINTS = frozenset({"29299-5", "46239-0", "8661-1", "10154-3"})


class Meaning:
    """One concept, and what its codes and words mean; each part is found when it is first asked for.

    Attributes:
        targets: Everything that the codes mean, with the code that says so.
    """

    def __init__(self, concept: Concept, terminology: Terminology, lexicon: Lexicon) -> None:
        self.concept = concept
        self._terminology = terminology
        self._lexicon = lexicon
        self.targets: tuple[tuple[Target, str], ...] = tuple(
            (target, f"{system_name(coding.system)} {coding.code.strip()}")
            for coding in concept.codings
            if coding.code
            for target in terminology.targets(coding.system, coding.code)
        )

    @cached_property
    def stated(self) -> tuple[tuple[Target, str], ...]:
        """The findings and causes among the targets."""
        return tuple(each for each in self.targets if each[0].kind in _STATED)

    @cached_property
    def hits(self) -> tuple[TextHit, ...]:
        """What the words of displays and text state."""
        concept = self.concept
        hits: list[TextHit] = []
        for coding in concept.codings:
            if coding.display:
                hits += self._lexicon.statements_of_display(coding.display)
        if concept.text and all(c.display != concept.text for c in concept.codings):
            hits += self._lexicon.find_statements(concept.text)
        return tuple(hits)

    @cached_property
    def hits_at_leg(self) -> tuple[TextHit, ...]:
        """As ``hits``, where a body site says that a leg is meant: "Pain" is then leg pain."""
        concept = self.concept
        written = dict.fromkeys((*(c.display for c in concept.codings), concept.text))
        return tuple(
            hit
            for words in written
            if words
            for hit in self._lexicon.find_statements(words, at_leg=True)
        )

    @cached_property
    def is_nothing(self) -> bool:
        """Neither finding nor cause, by code or by words."""
        return not (self.stated or self.hits)

    @cached_property
    def names_leg(self) -> bool:
        """The concept's own words name a lower limb."""
        displays = [c.display for c in self.concept.codings if c.display]
        if any(self._lexicon.display_names_leg(display) for display in displays):
            return True
        text = self.concept.text
        return bool(text) and text not in displays and self._lexicon.names_leg(text)

    @cached_property
    def drugs(self) -> tuple[tuple[str, str], ...]:
        """Drug classes by code, with how."""
        return tuple((t.id, how) for t, how in self.targets if t.kind is Kind.DRUG)

    @cached_property
    def named_drugs(self) -> tuple[tuple[str, str], ...]:
        """Drug classes by name, with how; a name in a prescription is as good as a code."""
        concept = self.concept
        written = dict.fromkeys((concept.text, *(c.display for c in concept.codings)))
        return tuple(
            (drug, f"name '{name}'")
            for words in written
            if words
            for drug, name in self._lexicon.drugs_of_display(words)
        )

    @cached_property
    def questions(self) -> tuple[tuple[CodedQuestion, Code], ...]:
        """Coded questions (tobacco status) that the codes ask."""
        return tuple(
            (question, coding)
            for coding in self.concept.codings
            for question in self._terminology.questions(coding.system, coding.code)
        )

    @cached_property
    def is_complaint(self) -> bool:
        """Asks what the patient complains of."""
        return any(
            c.code in _COMPLAINTS and system_name(c.system) == "LOINC" for c in self.concept.codings
        )

    @cached_property
    def speaks_for_itself(self) -> bool:
        """LOINC and SNOMED codes: one that means nothing here is something else (urine glucose)."""
        return any(system_name(c.system) in {"LOINC", "SNOMED"} for c in self.concept.codings)

    @cached_property
    def may_speak(self) -> bool:
        """Known, a complaint, a coded question, or a local code that is known only by its name."""
        return bool(
            self.targets or self.is_complaint or not self.speaks_for_itself or self.questions
        )


class Meanings:
    """Meanings of concepts in one body of knowledge."""

    def __init__(self, terminology: Terminology, lexicon: Lexicon) -> None:
        self._terminology = terminology
        self._lexicon = lexicon
        self._known: dict[Concept, Meaning] = {}

    def of(self, concept: Concept) -> Meaning:
        """What a concept means; remembered unless it holds free text."""
        known = self._known.get(concept)
        if known is None:
            known = Meaning(concept, self._terminology, self._lexicon)
            if not concept.has_free_text and len(self._known) < _KEPT:
                self._known[concept] = known
        return known
