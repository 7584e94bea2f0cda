"""Pages for reviewers: what is covered, with the exceptions, and the source attributes."""

from __future__ import annotations

from typing import Any

from cds_service.core.knowledge import Knowledge
from cds_service.knowledge.about import about_document
from cds_service.knowledge.coverage import coverage_table
from cds_service.knowledge.review import load_review
from tools.reference.markdown import joined, labelled, one_line, section, table, title


def coverage_page(k: Knowledge) -> str:
    """Section by section, and every exception with its reason."""
    head = ("scope", "ids", "covered", "explained", "missing")
    rows = [
        (r.section, str(r.total), str(r.covered), str(r.explained), ", ".join(r.missing) or "0")
        for r in coverage_table(k)
    ]
    exceptions = load_review().exceptions
    parts = [
        "# Coverage",
        "What the inventory of the source articles and the public vocabulary name, and whether the "
        "knowledge has it. Explained: umbrella terms and mechanisms, which are never ranked, and the "
        "ids below.",
        table(head, rows),
    ]
    for kind, entries in exceptions.explained.items():
        said = (f"`{id}`: {x.because} See {', '.join(x.see)}." for id, x in entries.items())
        parts.append(section(f"Explained: {kind}", said))
    for kind, names in exceptions.same_as.items():
        parts.append(
            section(f"Other names: {kind}", (f"`{a}`: {', '.join(b)}" for a, b in names.items()))
        )
    for kind, reasons in exceptions.unused.items():
        said = (f"`{id}`: {reason}" for id, reason in reasons.items())
        parts.append(section(f"Kept without a rule: {kind}", said))
    return joined(parts)


def source_attributes_page(k: Knowledge) -> str:
    """The 13 source attributes, as ``GET /about`` serves them."""
    about = about_document(k)
    attributes = about["sourceAttributes"]
    basis = attributes["basis"]
    parts = [
        "# Source attributes",
        f"What a reviewer of evidence-based decision support may ask ({basis['id']}: "
        f"{basis.get('title', '')}). The service answers the same at `GET /about`.",
        labelled("Service", about["title"]),
        labelled("Intended use", one_line(about["intendedUse"])),
        labelled("Kind", one_line(about["kind"])),
    ]
    parts += [_attribute(attribute) for attribute in attributes["attributes"]]
    return joined(parts)


def _attribute(attribute: dict[str, Any]) -> str:
    heading = f"## {attribute['number']}. {title(attribute['name'])}"
    where = attribute.get("where", [])
    if attribute["id"] == "citation":
        publications = dict.fromkeys(_publication(source) for source in where)
        return joined([heading, one_line(attribute["answer"]), _bullets(list(publications))])
    return joined([heading, one_line(attribute["answer"]), _where(where)])


def _publication(source: dict[str, str]) -> str:
    parts = (source["title"], source.get("publisher", ""), source.get("year", ""))
    named = ". ".join(part.rstrip(".") for part in parts if part)
    return f"{named}. <{source['url']}>" if "url" in source else named


def _where(places: list[str]) -> str:
    return "Where: " + ", ".join(f"`{p}`" if "[" in p else p for p in places) if places else ""


def _bullets(items: list[str]) -> str:
    return "\n".join(f"- {item}" for item in items)
