"""The whole service behind Flask's test client, as the cases and the laws call it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from cds_service.app import create_app
from cds_service.gather.requests import request_from_bundle


if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from tests.spec.cases import Case

Json = dict[str, Any]


@cache
def client() -> FlaskClient:
    """One client for all tests; the application is built on first use."""
    return create_app().test_client()


def request_of(case: Case, bundle: Json | None = None) -> Json:
    """The CDS Hooks request of a case, or of a changed bundle in its place."""
    chosen = case.bundle if bundle is None else bundle
    return request_from_bundle(
        chosen, case.file.as_of, case.file.user, case.file.hook, case.context
    )


def explain(case: Case, bundle: Json | None = None) -> Json:
    """The explanation of a case."""
    return _post(f"/explain/{case.file.service}", request_of(case, bundle))


def answer(case: Case, bundle: Json | None = None) -> Json:
    """The CDS Hooks response of a case."""
    return _post(f"/cds-services/{case.file.service}", request_of(case, bundle))


def _post(path: str, body: Json) -> Json:
    reply = client().post(path, json=body)
    assert reply.status_code == 200, (
        f"{path} answered {reply.status_code}: {reply.get_data(as_text=True)[:500]}"
    )
    document: Json = reply.get_json()
    return document
