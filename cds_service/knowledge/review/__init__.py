"""What reviewers hold the knowledge against: its scope, the exceptions with reasons, what it is.

- ``scope.yaml``: every id that the inventory of the articles and the public vocabulary name.
- ``exceptions.yaml``: what is covered under another name, explained, or kept without use; and why.
- ``about.yaml``: the source attributes of the service.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec

from cds_service.core.knowledge.entry import Entry
from cds_service.knowledge.files import read_yaml


FOLDER = Path(__file__).parent


class Explained(Entry, frozen=True, kw_only=True):
    """Why an id has no rule of its own, and where it is seen all the same (``section/id``)."""

    because: str
    see: tuple[str, ...] = ()


class Exceptions(Entry, frozen=True, kw_only=True):
    """Ids of the scope that are covered in another way, and entries that nothing uses.

    ``same_as``: section of the scope, id there, our ids (``section/id``) for the same thing.
    ``unused``: section of the knowledge, id, reason.
    """

    same_as: dict[str, dict[str, tuple[str, ...]]]
    explained: dict[str, dict[str, Explained]]
    unused: dict[str, dict[str, str]]


class Review(msgspec.Struct, frozen=True):
    """Scope by section (all ids of inventory and vocabulary) and the exceptions."""

    scope: dict[str, tuple[str, ...]]
    exceptions: Exceptions


@cache
def load_review() -> Review:
    """The scope and the exceptions that are shipped."""
    return Review(
        msgspec.convert(read_yaml(FOLDER / "scope.yaml"), dict[str, tuple[str, ...]]),
        msgspec.convert(read_yaml(FOLDER / "exceptions.yaml"), Exceptions),
    )
