"""The reports page, as a quality lead reads it: twelve weeks of answered cards."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Visit, check_fits
from tests.browser.history import WEEKS, write_history
from tests.functional.server import Server, gunicorn
from tests.memory.room import SECRET


@pytest.fixture(scope="session")
def history(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, datetime]:
    """A database with twelve weeks in it, and when they end."""
    file: Path = tmp_path_factory.mktemp("history") / "cds.sqlite3"
    url = f"sqlite:///{file}"
    return url, write_history(url)


@pytest.fixture(scope="session")
def server(history: tuple[str, datetime]) -> Iterator[Server]:
    """The service as it is deployed, with a past."""
    url, _ = history
    with gunicorn(
        CDS_LOG_LEVEL="WARNING", CDS_WORKERS="1", CDS_DATABASE_URL=url, CDS_SITE_SECRET=SECRET
    ) as started:
        yield started


def test_the_page_fits_and_is_accessible(
    visit: Visit, check_accessibility: Callable[[Page], None]
) -> None:
    """Both widths, light and dark, with the tables open; nothing unknown is shown as None."""
    page = visit("/reports")
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    check_fits(page)
    check_accessibility(page)
    assert not re.search(r"\b(None|null|NaN|undefined)\b", page.locator("main").inner_text())


def test_charts_are_drawn_and_their_table_is_there(visit: Visit) -> None:
    """One canvas for each, inked; every week in the table; drawn again for the dark."""
    page = visit("/reports")
    charts = page.get_by_role("img")
    expect(charts.and_(page.locator("[data-chart]"))).to_have_count(2)
    expect(page.locator("[data-chart] canvas")).to_have_count(2)
    light = page.evaluate(_INK)
    assert all(number > 200 for number in light)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(
        f"(before) => {{ const now = ({_INK})(); return now[0] > 200; }}", arg=light
    )
    page.get_by_text("The numbers, week by week").click()
    rows = page.locator("#weeks-table tbody tr")
    expect(rows).to_have_count(WEEKS)
    expect(rows.first).to_contain_text("31 Aug 2026")
    expect(rows.first).to_contain_text("accepted")


# How many pixels of each canvas are not transparent.
_INK = """() => [...document.querySelectorAll('[data-chart] canvas')].map((canvas) => {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  let inked = 0;
  for (let at = 3; at < data.length; at += 4) inked += data[at] > 0 ? 1 : 0;
  return inked;
})"""


def test_the_rule_to_review_stands_out(visit: Visit) -> None:
    """Above everything, and marked in its table; its name leads to the knowledge."""
    page = visit("/reports")
    review = page.get_by_role("region", name="1 rule to review")
    expect(review).to_contain_text("Neuropathy")
    marked = page.locator("tr.r-marked")
    expect(marked).to_have_count(1)
    expect(marked).to_contain_text("to review")
    review.get_by_role("link", name="Neuropathy").click()
    expect(page).to_have_url(re.compile("/knowledge/questions/neuropathy$"))


def test_a_span_is_chosen_and_kept_in_the_address(
    visit: Visit, history: tuple[str, datetime]
) -> None:
    """By the form; fewer cards than in all; the download asks for the same span."""
    page = visit("/reports")
    cards = page.locator(".r-tiles dd").first
    everything = int(cards.inner_text())
    page.get_by_label("From").fill("2026-11-01")
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url(re.compile(r"since=2026-11-01"))
    assert 0 < int(cards.inner_text()) < everything
    link = page.get_by_role("link", name="Download as CSV")
    expect(link).to_have_attribute("href", re.compile("since=2026-11-01"))
    with page.expect_download() as download:
        link.click()
    text = Path(download.value.path()).read_text(encoding="utf-8")
    assert text.startswith("group,name,fired")


def test_an_empty_span_is_friendly(visit: Visit) -> None:
    """Words instead of empty charts, and a way back."""
    page = visit("/reports?since=2031-01-01")
    expect(page.get_by_role("heading", name="No cards yet in this selection")).to_be_visible()
    assert not page.locator("canvas").count()
    page.get_by_role("link", name="Show everything").click()
    expect(page.locator(".r-tiles")).to_be_visible()


def test_without_script_no_empty_charts_are_shown(browser: Browser, server: Server) -> None:
    """Only the table that holds their numbers."""
    context = browser.new_context(
        base_url=f"http://127.0.0.1:{server.port}", java_script_enabled=False
    )
    page = context.new_page()
    page.goto("/reports")
    expect(page.locator(".r-charts")).to_be_hidden()
    page.get_by_text("The numbers, week by week").click()
    expect(page.locator("#weeks-table tbody tr").first).to_be_visible()
    context.close()


def test_print_has_the_tables(visit: Visit) -> None:
    """On paper the week table is there although it is folded on the screen."""
    page = visit("/reports")
    page.emulate_media(media="print")
    expect(page.locator(".r-filter")).to_be_hidden()
    expect(page.locator("#weeks-table tbody tr").first).to_be_visible()
