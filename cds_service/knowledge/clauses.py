"""Who says what of whom in a clause: which phrases are denied, doubted, past, or of a relative.

One pass over the marks of a normalised text, in order. A negation holds to the end of its clause;
whether a comma ends it depends on the negation (``Mark``). Words that qualify what stands before
them ("was ruled out", "years ago") reach back to the last comma.
"""

from __future__ import annotations

from collections.abc import Callable

from cds_service.core.values import Status
from cds_service.knowledge import language
from cds_service.knowledge.entries import Bearing, Found, Token
from cds_service.knowledge.language import Mark
from cds_service.knowledge.scanning import LastSeen, NextSeen


_CONTINUES = frozenset({"or", "nor"})
# A negation reaches over this many characters without a phrase before "has" may end it.
_NEAR = 12
_SEGMENT_ENDS = (" , ", " . ", " ) ", " but ", " & ")


class Clauses:
    """Reads the tokens of one text. ``found`` then holds every phrase with its meaning."""

    def __init__(self, text: str, tokens: list[Token]) -> None:
        self.text = text
        self.found: list[Found] = []
        self._legs: set[tuple[int, int]] = set()
        self._legs_in: set[int] = set()
        self._others: set[tuple[int, int]] = set()
        self._others_in: set[int] = set()
        self._tokens = tokens
        self._phrases_at = frozenset(token[0] for token in tokens if token[2] is Mark.PHRASE)
        self._reached: dict[str, int] = {}
        self._with = NextSeen(text, " with ")
        self._segment_ends = [NextSeen(text, mark) for mark in _SEGMENT_ENDS]
        self._began = LastSeen(text, language.BEGAN)
        self._clause = 0
        self._segment = 0
        self._after_until = -1
        self._past_from = 0
        self._may_turn = language.TURNS.search(text) is not None
        self._new_clause()

    def _new_clause(self) -> None:
        self._negation: Mark | None = None
        self._negated_from = 0
        self._negations = 0
        self._unclear = False
        self._maybe = self._hypothetical = self._family = False
        self._past = self._past_causes = self._unrelieved = False
        self._carries = True  # "history of" holds for the list, "old" for one thing

    def read(self) -> list[Found]:
        """Every phrase in order."""
        for token in self._tokens:
            _HANDLERS[token[2]](self, token)
        return self.found

    def _phrase(self, token: Token) -> None:
        start, end, _, entry = token
        if entry is None:
            return
        found = Found(entry, start, end, self._clause, self._segment)
        found.of_family = self._family
        found.dropped = self._hypothetical or self._unclear or (entry.is_diagnosis and self._maybe)
        found.dropped = found.dropped or self._turned(found)
        if self._negation is not None or (entry.bearing is Bearing.EASES and self._unrelieved):
            self._deny(found)
        else:
            found.historical = self._is_past(found)
        self.found.append(found)

    def _is_past(self, found: Found) -> bool:
        entry = found.entry
        if entry.is_event and (self._has_year(found) or self._is_part_of_past(found)):
            return True
        if self._past and not entry.is_diagnosis:  # "history of diabetes with tingling feet"
            return self._with.at(self._past_from) + len(" with ") > found.start
        return self._past or (entry.is_diagnosis and self._past_causes)

    def _has_year(self, found: Found) -> bool:
        with_year = language.YEAR_AFTER.match(self.text, found.end - 1)
        return with_year is not None or "20*" in found.entry.words

    def _is_part_of_past(self, found: Found) -> bool:
        """The "DVT" of "previous DVT"."""
        return any(
            each.entry.says_past and each.start <= found.start and found.end <= each.end
            for each in self.found[-3:]
        )

    def _turned(self, found: Found) -> bool:
        """So that "better when lying down" is no "when lying down", "worse with heat" no "with heat"."""
        bearing = found.entry.bearing
        if not self._may_turn:
            return False
        if bearing is Bearing.EASES:
            return (
                language.WORSE_BEFORE.search(self._before(found)) is not None
                and language.HELPS_AFTER.match(self.text, found.end) is None
            )
        if bearing in (Bearing.WORSENS, Bearing.WHEN) and not found.entry.says_worse:
            return language.EASING_BEFORE.search(self._before(found)) is not None
        return False

    def _before(self, found: Found) -> str:
        return self.text[max(found.start - 45, 0) : found.start]

    def _deny(self, found: Found) -> None:
        """A denied place denies nothing: "no left leg swelling" does not mean "not the left leg"."""
        found.status = Status.ABSENT
        if found.entry.bearing is Bearing.PLACE:
            found.dropped = True
        if not found.entry.is_diagnosis and language.QUALIFIED.match(self.text, found.end - 1):
            found.dropped = True

    def _clause_end(self, token: Token) -> None:
        self._clause += 1
        self._segment += 1
        self._new_clause()

    def _comma(self, token: Token) -> None:
        self._segment += 1
        self._past_causes = self._past_causes or (self._past and self._carries)
        self._past = False
        self._unclear = self._unrelieved = False
        if self._negation is None and not self._family:
            return
        words = self._next_segment(token[1])
        if self._is_new(words):
            self._negation = None
            self._family = False
        elif self._negation is None:
            self._family = self._family and words[0] not in language.NEW_PLACE
        elif self._negation is not Mark.DENIES:
            self._list_goes_on(words)

    def _is_new(self, words: list[str]) -> bool:
        """A segment that goes on with no list: "denies trauma, left leg swollen"."""
        if not words or words[0] in language.NEW_STATEMENT:
            return True
        if words[0] not in language.NEW_PLACE or self._negation is None:
            return False
        if self._negation is Mark.DENIES:
            return not language.PREDICATES.isdisjoint(words)
        return not self._joined_later(words)

    def _list_goes_on(self, words: list[str]) -> None:
        """One denial is "no swelling, redness or warmth"; "no injury, burning feet" is not."""
        if words[0] in _CONTINUES or self._joined_later(words):
            return
        short = len(words) == 1 or (words[0] == "and" and len(words) <= 3)
        if self._negation is Mark.NO and short:
            return
        self._unclear = self._negation is Mark.NO and len(words) <= 3 and self._negations == 1
        if not self._unclear:
            self._negation = None

    def _joined_later(self, words: list[str]) -> bool:
        return any(word in _CONTINUES for word in words) and len(words) <= 8

    def _next_segment(self, position: int) -> list[str]:
        """Words from here to the next comma or end of clause."""
        end = min(ends.at(position - 1) for ends in self._segment_ends)
        return self.text[position:end].split()

    def _negate(self, token: Token) -> None:
        if token[0] < self._after_until:
            return
        self._negation = token[2]
        self._negated_from = token[1]
        self._negations += 1
        self._unclear = False
        if token[2] is Mark.DENIES:
            self._family = False

    def _no_negation(self, token: Token) -> None:
        """Nothing is denied by "not only" or "no relief"."""

    def _no_relief(self, token: Token) -> None:
        """What follows does not help: only what relieves is denied."""
        self._unrelieved = True

    def _no_relief_after(self, token: Token) -> None:
        """What stands before does not help."""
        self._reach_back(_deny_relief)

    def _affirm(self, token: Token) -> None:
        used = bool(self.found) and self.found[-1].start >= self._negated_from
        if used or token[0] - self._negated_from > _NEAR:
            self._negation = None
            self._unclear = False

    def _patient_now(self, token: Token) -> None:
        self._affirm(token)
        self._family = self._past = self._past_causes = self._hypothetical = False

    def _doubt(self, token: Token) -> None:
        if token[0] >= self._after_until:
            self._maybe = True

    def _suppose(self, token: Token) -> None:
        self._hypothetical = True

    def _of_family(self, token: Token) -> None:
        self._family = True

    def _relative(self, token: Token) -> None:
        start, end = token[0], token[1]
        if language.RELATIVE_PRESENT.search(self.text, max(start - 40, 0), start):
            return
        if language.RELATIVE_ILL.match(self.text, end - 1) or end in self._phrases_at:
            partner = self.text[start : end - 1] in language.PARTNERS
            self._hypothetical = self._hypothetical or partner
            self._family = True
        elif self._ends_segment(end) and self.text[max(start - 2, 0) : start] in {" (", " ,"}:
            self._reach_back(_say_of_family, segments=2)

    def _history(self, token: Token) -> None:
        if token[0] < self._after_until:
            return
        before = language.LASTING_BEFORE.search(self.text, max(token[0] - 14, 0), token[0])
        if before is None and language.LASTING_AFTER.match(self.text, token[1] - 1) is None:
            self._past = True
            self._past_from = token[1]
            self._carries = not self.text.startswith("old ", token[0])

    def _absent_after(self, token: Token) -> None:
        of_comma = self.text[token[0]] == ","
        if of_comma and language.NONE_THEN.match(self.text, token[1] - 1):
            self._negate(token)
            return
        if not self._speaks_back(token):
            return
        self._after_until = token[1]
        self._reach_back(_deny_all)

    def _over_after(self, token: Token) -> None:
        if self._earlier_in_segment() and not language.ONLY_RELIEVED.match(self.text, token[1] - 1):
            self._after_until = token[1]
            self._reach_back(_say_over)

    def _maybe_after(self, token: Token) -> None:
        if self._speaks_back(token):
            self._after_until = token[1]
            self._reach_back(_doubt_cause)

    def _history_after(self, token: Token) -> None:
        here = [each.start for each in self.found[-6:] if each.segment == self._segment]
        first = min(here, default=token[0])
        if not self._began.between(min(first, token[0]), token[0]):
            self._reach_back(_say_over)
            self._past = not self._earlier_in_segment()

    def _family_after(self, token: Token) -> None:
        self._reach_back(_say_of_family)

    def _speaks_back(self, token: Token) -> bool:
        """The word closes what stands before it: "was ruled out", "leg swelling: no"."""
        if not self._earlier_in_segment(of_sign=self.text[token[0]] in ":,"):
            return False
        before = self.text[max(token[0] - 40, 0) : token[0]].rsplit(None, 1)[-1:]
        auxiliary = bool(before) and before[0] in language.AUXILIARIES
        by_whom = self.text.startswith(language.BY_WHOM, token[1])
        return auxiliary or by_whom or self.text[token[0]] == "?" or self._ends_segment(token[1])

    def _earlier_in_segment(self, *, of_sign: bool = False) -> bool:
        return bool(self.found) and (
            self.found[-1].segment == self._segment
            or (of_sign and self.found[-1].clause == self._clause)
        )

    def _ends_segment(self, position: int) -> bool:
        return position >= len(self.text) - 1 or self.text[position] in ",.)?"

    def _reach_back(self, change: Callable[[Found], None], segments: int = 1) -> None:
        """Change what stands before, in this segment (or two); what was changed so before is."""
        changed = self._reached.get(f"{change.__name__} {segments}", 0)
        for found in reversed(self.found[changed:]):
            if found.segment <= self._segment - segments or found.clause < self._clause:
                break
            change(found)
        self._reached[f"{change.__name__} {segments}"] = len(self.found)

    def _leg(self, token: Token) -> None:
        self._legs.add((self._clause, self._segment))
        self._legs_in.add(self._clause)

    def _elsewhere(self, token: Token) -> None:
        self._others.add((self._clause, self._segment))
        self._others_in.add(self._clause)

    def at_leg(self, found: Found) -> bool:
        """A lower limb is named beside the phrase, else in its clause, else anywhere in the text.

        A hand or the chest beside the phrase keeps it from reaching for a leg further away.
        """
        if (found.clause, found.segment) in self._legs:
            return True
        if (found.clause, found.segment) in self._others or not self._legs:
            return False
        return found.clause in self._legs_in or found.clause not in self._others_in


def _deny_all(found: Found) -> None:
    """A place is not denied with what was there."""
    found.status = Status.ABSENT
    found.dropped = found.dropped or found.entry.bearing is Bearing.PLACE


def _say_over(found: Found) -> None:
    found.historical = True


def _say_of_family(found: Found) -> None:
    found.of_family = True


def _deny_relief(found: Found) -> None:
    if found.entry.bearing is Bearing.EASES:
        found.status = Status.ABSENT


def _doubt_cause(found: Found) -> None:
    found.dropped = found.dropped or found.entry.is_diagnosis


_HANDLERS: dict[Mark, Callable[[Clauses, Token], None]] = {
    Mark.PHRASE: Clauses._phrase,
    Mark.CLAUSE_END: Clauses._clause_end,
    Mark.COMMA: Clauses._comma,
    Mark.DENIES: Clauses._negate,
    Mark.NO: Clauses._negate,
    Mark.NOT: Clauses._negate,
    Mark.NOT_NEGATION: Clauses._no_negation,
    Mark.NO_RELIEF: Clauses._no_relief,
    Mark.NO_RELIEF_AFTER: Clauses._no_relief_after,
    Mark.AFFIRMS: Clauses._affirm,
    Mark.PATIENT_NOW: Clauses._patient_now,
    Mark.MAYBE: Clauses._doubt,
    Mark.HYPOTHETICAL: Clauses._suppose,
    Mark.FAMILY: Clauses._of_family,
    Mark.RELATIVE: Clauses._relative,
    Mark.HISTORY: Clauses._history,
    Mark.ABSENT_AFTER: Clauses._absent_after,
    Mark.OVER_AFTER: Clauses._over_after,
    Mark.MAYBE_AFTER: Clauses._maybe_after,
    Mark.HISTORY_AFTER: Clauses._history_after,
    Mark.FAMILY_AFTER: Clauses._family_after,
    Mark.LEG: Clauses._leg,
    Mark.ELSEWHERE: Clauses._elsewhere,
}
