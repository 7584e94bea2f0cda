"""What a text on a card may not say: a diagnosis, a dose, "stop the drug", a percentage.

Words cannot be understood by rules; these expressions catch what must never slip through. The one
exception has fixed words (design, section 7): ``STATIN_WORDS``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cds_service.core.knowledge import Knowledge


STATIN_WORDS = re.compile(
    r"the guideline interrupts the statin while this is assessed; "
    r"decision with the prescriber today",
    re.IGNORECASE,
)
_SUMMARY_LENGTH = 100
# It follows the name of the order.
_ORDER_SUMMARY_LENGTH = 76

_FORBIDDEN = {
    "states a diagnosis": re.compile(
        r"\b(?:(?:is|was|are) diagnosed\b|diagnosed with\b|(?:the )?patients? (?:has|have|suffers)\b"
        r"|you have\b|diagnosis is (?!made|clinical|not)|(?:definitely|certainly|clearly) (?:is|has)\b)",
        re.IGNORECASE,
    ),
    "gives a dose": re.compile(
        r"\d\s*(?:mg|mcg|micrograms?|milligrams?|g|grams?|units?|iu|tablets?|capsules?|mmol)\b(?!\s*/)"
        r"|\b(?:once|twice|three times|\d+ times) (?:daily|a day|per day|a week|weekly)\b"
        r"|\b(?:mg|mcg|units?|iu)\s*(?:/|per )\s*(?:day|kg)\b",
        re.IGNORECASE,
    ),
    "tells to stop a drug": re.compile(
        r"(?<!no reason to )\b(?:stop(?!ping (?:smoking|reduces))(?:ping|ped)?|discontinu\w+|cease\w*|interrupts?|paus(?:e|ing)"
        r"|taper\w*|come off|withhold|withdraw)\b(?! within| bleeding)",
        re.IGNORECASE,
    ),
    "gives a percentage": re.compile(r"\d\s*%|\bper ?cent\b|\bpercentage\b", re.IGNORECASE),
}
# Words that begin with a capital wherever they stand.
_ALWAYS_CAPITAL = re.compile(r"[A-Z][A-Z0-9]|[A-Z]-|(?:Achilles|Baker|Charcot|Guillain|Morton)\b")


def wording_problems(knowledge: Knowledge) -> Iterator[str]:
    """Texts that say what they must not, summaries that are too long, labels with a capital."""
    for where, text in card_texts(knowledge):
        yield from _forbidden(where, text)
    for flag in knowledge.red_flags.values():
        if len(flag.summary) > _SUMMARY_LENGTH:
            yield f"red-flags[{flag.id}].summary: longer than {_SUMMARY_LENGTH} characters"
    for check in knowledge.order_checks.values():
        if len(check.summary) > _ORDER_SUMMARY_LENGTH:
            yield f"order-checks[{check.id}].summary: longer than {_ORDER_SUMMARY_LENGTH} characters"
    for where, label in _labels_inside_sentences(knowledge):
        if label[:1].isupper() and not _ALWAYS_CAPITAL.match(label):
            yield f"{where}: '{label}' stands inside sentences and begins with a capital"


def forbidden(text: str) -> list[str]:
    """What a text says that it must not."""
    said = STATIN_WORDS.sub("", text)
    return [fault for fault, words in _FORBIDDEN.items() if words.search(said)]


def _forbidden(where: str, text: str) -> Iterator[str]:
    return (f"{where}: {fault}: '{text}'" for fault in forbidden(text))


_CARD_TEXTS = {
    "advice": ("label", "text", "instead"),
    "causes": ("explanation",),
    "indications": ("because",),
    "withholdings": ("because",),
    "interlocks": ("says",),
    "red_flags": ("label", "summary", "detail"),
    "workups": ("label", "decides"),
    "order_checks": ("summary", "says"),
    "screenings": ("because", "limits"),
    "questions": ("label",),
}


def card_texts(knowledge: Knowledge) -> Iterator[tuple[str, str]]:
    """Every text that may stand on a card, with its place."""
    for section, fields in _CARD_TEXTS.items():
        for entry in getattr(knowledge, section).values():
            for field in fields:
                yield f"{section.replace('_', '-')}[{entry.id}].{field}", getattr(entry, field)


def _labels_inside_sentences(knowledge: Knowledge) -> Iterator[tuple[str, str]]:
    for section in ("findings", "causes", "red_flags"):
        for entry in getattr(knowledge, section).values():
            yield f"{section.replace('_', '-')}[{entry.id}].label", entry.label
    for criteria in knowledge.criteria.values():
        for item in criteria.items:
            yield f"criteria[{criteria.id}].items", item.label
