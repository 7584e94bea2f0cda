"""Responses and explanations as plain text, for a person at a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import indent
from typing import Any


Json = dict[str, Any]
_MARKS = {"critical": "!!", "warning": "! ", "info": "  "}


def response_text(response: Json) -> str:
    """Cards as they would be read in an EHR."""
    cards = response.get("cards") or []
    if not cards:
        return "No card: nothing to say for this patient.\n"
    return "\n".join(_card(card) for card in cards)


def _card(card: Json) -> str:
    lines = [f"{_MARKS.get(card['indicator'], '  ')} [{card['indicator']}] {card['summary']}"]
    if "detail" in card:
        lines.append(indent(card["detail"], "     "))
    for suggestion in card.get("suggestions", ()):
        lines += [
            f"     [+] {suggestion['label']}: {action['description']}"
            for action in suggestion["actions"]
        ]
    lines.append(f"     Source: {card['source']['label']}")
    return "\n".join(lines) + "\n"


def explanation_text(document: Json) -> str:
    """The explain document, in the order in which a clinician asks."""
    gate = document["gate"]
    opened = "open" if gate["open"] else "closed"
    age = f", age {document['age']}" if "age" in document else ""
    blocks = [
        f"As of {document['as_of']}{age}",
        f"Gate: {opened} ({gate['because']})" if gate.get("because") else f"Gate: {opened}",
        _block("Red flags", [_flag(entry) for entry in document["red_flags"]]),
        _block("Differential", [_cause(entry) for entry in document["differential"]]),
        _block("Criteria", [_criterion(entry) for entry in document["criteria"]]),
        _block("Work-ups", [_workup(entry) for entry in document["workups"]]),
        _block("Interlocks", [f"{e['id']}: {e['because']}" for e in document["interlocks"]]),
        _block("Findings", [_finding(e) for e in document["findings"] if e["status"] != "unknown"]),
        _block("Data not received", [_gap(entry) for entry in document["gaps"]]),
        _block("Not said", [f"{e['topic']}: {e['because']}" for e in document["suppressed"]]),
        _block("Not used", [f"{e['reference']}: {e['problem']}" for e in document["skipped"]]),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _block(title: str, lines: Iterable[str]) -> str:
    shown = [indent(line, "  ") for line in lines]
    return "\n".join([title, *shown]) if shown else ""


def _flag(entry: Json) -> str:
    answered = f"; answered by {_list(entry['answered_by'])}" if entry.get("answered_by") else ""
    return f"{entry['id']} ({entry['urgency']}): because of {_list(entry['because'])}{answered}"


def _cause(entry: Json) -> str:
    lines = [f"{entry['rank']}. {entry['cause']}: {entry['category']}"]
    for word in ("supports", "against", "missing"):
        if entry.get(word):
            lines.append(f"     {word}: {_list(entry[word])}")
    return "\n".join(lines)


def _criterion(entry: Json) -> str:
    unknown = f"; unknown: {_list(entry['unknown'])}" if entry.get("unknown") else ""
    return f"{entry['id']}: {entry['result']} ({entry['low']} to {entry['high']} points{unknown})"


def _workup(entry: Json) -> str:
    wanted = f" for {_list(entry['for'])}" if entry.get("for") else ""
    seen = f" [{_list(entry['evidence'])}]" if entry.get("evidence") else ""
    because = f": {entry['because']}" if entry.get("because") else ""
    return f"{entry['id']}: {entry['status']}, {entry['urgency']}{wanted}{because}{seen}"


def _finding(entry: Json) -> str:
    extras = [str(entry[word]) for word in ("value", "date") if entry.get(word)]
    how = f" ({entry['how']})" if entry.get("how") else ""
    return f"{entry['status']}: {' '.join([entry['id'], *extras])}{how} [{_list(entry.get('sources', ()))}]"


def _gap(entry: Json) -> str:
    effect = f": {entry['effect']}" if entry.get("effect") else ""
    return f"{entry['key']} ({entry['state']}){effect}"


def _list(values: Iterable[str]) -> str:
    return ", ".join(values)
