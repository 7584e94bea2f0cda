"""For how long: "x 3 weeks", "2/52", "3 week history", "since yesterday" give the days of what stands there.

Only whole days and longer count; "lasts 10 minutes" says nothing of the onset. Months count 30,
years 365 days. A duration belongs to the findings of its own segment, or, where a segment holds
nothing else, to those before it in the clause.
"""

from __future__ import annotations

import re
from bisect import bisect_left

from cds_service.core.values import Status
from cds_service.knowledge.entries import Found
from cds_service.knowledge.scanning import LastSeen, Places


_WORDS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "twelve": 12, "few": 3, "couple": 2, "several": 4,
}  # fmt: skip
_UNITS = {"h": 0, "d": 1, "w": 7, "m": 30, "y": 365}
_PARTS = {"7": 1, "52": 7, "12": 30}
_NUMBER = r"(?P<number>\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|few|couple of|several)"
_DURATION = re.compile(
    rf"(?<= ){_NUMBER} ?(?P<unit>hors?|days?|weeks?|months?|years?)(?= )"
    r"|(?<= )(?P<short>\d{1,2}) ?(?P<letter>[dw])(?= )"
    r"|(?<= )x ?(?P<times>\d{1,2}) ?(?P<any>[dwmy]|days?|weeks?|months?|years?)(?= )"
    r"|(?<= )x?(?P<part>\d{1,2}) / (?P<of>7|52|12)(?= )"
    r"|(?<= )(?P<word>yesterday|since today|started today|this morning|since last night|overnight)(?= )"
)
_QUICK = re.compile(
    r"day|week|month|year|hor|/ (?:7|52|12) | x ?\d|\d ?[dw] |yesterday|morning|night"
)
_NOT_BEFORE = re.compile(
    r" (?:every|each|next|in|within|after|per|aged?|until|in about|follow up|course of|lasts?|lasting|up to|than|for next"
    r"|at|of|another|stage|type|grade|under|over age|once|twice|times) $"
)
_NOT_AFTER = re.compile(
    r" (?:old|o|pregnan\w*|gestation\w*|gest|postpartum|postnatal|post|after|following|of age|per|a week|a day|in row"
    r"|course|supply|nights|each|wait|later|from now)(?= )"
)
_BEGIN = re.compile(r"(?= [,.)(?] )")
_END = re.compile(r"(?= (?:[,.)?]|but) )")
_STOP = re.compile(r"(?= [.?] )")
_PAUSE = re.compile(r"(?= [,.] )")
_WORSENED = re.compile(
    r"wors|deteriorat|progress|increas|flare|treat|started on|tablets|antibiotic"
)


def has_duration(text: str) -> bool:
    """The normalised text may say for how long."""
    return _QUICK.search(text) is not None


def set_durations(text: str, found: list[Found]) -> None:
    """Write into what was found for how many days it has been there."""
    segments = _Segments(text, found)
    for match in _DURATION.finditer(text):
        days = _days(match)
        if days is not None and segments.speak_of_onset(match):
            segments.date(match, days)
    segments.close()


def _days(match: re.Match[str]) -> int | None:
    part = match.groupdict()
    if part["word"]:
        return 1 if part["word"] == "yesterday" else 0
    if part["part"]:
        return int(part["part"]) * _PARTS[part["of"]]
    number = part["number"] or part["short"] or part["times"]
    unit = part["unit"] or part["letter"] or part["any"]
    count = int(number) if number.isdigit() else _WORDS[number.split()[0]]
    return count * _UNITS[unit[0]]


class _Segments:
    """What stands between the signs of one text; asked in the order of the text."""

    def __init__(self, text: str, found: list[Found]) -> None:
        self._text = text
        self._found = found
        self._starts = [each.start for each in found]
        self._begins = Places(text, _BEGIN)
        self._ends = Places(text, _END)
        self._stops = Places(text, _STOP)
        self._pauses = Places(text, _PAUSE)
        self._worsened = LastSeen(text, _WORSENED)
        self._here: tuple[int, int] = (-1, -1)
        self._inside: list[Found] = []
        self._days: int | None = None
        self._dated = 0

    def speak_of_onset(self, match: re.Match[str]) -> bool:
        """Not of a rhythm, an age, a worsening or what is planned."""
        text, start = self._text, match.start()
        if self._worsened.between(self._pauses.before(start - 3) + 1, start):
            return False
        if match["word"] == "overnight" or _NOT_BEFORE.search(text, max(start - 20, 0), start):
            return False
        after = _NOT_AFTER.match(text, match.end())
        return after is None or (after[0] == " old" and "year" not in match[0])

    def date(self, match: re.Match[str], days: int) -> None:
        """The findings of the segment, else, when it opens with the duration, those before."""
        first = self._begins.before(match.start() - 2)
        last = self._ends.after(match.end() - 1, len(self._text))
        if (first, last) != self._here:
            self.close()
            self._here = (first, last)
            between = self._found[self._number(first) : self._number(last)]
            self._inside = [each for each in between if each.status is Status.PRESENT]
        if self._inside:
            self._days = days  # the last one in a segment counts
        elif first > 0 and self._text[first : first + 3] not in (" . ", " ? "):
            self._date_before(first, self._stops.before(match.start() - 3), days)

    def close(self) -> None:
        """Write down what was said of the last segment."""
        if self._days is not None:
            for each in self._inside:
                each.days = self._days
        self._days = None

    def _date_before(self, first: int, clause: int, days: int) -> None:
        """What stands in the clause before ``first``; what was looked at before has its days."""
        begin, end = max(self._number(clause + 1), self._dated), self._number(first)
        for each in self._found[begin:end]:
            if each.status is Status.PRESENT and each.days is None:
                each.days = days
        self._dated = max(self._dated, end)

    def _number(self, position: int) -> int:
        """How many findings begin before a position."""
        return bisect_left(self._starts, position)
