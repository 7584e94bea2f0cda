"""Codes: known systems, displays that say what the code lists say, no CPT descriptors.

Displays are compared without the semantic tag of SNOMED CT and without regard to British or
American spelling; an abridged display must still not say something else.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

from cds_service.core.knowledge import Knowledge
from cds_service.core.values import SYSTEM_URIS, Coding
from cds_service.knowledge.loader import CONTENT


# By system and code, the displays under which it is known.
Displays = Mapping[tuple[str, str], frozenset[str]]

_URI_TO_NAME = {uri: name for name, uri in SYSTEM_URIS.items()} | {"SNOMED CT": "SNOMED"}
_TAG = re.compile(
    r"\s*\((?:disorder|finding|situation|procedure|observable entity|person|event|substance"
    r"|regime/therapy|morphologic abnormality|qualifier value|body structure)\).*$"
)
# To one spelling, the American one without vowels that only the British write.
_SPELLINGS = (("ae", "e"), ("oe", "e"), ("tumour", "tumor"), ("grey", "gray"), ("isation", "ization"), ("(s)", ""), ("fibre", "fiber"))  # fmt: skip


def code_problems(knowledge: Knowledge) -> Iterator[str]:
    """Systems that are not known, CPT words, displays that disagree with content/terminology."""
    for where, coding in codings(knowledge):
        if coding.system not in SYSTEM_URIS:
            yield f"{where}: code system '{coding.system}' is not known"
        if coding.system == "CPT" and coding.display:
            yield f"{where}: CPT {coding.code}: no descriptor may stand here"
    yield from display_problems(knowledge, shipped_displays())


def display_problems(knowledge: Knowledge, known: Displays) -> Iterator[str]:
    """Codes that are known under other words than those written beside them."""
    for where, coding in codings(knowledge):
        displays = known.get((coding.system, coding.code), frozenset())
        if coding.display and displays and not agrees(coding.display, displays):
            expected = " / ".join(sorted(displays))
            yield f"{where}: {coding.system} {coding.code} is '{expected}', not '{coding.display}'"


def agrees(display: str, known: Iterable[str]) -> bool:
    """The display says what one of the known ones says."""
    return plain(display) in {plain(words) for words in known}


def plain(display: str) -> str:
    """Lower case, one spelling, no semantic tag, no punctuation."""
    words = _TAG.sub("", display).lower()
    for british, american in _SPELLINGS:
        words = words.replace(british, american)
    return " ".join(re.findall(r"[a-z0-9]+", words))


def codings(knowledge: Knowledge) -> Iterator[tuple[str, Coding]]:
    """Every single code in the knowledge, with its place."""
    for finding in knowledge.findings.values():
        asked = (
            c for rule in finding.answers for c in (rule.question, *rule.present, *rule.absent)
        )
        own = (*finding.codes, *finding.codes_needing_leg, *asked)
        yield from ((f"findings[{finding.id}]", coding) for coding in own)
    for analyte in knowledge.analytes.values():
        yield from ((f"analytes[{analyte.id}]", coding) for coding in analyte.codes)
    for drug in knowledge.drugs.values():
        yield from ((f"drugs[{drug.id}]", coding) for coding in drug.codes)
    for cause in knowledge.causes.values():
        yield from ((f"causes[{cause.id}]", coding) for coding in cause.recognised.codes)
    for treatment in knowledge.treatments.values():
        yield from ((f"treatments[{treatment.id}]", coding) for coding in treatment.codes)
    for workup in knowledge.workups.values():
        yield from ((f"workups[{workup.id}]", c) for c in (*workup.order, *workup.results))


@cache
def shipped_displays() -> Displays:
    """Displays of the code lists of content/terminology."""
    return displays_of(CONTENT / "terminology")


def displays_of(folder: Path) -> Displays:
    """Displays of every CSV file of a folder with columns system, code, display."""
    found: dict[tuple[str, str], set[str]] = {}
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                system = _URI_TO_NAME.get(row["system"] or "", row["system"] or "")
                words = found.setdefault((system, row["code"]), set())
                words |= {row["display"]} if row.get("display") else set()
    return {key: frozenset(words) for key, words in found.items()}
