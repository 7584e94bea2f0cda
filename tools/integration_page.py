"""Writes the generated parts of docs/integration.md from hooks/*.yaml.

Run ``python -m tools.integration_page`` after changing a service or the laboratory codes; a test
compares the page with the definitions. Generated is what stands between the ``generated`` marks.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from cds_service.gather.services import ServiceDefinition, load_services
from cds_service.knowledge.loader import load_knowledge
from cds_service.settings import data_folder


PAGE = Path(__file__).parents[1] / "docs" / "integration.md"
_PART = re.compile(r"(<!-- generated: (?P<name>\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def render(page: str, services: list[ServiceDefinition]) -> str:
    """The page with its generated parts made anew."""
    parts = {"services": _table(services), "prefetch": _prefetch(services)}
    return _PART.sub(lambda m: f"{m[1]}\n{parts[m['name']]}\n\n{m[3]}", page)


def shipped() -> list[ServiceDefinition]:
    """The services that are shipped, in the order of discovery."""
    return list(load_services(data_folder("hooks"), load_knowledge()).values())


def main() -> None:
    """Write the page."""
    PAGE.write_text(render(PAGE.read_text(encoding="utf-8"), shipped()), encoding="utf-8")


def _table(services: list[ServiceDefinition]) -> str:
    rows = [f"| `{s.id}` | `{s.hook}` | {s.hook_version} | {s.title} |" for s in services]
    return "\n".join(["| id | hook | hookVersion | title |", "|---|---|---|---|", *rows])


def _prefetch(services: list[ServiceDefinition]) -> str:
    """One block for all services with the same templates."""
    alike: dict[str, list[str]] = {}
    for service in services:
        block = json.dumps(service.templates, indent=2, ensure_ascii=False)
        alike.setdefault(block, []).append(f"`{service.id}`")
    return "\n\n".join(
        f"For {', '.join(ids)}:\n\n```json\n{block}\n```" for block, ids in alike.items()
    )


if __name__ == "__main__":
    main()
