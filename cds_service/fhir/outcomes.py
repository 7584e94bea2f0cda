"""FHIR OperationOutcome: how errors are said to a FHIR client."""

from __future__ import annotations

from typing import Any


def operation_outcome(
    severity: str, code: str, diagnostics: str, expression: str = ""
) -> dict[str, Any]:
    """An OperationOutcome with one issue; what is empty is left out.

    Args:
        severity: fatal, error, warning or information.
        code: IssueType code ("invalid", "required", "not-found" ...).
        diagnostics: What happened, without patient data.
        expression: FHIRPath-like place in the request.
    """
    issue: dict[str, Any] = {"severity": severity, "code": code}
    if diagnostics:
        issue["diagnostics"] = diagnostics
    if expression:
        issue["expression"] = [expression]
    return {"resourceType": "OperationOutcome", "issue": [issue]}
