"""A validator of every answer, written from the rows of the conformance list, not from our code.

Each check names its row. ``problems_of`` returns sentences; an empty list means conformant.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from markdown_it import MarkdownIt


Json = dict[str, Any]
UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
SEMVER = re.compile(
    r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?"
)
HOOK_VERSIONS = {
    "patient-view": "1.0",
    "order-select": "1.0",
    "order-sign": "1.0",
    "encounter-start": "1.0",
    "encounter-discharge": "1.0",
    "problem-list-item-create": "0.1.0",
}
OVERRIDE_SYSTEM = "http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes"
OVERRIDE_CODES = {
    "cds-not-applicable",
    "cds-suboptimal-context",
    "recipient-disagrees-evidence",
    "recipient-concerns-outcomes",
    "does-not-align-preferences",
    "not-convenient-feasible",
    "action-completed",
    "patient-contraindication",
    "patient-refuses",
    "too-costly-uncovered",
    "service-not-available",
    "recipient-does-not-understand",
}
CARD = {
    "uuid", "summary", "detail", "indicator", "source",
    "suggestions", "selectionBehavior", "overrideReasons", "links",
}  # fmt: skip
_INTERFACES = (["cds-services"], ["explain"], ["health"], ["about"])
_FHIR = "application/fhir+json"
FHIR_ENDPOINTS = ("/fhir/", "/sandbox/fhir/")
MARKDOWN = MarkdownIt("gfm-like", {"linkify": False})


def problems_of(path: str, status: int, content_type: str, body: bytes) -> list[str]:
    """Everything that is wrong with one answer to a request for ``path``."""
    if not body:
        return [] if status in {204, 304} else ["GEN-01: empty body"]
    route = path.rstrip("/").split("/")[1:]
    if path == "/questionnaire/response.json" and status == 200:
        return _no_nulls(strict_json(body), "$")  # FHIR, as a file
    if route[:1] not in _INTERFACES and not content_type.startswith(("application/json", _FHIR)):
        return []  # pages, metrics, static files
    try:
        document = strict_json(body)
    except ValueError as problem:
        return [f"GEN-01: {problem}"]
    if not 200 <= status < 300 or route[2:] == ["feedback"]:
        return [*_outcome(document, content_type), *_no_nulls(document, "$")]
    return _of_success(path, document, content_type)


def _of_success(path: str, document: Any, content_type: str) -> list[str]:
    """What a successful answer of the interface at ``path`` has to be."""
    if path.startswith(FHIR_ENDPOINTS):
        fhir = content_type.startswith(_FHIR)
        return [*([] if fhir else [f"FHIR: {content_type}"]), *_no_nulls(document, "$")]
    if not content_type.startswith("application/json"):
        return [f"GEN-01: content type {content_type}"]
    route = path.rstrip("/").split("/")[1:]
    if route == ["cds-services"]:
        return [*_discovery(document), *_no_empties(document, "$")]
    if route[:1] == ["cds-services"]:
        return [*_response(document), *_no_empties(document, "$")]
    return _no_nulls(document, "$")


def strict_json(body: bytes) -> Any:
    """JSON without NaN, duplicate keys or byte order mark (GEN-01)."""

    def no_duplicates(pairs: list[tuple[str, Any]]) -> Json:
        names = [name for name, _ in pairs]
        if len(set(names)) != len(names):
            raise ValueError("duplicate key")
        return dict(pairs)

    def no_constant(name: str) -> Any:
        raise ValueError(f"{name} is not JSON")

    return json.loads(
        body.decode("utf-8"), object_pairs_hook=no_duplicates, parse_constant=no_constant
    )


def _no_nulls(value: Any, where: str) -> list[str]:
    """GEN-05, and no empty string anywhere."""
    return [
        f"GEN-05: null or empty string at {p}"
        for p, v in _walk(value, where)
        if v is None or v == ""
    ]


def _no_empties(value: Any, where: str) -> list[str]:
    """GEN-05..07: only ``cards`` and ``services`` may be empty."""
    allowed = {"$.cards", "$.services"}
    return [
        f"GEN-05: null at {p}" if v is None else f"GEN-06: {v!r} at {p}"
        for p, v in _walk(value, where)
        if v is None or (v in ("", [], {}) and p not in allowed)
    ]


def _walk(value: Any, where: str) -> Iterator[tuple[str, Any]]:
    yield where, value
    if isinstance(value, dict):
        for name, member in value.items():
            yield from _walk(member, f"{where}.{name}")
    elif isinstance(value, list):
        for position, member in enumerate(value):
            yield from _walk(member, f"{where}[{position}]")


def _outcome(document: Any, content_type: str) -> list[str]:
    """RSP-06: every non-2xx is an OperationOutcome."""
    problems = []
    if not content_type.startswith("application/fhir+json"):
        problems.append(f"RSP-06: content type {content_type}")
    if not isinstance(document, dict) or document.get("resourceType") != "OperationOutcome":
        return [*problems, "RSP-06: not an OperationOutcome"]
    issues = document.get("issue")
    if not isinstance(issues, list) or not issues:
        return [*problems, "RSP-06: no issue"]
    if not all(issue.get("severity") and issue.get("code") for issue in issues):
        problems.append("RSP-06: issue without severity or code")
    return problems


def _discovery(document: Any) -> list[str]:
    if not isinstance(document, dict) or not isinstance(document.get("services"), list):
        return ["DISC-02: no list of services"]
    services = document["services"]
    pairs = [(s.get("id"), s.get("hook")) for s in services]
    problems = ["DISC-12: id and hook twice"] if len(set(pairs)) != len(pairs) else []
    for service in services:
        problems += _service(service)
    return problems


def _service(service: Json) -> list[str]:
    allowed = {
        "hook", "title", "description", "id", "prefetch", "usageRequirements", "version", "hookVersion",
    }  # fmt: skip
    checks = {
        "CARD-17: unknown member": set(service) <= allowed,
        "DISC-04: hook": service.get("hook") in HOOK_VERSIONS,
        "DISC-05: title": _text(service.get("title")),
        "DISC-06: description": _text(service.get("description")),
        "DISC-07: id": bool(re.fullmatch(r"[A-Za-z0-9._-]+", service.get("id", ""))),
        "DISC-08: prefetch": _templates(service.get("prefetch", {"a": "b"})),
        "DISC-09: usageRequirements": _text(service.get("usageRequirements")),
        "DISC-10: version": bool(SEMVER.fullmatch(service.get("version", ""))),
        "DISC-11: hookVersion": HOOK_VERSIONS.get(service.get("hook", ""))
        == service.get("hookVersion"),
    }
    return [row for row, holds in checks.items() if not holds]


def _templates(prefetch: Any) -> bool:
    return (
        isinstance(prefetch, dict)
        and bool(prefetch)
        and all(
            re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", key) and _text(value)
            for key, value in prefetch.items()
        )
    )


def _response(document: Any) -> list[str]:
    if not isinstance(document, dict) or not isinstance(document.get("cards"), list):
        return ["RSP-01: no list of cards"]
    problems = [] if set(document) == {"cards"} else ["SYS-01: members besides cards"]
    for card in document["cards"]:
        problems += _card(card)
    ids = [
        entry.get("uuid")
        for card in document["cards"]
        for entry in (card, *card.get("suggestions", ()))
    ]
    if len(set(ids)) != len(ids):
        problems.append("CARD-01: a uuid twice")
    return problems


def _card(card: Json) -> list[str]:
    suggestions = card.get("suggestions", [])
    problems = [
        row
        for row, holds in {
            "CARD-17: unknown member": set(card) <= CARD,
            "CARD-01: uuid": bool(UUID4.fullmatch(card.get("uuid", ""))),
            "CARD-07: indicator": card.get("indicator") in {"info", "warning", "critical"},
            "CARD-11: selectionBehavior": ("selectionBehavior" in card) == bool(suggestions),
            "CARD-12: selectionBehavior": card.get("selectionBehavior", "any")
            in {"any", "at-most-one"},
        }.items()
        if not holds
    ]
    problems += _summary(card.get("summary"))
    problems += _detail(card.get("detail"))
    problems += _source(card.get("source"))
    for suggestion in suggestions:
        problems += _suggestion(suggestion)
    problems += _reasons(card.get("overrideReasons", []))
    for link in card.get("links", []):
        problems += _link(link)
    return problems


def _summary(summary: Any) -> list[str]:
    """CARD-03: one line under 140 characters, however one counts; no Markdown."""
    if not _text(summary):
        return ["CARD-03: no summary"]
    long = len(summary) > 139 or len(summary.encode("utf-16-le")) // 2 > 139
    marked = any(mark in summary for mark in ("\n", "**", "](", "`"))
    return ["CARD-03: too long"] * long + ["CARD-03: newline or Markdown"] * marked


def _detail(detail: Any) -> list[str]:
    """CARD-04, CARD-05: GitHub Flavored Markdown that renders to no raw HTML."""
    if detail is None:
        return []
    if not _text(detail):
        return ["CARD-04: detail"]
    tokens = [t for token in MARKDOWN.parse(detail) for t in (token, *(token.children or ()))]
    problems = ["CARD-05: raw HTML" for t in tokens if t.type in {"html_block", "html_inline"}]
    hrefs = [
        str(t.attrs.get("href", t.attrs.get("src", "")))
        for t in tokens
        if t.type in {"link_open", "image"}
    ]
    return problems + [f"CARD-05: link {h}" for h in hrefs if not _https(h)]


def _source(source: Any) -> list[str]:
    if not isinstance(source, dict) or not _text(source.get("label")):
        return ["SRC-01: no source label"]
    problems = (
        [] if set(source) <= {"label", "url", "topic"} else ["CARD-17: unknown member of source"]
    )
    if "url" in source and not _https(source["url"]):
        problems.append("SRC-02: url")
    topic = source.get("topic", {})
    if not re.fullmatch(r"[A-Za-z0-9]{1,100}", str(topic.get("code", ""))):
        problems.append("SRC-04: topic code")
    return problems + _coding(topic)


def _coding(coding: Any) -> list[str]:
    """COD-01..03."""
    if not isinstance(coding, dict) or not set(coding) <= {"code", "system", "display"}:
        return ["COD: not a Coding"]
    complete = _text(coding.get("code")) and bool(urlsplit(str(coding.get("system", ""))).scheme)
    return [] if complete else ["COD-01/02: code or system"]


def _suggestion(suggestion: Json) -> list[str]:
    actions = suggestion.get("actions")
    problems = [
        row
        for row, holds in {
            "CARD-17: unknown member": set(suggestion)
            <= {"label", "uuid", "isRecommended", "actions"},
            "SUG-01: label": _text(suggestion.get("label")),
            "SUG-02: uuid": bool(UUID4.fullmatch(suggestion.get("uuid", ""))),
            "SUG-03: isRecommended": isinstance(suggestion.get("isRecommended", True), bool),
            "SUG-04: one action": isinstance(actions, list) and len(actions) == 1,
        }.items()
        if not holds
    ]
    for action in actions or ():
        problems += _action(action)
    return problems


# R4, R4B and R5; STU3 and DSTU2.
_ORDERS = frozenset({"ServiceRequest", "ProcedureRequest"})


def _action(action: Json) -> list[str]:
    """ACT-01..04 for what we send: creation of an order, update of a received one."""
    resource = action.get("resource")
    if not isinstance(resource, dict):
        return ["ACT-03: resource is no object"]
    if action.get("type") == "update":
        return _update(action, resource)
    subject = resource.get("subject", {})
    checks = {
        "CARD-17: unknown member": set(action) == {"type", "description", "resource"},
        "ACT-01: type": action.get("type") == "create",
        "ACT-02: description": _text(action.get("description")),
        "ACT-03: type of resource": resource.get("resourceType") in _ORDERS,
        "ACT-03: status": resource.get("status") == "draft",
        "ACT-03: intent": resource.get("intent") == "proposal" or _is_dstu2(resource),
        "ACT-03: subject": str(subject.get("reference", "")).startswith("Patient/"),
        "ACT-03: code": bool(resource.get("code")),
    }
    return [row for row, holds in checks.items() if not holds]


def _is_dstu2(resource: Json) -> bool:
    """Orders had no intent then."""
    return resource["resourceType"] == "ProcedureRequest" and "intent" not in resource


def _update(action: Json, resource: Json) -> list[str]:
    """ACT-04: a resource with type and id, and not a partial one.

    That nothing was dropped only a test that knows the request can tell (test_contexts).
    """
    checks = {
        "CARD-17: unknown member": set(action) == {"type", "description", "resource"},
        "ACT-02: description": _text(action.get("description")),
        "ACT-04: type and id": _text(resource.get("resourceType")) and _text(resource.get("id")),
        "ACT-04: no partial resource": bool({"subject", "patient"} & set(resource))
        and "status" in resource,
    }
    return [row for row, holds in checks.items() if not holds]


def _reasons(reasons: list[Json]) -> list[str]:
    """CARD-14, OVR-01, OVR-02."""
    problems = [p for reason in reasons for p in _coding(reason)]
    problems += ["OVR-01: no display" for reason in reasons if not _text(reason.get("display"))]
    codes = [reason.get("code") for reason in reasons]
    if len(set(codes)) != len(codes):
        problems.append("CARD-14: code twice")
    known = all(
        r.get("system") != OVERRIDE_SYSTEM or r.get("code") in OVERRIDE_CODES for r in reasons
    )
    return problems if known else [*problems, "OVR-02: unknown code"]


def _link(link: Json) -> list[str]:
    checks = {
        "LNK: members": set(link) == {"label", "url", "type"},
        "LNK-01: label": _text(link.get("label")),
        "LNK-02: url": _https(link.get("url", "")),
        "LNK-03: type": link.get("type") == "absolute",
    }
    return [row for row, holds in checks.items() if not holds]


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _https(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" and bool(parts.netloc)
