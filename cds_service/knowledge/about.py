"""What the service is, for reviewers: the source attributes of REG-04 and where data are used.

The words stand in ``review/about.yaml``; where sex, age and health status enter is looked up in the
knowledge itself, so the answer cannot fall behind the rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from importlib import metadata
from typing import Any

import msgspec

from cds_service.core import conditions as c
from cds_service.core.knowledge import Knowledge
from cds_service.core.knowledge.entry import Entry
from cds_service.knowledge.files import read_yaml
from cds_service.knowledge.lint.sources import used_sources
from cds_service.knowledge.lint.usage import conditions_of
from cds_service.knowledge.review import FOLDER


_PACKAGE = "leg-pain-cds"
_HEALTH_STATUS = frozenset({
    "smoking",
    "alcohol-excess",
    "alcohol-bedtime",
    "pregnancy",
    "daily-activity-limitation",
    "reduced-mobility",
})  # fmt: skip


class Attribute(Entry, frozen=True, kw_only=True):
    """One source attribute: ``used`` for kinds of data, ``where`` for what is looked up."""

    id: str
    name: str
    answer: str
    used: bool | None = None
    where: str = ""


class About(Entry, frozen=True, kw_only=True):
    """The words of ``about.yaml``."""

    title: str
    intended_use: str
    kind: str
    source: str
    attributes: tuple[Attribute, ...]


@cache
def read_about() -> About:
    """The words that are shipped."""
    return msgspec.convert(read_yaml(FOLDER / "about.yaml"), About)


def about_document(knowledge: Knowledge) -> dict[str, Any]:
    """The document of ``GET /about``, ready for JSON."""
    about = read_about()
    return {
        "title": about.title,
        "intendedUse": about.intended_use,
        "kind": about.kind,
        "release": {"software": software_version(), "knowledge": knowledge.version},
        "sourceAttributes": {
            "basis": _citation(about.source, knowledge),
            "attributes": [
                _attribute(number, attribute, knowledge)
                for number, attribute in enumerate(about.attributes, start=1)
            ],
        },
    }


def software_version() -> str:
    """Version of the installed package; ``unknown`` when it is run without being installed."""
    try:
        return metadata.version(_PACKAGE)
    except metadata.PackageNotFoundError:
        return "unknown"


def _attribute(number: int, attribute: Attribute, knowledge: Knowledge) -> dict[str, Any]:
    document: dict[str, Any] = {
        "number": number,
        "id": attribute.id,
        "name": attribute.name,
        "answer": attribute.answer,
    }
    if attribute.used is not None:
        document["used"] = attribute.used
    if attribute.where:
        document["where"] = list(_LOOK_UP[attribute.where](knowledge))
    return document


def _citation(id: str, knowledge: Knowledge) -> dict[str, str]:
    source = knowledge.sources.get(id)
    if source is None:
        return {"id": id}
    known = {
        "id": source.id,
        "title": source.title,
        "publisher": source.publisher,
        "year": source.year,
        "url": source.url,
        "trust": source.trust.value,
    }
    return {key: value for key, value in known.items() if value}


def _sources(knowledge: Knowledge) -> Iterator[dict[str, str]]:
    used = used_sources(knowledge)
    return (_citation(id, knowledge) for id in knowledge.sources if id in used)


def _asking(knowledge: Knowledge, kind: type[c.Condition]) -> Iterator[str]:
    found = (
        where
        for where, condition in conditions_of(knowledge)
        if any(isinstance(node, kind) for node in condition.walk())
    )
    return iter(dict.fromkeys(found))


def _sex(knowledge: Knowledge) -> Iterator[str]:
    yield from _asking(knowledge, c.Sex)
    for finding in knowledge.findings.values():
        if any(rule.sex for rule in finding.measured):
            yield f"findings[{finding.id}]"


def _birth_date(knowledge: Knowledge) -> Iterator[str]:
    yield "under 18 years: red flags only"
    yield from _asking(knowledge, c.Age)
    for finding in knowledge.findings.values():
        by_age = any(rule.age_adjusted for rule in finding.measured)
        if by_age or finding.age_at_least is not None:
            yield f"findings[{finding.id}]"


def _health_status(knowledge: Knowledge) -> Iterator[str]:
    return (f"findings[{id}]" for id in knowledge.findings if id in _HEALTH_STATUS)


_LOOK_UP: dict[str, Callable[[Knowledge], Iterator[Any]]] = {
    "sources": _sources,
    "sex": _sex,
    "birth-date": _birth_date,
    "health-status": _health_status,
}
