"""Finding a case."""

from __future__ import annotations

import pytest

from cds_service.gather.sandbox import Sandbox
from cds_service.settings import data_folder
from cds_service.web.workbench.stories import STARTERS, search, starters


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    """The cases that are shipped."""
    return Sandbox(data_folder("fixtures") / "cases")


def test_every_starter_exists(sandbox: Sandbox) -> None:
    """None of them was renamed away."""
    assert [story.slug for story in starters(sandbox)] == list(STARTERS)


def test_words_narrow_and_tags_narrow(sandbox: Sandbox) -> None:
    """All words have to be there, capitals or not; a tag has to be exact."""
    every = search(sandbox, "", "")
    ferritin = search(sandbox, "FERRITIN", "")
    both = search(sandbox, "ferritin pmol", "")
    assert every.total == len(sandbox.cases) > ferritin.total > both.total > 0
    tagged = search(sandbox, "ferritin", "units")
    assert 0 < tagged.total < ferritin.total
    assert all("units" in story.case.tags for story in tagged.stories)


def test_nothing_found_is_no_error(sandbox: Sandbox) -> None:
    """And the tags are still offered."""
    found = search(sandbox, "zebra", "")
    assert (found.total, found.stories) == (0, ())
    assert found.tags


def test_a_folder_that_does_not_exist_is_an_empty_sandbox(sandbox: Sandbox) -> None:
    """A site may ship none."""
    empty = Sandbox(data_folder("fixtures") / "nowhere")
    assert empty.cases == {}
    assert starters(empty) == ()
    assert empty.request("new-mattress") is None
    assert empty.bundle("new-mattress") is None
