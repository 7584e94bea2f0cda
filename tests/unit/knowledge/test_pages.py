"""docs/knowledge and docs/source-attributes.md are what the knowledge says, and can be read."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Any

import pytest

from cds_service.core.knowledge import Knowledge
from cds_service.knowledge.about import about_document
from cds_service.knowledge.conditions import parse_condition
from cds_service.knowledge.pages.outline import Lists
from tools.knowledge_pages import DOCS, differences, pages
from tools.reference.markdown import when


@pytest.fixture(scope="module")
def made(knowledge: Knowledge) -> dict[str, str]:
    """Every page by its path below docs."""
    return pages(knowledge)


def test_the_pages_are_up_to_date(knowledge: Knowledge) -> None:
    """Nothing missing, stale or left over."""
    assert differences(knowledge) == [], "run: python -m tools.knowledge_pages"


def test_every_cause_and_every_kind_has_a_page(knowledge: Knowledge, made: dict[str, str]) -> None:
    """With what a reviewer looks for."""
    assert {f"knowledge/causes/{cause}.md" for cause in knowledge.causes} <= set(made)
    for conflict in knowledge.conflicts.values():
        assert conflict.title[1:] in made["knowledge/conflicts.md"]
        for side in conflict.sides:
            for quote in side.quotes:
                assert " ".join(quote.split()) in made["knowledge/conflicts.md"]


def test_links_lead_somewhere(made: dict[str, str]) -> None:
    """To a page, to a place in it, or to a file of the repository."""
    for path, text in made.items():
        for link in re.findall(r"\]\((?!https?:)([^)]+)\)", text):
            file, _, anchor = link.partition("#")
            target = _resolved(PurePosixPath(path).parent / file)
            if target in made:
                assert not anchor or f'id="{anchor}"' in made[target], f"{path}: {link}"
            else:
                assert (DOCS / target).is_file(), f"{path}: {link}"


def _resolved(path: PurePosixPath) -> str:
    parts: list[str] = []
    for part in path.parts:
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)


def test_no_line_is_a_wall_of_brackets(made: dict[str, str]) -> None:
    """Long conditions are nested lists: no more than two levels of brackets in one line."""
    for path, text in made.items():
        for line in text.splitlines():
            assert "(((" not in line, f"{path}: {line}"


def test_a_short_condition_stays_in_its_line(knowledge: Knowledge) -> None:
    """And reads like a sentence."""
    short = parse_condition({"all": ["leg-pain", {"not": "fever"}]})
    assert when(short, knowledge) == "leg pain and fever known to be absent"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (
            {"not": {"cause": "restless-legs-syndrome", "at-least": "likely"}},
            "not, as far as known, restless legs syndrome at least likely",
        ),
        (
            {"any": [{"not": "diabetes"}, {"unknown": "diabetes"}]},
            "not, as far as known, diabetes",
        ),
        ({"not": "diabetes"}, "diabetes known to be absent"),
        (
            {"any": [{"finding": f, "within-days": 14} for f in ("pale-leg", "fever")]},
            "pale leg or fever (each known for no longer than 14 days)",
        ),
        (
            {"any": [{"finding": "pale-leg", "within-days": 14}, "fever"]},
            "pale leg (known for no longer than 14 days) or fever",
        ),
        (
            {"measured": "ck", "above-limit": "1"},
            "creatine kinase above the laboratory's upper limit",
        ),
        (
            {"measured": "ck", "above-limit": "10"},
            "creatine kinase more than 10 times the laboratory's upper limit",
        ),
        (
            {"measured": "egfr", "below": "30"},
            "estimated glomerular filtration rate below 30 mL/min/1.73 m2",
        ),
    ],
)
def test_words_say_what_must_be_known(written: Any, said: str, knowledge: Knowledge) -> None:
    """What need not be known is "as far as known"; ages once; units as printed."""
    assert when(parse_condition(written), knowledge) == said


def test_a_list_is_printed_once(knowledge: Knowledge) -> None:
    """The second time it has a letter; what is no list never gets one."""
    several = ["burning-pain", "tingling", "numbness", "leg-swelling", "worse-at-night", "leg-pain"]
    long = parse_condition({"any": [*several, "leg-redness"]})
    lists = Lists([long, long], knowledge)
    assert when(long, knowledge, lists=lists).startswith("any of (list A)\n")
    assert when(long, knowledge, lists=lists) == "list A above"


def test_no_unit_is_printed_for_machines(made: dict[str, str]) -> None:
    """No braces or brackets of UCUM."""
    for path, text in made.items():
        assert not re.search(r"m2\}|\[Hg\]|\bCel\b", text), path


def test_a_long_condition_becomes_a_list(knowledge: Knowledge) -> None:
    """One item for each part; plain findings of an "any" together."""
    several = ["burning-pain", "tingling", "numbness", "leg-swelling", "worse-at-night"]
    condition = parse_condition(
        {"all": ["leg-pain", {"any": [*several, {"all": ["fever", "chills", "leg-redness"]}]}]}
    )
    assert when(condition, knowledge).splitlines() == [
        "all of",
        "  - leg pain",
        "  - any of",
        "    - burning pain; tingling; numbness; leg swelling; worse at night",
        "    - fever and chills and leg redness",
    ]


def test_about_has_the_thirteen_attributes(knowledge: Knowledge) -> None:
    """And says honestly what is used: sex, birth date and health status, and nothing else."""
    document = about_document(knowledge)
    attributes = document["sourceAttributes"]["attributes"]
    assert [a["number"] for a in attributes] == list(range(1, 14))
    used = {a["id"] for a in attributes if a.get("used")}
    assert used == {"sex", "date-of-birth", "health-status"}
    assert all(a["where"] for a in attributes if a.get("used"))
    citations = attributes[0]["where"]
    assert {"S0", "PAD-01", "RLS-03"} <= {c["id"] for c in citations}


def test_about_finds_every_use_of_sex(knowledge: Knowledge) -> None:
    """Where it is looked up is where the rules ask for it."""
    sex = about_document(knowledge)["sourceAttributes"]["attributes"][9]
    assert sex["id"] == "sex"
    assert sex["where"] == ["causes[myeloproliferative-neoplasm]"]
