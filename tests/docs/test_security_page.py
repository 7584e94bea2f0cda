"""Every property that docs/security.md states is held by a test that exists."""

from __future__ import annotations

import re
from pathlib import Path


ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", PAGE)


def test_every_test_that_is_named_exists() -> None:
    """File and function."""
    assert len(NAMED) > 30
    for file, function in NAMED:
        content = (ROOT / file).read_text(encoding="utf-8")
        assert not function or f"def {function}(" in content, f"{file}::{function}"


def test_every_property_names_one() -> None:
    """No row of a table of properties without a test."""
    properties = PAGE.partition("## Properties")[2].partition("## What is left")[0]
    rows = [line for line in properties.splitlines() if line.startswith("| ")]
    stated = [row for row in rows if not row.startswith("| property")]
    assert stated
    assert all("`tests/" in row for row in stated)
