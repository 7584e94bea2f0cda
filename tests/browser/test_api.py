"""The API page in the browser."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from tests.browser.conftest import Visit


def test_the_page_fits_and_is_accessible(
    visit: Visit, check_accessibility: Callable[[Page], None]
) -> None:
    """Both widths, light and dark, with the examples open."""
    page = visit("/docs/api")
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    check_accessibility(page)
