"""Requests made from the OpenAPI document: those that fit it, and those that just do not."""

from __future__ import annotations

import json
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.failures import FailureGroup

from tests.contract.openapi import document
from tests.fuzz.measure import examples


load_all_checks()
# We take more than the document asks of clients (GEN-08), and refuse what it cannot say (PRE-18).
LENIENT = CHECKS.get_by_names(["negative_data_rejection", "positive_data_acceptance"])
OPERATIONS = [
    (path, method, mode)
    for path, item in document()["paths"].items()
    for method, operation in item.items()
    for mode in GenerationMode
    # Where nothing is taken there is nothing to get wrong.
    if mode is GenerationMode.POSITIVE or {"requestBody", "parameters"} & operation.keys()
]


@pytest.fixture(scope="module")
def described(fuzzed: Flask) -> Any:
    """The document as it is served."""
    return schemathesis.openapi.from_wsgi("/openapi.json", fuzzed)


@pytest.mark.parametrize(("path", "method", "mode"), OPERATIONS)
def test_every_operation_keeps_its_word(
    described: Any, path: str, method: str, mode: GenerationMode
) -> None:
    """No 5xx; only documented statuses, content types and bodies, whatever is sent."""
    operation = described[path][method]

    @examples(20)
    @given(case=st.deferred(lambda: operation.as_strategy(generation_mode=mode)))
    def keeps_its_word(case: Any) -> None:
        case.call_and_validate(excluded_checks=LENIENT)

    keeps_its_word()


def test_a_broken_word_is_noticed(fuzzed: Flask) -> None:
    """With a document that promises something else."""
    promised = json.loads(json.dumps(document()))
    promised["paths"]["/health/live"]["get"]["responses"]["200"]["content"] = {
        "application/json": {"schema": {"type": "array"}}
    }
    operation = schemathesis.openapi.from_dict(promised)["/health/live"]["get"]
    case = operation.Case()
    case.operation.app = fuzzed
    with pytest.raises(FailureGroup):
        case.validate_response(fuzzed.test_client().get("/health/live"))
