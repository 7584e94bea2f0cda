"""Every setting: typed, read from the environment, with its default and what it is for.

``docs/reference/settings.md`` is generated from this module (``cds-service docs settings``).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


_PACKAGE = Path(__file__).parent
PREFIX = "CDS_"
NO_DATABASE = "off"
# semver.org, with pre-release and build part (DISC-10)
_SEMVER = (
    r"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)"
    r"(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?$"
)
# As browsers send it: lower case, no path, no slash at the end, no port that goes without saying. Not
# `null`: every sandboxed frame on the internet calls itself that.
_ORIGIN = re.compile(r"(?!https:.*:443$)(?!http:.*:80$)[a-z][a-z0-9+.-]*://[^/?#@*\sA-Z]+")


class Settings(BaseSettings):
    """Frozen settings; a value of the wrong type stops the start-up."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,  # a database URL may hold a password, and errors go to the log
    )

    host: str = Field("127.0.0.1", description="Address that the server binds to.")
    port: int = Field(8000, ge=1, le=65535, description="Port that the server binds to.")
    workers: int = Field(2, ge=1, le=64, description="Worker processes.")
    threads: int = Field(4, ge=1, le=64, description="Threads in each worker process.")
    auth_mode: Literal["open", "jwt"] = Field(
        "open",
        description="How callers prove who they are. `open`: not at all, for trials with synthetic "
        "patients, and only on loopback. `jwt`: by a token signed with the client's key; what the "
        "container starts with.",
    )
    open_anywhere: bool = Field(
        False,
        description="Mode `open` may bind to other addresses than loopback: whoever reaches them may call.",
    )
    clients_file: Path | None = Field(
        None, description="YAML file of the clients that may call; needed in mode `jwt`."
    )
    allow_test_clients: bool = Field(
        False,
        description="Clients may sign with keys that anybody can look up (the CDS Hooks sandbox, Inferno); "
        "for trials.",
    )
    discovery_auth: bool = Field(
        False, description="In mode `jwt`, discovery asks for a token as well."
    )
    token_leeway_seconds: float = Field(
        60.0, ge=5, le=300, description="How far the clocks of clients may be off, in seconds."
    )
    jwks_seconds: float = Field(
        2.0, gt=0, le=20, description="Longest time for fetching a client's key set, in seconds."
    )
    jwks_fresh_seconds: int = Field(
        600,
        ge=10,
        le=86_400,
        description="Age at which a fetched key set is fetched again, in seconds.",
    )
    jwks_stale_seconds: int = Field(
        86_400,
        ge=10,
        le=604_800,
        description="Age at which a key set that cannot be fetched again is no longer used, in seconds; "
        "no less than `CDS_JWKS_PAUSE_SECONDS`.",
    )
    jwks_pause_seconds: int = Field(
        30,
        ge=1,
        le=3_600,
        description="Shortest time between two attempts to fetch a key set, in seconds; a new key may "
        "have to wait so long.",
    )
    jwks_allow_http: bool = Field(
        False, description="Key sets may be at http addresses on loopback; for development."
    )
    jwks_allow_private: bool = Field(
        False,
        description="Names of key set addresses may resolve to private addresses (the site's own network).",
    )
    allow_as_of: bool | None = Field(
        None,
        description="Services accept the extension `org.leg-pain-cds.as-of`, which sets the instant "
        "that ages and windows count from; empty: in mode `open` only. The explain interface always does.",
    )
    public_url: str = Field(
        "",
        pattern=r"^(https://[^\s?#]+[^\s?#/])?$",
        description="Public https address of this service, without trailing slash; tokens name it, so "
        "mode `jwt` needs it. Cards carry links only where it is set.",
    )
    cors_origins: str | None = Field(
        None,
        description="Origins of browser clients, separated by commas; `*` for any. Not set: any in mode "
        "`open`, none in mode `jwt`.",
    )
    max_cards: int = Field(
        3,
        ge=1,
        le=10,
        description="Cards besides red flags in one answer; the rest folds into one.",
    )
    max_body_bytes: int = Field(
        5_000_000, ge=1_000, description="Largest request body, in bytes; larger ones get 413."
    )
    max_resources: int = Field(
        20_000, ge=10, description="Most FHIR resources in one request; more get 413."
    )
    request_seconds: float = Field(
        10.0,
        gt=0,
        le=25,
        description="Time budget of a call, in seconds; one that takes longer gets 503. Checked between "
        "the stages of a call; after a minute its connection is closed in any case.",
    )
    max_json_depth: int = Field(
        200, ge=10, le=900, description="Deepest nesting of a request body; deeper ones get 400."
    )
    fhir_servers: str = Field(
        "",
        description="Base URLs of the FHIR servers that missing prefetch may be fetched from with the "
        "token of the call, separated by commas; empty: nothing is ever fetched.",
    )
    fhir_open_servers: str = Field(
        "",
        description="Base URLs of FHIR servers that are asked without token when the call carries none; "
        "for local development with synthetic patients.",
    )
    fhir_allow_http: bool = Field(
        False,
        description="FHIR servers may be listed with http; for local development. Never used towards "
        "public addresses.",
    )
    fhir_allow_private: bool = Field(
        False,
        description="Names of listed FHIR servers may resolve to loopback and private addresses.",
    )
    fhir_seconds: float = Field(
        2.0, gt=0, le=20, description="Longest time for fetching in one call, in seconds."
    )
    fhir_max_bytes: int = Field(
        5_000_000, ge=1_000, description="Most that is fetched in one call, in bytes."
    )
    fhir_max_pages: int = Field(
        5, ge=1, le=100, description="Most pages fetched for one prefetch key."
    )
    fhir_release: Literal["auto", "R4", "R4B", "R5", "STU3"] = Field(
        "auto",
        description="FHIR release that suggested orders are written in. `auto`: the one that the resources "
        "of the call speak for, else R4. Reading understands all of them in any case.",
    )
    database_url: str = Field(
        "sqlite:///.data/cds.sqlite3",
        pattern=r"^(off|sqlite:///[^:].*|postgresql\+psycopg://.+)$",
        description="Where cards, feedback and the audit trail are kept: a SQLite file (three slashes: "
        "relative, four: absolute), `postgresql+psycopg://user:password@host/name`, or `off`: nothing "
        "is remembered and feedback is refused.",
    )
    database_seconds: float = Field(
        2.0,
        gt=0,
        le=20,
        description="Longest wait of feedback and reports for the database, in seconds. Service calls "
        "wait a quarter of a second and go on without.",
    )
    site_secret: SecretStr = Field(
        SecretStr(""),
        description="Secret that pseudonyms of patients and clinicians are made with, 32 characters or "
        "more. Empty: one is made and kept beside a SQLite file; needed with PostgreSQL.",
    )
    repeat_hours: float = Field(
        24.0,
        ge=0,
        le=720,
        description="For how long the same advisory card on unchanged facts is not shown again to the "
        "same clinician, in hours; 0: always shown.",
    )
    feedback_rules: Path | None = Field(
        None,
        description="File that says what an override or an acceptance does; default: the one shipped.",
    )
    feedback_comment_length: int = Field(
        2_000,
        ge=0,
        le=20_000,
        description="Characters kept of a clinician's comment on a card; 0: comments are not kept.",
    )
    review_answers: int = Field(
        10, ge=1, description="Answered cards from which on a rule can be marked for review."
    )
    review_below: float = Field(
        0.2,
        ge=0,
        le=1,
        description="Share of accepted among answered cards below which a rule is marked for review.",
    )
    hooks_version: str = Field(
        "3.0.0-ballot",
        pattern=_SEMVER,
        description="Version of the CDS Hooks specification claimed in discovery. 3.0.0 is not "
        "published yet; `2.0.1` suits sites whose clients know nothing newer.",
    )
    services: str = Field(
        "",
        description="Ids of the CDS services offered, separated by commas; empty: all. An id that no "
        "definition has stops the start-up.",
    )
    hooks_dir: Path | None = Field(
        None, description="Folder of service definitions; default: the ones shipped."
    )
    fixtures_dir: Path | None = Field(
        None, description="Folder of sandbox patients and requests; default: the ones shipped."
    )
    knowledge_dir: Path | None = Field(
        None, description="Folder of clinical knowledge; default: the one shipped."
    )
    metrics: bool = Field(True, description="Offer metrics for Prometheus on `/metrics`.")
    otel: bool = Field(
        False,
        description="Send a trace of each request by OpenTelemetry; needs the extra `otel`. Where to is "
        "set by the variables of its SDK (`OTEL_EXPORTER_OTLP_ENDPOINT` ...).",
    )
    audit_required: bool = Field(
        False,
        description="Refuse a call (503) whose audit record cannot be written; else it is counted and "
        "answered.",
    )
    log_format: Literal["json", "console"] = Field(
        "json", description="Log lines as JSON objects, or as words for people at a terminal."
    )
    workbench: Literal["auto", "on", "off"] = Field(
        "auto",
        description="Pages for people at `/`. `auto`: all of them in open mode; where callers must prove "
        "who they are, only those without patient data. `on`: all of them in any mode; the pages ask "
        "nobody for a password, so put the site's own gateway before them. `off`: none.",
    )
    sandbox: Literal["auto", "on", "off"] = Field(
        "auto",
        description="Whether the sandbox patients are served as FHIR at `/sandbox/fhir`. `auto`: where "
        "callers need not prove who they are.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="Log level. Logs never hold patient data at any level."
    )

    @field_validator(
        "allow_as_of",
        "clients_file",
        "feedback_rules",
        "hooks_dir",
        "fixtures_dir",
        "knowledge_dir",
        mode="before",
    )
    @classmethod
    def _empty_is_not_set(cls, value: Any) -> Any:
        """``CDS_CLIENTS_FILE=`` names no file; as a path it would be the current folder."""
        return None if value == "" else value

    @field_validator("cors_origins")
    @classmethod
    def _origins_can_match(cls, value: str | None) -> str | None:
        """One that no browser ever sends would admit nobody, in silence (CORS-03)."""
        for origin in _listed(value or ""):
            if origin != "*" and not _ORIGIN.fullmatch(origin):
                raise ValueError(
                    f"`{origin}` is no origin as browsers send it: scheme://host or "
                    "scheme://host:port in lower case, nothing behind it"
                )
        return value

    @property
    def origins(self) -> tuple[str, ...]:
        """The CORS origins, one by one."""
        if self.cors_origins is None:
            return ("*",) if self.auth_mode == "open" else ()
        return _listed(self.cors_origins)

    @property
    def as_of_allowed(self) -> bool:
        """Whether services accept an instant set by the client."""
        return self.auth_mode == "open" if self.allow_as_of is None else self.allow_as_of

    @property
    def offered(self) -> tuple[str, ...]:
        """Ids of the services to offer; none: all."""
        return _listed(self.services)

    @property
    def fetched_from(self) -> tuple[str, ...]:
        """Base URLs of FHIR servers that are asked with a token."""
        return _listed(self.fhir_servers)

    @property
    def fetched_openly_from(self) -> tuple[str, ...]:
        """Base URLs of FHIR servers that are asked without one."""
        return _listed(self.fhir_open_servers)

    @property
    def serves_sandbox(self) -> bool:
        """Whether the sandbox FHIR server is there."""
        return self.sandbox == "on" or (self.sandbox == "auto" and self.auth_mode == "open")

    @property
    def hooks_folder(self) -> Path:
        """Where the service definitions lie."""
        return self.hooks_dir or data_folder("hooks")

    @property
    def fixtures_folder(self) -> Path:
        """Where the sandbox patients lie."""
        return self.fixtures_dir or data_folder("fixtures")


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part for part in (word.strip() for word in text.split(",")) if part)


def data_folder(name: str) -> Path:
    """A folder shipped with the package (wheel), else the one of the checkout."""
    shipped = _PACKAGE / "data" / name
    return shipped if shipped.exists() else _PACKAGE.parent / name


def gunicorn_configuration() -> Path:
    """The gunicorn configuration shipped with the package, else the one of the checkout."""
    shipped = _PACKAGE / "data" / "gunicorn.conf.py"
    return shipped if shipped.exists() else _PACKAGE.parent / "docker" / "gunicorn.conf.py"


def settings_page() -> str:
    """The reference page of all settings, as Markdown."""
    rows = [
        f"| `{PREFIX}{name.upper()}` | {_shown(field.default)} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    head = [
        "# Settings",
        "",
        "All settings come from the environment. A value of the wrong type stops the start-up.",
        "Generated by `cds-service docs settings`; do not edit.",
        "",
        "| variable | default | what it is for |",
        "|---|---|---|",
    ]
    return "\n".join([*head, *rows, ""])


def _shown(default: object) -> str:
    if isinstance(default, SecretStr):
        default = default.get_secret_value()
    if default is None or default == "":
        return "(empty)"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"
