"""Everything that the page of one try shows, as values."""

from __future__ import annotations

import shlex
from typing import Any
from urllib.parse import urlencode

import msgspec

from cds_service.core.knowledge import Knowledge
from cds_service.core.moments import Policy
from cds_service.gather.sandbox import SandboxCase
from cds_service.web.workbench.card_view import CardView, card_views
from cds_service.web.workbench.changes import Changes
from cds_service.web.workbench.differences import Differences, differences
from cds_service.web.workbench.switches import Switches, switches_of
from cds_service.web.workbench.trying import Outcome, Try
from cds_service.web.workbench.whatif import Changed, named_resources
from cds_service.web.workbench.why_values import WhyView
from cds_service.web.workbench.why_view import places, resources_behind, why_view
from cds_service.wire.request import AS_OF_EXTENSION
from cds_service.wire.strict_json import pretty_json


Json = dict[str, Any]


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants to try: a case, or a text of their own; with which service."""

    slug: str = ""
    case: SandboxCase | None = None
    text: str = ""
    service: str = ""
    tab: str


class LookView(msgspec.Struct, frozen=True, kw_only=True):
    """One answered try. ``query`` holds its whole state, but for a request of one's own.

    ``lost`` are findings that nobody switched, but that stood in what was set aside. ``made_for`` is the
    hook of the request where the service answers another; ``dated``: it names the instant of reasoning.
    ``silence`` says why there is no card, where there is none.
    """

    cards: tuple[CardView, ...]
    why: WhyView
    switches: Switches
    differences: Differences
    changed: Changed | None
    lost: tuple[str, ...]
    resources: dict[str, str]
    request_text: str
    response_text: str
    milliseconds: str
    service: str
    hook: str
    made_for: str
    dated: bool
    silence: str
    query: str
    curl: str


def look_view(
    tried: Try, asked: Asked, knowledge: Knowledge, base: str, *, token: bool
) -> LookView:
    """The page of ``tried``; ``base`` is the address of this service for examples."""
    before = tried.before
    compared = (
        Differences()
        if before is None
        else differences(_answer(before), _answer(tried.outcome), knowledge)
    )
    explanation = tried.outcome.explanation
    query = query_of(asked, tried.service.id, tried.changes)
    resources = resources_behind(explanation, named_resources(tried.outcome.request))
    return LookView(
        cards=card_views(tried.outcome.cards, compared.news),
        why=why_view(
            explanation, knowledge, None if before is None else places(before.explanation)
        ),
        switches=switches_of(tried, knowledge),
        differences=compared,
        changed=tried.changed,
        lost=_lost(tried, knowledge),
        resources=resources,
        request_text=pretty_json(tried.outcome.request),
        response_text=pretty_json({"cards": tried.outcome.cards}),
        milliseconds=f"{tried.outcome.milliseconds:.1f}",
        service=tried.service.id,
        hook=tried.service.hook,
        made_for=tried.made_for,
        dated=_is_dated(tried.outcome.request),
        silence=_silence(tried.outcome),
        query=query,
        curl=curl(base, tried.service.id, query if asked.slug else "", token=token),
    )


def _lost(tried: Try, knowledge: Knowledge) -> tuple[str, ...]:
    """Findings that went with what was set aside, though nobody switched them."""
    known = tried.outcome.reasoning.findings
    return tuple(
        knowledge.findings[id].label
        for id in tried.recorded.findings
        if id not in known and id not in tried.changes.findings
    )


_NOTHING = {
    Policy.COMPLAINT: "It looked, and has nothing to say that is not known, done or ordered.",
    Policy.ORDERS: "It looked at the drafted orders alone, and has nothing to say about them.",
    Policy.DISCHARGE: "It looked for what is still open alone, and found nothing.",
    Policy.SCREENING: "It looked for screening alone, and has nothing to offer.",
}


def _silence(outcome: Outcome) -> str:
    """Why no card came."""
    reasoning = outcome.reasoning
    if not reasoning.gate.open:
        return f"It looked, and sees no reason to speak: {reasoning.gate.because}."
    if not reasoning.differential_opened:
        return "The patient is under 18, where only red flags speak."
    if outcome.explanation["suppressed"]:
        return "What it would say is held back; see below."
    return _NOTHING[reasoning.occasion.policy]


def _is_dated(request: Json) -> bool:
    extension = request.get("extension")
    return isinstance(extension, dict) and AS_OF_EXTENSION in extension


def _answer(outcome: Outcome) -> Json:
    return {"cards": outcome.cards, "differential": outcome.explanation["differential"]}


def query_of(asked: Asked, service: str, changes: Changes) -> str:
    """The state of the page; the service only where it is not the case's own."""
    pairs = [("case", asked.slug)] if asked.slug else []
    if asked.case is None or service != asked.case.service:
        pairs.append(("service", service))
    return urlencode([*pairs, *changes.query])


def curl(base: str, service: str, query: str, *, token: bool) -> str:
    """The same call from a shell; ``query`` names a request that this service can give out."""
    parts = ["curl", "-s", f"{base}/cds-services/{service}", "-H", "Content-Type: application/json"]
    if token:
        parts += ["-H", "Authorization: Bearer TOKEN"]
    call = shlex.join([*parts, "-d", "@-" if query else "@request.json"])
    return (
        f"{shlex.join(['curl', '-s', f'{base}/try/request.json?{query}'])} | {call}"
        if query
        else call
    )
