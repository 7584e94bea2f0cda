"""Modes, start-up, what needs a token, and what is agreed with each client."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from pydantic import ValidationError

from cds_service.app import create_app
from cds_service.core.errors import ConfigurationError
from cds_service.core.knowledge import Knowledge
from cds_service.settings import Settings
from tests.contract.advisor import FixedAdvisor
from tests.contract.requests import AS_OF, EXPLAIN, SERVICE, pv
from tests.contract.trust_room import jwt_service
from tests.functional.trust.signer import BASE, Signer, clients_file


Json = dict[str, Any]
EHR, OTHER = Signer("https://ehr.example.org"), Signer("https://other.example.org")
Build = Callable[..., FlaskClient]


@pytest.fixture
def build(tmp_path: Path, knowledge: Knowledge, advisor: FixedAdvisor) -> Build:
    """Makes the service for clients, with settings."""

    def make(*entries: Json, **settings: Any) -> FlaskClient:
        parts = {"knowledge": knowledge, "advisor": advisor}
        return jwt_service(tmp_path, list(entries) or [EHR.entry("ehr")], parts, **settings)

    return make


@pytest.fixture
def start(knowledge: Knowledge, advisor: FixedAdvisor) -> Callable[..., str]:
    """Tries to start with settings; why the service does not."""

    def tried(**settings: Any) -> str:
        with pytest.raises(ConfigurationError) as caught:
            create_app(Settings(**settings), knowledge=knowledge, advisor=advisor)
        return str(caught.value)

    return tried


# --- start-up ------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.1.2.3", "cds.example.org"])  # noqa: S104
def test_open_is_for_loopback(start: Callable[..., str], host: str) -> None:
    """Unless somebody says in so many words that it is not."""
    assert "CDS_OPEN_ANYWHERE" in start(host=host)


@pytest.mark.parametrize(
    "settings",
    [{}, {"host": "localhost"}, {"host": "::1"}, {"host": "0.0.0.0", "open_anywhere": True}],  # noqa: S104
)
def test_open_says_so_loudly(
    knowledge: Knowledge, advisor: FixedAdvisor, settings: Json, caplog: pytest.LogCaptureFixture
) -> None:
    """In the log and in the health interface."""
    with caplog.at_level(logging.WARNING, "cds_service"):
        app = create_app(Settings(**settings), knowledge=knowledge, advisor=advisor)
    assert "MODE OPEN" in caplog.text
    assert "nobody" in app.test_client().get("/health/ready").get_json()["authentication"]


def test_jwt_needs_clients_and_an_address(start: Callable[..., str], tmp_path: Path) -> None:
    """Both are named at once; a clients file with problems stops the start as well."""
    both = start(auth_mode="jwt")
    assert "CDS_PUBLIC_URL" in both
    assert "CDS_CLIENTS_FILE" in both
    file = clients_file(tmp_path, EHR.entry("ehr", jti="reusable"))
    assert "CDS_PUBLIC_URL" in start(auth_mode="jwt", clients_file=file)
    assert "CDS_CLIENTS_FILE" in start(auth_mode="jwt", public_url=BASE)
    file = clients_file(tmp_path, EHR.entry("ehr", algorithms=["none"]))
    assert "'none'" in start(auth_mode="jwt", public_url=BASE, clients_file=file)


def test_keys_are_fetched_again_before_they_are_forgotten(
    start: Callable[..., str], tmp_path: Path
) -> None:
    """Else every client would be refused for a while, again and again, with `key unknown`."""
    file = clients_file(tmp_path, Signer("urn:x").entry("x"))
    jwt = {"auth_mode": "jwt", "public_url": BASE, "clients_file": file}
    assert "CDS_JWKS_STALE_SECONDS" in start(**jwt, jwks_stale_seconds=29)
    assert "CDS_JWKS" not in start(**jwt, jwks_stale_seconds=30, database_url="off")


def test_clients_are_not_forgotten_in_mode_open(start: Callable[..., str], tmp_path: Path) -> None:
    """Who names clients does not want everybody."""
    assert "CDS_CLIENTS_FILE" in start(clients_file=tmp_path / "clients.yaml")


def test_single_use_needs_a_database(start: Callable[..., str], tmp_path: Path) -> None:
    """Else a token could come again."""
    file = clients_file(tmp_path, EHR.entry("ehr"))
    assert "CDS_DATABASE_URL" in start(
        auth_mode="jwt", public_url=BASE, clients_file=file, database_url="off"
    )


def test_sb_04_test_clients_do_not_start_by_accident(build: Build) -> None:
    """The sandbox signs with a published key."""
    sandbox = Signer("https://sandbox.cds-hooks.org")
    with pytest.raises(ConfigurationError, match="published"):
        build(sandbox.entry("sandbox"))
    trial = build(sandbox.entry("sandbox"), allow_test_clients=True)
    assert trial.post(SERVICE, json=pv(), headers=sandbox.authorization(SERVICE)).status_code == 200


def test_a_fhir_server_that_is_none_is_named(build: Build) -> None:
    """With its client."""
    with pytest.raises(ConfigurationError, match=r"client ehr: fhir: .* is not https"):
        build(EHR.entry("ehr", fhir={"servers": ["http://fhir.example.org/r4"]}))


def test_wrong_modes_are_refused() -> None:
    """There is no third one."""
    with pytest.raises(ValidationError):
        Settings(auth_mode="basic")  # type: ignore[arg-type]


# --- who needs a token ---------------------------------------------------------------------------


def test_sec_07_nothing_about_patients_without_a_token(build: Build, advisor: FixedAdvisor) -> None:
    """Services and explain; nothing is read, nothing is considered."""
    client = build()
    for path in (SERVICE, EXPLAIN, f"{SERVICE}/feedback", "/reports"):
        assert client.post(path, data=b"{" * 6_000_000).status_code == 401
    assert advisor.considered == []
    assert client.post(SERVICE, json=pv(), headers=EHR.authorization(SERVICE)).status_code == 200


def test_pages_of_the_site_s_own_people(build: Build) -> None:
    """Figures are for clients, unless all pages are on because a gateway stands before them."""
    assert build().get("/reports.csv").status_code == 401
    assert "Reports" not in build().get("/", headers={"Accept": "text/html"}).text
    behind = build(workbench="on", database_url="off")
    assert behind.get("/reports", headers={"Accept": "text/html"}).status_code == 200
    assert behind.post(SERVICE, json=pv()).status_code == 401


def test_disc_14_discovery_may_ask_for_a_token(build: Build) -> None:
    """Where the setting says so; the address with a slash is the same one (SB-07)."""
    client = build(discovery_auth=True)
    for path in ("/cds-services", "/cds-services/"):
        assert client.get(path).status_code == 401
        assert client.head(path).status_code == 401
        assert client.head(path).data == b""
        token = EHR.authorization("/cds-services")
        assert client.get(path, headers=token).status_code == 200
        assert client.head(path, headers=token).status_code == 200
    assert client.get("/health/live").status_code == 200


def test_options_say_which_methods_there_are(build: Build) -> None:
    """Without a token, and nothing more."""
    answer = build().options(SERVICE)
    assert answer.status_code == 200
    assert answer.data == b""
    assert "POST" in answer.headers["Allow"]


def test_a_refusal_says_why_only_to_the_log(build: Build, caplog: pytest.LogCaptureFixture) -> None:
    """BP-3, BP-4: the reason, and neither token nor claim."""
    token = EHR.token(SERVICE, exp=5, secret="zq-secret", jti="zq-jti")
    with caplog.at_level(logging.DEBUG, "cds_service"):
        answer = build().post(SERVICE, json=pv(), headers={"Authorization": f"Bearer {token}"})
    logged = [str(vars(record)) for record in caplog.records]
    assert any("'because': 'expired'" in line for line in logged)
    assert not any("zq" in line for line in logged)
    assert not any(part in line for part in token.split(".") for line in logged)
    assert b"expired" not in answer.data


def test_as_of_is_for_trials(build: Build, advisor: FixedAdvisor) -> None:
    """In mode `jwt` only where the setting says so; explain accepts it always."""
    body = pv(extension={AS_OF: "2020-01-01T00:00:00Z"})
    plain, allowing = build(), build(allow_as_of=True)
    plain.post(SERVICE, json=body, headers=EHR.authorization(SERVICE))
    plain.post(EXPLAIN, json=body, headers=EHR.authorization(EXPLAIN))
    allowing.post(SERVICE, json=body, headers=EHR.authorization(SERVICE))
    assert [request.as_of is not None for request, _ in advisor.considered] == [False, True, True]
    assert Settings().as_of_allowed
    assert not Settings(allow_as_of=False).as_of_allowed


# --- what is agreed with each client -------------------------------------------------------------


def drafts(client: FlaskClient, signer: Signer) -> list[Json]:
    """The suggestions that a client gets; the validator knows no optional members."""
    unchecked = FlaskClient(client.application, client.application.response_class)
    answer = unchecked.post(SERVICE, json=pv(), headers=signer.authorization(SERVICE))
    suggestions: list[Json] = answer.get_json()["cards"][0]["suggestions"]
    return suggestions


def test_ehr_06_orders_carry_the_codes_of_the_client(build: Build) -> None:
    """In place of ours, for that client only."""
    own = {"system": "urn:example:catalogue", "code": "48211", "display": "ABI at rest"}
    client = build(EHR.entry("ehr", orders={"abi": [own]}), OTHER.entry("other"))
    [mine, theirs] = (drafts(client, s)[0]["actions"][0]["resource"]["code"] for s in (EHR, OTHER))
    assert mine["coding"] == [own]
    assert theirs["coding"][0]["code"] == "93922"
    assert mine["text"] == theirs["text"]


def test_orders_are_drafted_in_the_release_of_the_client(build: Build) -> None:
    """Whatever its data look like."""
    client = build(EHR.entry("ehr", fhir={"release": "R5"}), OTHER.entry("other"))
    [mine, theirs] = (drafts(client, s)[0]["actions"][0]["resource"] for s in (EHR, OTHER))
    assert "concept" in mine["code"]
    assert "coding" in theirs["code"]


def test_cap_03_optional_members_only_for_who_understands_them(build: Build) -> None:
    """Present for A, absent for B."""
    client = build(
        EHR.entry("ehr", supports={"actionSelectionBehavior": True}), OTHER.entry("other")
    )
    assert {s.get("actionSelectionBehavior") for s in drafts(client, EHR)} == {"all"}
    assert {s.get("actionSelectionBehavior") for s in drafts(client, OTHER)} == {None}
