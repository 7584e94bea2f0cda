"""Settings and their page."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from cds_service.settings import PREFIX, Settings, settings_page


def test_the_page_is_the_one_in_the_docs() -> None:
    """`make docs` writes it."""
    page = Path(__file__).parents[3] / "docs" / "reference" / "settings.md"
    assert page.read_text(encoding="utf-8") == settings_page()


def test_every_setting_says_what_it_is_for() -> None:
    """One line each."""
    assert all(field.description for field in Settings.model_fields.values())


def test_values_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the prefix."""
    monkeypatch.setenv(f"{PREFIX}PORT", "9001")
    monkeypatch.setenv(f"{PREFIX}CORS_ORIGINS", "https://a.example, https://b.example")
    settings = Settings()
    assert settings.port == 9001
    assert settings.origins == ("https://a.example", "https://b.example")


@pytest.mark.parametrize(
    "name",
    ["allow_as_of", "clients_file", "feedback_rules", "hooks_dir", "fixtures_dir", "knowledge_dir"],
)
def test_an_empty_variable_is_not_set(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """As the page of settings shows their default: `(empty)`."""
    monkeypatch.setenv(f"{PREFIX}{name.upper()}", "")
    assert getattr(Settings(), name) is None


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "https://ehr.example.org/",
        "https://EHR.example.org",
        "https://ehr.example.org:443",
        "http://ehr.example.org:80",
        "ehr.example.org",
        "https://ehr.example.org/app",
        "https://*.example.org",
    ],
)
def test_cors_03_an_origin_that_no_browser_sends_stops_the_start(origin: str) -> None:
    """It would admit nobody; `null` would admit every sandboxed frame."""
    with pytest.raises(ValidationError, match="is no origin"):
        Settings(cors_origins=f"https://good.example.org, {origin}")


@pytest.mark.parametrize(
    "origin",
    [
        "*",
        "http://localhost:8080",
        "https://[::1]:8443",
        "chrome-extension://abcdef",
        "http://h:4430",
    ],
)
def test_cors_03_origins_as_browsers_send_them(origin: str) -> None:
    """Also those of apps."""
    assert Settings(cors_origins=origin).origins == (origin,)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", 0),
        ("auth_mode", "none"),
        ("public_url", "http://x.example"),
        ("hooks_version", "STU3"),
        ("max_json_depth", 5_000),
    ],
)
def test_wrong_values_stop_the_start(name: str, value: object) -> None:
    """Instead of being guessed at."""
    with pytest.raises(ValidationError):
        Settings(**{name: value})


def test_a_wrong_value_is_not_repeated() -> None:
    """What the log says of it names the setting only: here it holds the password of the database."""
    with pytest.raises(ValidationError) as refused:
        Settings(database_url="postgresql://cds:hunter2@db/cds")
    assert "database_url" in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_settings_do_not_change() -> None:
    """Frozen."""
    with pytest.raises(ValidationError):
        Settings().port = 1
