"""Finding a sandbox case: by words, by tag, or among a handful to begin with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import msgspec

from cds_service.gather.sandbox import Sandbox, SandboxCase


# One for each kind of answer: work-up, neuropathy, emergency, drug, silence, orders.
STARTERS = (
    "rls-complete-ferritin-missing",
    "rest-pain-burning-feet-diabetes",
    "cauda-equina-new-bladder",
    "dvt-text-swollen-red-leg",
    "cramps-low-potassium-kidney-ace",
    "problem-rest-pain-foot",
    "quiet-everything-done-and-ordered",
    "new-mattress",
)
_SHOWN = 24
_TAGS = 16


class Story(msgspec.Struct, frozen=True):
    """A case as it is offered."""

    slug: str
    case: SandboxCase


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What a search found; only the first ones are listed."""

    stories: tuple[Story, ...]
    total: int
    tags: tuple[tuple[str, int], ...]


def starters(sandbox: Sandbox) -> tuple[Story, ...]:
    """The cases to begin with, as far as this sandbox has them."""
    return tuple(Story(slug, sandbox.cases[slug]) for slug in STARTERS if slug in sandbox.cases)


def search(sandbox: Sandbox, words: str, tag: str) -> Found:
    """Cases that hold every word (beginnings of words count) and the tag, best title first."""
    asked = words.lower().split()
    found = [
        story
        for story in _stories(sandbox)
        if (not tag or tag in story.case.tags) and all(_holds(story, word) for word in asked)
    ]
    found.sort(
        key=lambda story: (-sum(word in story.case.title.lower() for word in asked), story.slug)
    )
    counted = Counter(t for story in _stories(sandbox) for t in story.case.tags)
    return Found(
        stories=tuple(found[:_SHOWN]), total=len(found), tags=tuple(counted.most_common(_TAGS))
    )


def _stories(sandbox: Sandbox) -> Iterator[Story]:
    for slug, case in sandbox.cases.items():
        yield Story(slug, case)


def _holds(story: Story, word: str) -> bool:
    case = story.case
    text = f" {case.title} {case.story} {case.teaches} {' '.join(case.tags)} {story.slug} "
    return word in text.lower()
