"""One search over all knowledge: any order, beginnings, both spellings, codes."""

from __future__ import annotations

import pytest

from cds_service.core.knowledge import Knowledge
from cds_service.knowledge.pages.kinds import KINDS, entries_of
from cds_service.knowledge.pages.search import Catalogue


@pytest.fixture(scope="module")
def catalogue(knowledge: Knowledge) -> Catalogue:
    """Everything."""
    return Catalogue.build(knowledge)


def _found(catalogue: Catalogue, query: str, kind: str = "") -> list[tuple[str, str]]:
    return [(f.row.ref.kind, f.row.ref.id) for f in catalogue.find(query, kind)]


def test_every_entry_is_found_by_its_id(catalogue: Catalogue, knowledge: Knowledge) -> None:
    """And it comes before what only mentions it, unless another kind has the same id."""
    for kind in KINDS:
        for id in entries_of(kind, knowledge):
            assert (kind, id) in _found(catalogue, id), (kind, id)
            assert _found(catalogue, id, kind)[0] == (kind, id)


@pytest.mark.parametrize("query", ["rest pain ischaemic", "ischaemic PAIN rest", "isch res pai"])
def test_words_in_any_order_and_by_their_beginning(catalogue: Catalogue, query: str) -> None:
    """All words must be there, none as a whole."""
    assert _found(catalogue, query)[0] == ("causes", "ischaemic-rest-pain")


@pytest.mark.parametrize(
    ("british", "american"), [("ischaemia", "ischemia"), ("oedema", "edema"), ("anaemia", "anemia")]
)
def test_both_spellings_find_the_same(catalogue: Catalogue, british: str, american: str) -> None:
    """Whoever writes the other one."""
    assert _found(catalogue, british) == _found(catalogue, american) != []


def test_words_of_a_quote_lead_to_the_cause(catalogue: Catalogue) -> None:
    """Quotes are part of what is searched."""
    assert ("causes", "ischaemic-rest-pain") in _found(catalogue, "hanging them off the bed")


def test_codes_by_their_beginning(catalogue: Catalogue) -> None:
    """With the code that was found; prose is not searched for digits in between."""
    found = catalogue.find("10601006")
    assert [f.row.ref.id for f in found] == ["leg-pain"]
    assert found[0].why == "SNOMED 10601006 Pain in lower limb"
    assert ("causes", "ischaemic-rest-pain") in _found(catalogue, "I70.22")


@pytest.mark.parametrize(
    "query", ["", "  ", "zzzz", "pain zzzz", "<script>alert(1)</script>", "\x00?"]
)
def test_nothing_found_is_no_error(catalogue: Catalogue, query: str) -> None:
    """Whatever is typed."""
    assert catalogue.find(query) == ()


def test_within_one_kind(catalogue: Catalogue) -> None:
    """Only entries of that kind, the same ones that the wide search has."""
    wide = [each for each in _found(catalogue, "statin") if each[0] == "drugs"]
    assert _found(catalogue, "statin", "drugs") == wide != []
