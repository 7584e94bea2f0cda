"""Words in free text and display names: what they state, and of whom.

All phrases of the knowledge and all words that turn them round (``language``) are compiled into
Aho-Corasick automata, so that one pass over a text finds them all however many there are. Texts
of patients are never kept; only display names of codes are remembered, up to a limit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

import msgspec

from cds_service.core.knowledge import FindingDefinition, Knowledge
from cds_service.core.record import Subject
from cds_service.core.values import Status
from cds_service.knowledge.attributes import spread
from cds_service.knowledge.automaton import Automaton, normalise
from cds_service.knowledge.clauses import Clauses
from cds_service.knowledge.durations import has_duration, set_durations
from cds_service.knowledge.entries import Bearing, Entry, Found, Token
from cds_service.knowledge.language import WORDS, Mark
from cds_service.knowledge.overlaps import outermost


class TextHit(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a text states.

    Attributes:
        about: Whether ``target`` is a finding or a cause.
        status: PRESENT or ABSENT.
        of_family: A relative has it, or has not; never the patient's.
        historical: It was so in the past; no current complaint.
        phrase: The phrase of the knowledge that matched, not the patient's words.
        leg_site: The text places it in a lower limb.
        days: For how many days it has been there, where the text says so ("x 3 weeks", "2/52").
    """

    about: Subject
    target: str
    status: Status
    of_family: bool = False
    historical: bool = False
    phrase: str
    leg_site: bool = False
    days: int | None = None


_DISPLAYS_KEPT = 8192
_DISPLAY_LENGTH = 200


class Lexicon:
    """All phrases of the knowledge, ready to be found."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._statements = Automaton([*_marks(), *_statement_phrases(knowledge)])
        drugs = knowledge.drugs.values()
        self._drugs = _names((drug.id, drug.names) for drug in drugs)
        self._not_drugs = _names((drug.id, drug.never) for drug in drugs)
        self._workups = _names((each.id, each.phrases) for each in knowledge.workups.values())
        self._treatments = _names((each.id, each.phrases) for each in knowledge.treatments.values())
        self._analytes = _names(
            (analyte.id, [phrase.words for phrase in analyte.phrases])
            for analyte in knowledge.analytes.values()
        )
        self._of_display: dict[str, tuple[TextHit, ...]] = {}
        self._legs_of_display: dict[str, bool] = {}
        self._drugs_of_display: dict[str, tuple[tuple[str, str], ...]] = {}

    @classmethod
    def build(cls, knowledge: Knowledge) -> Lexicon:
        """Compile every phrase of the knowledge."""
        return cls(knowledge)

    def find_statements(self, text: str, *, at_leg: bool = False) -> tuple[TextHit, ...]:
        """What a free text states; nothing of it is kept. ``at_leg``: it is said of a lower limb."""
        if len(text) < 2:
            return ()
        plain = spread(normalise(text))
        tokens = self._statements.tokens(plain, text)
        if not any(token[2] is Mark.PHRASE for token in tokens):
            return ()
        if _PAIR in plain:
            tokens = [token for token in tokens if not _is_diagnosis_by_pair(token, plain)]
        clauses = Clauses(plain, outermost(tokens))
        found = clauses.read()
        if has_duration(plain):
            set_durations(plain, found)
        return _as_hits(clauses, found, at_leg=at_leg)

    def statements_of_display(self, display: str) -> tuple[TextHit, ...]:
        """As ``find_statements``, for the display name of a code: remembered up to a limit."""
        return _remembered(self._of_display, display, self.find_statements)

    def names_leg(self, text: str) -> bool:
        """A lower limb is named."""
        return any(t[2] is Mark.LEG for t in self._statements.tokens(normalise(text), text))

    def display_names_leg(self, display: str) -> bool:
        """As ``names_leg``, for the display name of a code."""
        return _remembered(self._legs_of_display, display, self.names_leg)

    def drugs_of_display(self, display: str) -> tuple[tuple[str, str], ...]:
        """As ``find_drugs``, for the name of a product."""
        return _remembered(self._drugs_of_display, display, self.find_drugs)

    def find_drugs(self, text: str) -> tuple[tuple[str, str], ...]:
        """Drug classes named in a text with the name that matched; look-alikes left out."""
        plain = normalise(text)
        found = _targets(self._drugs.tokens(plain, text))
        if not found:
            return ()
        never = _targets(self._not_drugs.tokens(plain, text))
        return tuple((drug, name) for drug, name in found.items() if drug not in never)

    def find_workups(self, text: str) -> tuple[tuple[str, str], ...]:
        """Work-ups named in a text with the phrase that matched."""
        plain = normalise(text)
        return tuple(_targets(outermost(self._workups.tokens(plain, text))).items())

    def find_treatments(self, text: str) -> tuple[tuple[str, str], ...]:
        """Treatments named in a text with the phrase that matched."""
        plain = normalise(text)
        return tuple(_targets(outermost(self._treatments.tokens(plain, text))).items())

    def find_analyte(self, text: str) -> tuple[str, str] | None:
        """The analyte that a test name means; None when none or more than one."""
        plain = normalise(text)
        found = _targets(_longest(self._analytes.tokens(plain, text)))
        return next(iter(found.items())) if len(found) == 1 else None


_PAIR = "& "


def _is_diagnosis_by_pair(token: Token, text: str) -> bool:
    """Pairs that ``spread`` wrote state complaints only: "legs restless" is not "restless legs"."""
    entry = token[3]
    return (
        entry is not None
        and entry.about is Subject.CAUSE
        and text.endswith((_PAIR, "& no "), 0, token[0])
    )


_Found = TypeVar("_Found")


def _remembered(memory: dict[str, _Found], display: str, find: Callable[[str], _Found]) -> _Found:
    """What was found in a display name before, within a limit."""
    known = memory.get(display)
    if known is None:
        known = find(display)
        if len(memory) < _DISPLAYS_KEPT and len(display) <= _DISPLAY_LENGTH:
            memory[display] = known
    return known


def _targets(tokens: Iterable[Token]) -> dict[str, str]:
    return {entry.target: entry.words for _, _, _, entry in tokens if entry is not None}


def _longest(tokens: list[Token]) -> list[Token]:
    """Leave out what lies inside something longer."""
    kept: list[Token] = []
    reach = 0
    for token in sorted(tokens, key=lambda token: (token[0], -token[1])):
        same = bool(kept) and token[:2] == kept[-1][:2]
        if same or token[1] > reach:
            kept.append(token)
        reach = max(reach, token[1])
    return kept


def _names(named: Iterable[tuple[str, Iterable[str]]]) -> Automaton:
    """Finds which entry (by id) a name belongs to."""
    return Automaton(
        (name, Mark.PHRASE, Entry(Subject.FINDING, id, name))
        for id, names in named
        for name in names
    )


def _marks() -> Iterable[tuple[str, Mark, Entry | None]]:
    return ((word, mark, None) for mark, words in WORDS.items() for word in words)


# Findings that are themselves diagnoses: in doubt ("suspected cancer") they are not stated.
DIAGNOSIS_KINDS = frozenset(
    {"history", "risk-factor", "exposure", "exposure-drug", "lab", "test-result"}
)


_BEARINGS = {
    "relieving": Bearing.EASES,
    "aggravating": Bearing.WORSENS,
    "timing": Bearing.WHEN,
    "location": Bearing.PLACE,
}
_ACUTE = frozenset({"emergency", "urgent"})


def _is_for_ever(finding: FindingDefinition) -> bool:
    return finding.window is None or finding.window.ever


def _statement_phrases(knowledge: Knowledge) -> Iterable[tuple[str, Mark, Entry | None]]:
    for finding in knowledge.findings.values():
        for phrase in finding.phrases:
            entry = Entry(
                Subject.FINDING,
                finding.id,
                phrase.words,
                needs_leg=phrase.needs == "leg",
                is_diagnosis=finding.kind in DIAGNOSIS_KINDS,
                bearing=_BEARINGS.get(finding.kind, Bearing.NONE),
                is_past=finding.kind == "history" and _is_for_ever(finding),
            )
            yield phrase.words, Mark.PHRASE, entry
    for cause in knowledge.causes.values():
        for words in cause.recognised.phrases:
            is_event = cause.kind in _ACUTE
            entry = Entry(Subject.CAUSE, cause.id, words, is_diagnosis=True, is_event=is_event)
            yield words, Mark.PHRASE, entry


def _as_hits(clauses: Clauses, found: list[Found], *, at_leg: bool) -> tuple[TextHit, ...]:
    """One hit for each target; what is plainly present wins over what is past or denied."""
    hits: dict[tuple[Subject, str, bool], TextHit] = {}
    for each in found:
        if each.dropped:
            continue
        leg = at_leg or clauses.at_leg(each)
        if each.entry.needs_leg and not leg:
            continue
        hit = _as_hit(each, leg=leg)
        key = (hit.about, hit.target, hit.of_family)
        known = hits.get(key)
        if known is None or _standing(hit) > _standing(known):
            hits[key] = hit
    return tuple(hits.values())


def _as_hit(found: Found, *, leg: bool) -> TextHit:
    return TextHit(
        about=found.entry.about,
        target=found.entry.target,
        status=found.status,
        of_family=found.of_family,
        historical=found.historical and found.status is Status.PRESENT and not found.entry.is_past,
        phrase=found.entry.words,
        leg_site=leg,
        days=found.days,
    )


def _standing(hit: TextHit) -> int:
    if hit.status is Status.ABSENT:
        return 0
    return 1 if hit.historical else 2
