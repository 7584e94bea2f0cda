"""Traces are an extra: without it, asking for them stops the start in words."""

from __future__ import annotations

import sys

import pytest

from cds_service.app import create_app
from cds_service.core.errors import ConfigurationError
from cds_service.core.knowledge import Knowledge
from cds_service.settings import Settings


def test_without_the_extra(knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch) -> None:
    """What to install is said."""
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    for name in [name for name in sys.modules if name.startswith("opentelemetry.")]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(ConfigurationError, match="extra `otel`"):
        create_app(Settings(otel=True), knowledge=knowledge)
