"""The discovery document: which CDS services are offered, and what they want to know."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol


class Offered(Protocol):
    """What discovery says about one service."""

    @property
    def id(self) -> str:
        """Last segment of its URL."""

    @property
    def hook(self) -> str:
        """Hook that it answers."""

    @property
    def hook_version(self) -> str:
        """Version of the published hook definition (DISC-11)."""

    @property
    def title(self) -> str:
        """Name for people."""

    @property
    def description(self) -> str:
        """What it does, in Markdown."""

    @property
    def usage_requirements(self) -> str:
        """What it needs to be of use."""

    @property
    def templates(self) -> dict[str, str]:
        """Prefetch templates by key, in declared order."""


def discovery_document(services: Iterable[Offered], version: str) -> dict[str, Any]:
    """The body of ``GET /cds-services``."""
    return {"services": [_entry(service, version) for service in services]}


def _entry(service: Offered, version: str) -> dict[str, Any]:
    members = {
        "hook": service.hook,
        "title": service.title,
        "description": service.description,
        "id": service.id,
        "prefetch": dict(service.templates),
        "usageRequirements": service.usage_requirements,
        "version": version,
        "hookVersion": service.hook_version,
    }
    return {name: value for name, value in members.items() if value}
