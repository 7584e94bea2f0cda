"""Every setting: typed, read from the environment, with its default and what it is for.

``docs/reference/settings.md`` is generated from this module (``cds-service docs settings``).
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


_PACKAGE = Path(__file__).parent
PREFIX = "CDS_"
NO_DATABASE = "off"
# semver.org, with pre-release and build part (DISC-10)
_SEMVER = (
    r"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)"
    r"(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?$"
)


class Settings(BaseSettings):
    """Frozen settings; a value of the wrong type stops the start-up."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    host: str = Field("127.0.0.1", description="Address that the server binds to.")
    port: int = Field(8000, ge=1, le=65535, description="Port that the server binds to.")
    workers: int = Field(2, ge=1, le=64, description="Worker processes.")
    threads: int = Field(4, ge=1, le=64, description="Threads in each worker process.")
    auth_mode: Literal["open"] = Field(
        "open",
        description="How callers prove who they are. `open`: not at all; behind a gateway or for "
        "trials with synthetic patients only.",
    )
    allow_as_of: bool = Field(
        True,
        description="Services accept the extension `org.leg-pain-cds.as-of`, which sets the instant "
        "that ages and windows count from. The explain interface always does.",
    )
    public_url: str = Field(
        "",
        pattern=r"^(https://[^\s?#]+[^\s?#/])?$",
        description="Public https address of this service, without trailing slash. Cards carry links "
        "only where it is set.",
    )
    cors_origins: str = Field(
        "*",
        description="Origins of browser clients, separated by commas; `*` for any, empty for none.",
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
        "the stages of a call; gunicorn ends a worker that does not answer for 30 seconds.",
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
        pattern=r"^(off|sqlite:///.+|postgresql\+psycopg://.+)$",
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
    audit_required: bool = Field(
        False,
        description="Refuse a call (503) whose audit record cannot be written; else it is counted and "
        "answered.",
    )
    log_format: Literal["json", "console"] = Field(
        "json", description="Log lines as JSON objects, or as words for people at a terminal."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="Log level. Logs never hold patient data at any level."
    )

    @property
    def origins(self) -> tuple[str, ...]:
        """The CORS origins, one by one."""
        return _listed(self.cors_origins)

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
