"""Sandbox cases: one folder with ``case.yaml`` (the story) and ``bundle.json`` (the record).

``context.json`` holds what the hook brings in its context, for hooks that bring something.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

import msgspec
import orjson

from cds_service.core.errors import InvalidRequestError
from cds_service.gather.prefetch import Json
from cds_service.gather.requests import request_from_bundle
from cds_service.knowledge.files import read_yaml


STORY, RECORD, CONTEXT = "case.yaml", "bundle.json", "context.json"


class SandboxCase(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """What is needed to send a case; what is expected of the answer is the business of the tests."""

    title: str
    story: str
    as_of: str
    teaches: str = ""
    service: str = ""
    tags: tuple[str, ...] = ()
    user: str = "Practitioner/example"
    hook: str = "patient-view"


class Sandbox:
    """All sandbox cases: their stories in memory, their records read when asked for."""

    def __init__(self, folder: Path) -> None:
        """``folder`` holds one folder for each case; one that does not exist is an empty sandbox."""
        self._folder = folder
        self.cases = _stories(folder)

    def request(self, slug: str) -> Json | None:
        """A fresh request of a case; None when there is no such case."""
        return read_case(self._folder / slug)[1] if slug in self.cases else None

    def bundle(self, slug: str) -> Json | None:
        """A fresh copy of the record of a case; None when there is no such case."""
        if slug not in self.cases:
            return None
        record: Json = orjson.loads((self._folder / slug / RECORD).read_bytes())
        return record


@cache
def _stories(folder: Path) -> Mapping[str, SandboxCase]:
    """Read once in a process; what is shipped does not change under it."""
    return MappingProxyType(
        {
            path.parent.name: msgspec.convert(read_yaml(path), type=SandboxCase)
            for path in sorted(folder.glob(f"*/{STORY}"))
        }
    )


def read_case(folder: Path) -> tuple[SandboxCase, Json]:
    """The case in ``folder`` and its request.

    Raises:
        InvalidRequestError: The folder is no sandbox case.
    """
    if not (folder / STORY).is_file() or not (folder / RECORD).is_file():
        raise InvalidRequestError(f"Not a sandbox case: {folder.name} has no {STORY} and {RECORD}.")
    case = msgspec.convert(read_yaml(folder / STORY), type=SandboxCase)
    bundle = orjson.loads((folder / RECORD).read_bytes())
    extra = folder / CONTEXT
    context = orjson.loads(extra.read_bytes()) if extra.is_file() else None
    return case, request_from_bundle(bundle, case.as_of, case.user, case.hook, context)
