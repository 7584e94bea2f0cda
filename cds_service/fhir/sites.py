"""Body sites: whether a resource places what it says in a lower limb, and on which side."""

from __future__ import annotations

from cds_service.fhir.access import Json
from cds_service.fhir.codes import Concept, concepts_of
from cds_service.fhir.context import Reading


# ABI measured on one leg by name (LOINC 8579-5 "BP sys post TA-l/Brach a", 8580-3 "... TA-r ...").
_SIDE_OF_CODE = {"8579-5": "left", "8580-3": "right"}
_LEFT = frozenset({"left", "lt", "l", "lle"})
_RIGHT = frozenset({"right", "rt", "r", "rle"})


def body_sites(resource: Json) -> list[Concept]:
    """The body sites named, single or many, as concepts.

    Raises:
        ReadingError: ``bodySite`` has a shape that is no concept.
    """
    return concepts_of(resource, "bodySite") if resource.get("bodySite") is not None else []


def is_leg_site(reading: Reading, resource: Json) -> bool:
    """A body site of the resource is, by code or words, part of a lower limb."""
    return any(_is_leg(reading, site) for site in body_sites(resource))


def _is_leg(reading: Reading, site: Concept) -> bool:
    if any(reading.terminology.is_leg(c.system, c.code) for c in site.codings):
        return True
    words = [c.display for c in site.codings if c.display]
    return any(reading.lexicon.names_leg(text) for text in (*words, site.text) if text)


def side_of(resource: Json, concept: Concept) -> str:
    """Left or right by code, name or body site; empty when neither or both are named."""
    for coding in concept.codings:
        if coding.code in _SIDE_OF_CODE:
            return _SIDE_OF_CODE[coding.code]
    named = _side_in(concept)
    if named or resource.get("bodySite") is None:
        return named
    sides = {_side_in(site) for site in body_sites(resource)} - {""}
    return sides.pop() if len(sides) == 1 else ""


def place_in_words(resource: Json) -> str:
    """The body sites as one would say them; "both legs" where a left and a right one are named."""
    sites = body_sites(resource)
    if {"left", "right"} <= {_side_in(site) for site in sites}:
        return "both legs"
    words = (s.text or next((c.display for c in s.codings if c.display), "") for s in sites)
    return " and ".join(words)


def _side_in(concept: Concept) -> str:
    words = {
        word
        for text in (concept.text, *(c.display for c in concept.codings))
        for word in text.lower()
        .replace("-", " ")
        .replace(",", " ")
        .replace("(", " ")
        .replace(")", " ")
        .split()
    }
    left, right = bool(words & _LEFT), bool(words & _RIGHT)
    if left == right:
        return ""
    return "left" if left else "right"
