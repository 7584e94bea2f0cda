"""Which of the phrases and words that lie over one another count.

Fixed expressions swallow what they hold ("leg bag", "sore throat"). A phrase that contains a
turning word wins over the word: "not relieved by rest" as a phrase is neither a negation nor
"relieved by rest". Where a phrase begins inside "no relief", the "no" belongs to the phrase: it is
then a negation.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate

from cds_service.knowledge.entries import Bearing, Token
from cds_service.knowledge.language import Mark


_ALWAYS_KEPT = frozenset({Mark.LEG, Mark.ELSEWHERE, Mark.COMMA, Mark.CLAUSE_END})
_NEGATIONS = frozenset({Mark.DENIES, Mark.NO, Mark.NOT, Mark.NOT_NEGATION, Mark.NO_RELIEF})
_TAKEN_APART = frozenset({Mark.NOT_NEGATION, Mark.NO_RELIEF})
_NOWHERE = (-1, -1)


def outermost(tokens: list[Token]) -> list[Token]:
    """Put the tokens in order and leave out what lies inside something that wins over it."""
    tokens = _without_lookalikes(tokens)
    tokens.sort(key=_order)
    return _Layers().read(tokens)


class _Layers:
    """The longest phrase and word so far while the tokens of one text pass."""

    def __init__(self) -> None:
        self.kept: list[Token] = []
        self._phrase = self._mark = _NOWHERE
        self._bearing = Bearing.NONE
        self._targets: set[str] = set()
        self._negated_inside = -1

    def read(self, tokens: list[Token]) -> list[Token]:
        for token in tokens:
            kind = token[2]
            if kind is Mark.PHRASE:
                keep = self._keeps_phrase(token)
            else:
                keep = kind in _ALWAYS_KEPT or self._keeps_mark(token)
            if keep:
                self.kept.append(token)
        return self.kept

    def _keeps_phrase(self, token: Token) -> bool:
        start, end, _, entry = token
        if entry is None:
            return False
        if self._phrase[0] <= start and end <= self._phrase[1]:
            return self._keeps_inner(token, entry.target)
        self._phrase = (start, end)
        self._bearing = entry.bearing
        self._targets = {entry.target}
        self._deny_too(start)
        return True

    def _keeps_inner(self, token: Token, target: str) -> bool:
        """Not what says the same again, what is denied inside, nor the contrary of the whole."""
        if target in self._targets:
            return False
        inside = (token[0], token[1]) != self._phrase
        if inside and (token[0] < self._negated_inside or self._is_contrary(token)):
            return False
        self._targets.add(target)
        return True

    def _is_contrary(self, token: Token) -> bool:
        """Such as "when lying down" inside "better when lying down": lying does not make it worse."""
        inner = token[3].bearing if token[3] is not None else Bearing.NONE
        if self._bearing is Bearing.EASES:
            return inner in (Bearing.WORSENS, Bearing.WHEN)
        return self._bearing is Bearing.WORSENS and inner is Bearing.EASES

    def _keeps_mark(self, token: Token) -> bool:
        start, end, kind, _ = token
        if _is_inside(start, end, self._phrase):
            if kind in _NEGATIONS:
                self._negated_inside = self._phrase[1]
            return False
        if _is_inside(start, end, self._mark):
            return False
        if kind is not Mark.ABSENT_AFTER:
            self._mark = (start, end)
        return True

    def _deny_too(self, start: int) -> None:
        """Deny the phrase too: "no relief with walking" denies "relief with walking" if that is a phrase."""
        for position in range(len(self.kept) - 1, max(len(self.kept) - 4, -1), -1):
            before = self.kept[position]
            if before[2] in _TAKEN_APART and before[0] < start < before[1]:
                self.kept[position] = (before[0], start, Mark.NOT, None)


def _is_inside(start: int, end: int, span: tuple[int, int]) -> bool:
    return span[0] <= start and end <= span[1] and (start, end) != span


def _order(token: Token) -> tuple[int, int, int]:
    return (token[0], -token[1], token[2])


def _without_lookalikes(tokens: list[Token]) -> list[Token]:
    """Leave out fixed expressions and what stands inside them."""
    spans = [(t[0], t[1]) for t in tokens if t[2] is Mark.LOOKALIKE]
    if not spans:
        return tokens
    phrases = {(t[0], t[1]) for t in tokens if t[2] is Mark.PHRASE}
    # "leg bag" names no leg, "knee pain" does
    bare = _Expressions([span for span in spans if span not in phrases])
    every = _Expressions(spans)
    return [t for t in tokens if not _is_swallowed(t, bare if t[2] is Mark.LEG else every)]


def _is_swallowed(token: Token, expressions: _Expressions) -> bool:
    if token[2] is Mark.ELSEWHERE:
        return False
    return token[2] is Mark.LOOKALIKE or expressions.hold(token)


class _Expressions:
    """Fixed expressions of one text, by where they begin."""

    def __init__(self, spans: list[tuple[int, int]]) -> None:
        longest: dict[int, int] = {}
        for start, end in spans:
            longest[start] = max(end, longest.get(start, end))
        self._longest = longest
        self._starts = sorted(longest)
        # How far any of the expressions reaches that begin here or before.
        self._reach = list(accumulate((longest[start] for start in self._starts), max))

    def hold(self, token: Token) -> bool:
        """The token lies inside one, or begins there and runs out of it."""
        if token[1] < self._longest.get(token[0], 0):
            return True
        before = bisect_left(self._starts, token[0])
        return before > 0 and token[0] < self._reach[before - 1]
