"""What the OpenAPI document says in words, and the requests that it shows."""

from __future__ import annotations

from typing import Any


Json = dict[str, Any]
AUTHORIZATION = (
    "A JWT (JSON Web Token) signed by a registered client with its own key; a new one for each call "
    "unless the clients file lets this client use one again. Asked for in mode `jwt` (`CDS_AUTH_MODE`); in mode `open` nobody has to prove who they are. Discovery "
    "asks for one only with `CDS_DISCOVERY_AUTH`; reports do not where `CDS_WORKBENCH` is `on`."
)
DESCRIPTIONS = {
    "discovery": "Id, hook and prefetch templates of every service that this installation offers.",
    "call": "Answers one firing of the hook of this service. `cards` is empty when there is nothing to "
    "say; an error is never an empty list. A body made for another hook is refused.",
    "explain": "Takes the body of the service call and answers with the reasoning behind its cards: "
    "findings, red flags, causes, work-ups, gaps. Not part of CDS Hooks.",
    "feedback": "Takes what became of cards. Good items are kept also when others are bad: then 200 "
    "names the bad ones. 400 when none is good.",
    "reports": "How cards were received, by service, topic, rule, reason, week and client. Bounds are "
    "days, which begin at midnight UTC, or RFC 3339 instants.",
    "about": "Intended use, release and source attributes, for those who review decision support.",
    "live": "Says that the process answers, and nothing else.",
    "ready": "Whether calls may come, and the state of each part; a degraded part does not keep calls "
    "away.",
    "openapi": "This document, with the services and the address of this installation.",
    "metrics": "Counters and times in the text format of Prometheus; no patient data.",
}
_PATIENT = "rls-complete-ferritin-missing"
HOOK_REQUEST: Json = {
    "hook": "patient-view",
    "hookInstance": "00000000-0000-4000-8000-000000000000",
    "context": {"userId": "Practitioner/example", "patientId": _PATIENT},
    "prefetch": {
        "patient": {
            "resourceType": "Patient",
            "id": _PATIENT,
            "gender": "female",
            "birthDate": "1977-07-17",
        },
        "conditions": {"resourceType": "Bundle", "type": "searchset", "entry": []},
    },
}
FEEDBACK: Json = {
    "feedback": [
        {
            "card": "00000000-0000-4000-8000-000000000001",
            "outcome": "overridden",
            "outcomeTimestamp": "2024-01-18T17:32:00-05:00",
            "overrideReason": {
                "reason": {
                    "code": "patient-refuses",
                    "system": "http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes",
                }
            },
        }
    ]
}
EXAMPLES = {
    "HookRequest": ("The hook patient-view fired; prefetch shortened", HOOK_REQUEST),
    "Feedback": ("A card that was overridden with a reason", FEEDBACK),
}
