"""The CDS services on offer: one YAML file each, checked and frozen at start-up.

In the specification a hook is the moment (``patient-view``); a CDS service is what answers it.
"""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path

import msgspec
import yaml

from cds_service.core.errors import KnowledgeError
from cds_service.core.knowledge import Knowledge
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
    """One CDS service, as its file states it. Member names are those of CDS Hooks discovery."""

    id: str
    hook: str
    hook_version: str
    title: str
    description: str
    usage_requirements: str
    prefetch: dict[str, str | CodesTemplate]
    required: Required
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
    """All services defined in ``folder``, by id, in the order of the file names.

    Raises:
        KnowledgeError: With one line for each problem; the service does not start then.
    """
    services: dict[str, ServiceDefinition] = {}
    problems: list[str] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            service = _completed(_read(path), knowledge)
        except (yaml.YAMLError, UnicodeDecodeError, msgspec.ValidationError, KeyError) as problem:
            problems.append(f"{path.name}: {' '.join(str(problem).split())}")
            continue
        problems += [f"{path.name}: {found}" for found in _problems(service, services)]
        services[service.id] = service
    if not folder.is_dir():
        problems.append(f"no folder of service definitions: {folder.name}")
    if problems:
        raise KnowledgeError(problems)
    return services


def _read(path: Path) -> ServiceDefinition:
    return msgspec.convert(read_yaml(path), type=ServiceDefinition)


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
