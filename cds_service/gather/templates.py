"""Prefetch templates: what CDS Hooks allows in them, checked before they are ever published.

Only the conservative part of the specification: instance reads and type-level searches with
tokens of the hook's context, parameters that R4 servers commonly know, no parameter twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote

from cds_service.core.knowledge import Knowledge


# Context members that may stand in a token (hook definitions), and the published hookVersion.
CONTEXT_TOKENS = {
    "patient-view": ("userId", "patientId", "encounterId"),
    "encounter-start": ("userId", "patientId", "encounterId"),
    "encounter-discharge": ("userId", "patientId", "encounterId"),
    "problem-list-item-create": ("userId", "patientId", "encounterId"),
    "order-select": ("userId", "patientId", "encounterId"),
    "order-sign": ("userId", "patientId", "encounterId"),
}
HOOK_VERSIONS = dict.fromkeys(CONTEXT_TOKENS, "1.0") | {"problem-list-item-create": "0.1.0"}
MAX_BYTES = 1_800

_LONGEST_ID = "x" * 64
_TOKEN = re.compile(r"\{\{(.*?)\}\}")
_READ = re.compile(r"[A-Z][A-Za-z]+/\{\{[^{}]+\}\}")
_SEARCH = re.compile(r"[A-Z][A-Za-z]+\?[^?]+")
_VALUE = re.compile(r"[A-Za-z0-9.,|:/\-]+")
# Reference, token and date parameters of the R4 resources that we read (QRY-01, QRY-02).
_PARAMETERS = frozenset({"patient", "status", "category", "code", "date", "_count", "_sort"})
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def laboratory_codes(knowledge: Knowledge) -> str:
    """LOINC codes of every quantity and laboratory work-up that some rule reads, joined for a search.

    Without system, because a system for each code would triple the length of the query.
    """
    codings = [coding for analyte in knowledge.analytes.values() for coding in analyte.codes]
    for workup in knowledge.workups.values():
        if workup.kind == "laboratory":
            codings += [*workup.order, *workup.results]
    return ",".join(sorted({coding.code for coding in codings if coding.system == "LOINC"}))


def resource_type(template: str) -> str:
    """The type that a template asks for."""
    return re.split(r"[/?]", template, maxsplit=1)[0]


def encoded_size(template: str) -> int:
    """Bytes of the query when every token is a 64-character id and everything is percent-encoded."""
    filled = _TOKEN.sub(_LONGEST_ID, template)
    return len(quote(filled, safe="/?&=-._~"))


def template_problems(hook: str, key: str, template: str) -> list[str]:
    """What is wrong with one template; empty when nothing is."""
    problems = [] if _KEY.fullmatch(key) else ["the key is not a plain name"]
    problems += _token_problems(hook, template)
    if encoded_size(template) > MAX_BYTES:
        problems.append(f"longer than {MAX_BYTES} bytes when encoded")
    if _READ.fullmatch(template):
        return problems
    if not _SEARCH.fullmatch(template):
        return [*problems, "neither a read (Type/id) nor a search (Type?...)"]
    return [*problems, *_query_problems(template.split("?", 1)[1])]


def _token_problems(hook: str, template: str) -> list[str]:
    allowed = {f"context.{member}" for member in CONTEXT_TOKENS.get(hook, ())}
    problems = [
        f"token {token!r} is not a context member of {hook}"
        for token in _TOKEN.findall(template)
        if token not in allowed
    ]
    if re.search(r"[{}]", _TOKEN.sub("", template)):
        problems.append("braces do not balance")
    return problems


def _query_problems(query: str) -> list[str]:
    pairs = [part.partition("=") for part in query.split("&")]
    names = [name for name, _, _ in pairs]
    problems = [f"parameter {name!r} stands twice" for name in _repeated(names)]
    problems += [f"parameter {name!r} is not allowed" for name in names if name not in _PARAMETERS]
    for name, _, value in pairs:
        if not _VALUE.fullmatch(_TOKEN.sub("token", value)):
            problems.append(f"value of {name!r} is empty or has characters that need encoding")
    if any(name == "_sort" and value != "-date" for name, _, value in pairs):
        problems.append("_sort is only -date")
    return problems


def _repeated(names: Iterable[str]) -> list[str]:
    seen: set[str] = set()
    return [name for name in names if name in seen or seen.add(name)]  # type: ignore[func-returns-value]
