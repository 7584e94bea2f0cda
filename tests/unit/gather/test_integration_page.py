"""docs/integration.md says what discovery says."""

from __future__ import annotations

from cds_service.gather.services import ServiceDefinition
from tools.integration_page import PAGE, render


def test_the_page_is_up_to_date(services: dict[str, ServiceDefinition]) -> None:
    """Templates to copy must be those that the rules are written for."""
    page = PAGE.read_text(encoding="utf-8")
    assert render(page, list(services.values())) == page, "run: python -m tools.integration_page"


def test_every_key_is_explained(services: dict[str, ServiceDefinition]) -> None:
    """What each key is for."""
    page = PAGE.read_text(encoding="utf-8")
    for service in services.values():
        assert all(f"| `{key}` |" in page for key in service.templates)
        assert f"`{service.id}`" in page
