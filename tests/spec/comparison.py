"""Compares an answer with what a case expects, and says each difference in a clinician's words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.spec.cases import (
    Expect,
    ExpectedCards,
    ExpectedDifferential,
    ExpectedFindings,
    ExpectedFlags,
    ExpectedOrders,
    ExpectedWorkups,
    OneOf,
)


Json = dict[str, Any]
STANDING = {"established": 4, "likely": 3, "possible": 2, "unlikely": 1, "not-assessable": 0}


def differences(expect: Expect, explanation: Json, response: Json) -> list[str]:
    """One sentence for each expectation that is not met; empty when all are."""
    return [
        *_gate(expect.gate, explanation),
        *_findings(expect.findings, explanation),
        *_flags(expect.red_flags, explanation),
        *_differential(expect.differential, explanation),
        *_criteria(expect, explanation),
        *_workups(expect.workups, explanation),
        *_interlocks(expect, explanation),
        *_cards(expect.cards, response.get("cards", [])),
        *_orders(expect.orders, explanation),
        *_skipped(expect.skipped, explanation),
    ]


def _gate(gate: str, explanation: Json) -> Iterator[str]:
    came = "open" if explanation["gate"]["open"] else "closed"
    if gate and came != gate:
        yield f"the gate should be {gate}; it is {came} because {explanation['gate']['because']!r}"


def _findings(expected: ExpectedFindings, explanation: Json) -> Iterator[str]:
    found = {f["id"]: f for f in explanation["findings"]}
    for status, ids in (
        ("present", expected.present),
        ("absent", expected.absent),
        ("unknown", expected.unknown),
    ):
        for id in ids:
            came = found.get(id, {"status": "unknown"})
            if came["status"] != status:
                yield f"{id} should be {status}; it is {came['status']} ({came.get('how', 'nothing was read of it')})"


def _flags(expected: ExpectedFlags, explanation: Json) -> Iterator[str]:
    raised = {f["id"]: f for f in explanation["red_flags"]}
    for id, urgency in expected.raised.items():
        if id not in raised:
            yield f"{id} should be raised as {urgency}; it is not raised"
        elif raised[id]["urgency"] != urgency:
            yield f"{id} should be {urgency}; it is {raised[id]['urgency']} because of {raised[id]['because']}"
    for id in expected.not_raised:
        if id in raised:
            yield f"{id} should stay silent; it is {raised[id]['urgency']} because of {raised[id]['because']}"


def _differential(expected: ExpectedDifferential, explanation: Json) -> Iterator[str]:
    listed = {c["cause"]: c for c in explanation["differential"]}
    rules = (
        ("established", expected.established, range(4, 5)),
        ("likely (or established)", expected.likely, range(3, 5)),
        ("possible at least", expected.possible_or_more, range(2, 5)),
        ("less than likely", expected.not_likely, range(-1, 3)),
        ("not offered", expected.absent, range(-1, 2)),
    )
    for wish, causes, accepted in rules:
        for cause in causes:
            if _standing(listed, cause) not in accepted:
                yield f"{cause} should be {wish}; {_position(listed, cause)}"
    yield from _first(expected.first, explanation)


def _standing(listed: dict[str, Json], cause: str) -> int:
    return STANDING[listed[cause]["category"]] if cause in listed else -1


def _position(listed: dict[str, Json], cause: str) -> str:
    if cause not in listed:
        return "it is not in the differential"
    came = listed[cause]
    return f"it is {came['category']}, for: {came['supports']}, against: {came['against']}"


def _first(first: OneOf, explanation: Json) -> Iterator[str]:
    accepted = (first,) if isinstance(first, str) else first
    ranked = sorted(explanation["differential"], key=lambda c: c["rank"])
    if accepted and (not ranked or ranked[0]["cause"] not in accepted):
        top = [f"{c['cause']} ({c['category']})" for c in ranked[:3]]
        yield f"first in the differential should be {' or '.join(accepted)}; first are {top}"


def _criteria(expect: Expect, explanation: Json) -> Iterator[str]:
    came = {c["id"]: c for c in explanation["criteria"]}
    for id, expected in expect.criteria.items():
        result = came.get(id, {})
        wished = {"low": expected.low, "high": expected.high, "result": expected.result or None}
        for key, value in wished.items():
            if value is not None and result.get(key) != value:
                yield f"{id}: {key} should be {value}; it is {result.get(key, 'not evaluated')}"


def _workups(expected: ExpectedWorkups, explanation: Json) -> Iterator[str]:
    status = {w["id"]: w["status"] for w in explanation["workups"]}
    yield from _wanted(expected, status)
    suggested = {id for id, came in status.items() if came == "suggested"}
    for id in expected.not_suggested:
        if id in suggested:
            yield f"{id} should not be suggested; it is, because {_because(explanation, id)!r}"
    extra = suggested - {"intake-questionnaire"}
    if expected.only is not None and extra != set(expected.only):
        yield f"exactly {sorted(expected.only)} should be suggested; suggested are {sorted(extra)}"


def _wanted(expected: ExpectedWorkups, status: dict[str, str]) -> Iterator[str]:
    rules = (
        ("suggested", expected.suggested),
        ("already-done", expected.already_done),
        ("already-ordered", expected.already_ordered),
        ("withheld", expected.withheld),
    )
    for wished, wishes in rules:
        for wish in wishes:
            accepted = (wish,) if isinstance(wish, str) else wish
            came = {id: status.get(id, "not mentioned") for id in accepted}
            if wished not in came.values():
                yield f"{' or '.join(accepted)} should be {wished}; {came}"


def _because(explanation: Json, workup: str) -> str:
    return next((w["because"] for w in explanation["workups"] if w["id"] == workup), "")


def _interlocks(expect: Expect, explanation: Json) -> Iterator[str]:
    active = {i["id"] for i in explanation["interlocks"]}
    for id in expect.interlocks.active:
        if id not in active:
            yield f"the interlock {id} should be on; active are {sorted(active)}"
    for id in expect.interlocks.inactive:
        if id in active:
            yield f"the interlock {id} should be off; it is on"


def _cards(expected: ExpectedCards, cards: list[Json]) -> Iterator[str]:
    shown = [f"{c['indicator']}: {c['summary']}" for c in cards]
    most = 0 if expected.none else expected.at_most
    if most is not None and len(cards) > most:
        yield f"at most {most} cards should be shown; shown are {shown}"
    if expected.count is not None and len(cards) != expected.count:
        yield f"{expected.count} cards should be shown; shown are {shown}"
    for indicator in expected.indicators:
        if indicator not in {c["indicator"] for c in cards}:
            yield f"a {indicator} card should be shown; shown are {shown}"
    for indicator in expected.no_indicators:
        yield from (
            f"no {indicator} card should be shown; {s}" for s in shown if s.startswith(indicator)
        )
    yield from _words(expected, cards)


def _words(expected: ExpectedCards, cards: list[Json]) -> Iterator[str]:
    summaries = " ".join(c["summary"] for c in cards).lower()
    texts = (summaries + " " + " ".join(c.get("detail", "") for c in cards)).lower()
    for word in expected.summary_mentions:
        if word.lower() not in summaries:
            yield f"a summary should mention {word!r}; summaries: {summaries!r}"
    offered = " ".join(s["label"] for c in cards for s in c.get("suggestions", ())).lower()
    for word in expected.suggestions:
        if word.lower() not in offered:
            yield f"a suggestion should say {word!r}; suggestions: {offered!r}"
    for word in expected.never_mentions:
        if word.lower() in texts:
            at = texts.index(word.lower())
            yield f"no card may say {word!r}; one says {texts[max(0, at - 60) : at + 60]!r}"


def _orders(expected: ExpectedOrders, explanation: Json) -> Iterator[str]:
    came: dict[str, set[str]] = {}
    for remark in explanation.get("orders", []):
        came.setdefault(remark["reference"], set()).add(remark["check"])
    for reference, checks in expected.said.items():
        for check in checks:
            if check not in came.get(reference, set()):
                yield f"{check} should speak about {reference}; remarks are {came}"
    for reference in expected.silent:
        if reference in came:
            yield f"nothing should be said of {reference}; said is {sorted(came[reference])}"


def _skipped(expected: tuple[str, ...], explanation: Json) -> Iterator[str]:
    came = {s["reference"] for s in explanation["skipped"]}
    for reference in expected:
        if reference not in came:
            yield f"{reference} should be reported as not used; reported are {sorted(came)}"
