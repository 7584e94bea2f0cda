"""What patients are asked, in their own words: groups of yes-or-no questions about findings."""

from __future__ import annotations

from collections.abc import Iterator

from cds_service.core.knowledge.entry import Entry


class Asked(Entry, frozen=True, kw_only=True):
    """One question about one finding.

    Attributes:
        finding: What "yes" makes present and "no" makes absent.
        text: The question, in plain words.
        hint: What helps to understand it.
        when: It is asked only when one of these findings was answered with yes; empty: always.
    """

    finding: str
    text: str
    hint: str = ""
    when: tuple[str, ...] = ()


class UrgentAdvice(Entry, frozen=True, kw_only=True):
    """What the patient is told at once when the answers point to a red flag.

    Attributes:
        id: Its name within the questionnaire.
        any: Shown when one of these is answered with yes.
        all: Shown when all of these are.
        red_flags: What it stands on; its sources are theirs.
        urgency: emergency, today or soon.
    """

    id: str
    text: str
    any: tuple[str, ...] = ()
    all: tuple[str, ...] = ()
    red_flags: tuple[str, ...]
    urgency: str

    @property
    def findings(self) -> tuple[str, ...]:
        """What it looks at."""
        return self.any or self.all


class AskedGroup(Entry, frozen=True, kw_only=True):
    """Questions that stand together.

    Attributes:
        ask: ``tick``: a list to tick, what is not ticked stays unknown. ``each``: yes, no or no answer.
        none: A list that may also be answered with "none of these".
    """

    id: str
    text: str
    hint: str = ""
    ask: str
    none: bool = True
    questions: tuple[Asked, ...]
    urgent: tuple[UrgentAdvice, ...] = ()


class Questionnaire(Entry, frozen=True, kw_only=True):
    """A form for patients."""

    id: str
    version: str
    date: str
    title: str
    description: str
    introduction: str
    groups: tuple[AskedGroup, ...]

    def questions(self) -> Iterator[Asked]:
        """All questions, in their order."""
        for group in self.groups:
            yield from group.questions

    def urgent(self) -> Iterator[UrgentAdvice]:
        """All urgent advice, in its order."""
        for group in self.groups:
            yield from group.urgent
