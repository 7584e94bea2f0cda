"""For how long: "x 3 weeks", "2/52", "3 week history", "since yesterday" give the days of what stands there.

Only whole days and longer count; "lasts 10 minutes" says nothing of the onset. Months count 30,
years 365 days. A duration belongs to the findings of its own segment, or, where a segment holds
nothing else, to those before it in the clause.
"""

from __future__ import annotations

import re

from cds_service.core.values import Status
from cds_service.knowledge.entries import Found


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
_WORSENED = re.compile(
    r"wors|deteriorat|progress|increas|flare|treat|started on|tablets|antibiotic"
)


def has_duration(text: str) -> bool:
    """The normalised text may say for how long."""
    return _QUICK.search(text) is not None


def set_durations(text: str, found: list[Found]) -> None:
    """Write into what was found for how many days it has been there."""
    for match in _DURATION.finditer(text):
        days = _days(match)
        if days is None or not _speaks_of_onset(text, match):
            continue
        for each in _meant(text, match, found):
            each.days = days


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


def _speaks_of_onset(text: str, match: re.Match[str]) -> bool:
    start = text.rfind(" , ", 0, match.start()) + 1
    start = max(start, text.rfind(" . ", 0, match.start()) + 1)
    if _WORSENED.search(text, start, match.start()):
        return False
    if match["word"] == "overnight" or _NOT_BEFORE.search(text, 0, match.start()):
        return False
    after = _NOT_AFTER.match(text, match.end())
    return after is None or (after[0] == " old" and "year" not in match[0])


def _meant(text: str, match: re.Match[str], found: list[Found]) -> list[Found]:
    """The findings of the segment, else, when it opens with the duration, those before."""
    first = max(
        text.rfind(sign, 0, match.start() + 1) for sign in (" , ", " . ", " ) ", " ( ", " ? ")
    )
    ends = (text.find(sign, match.end() - 1) for sign in (" , ", " . ", " ) ", " ? ", " but "))
    last = min((at for at in ends if at >= 0), default=len(text))
    inside = [f for f in found if first <= f.start < last and f.status is Status.PRESENT]
    if inside or first <= 0 or text[first : first + 3] in (" . ", " ? "):
        return inside
    clause = max(text.rfind(" . ", 0, match.start()), text.rfind(" ? ", 0, match.start()))
    return [
        f
        for f in found
        if clause < f.start < first and f.status is Status.PRESENT and f.days is None
    ]
