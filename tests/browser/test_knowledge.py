"""The knowledge browser, as somebody uses it who wants to know why."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit, check_fits


PAGES = (
    "/knowledge",
    "/knowledge?q=ferritin",
    "/knowledge/red-flags",
    "/knowledge/causes/small-fibre-neuropathy",
    "/knowledge/findings/relief-leg-dangling",
    "/knowledge/workups/abi",
    "/knowledge/red-flags/rf-dvt",
    "/knowledge/interlocks/elevation-rest-pain",
    "/knowledge/criteria/wells-dvt",
    "/knowledge/analytes/ferritin",
    "/knowledge/conflicts/exercise-restpain",
    "/knowledge/sources/PAD-02",
    "/knowledge/thresholds?q=ferritin",
    "/knowledge/house-rules",
    "/knowledge/licences",
)


@pytest.mark.parametrize("path", PAGES)
def test_pages_fit_and_are_accessible(
    visit: Visit, check_accessibility: Callable[[Page], None], path: str
) -> None:
    """Both widths, light and dark, with everything that can be opened open."""
    page = visit(path)
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    check_fits(page)
    check_accessibility(page)


def test_search_by_keyboard_while_typing(visit: Visit) -> None:
    """From the box over the first result to its page, without a mouse; the search has an address."""
    page = visit("/knowledge")
    box = page.get_by_role("searchbox", name="Search everything")
    box.focus()
    page.keyboard.type("ischaemic")
    expect(page).to_have_url(re.compile(r"\?q=ischaemic$"))
    page.keyboard.type(" rest pain")
    expect(page.get_by_role("status")).to_contain_text("results for “ischaemic rest pain”")
    expect(page).to_have_url(re.compile(r"\?q=ischaemic(\+|%20)rest(\+|%20)pain$"))
    expect(box).to_be_focused()
    first = page.locator(".k-row a").first
    while page.evaluate("!document.activeElement.closest('.k-row')"):
        page.keyboard.press("Tab")
    expect(first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("^Ischaemic rest pain"))
    page.go_back()
    expect(page.get_by_role("searchbox")).to_have_value("ischaemic rest pain")
    expect(page.locator(".k-row").first).to_contain_text("schaemic rest pain")
    page.go_back()  # not through every word that was typed
    assert page.url == "about:blank"


def test_search_narrowed_to_a_kind(visit: Visit) -> None:
    """By a link, which can be sent to somebody."""
    page = visit("/knowledge?q=statin")
    page.get_by_role("link", name=re.compile("^Drug classes")).click()
    expect(page).to_have_url(re.compile("kind=drugs"))
    expect(page.locator(".k-row").first).to_contain_text("Drug class")
    assert set(page.locator(".k-kind").all_inner_texts()) == {"Drug class"}


def test_search_works_without_scripts(visit: Visit, page: Page) -> None:
    """As a form that asks for a page."""
    page.route("**/*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    visit("/knowledge/findings")
    page.get_by_role("searchbox").fill("dangling hanging")
    page.get_by_role("button", name="Search").click()
    expect(page).to_have_url(re.compile("q=dangling"))


def test_from_a_cause_over_a_finding_to_another_cause(visit: Visit) -> None:
    """Links go both ways."""
    page = visit("/knowledge/causes/ischaemic-rest-pain")
    page.locator("#evidence + p + table").get_by_role("link", name="feet or toes").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Feet or toes")
    link = page.get_by_role("link", name="ischaemic rest pain (chronic limb-threatening ischaemia)")
    link.first.click()
    expect(page).to_have_url(re.compile("/knowledge/causes/ischaemic-rest-pain$"))


def test_a_statement_shows_its_guideline(visit: Visit) -> None:
    """Words, title, year and a link to the publication, one keystroke away."""
    page = visit("/knowledge/workups/abi")
    sources = page.locator("details.k-sources").first
    sources.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(sources).to_contain_text("In patients with history or examination findings")
    expect(sources).to_contain_text("(2024)")
    link = sources.get_by_role("link", name=re.compile("^publication")).first
    expect(link).to_have_attribute("href", re.compile(r"^https://doi\.org/"))


def test_codes_are_folded_with_their_licence(visit: Visit) -> None:
    """Opened by whoever wants them."""
    page = visit("/knowledge/findings/leg-pain")
    codes = page.locator("details.k-codes").first
    expect(codes.get_by_text("10601006")).to_be_hidden()
    codes.locator("summary").click()
    expect(codes.get_by_text("10601006")).to_be_visible()
    expect(codes).to_contain_text("SNOMED International")
    check_fits(page)
