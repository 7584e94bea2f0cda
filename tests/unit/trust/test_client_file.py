"""The clients file: every problem of every client is named, and nothing starts with one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cds_service.core.errors import ConfigurationError
from cds_service.trust.client_file import Bounds, load_clients
from cds_service.trust.clients import Clients, Replay
from tests.functional.trust.signer import Signer


Json = dict[str, Any]
BOUNDS = Bounds(workups={"abi"}, services={"leg-pain-patient-view"})
KEYS = Signer("x").key_set
ROOT = Path(__file__).parents[3]


def client(**members: Any) -> Json:
    """A client without problems, with members changed; ``...`` takes one away."""
    whole = {"name": "ehr", "issuer": "https://ehr.example.org", "jku": "https://e.example/jwks"}
    return {name: value for name, value in (whole | members).items() if value is not ...}


def load(folder: Path, *clients: Json, bounds: Bounds = BOUNDS) -> Clients:
    """What a file with ``clients`` states."""
    path = folder / "clients.yaml"
    path.write_text(json.dumps({"clients": list(clients)}), encoding="utf-8")
    return load_clients(path, bounds)


def problems(folder: Path, *clients: Json, bounds: Bounds = BOUNDS) -> str:
    """What is wrong with it."""
    with pytest.raises(ConfigurationError) as caught:
        load(folder, *clients, bounds=bounds)
    return str(caught.value)


def test_the_defaults(tmp_path: Path) -> None:
    """JWT-19, JWT-12: recommended algorithms, each token once, the address as audience."""
    [loaded] = load(tmp_path, client()).clients
    assert loaded.algorithms == ("ES384", "RS384")
    assert loaded.jti is Replay.SINGLE_USE
    assert loaded.audience == ()
    assert loaded.supports.action_selection_behavior is False
    assert loaded.admits("")
    assert loaded.admits("anybody")


def test_everything_that_can_be_stated(tmp_path: Path) -> None:
    """All members at once."""
    order = {"system": "urn:epic", "code": "123", "display": "ABI"}
    stated = client(
        keys=KEYS,
        algorithms=["RS384", "PS512"],
        audience=["sand_man"],
        sub="cds",
        tenants=["north"],
        services=["leg-pain-patient-view"],
        jti="reusable",
        longest_lifetime=900,
        fhir={"servers": ["https://fhir.example.org/r4"], "release": "R4", "subject": "us"},
        orders={"abi": [order]},
        supports={"actionSelectionBehavior": True},
    )
    loaded = load(tmp_path, stated)
    assert loaded.static_keys["ehr"].keys
    assert loaded.clients[0].orders["abi"][0].code == "123"
    assert not loaded.clients[0].admits("")


def test_keys_from_a_file_beside_it(tmp_path: Path) -> None:
    """Relative to the clients file, wherever the service was started."""
    (tmp_path / "ehr.json").write_text(json.dumps(KEYS))
    assert load(tmp_path, client(keys="ehr.json")).static_keys["ehr"].keys


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"name": ...}, "clients[0]: Object missing required field `name`"),
        ({"name": "open"}, "neither `open` nor `unknown`"),
        ({"name": "unknown"}, "neither `open` nor `unknown`"),
        ({"name": "a b"}, "name: letters"),
        ({"issuer": ...}, "missing required field `issuer`"),
        ({"issuer": ""}, "issuer: is empty"),
        ({"nonsense": 1}, "unknown field `nonsense`"),
        ({"fhir": {"server": []}}, "unknown field `server`"),
        ({"supports": {"magic": True}}, "unknown field `magic`"),
        ({"jku": ...}, "neither an address of its keys"),
        ({"jku": "http://e.example/jwks"}, "jku: is not https"),
        ({"jku": "http://127.0.0.1/jwks"}, "jku: is not https"),
        ({"jku": "ftp://e.example/jwks"}, "jku: is not http or https"),
        ({"jku": "https://u@e.example/jwks"}, "user name"),
        ({"jku": "https://2130706433/jwks"}, "jku: "),
        ({"jku": "jwks"}, "jku: "),
        ({"algorithms": ["none"]}, "Invalid enum value 'none'"),
        ({"algorithms": ["HS256"]}, "Invalid enum value 'HS256'"),
        ({"algorithms": []}, "algorithms: is empty"),
        ({"jti": "never"}, "Invalid enum value 'never'"),
        ({"tenants": [""]}, "tenants: has an empty entry"),
        ({"audience": "sand_man"}, "Expected `array`"),
        ({"services": ["other"]}, "services: 'other' is not offered"),
        ({"orders": {"mri": [{"system": "s", "code": "c"}]}}, "no work-up is called 'mri'"),
        ({"orders": {"abi": []}}, "orders.abi: no codes"),
        ({"orders": {"abi": [{"system": "s"}]}}, "missing required field `code`"),
        ({"orders": {"abi": [{"system": "", "code": "c"}]}}, "orders.abi: system '' is no URI"),
        ({"orders": {"abi": [{"system": "LOINC", "code": "c"}]}}, "system 'LOINC' is no URI"),
        ({"orders": {"abi": [{"system": "urn:a b", "code": "c"}]}}, "system 'urn:a b' is no URI"),
        ({"orders": {"abi": [{"system": "urn:x", "code": ""}]}}, "code '' is empty"),
        ({"orders": {"abi": [{"system": "urn:x", "code": "c "}]}}, "code 'c ' is empty or has odd"),
        ({"longest_lifetime": -1}, "longest_lifetime: is negative"),
        ({"keys": "missing.json"}, "keys: the file cannot be read"),
        ({"keys": {}}, "keys: is no JSON Web Key Set"),
        ({"keys": {"keys": []}}, "keys: there is none"),
        ({"keys": {"keys": [{"kty": "oct", "kid": "a", "k": "AAAA"}]}}, "secret or a private"),
        ({"keys": {"keys": [KEYS["keys"][0]] * 2}}, "kid that stands more than once"),
    ],
)  # fmt: skip
def test_problems_are_named(tmp_path: Path, members: Json, words: str) -> None:
    """With client and member, and without anything that is not written there."""
    assert words in problems(tmp_path, client(**members))


def test_a_private_key_does_not_belong_here(tmp_path: Path) -> None:
    """Whoever put it there has to know."""
    private = {"keys": [dict(Signer("x").key.as_dict(private=True)) | {"kid": "a"}]}
    found = problems(tmp_path, client(keys=private))
    assert "private" in found
    assert private["keys"][0]["d"] not in found


def test_all_problems_at_once(tmp_path: Path) -> None:
    """Of several clients."""
    found = problems(tmp_path, client(name="a", issuer=""), client(name="b", algorithms=[]))
    assert len(found.splitlines()) == 2


@pytest.mark.parametrize(
    "text",
    ["", "clients: []", "clients: {}", "[]", "clients: [1", "clients: []\nclients: []",
     "clients: [{name: a, issuer: b, jku: 'https://c.example/'}]\nmore: 1", "\xff"],
)  # fmt: skip
def test_a_file_that_is_none(tmp_path: Path, text: str) -> None:
    """Or has something beside the list."""
    path = tmp_path / "clients.yaml"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(ConfigurationError, match=r"clients\.yaml"):
        load_clients(path, BOUNDS)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_clients(tmp_path / "other.yaml", BOUNDS)


@pytest.mark.parametrize("value", ["{{ .Values.issuer }}", "{[a]: b}"])
def test_what_a_template_left_is_named(tmp_path: Path, value: str) -> None:
    """With its place; YAML takes it for a mapping whose name is a mapping."""
    path = tmp_path / "clients.yaml"
    path.write_text(f"clients:\n  - name: a\n    issuer: {value}\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"where a name is expected.* line 3"):
        load_clients(path, BOUNDS)


def test_http_on_loopback_for_development(tmp_path: Path) -> None:
    """Where a setting allows it, and towards nobody else."""
    bounds = Bounds(workups=(), services=(), allow_http=True)
    assert load(tmp_path, client(jku="http://127.0.0.1:8090/jwks"), bounds=bounds)
    assert load(tmp_path, client(jku="http://localhost:8090/jwks"), bounds=bounds)
    assert "not https" in problems(tmp_path, client(jku="http://10.0.0.1/jwks"), bounds=bounds)


@pytest.mark.parametrize(
    "issuer",
    [
        "https://sandbox.cds-hooks.org",
        "https://sandbox.cds-hooks.org/",
        "https://SANDBOX.cds-hooks.org",
        "https://inferno.example.org/custom/crd_server",
    ],
)
def test_sb_04_published_keys_are_for_trials(tmp_path: Path, issuer: str) -> None:
    """Refused by their issuer."""
    assert "published" in problems(tmp_path, client(issuer=issuer))
    trial = Bounds(workups=(), services=(), allow_test_clients=True)
    assert load(tmp_path, client(issuer=issuer), bounds=trial)


def test_sb_04_published_keys_are_known_by_themselves(tmp_path: Path) -> None:
    """Under whatever issuer and kid: the example key of the specification."""
    spec = json.loads((Path(__file__).parent / "spec_example.json").read_text())["jwks"]
    renamed = {"keys": [spec["keys"][0] | {"kid": "ours"}]}
    assert "published key of the example" in problems(tmp_path, client(keys=renamed))


def test_one_issuer_for_several_organisations(tmp_path: Path) -> None:
    """Told apart by tenant; they agree in how tokens are checked."""
    north, south = client(name="north", tenants=["n"]), client(name="south", tenants=["s"])
    assert len(load(tmp_path, north, south).of("https://ehr.example.org")) == 2
    assert "keeps them apart" in problems(tmp_path, north, client(name="south", tenants=["n"]))
    assert "keeps them apart" in problems(tmp_path, north, client(name="south"))
    assert "not the way" in problems(tmp_path, north, south | {"jti": "reusable"})
    assert "two clients are called" in problems(tmp_path, north, south | {"name": "north"})


def test_the_example_is_a_clients_file() -> None:
    """The one that is shipped; its keys are made up, so they are looked for nowhere."""
    orders = {"abi", "ferritin"}
    bounds = Bounds(workups=orders, services={"leg-pain-patient-view", "leg-pain-order-sign"})
    loaded = load_clients(ROOT / "docker" / "clients.example.yaml", bounds)
    assert {c.name for c in loaded.clients} == {"north-hospital", "east-clinic", "west-clinic"}
