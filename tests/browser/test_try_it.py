"""Try it, as a person uses it."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from tests.browser.conftest import Visit


def test_the_start_page_is_accessible(
    visit: Visit, check_accessibility: Callable[[Page], None]
) -> None:
    """Light and dark, both widths."""
    check_accessibility(visit("/"))
