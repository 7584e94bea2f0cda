"""The CDS services on offer: one YAML file each, checked and frozen at start-up.

A file may take prefetch, required keys and gaps over from another one (``like``). ``position`` is the
place in discovery: clients that know only one service for a hook take the first (INF-04).

In the specification a hook is the moment (``patient-view``); a CDS service is what answers it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from functools import cached_property
from pathlib import Path

import msgspec
import yaml

from cds_service.core.errors import KnowledgeError
from cds_service.core.knowledge import Knowledge
from cds_service.core.moments import Policy
from cds_service.gather.templates import (
    HOOK_VERSIONS,
    laboratory_codes,
    resource_type,
    template_problems,
)
from cds_service.knowledge.files import read_yaml


_ID = re.compile(r"[A-Za-z0-9._-]+")


class Required(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Keys without which the service does not answer: every one of ``all``, and one of ``any``."""

    all: tuple[str, ...] = ()
    any: tuple[str, ...] = ()


class GapEffect(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a card says when none of ``keys`` arrived. Keys not named in any are never mentioned."""

    keys: tuple[str, ...]
    data: str
    effect: str


class CodesTemplate(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """A template whose ``{codes}`` are the codes of everything of one kind in the knowledge."""

    template: str
    codes_of: str


class ServiceDefinition(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel", dict=True
):
    """One CDS service, as its file states it. Member names are those of CDS Hooks discovery.

    Attributes:
        position: Place in discovery, from 1; no two services share one.
        policy: Which cards it makes.
        like: Service whose prefetch, required keys and gaps are taken over.
    """

    id: str
    position: int
    policy: Policy
    hook: str
    hook_version: str
    title: str
    description: str
    usage_requirements: str
    like: str = ""
    prefetch: dict[str, str | CodesTemplate] = {}
    required: Required = Required()
    gaps: tuple[GapEffect, ...] = ()

    @property
    def templates(self) -> dict[str, str]:
        """Prefetch templates by key, in declared order; complete once the service is loaded."""
        return {key: value for key, value in self.prefetch.items() if isinstance(value, str)}

    @cached_property
    def types(self) -> dict[str, str]:
        """Resource type that each key asks for."""
        return {key: resource_type(template) for key, template in self.templates.items()}


def load_services(folder: Path, knowledge: Knowledge) -> dict[str, ServiceDefinition]:
    """All services defined in ``folder``, by id, in the order of their positions.

    Raises:
        KnowledgeError: With one line for each problem; the service does not start then.
    """
    problems: list[str] = (
        [] if folder.is_dir() else [f"no folder of service definitions: {folder.name}"]
    )
    written = dict(_read_all(folder, problems))
    services: dict[str, ServiceDefinition] = {}
    for name, own in sorted(written.items(), key=lambda found: (found[1].position, found[0])):
        try:
            service = _completed(_like(own, written.values()), knowledge)
        except KeyError as problem:
            problems.append(f"{name}: {problem} is not known")
            continue
        problems += [f"{name}: {found}" for found in _problems(service, services)]
        services[service.id] = service
    if problems:
        raise KnowledgeError(problems)
    return services


def offered_services(
    services: dict[str, ServiceDefinition], wanted: Collection[str]
) -> dict[str, ServiceDefinition]:
    """The services that a site wants, in the order of discovery; all when it names none.

    Raises:
        KnowledgeError: An id is not defined.
    """
    unknown = [id for id in wanted if id not in services]
    if unknown:
        raise KnowledgeError([f"no CDS service is called {id!r}" for id in unknown])
    return {id: service for id, service in services.items() if not wanted or id in wanted}


def _read_all(folder: Path, problems: list[str]) -> Iterator[tuple[str, ServiceDefinition]]:
    for path in sorted(folder.glob("*.yaml")):
        try:
            yield path.name, msgspec.convert(read_yaml(path), type=ServiceDefinition)
        except (yaml.YAMLError, UnicodeDecodeError, msgspec.ValidationError) as problem:
            problems.append(f"{path.name}: {' '.join(str(problem).split())}")


def _like(service: ServiceDefinition, others: Iterable[ServiceDefinition]) -> ServiceDefinition:
    """The service with what it takes over from another; what it states itself goes before."""
    if not service.like:
        return service
    model = next((other for other in others if other.id == service.like and not other.like), None)
    if model is None:
        raise KeyError(f"like: {service.like}")
    return msgspec.structs.replace(
        service,
        prefetch=model.prefetch | service.prefetch,
        required=service.required if service.required != Required() else model.required,
        gaps=service.gaps or model.gaps,
    )


def _completed(service: ServiceDefinition, knowledge: Knowledge) -> ServiceDefinition:
    """The service with every template written out."""
    codes = {"laboratory": laboratory_codes(knowledge)}
    templates: dict[str, str | CodesTemplate] = {
        key: value
        if isinstance(value, str)
        else value.template.replace("{codes}", codes[value.codes_of])
        for key, value in service.prefetch.items()
    }
    return msgspec.structs.replace(service, prefetch=templates)


def _problems(service: ServiceDefinition, others: dict[str, ServiceDefinition]) -> list[str]:
    problems = [
        f"prefetch.{key}: {problem}"
        for key, template in service.templates.items()
        for problem in template_problems(service.hook, key, template)
    ]
    if not _ID.fullmatch(service.id) or service.id in others:
        problems.append(f"id {service.id!r} is taken or has characters that need encoding")
    if any(other.position == service.position for other in others.values()):
        problems.append(f"position {service.position} is taken")
    if HOOK_VERSIONS.get(service.hook) != service.hook_version:
        problems.append(f"hookVersion of {service.hook!r} is {HOOK_VERSIONS.get(service.hook)!r}")
    problems += [
        f"key {key!r} has no template" for key in _named(service) - service.templates.keys()
    ]
    return problems


def _named(service: ServiceDefinition) -> set[str]:
    """Keys that the rules about required data and gaps speak of."""
    in_gaps = {key for gap in service.gaps for key in gap.keys}
    return {*service.required.all, *service.required.any} | in_gaps
