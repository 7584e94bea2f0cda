"""The sandbox FHIR server at ``/sandbox/fhir``: the sandbox cases, read-only, for demonstrations.

Enough for an EHR simulator to be pointed at it. It serves invented patients only and knows nothing
of the requests that the services get.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint

from cds_service.fhir.search.parameters import SANDBOX
from cds_service.gather.sandbox_records import SandboxRecords
from cds_service.web.fhir_server import Endpoint, fhir_blueprint


def sandbox_blueprint(
    records: SandboxRecords, clock: Callable[[], datetime], public_url: str
) -> Blueprint:
    """The server over the cases."""
    endpoint = Endpoint(
        name="sandbox",
        path="/sandbox/fhir",
        title="Sandbox patients of the leg pain service",
        description="Invented patients with leg complaints, read-only. Dates are moved so that each "
        "record is as fresh as on the day it was written for.",
        types=SANDBOX,
        public_url=public_url,
    )
    return fhir_blueprint(endpoint, records, clock)
