"""Everything names a source, and never only one that nobody could read.

The register (``sources``) holds more than is used: a fact that was read and led to no rule stays,
with what it ``says``, so that a reviewer sees that it was considered. A source that says nothing
and is used by nothing has no reason to be there. Addresses lead only to the publisher's own host,
a DOI or PubMed (``link-hosts.txt``).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import msgspec

from cds_service.core.knowledge import Knowledge, Trust
from cds_service.knowledge.loader import CONTENT


_MUST_NAME_ONE = (
    "criteria",
    "indications",
    "withholdings",
    "red_flags",
    "interlocks",
    "advice",
    "order_checks",
    "screenings",
    "predispositions",
)
# A number needs a source that was read; a statement may also stand on the articles or on us.
_NUMBERS = frozenset({Trust.HIGH, Trust.MEDIUM})
_STATEMENTS = _NUMBERS | {Trust.SEED, Trust.HOUSE}


def source_problems(knowledge: Knowledge) -> Iterator[str]:
    """Missing, unknown and weak sources; sources without purpose; addresses elsewhere."""
    used: set[str] = set()
    for where, ids in _citations(knowledge):
        used |= set(ids)
        unknown = [id for id in ids if id not in knowledge.sources]
        yield from (f"{where}: sources: '{id}' does not exist" for id in unknown)
        if ids and not unknown:
            yield from _weak(where, ids, knowledge)
    yield from _without_source(knowledge)
    yield from _numbers_without_proof(knowledge)
    yield from _register(knowledge, used)


def used_sources(knowledge: Knowledge) -> set[str]:
    """Sources that some entry names."""
    return {id for _, ids in _citations(knowledge) for id in ids}


def _citations(knowledge: Knowledge) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every list of sources with the entry that it stands in."""
    for section in msgspec.structs.fields(Knowledge):
        entries = getattr(knowledge, section.name)
        if isinstance(entries, dict) and section.name != "sources":
            for id, entry in entries.items():
                for ids in _lists_of_sources(entry):
                    yield f"{section.name.replace('_', '-')}[{id}]", ids


def _lists_of_sources(value: Any) -> Iterator[tuple[str, ...]]:
    if isinstance(value, tuple):
        for part in value:
            yield from _lists_of_sources(part)
    if not isinstance(value, msgspec.Struct):
        return
    for field in value.__struct_fields__:
        held = getattr(value, field)
        if field == "sources":
            yield held
        elif field in {"source", "valid_for_source"}:
            yield (held,) if held else ()
        else:
            yield from _lists_of_sources(held)


def _weak(where: str, ids: tuple[str, ...], knowledge: Knowledge) -> Iterator[str]:
    if not any(knowledge.sources[id].trust in _STATEMENTS for id in ids):
        yield f"{where}: sources: {', '.join(ids)} need one beside them that can be relied on"


def _without_source(knowledge: Knowledge) -> Iterator[str]:
    for section in _MUST_NAME_ONE:
        for entry in getattr(knowledge, section).values():
            if not entry.sources:
                yield f"{section.replace('_', '-')}[{entry.id}]: names no source"


def _numbers_without_proof(knowledge: Knowledge) -> Iterator[str]:
    for cause in knowledge.causes.values():
        for link in cause.evidence:
            known = [knowledge.sources[id] for id in link.sources if id in knowledge.sources]
            if (link.lr or link.lr_absent) and not any(s.trust in _NUMBERS for s in known):
                yield f"causes[{cause.id}].evidence: a likelihood ratio without a source that was read"


def _register(knowledge: Knowledge, used: set[str]) -> Iterator[str]:
    for source in knowledge.sources.values():
        where = f"sources[{source.id}]"
        if source.id not in used and not source.says:
            yield f"{where}: nothing uses it, and it does not say why it is kept"
        if source.url and urlsplit(source.url).hostname not in _hosts():
            yield f"{where}: {source.url} is on no host of link-hosts.txt"
        if source.url and not source.url.startswith("https://"):
            yield f"{where}: {source.url} is not https"


@cache
def _hosts() -> frozenset[str]:
    return frozenset((CONTENT / "link-hosts.txt").read_text(encoding="utf-8").split())
