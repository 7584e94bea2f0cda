"""Questions to a text that come in order, answered without reading it from the start each time.

A note of a few hundred kilobytes asks thousands of them; looked up one by one their time would grow with
the square of its length.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right


class NextSeen:
    """Where some words come next."""

    def __init__(self, text: str, words: str) -> None:
        self._text = text
        self._words = words
        self._asked = -1
        self._found = -1

    def at(self, position: int) -> int:
        """Their first place at or after ``position``; the end of the text when there is none."""
        known = self._asked >= 0 and self._asked <= position <= self._found
        if not known:
            place = self._text.find(self._words, position)
            self._found = place if place >= 0 else len(self._text)
        self._asked = position
        return self._found


class LastSeen:
    """Whether a pattern, no longer than ``longest``, was there lately."""

    def __init__(self, text: str, pattern: re.Pattern[str], longest: int = 20) -> None:
        self._text = text
        self._pattern = pattern
        self._longest = longest
        self._read = 0
        self._last = -1

    def between(self, start: int, end: int) -> bool:
        """Whether it begins at or after ``start`` and is over at ``end``; ends never decrease."""
        for match in self._pattern.finditer(self._text, self._read, end):
            self._last = match.start()
        self._read = max(self._read, end - self._longest)
        return self._last >= start


class Places:
    """All places of a pattern that takes no characters, in order."""

    def __init__(self, text: str, pattern: re.Pattern[str]) -> None:
        self._places = [match.start() for match in pattern.finditer(text)]

    def before(self, position: int) -> int:
        """The last one at or before ``position``; -1 when there is none."""
        number = bisect_right(self._places, position)
        return self._places[number - 1] if number else -1

    def after(self, position: int, otherwise: int) -> int:
        """The first one at or after ``position``."""
        number = bisect_left(self._places, position)
        return self._places[number] if number < len(self._places) else otherwise
