"""Rows CORS-01..03 and the headers that every answer carries."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from cds_service.app import create_app
from cds_service.core.knowledge import Knowledge
from cds_service.settings import Settings
from tests.contract.advisor import FixedAdvisor
from tests.contract.requests import EXPLAIN, SERVICE, pv
from tests.contract.trust_room import jwt_service
from tests.functional.trust.signer import Signer


ORIGIN = {"Origin": "http://localhost:8080"}
PREFLIGHT = {
    **ORIGIN,
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization,content-type",
}


@pytest.mark.parametrize("url", ["/cds-services", SERVICE, f"{SERVICE}/feedback"])
def test_cors_01_preflight(client: FlaskClient, url: str) -> None:
    """Without authentication, on all three addresses."""
    answer = client.options(url, headers=PREFLIGHT)
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] in {"*", ORIGIN["Origin"]}
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    assert {"authorization", "content-type"} <= set(
        answer.headers["Access-Control-Allow-Headers"].split(", ")
    )
    assert "Origin" in answer.headers["Vary"]
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_cors_02_errors_carry_the_headers_too(client: FlaskClient, advisor: FixedAdvisor) -> None:
    """Else the browser hides them."""
    advisor.failing = RuntimeError()
    answers = [
        client.post(SERVICE, data=b"{", content_type="application/json", headers=ORIGIN),
        client.post(SERVICE, json=pv(prefetch={}), headers=ORIGIN),
        client.post(SERVICE, json=pv(), headers=ORIGIN),
        client.post("/nowhere", headers=ORIGIN),
    ]
    assert [a.status_code for a in answers] == [400, 412, 500, 404]
    assert all("Access-Control-Allow-Origin" in a.headers for a in answers)


@pytest.mark.parametrize("origins", ["", "https://ehr.example.org, https://two.example.org"])
def test_cors_03_other_origins_get_nothing(
    knowledge: Knowledge, advisor: FixedAdvisor, origins: str
) -> None:
    """A list admits its members only; an empty one nobody."""
    client = create_app(
        Settings(cors_origins=origins), knowledge=knowledge, advisor=advisor
    ).test_client()
    assert "Access-Control-Allow-Origin" not in client.options(SERVICE, headers=PREFLIGHT).headers
    known = client.get("/cds-services", headers={"Origin": "https://two.example.org"}).headers
    assert ("Access-Control-Allow-Origin" in known) is bool(origins)


def test_every_answer_carries_security_headers(client: FlaskClient) -> None:
    """And answers about patients are not stored by anybody."""
    for answer in (
        client.post(SERVICE, json=pv()),
        client.get("/nowhere"),
        client.post(SERVICE, json={}),
        client.put(SERVICE),
        client.post(SERVICE, data="x", content_type="text/plain"),
        client.post(EXPLAIN, json=pv()),
        client.get("/reports"),
        client.get("/health/ready"),
        client.get("/metrics"),
    ):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Request-Id"]


def test_sec_01_https_is_announced_only_where_it_is(
    knowledge: Knowledge, advisor: FixedAdvisor
) -> None:
    """Strict-Transport-Security with a public https address, on errors too."""
    settings = Settings(public_url="https://cds.example.org")
    client = create_app(settings, knowledge=knowledge, advisor=advisor).test_client()
    assert "Strict-Transport-Security" in client.get("/cds-services").headers
    assert "Strict-Transport-Security" in client.get("/nowhere").headers


def test_without_https_it_is_not_announced(client: FlaskClient) -> None:
    """A browser that was told once would refuse http for a year."""
    assert "Strict-Transport-Security" not in client.get("/cds-services").headers


def test_a_view_may_have_a_policy_of_its_own(knowledge: Knowledge, advisor: FixedAdvisor) -> None:
    """Pages for people load their own styles; everything else keeps the strictest one."""
    app = create_app(Settings(), knowledge=knowledge, advisor=advisor)
    policy = {"Content-Security-Policy": "default-src 'self'"}
    app.add_url_rule("/a-page", view_func=lambda: ("words", policy))
    answer = app.test_client(use_cookies=False).head("/a-page")
    assert answer.headers["Content-Security-Policy"] == "default-src 'self'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_cors_in_mode_jwt(knowledge: Knowledge, advisor: FixedAdvisor, tmp_path: Path) -> None:
    """Preflight without a token on every address, headers on every refusal (CORS-01, CORS-02, EHR-16)."""
    origin = {"Origin": "https://ehr.example.org"}
    ehr = Signer("urn:ehr")
    entries = [ehr.entry("ehr", tenants=["north"])]
    parts = {"knowledge": knowledge, "advisor": advisor}
    client = jwt_service(
        tmp_path, entries, parts, cors_origins=origin["Origin"], max_body_bytes=1_000
    )
    for url in ("/cds-services", "/cds-services/", SERVICE, f"{SERVICE}/feedback", EXPLAIN):
        preflight = client.options(url, headers=PREFLIGHT | origin)
        assert preflight.status_code == 204
        assert preflight.headers["Access-Control-Allow-Origin"] == origin["Origin"]
    north = {"tenant": "north"}
    answers = [
        client.post(SERVICE, json=pv(), headers=origin),
        client.post(SERVICE, json=pv(), headers=origin | ehr.authorization(SERVICE)),
        client.post(SERVICE, json=pv(), headers=origin | ehr.authorization(SERVICE, **north)),
        client.post(SERVICE, json={}, headers=origin | ehr.authorization(SERVICE, **north)),
    ]
    assert [answer.status_code for answer in answers] == [401, 403, 413, 400]
    for answer in answers:
        assert answer.headers["Access-Control-Allow-Origin"] == origin["Origin"]
        assert "Origin" in answer.headers["Vary"]
        assert "Access-Control-Allow-Credentials" not in answer.headers


def test_cors_03_off_in_mode_jwt_unless_set(
    knowledge: Knowledge, advisor: FixedAdvisor, tmp_path: Path
) -> None:
    """Preflights are answered there as well, without admitting anybody."""
    parts = {"knowledge": knowledge, "advisor": advisor}
    client = jwt_service(tmp_path, [Signer("urn:ehr").entry("ehr")], parts)
    answers = [client.options(SERVICE, headers=PREFLIGHT), client.post(SERVICE, headers=ORIGIN)]
    assert [answer.status_code for answer in answers] == [204, 401]
    assert not any("Access-Control-Allow-Origin" in answer.headers for answer in answers)


def test_browsers_may_read_what_a_refusal_asks_for(client: FlaskClient) -> None:
    """Retry-After and WWW-Authenticate are headers that scripts do not see unless told so."""
    exposed = client.get("/nowhere", headers=ORIGIN).headers["Access-Control-Expose-Headers"]
    assert {"Retry-After", "WWW-Authenticate", "X-Request-Id"} <= set(exposed.split(", "))
