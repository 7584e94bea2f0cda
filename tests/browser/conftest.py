"""A real browser before a real server: one of each for all tests.

``visit(path)`` opens a page in both widths (desktop, phone) by parametrisation; every message on the
console, every failed request to our own server and every uncaught error fails the test.
``check_accessibility(page)`` runs axe-core in the light and in the dark scheme.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Response, sync_playwright

from tests.functional.server import Server, gunicorn
from tests.installing import install, require


CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS = {"desktop": (1280, 900), "phone": (360, 740)}
Visit = Callable[[str], Page]
_SERIOUS = {"serious", "critical"}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; installed where it may be, else the tests fail in CI and are skipped elsewhere."""
    if not CHROMIUM.exists():
        install("chromium")
    require("chromium", str(CHROMIUM), present=CHROMIUM.exists())
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The service as it is deployed, with the workbench and a memory of its own."""
    database = tmp_path_factory.mktemp("memory") / "memory.sqlite3"
    url = f"sqlite:///{database}"
    with gunicorn(CDS_LOG_LEVEL="WARNING", CDS_WORKERS="1", CDS_DATABASE_URL=url) as started:
        yield started


@pytest.fixture(params=WIDTHS)
def width(request: pytest.FixtureRequest) -> str:
    """``desktop`` (1280 x 900) and ``phone`` (360 x 740)."""
    name: str = request.param
    return name


@pytest.fixture
def context(browser: Browser, server: Server, width: str) -> Iterator[BrowserContext]:
    """A fresh browser profile of one width."""
    x, y = WIDTHS[width]
    opened = browser.new_context(
        base_url=f"http://127.0.0.1:{server.port}",
        viewport={"width": x, "height": y},
        reduced_motion="reduce",
    )
    opened.set_default_timeout(10_000)
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """An empty tab; what the browser complains about fails the test at its end.

    A test that provokes an error itself empties ``page.complaints`` afterwards.
    """
    opened = context.new_page()
    complaints: list[str] = []
    opened.complaints = complaints  # type: ignore[attr-defined]
    opened.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("response", lambda answer: complaints.extend(_bad(answer)))
    yield opened
    assert not complaints, complaints


def _bad(answer: Response) -> list[str]:
    return [f"{answer.status} {answer.url}"] if answer.status >= 400 else []


@pytest.fixture
def visit(page: Page) -> Visit:
    """Open a path; the page has one heading, fits the width, and asked nobody but us."""

    def open_page(path: str) -> Page:
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        assert page.locator("h1").count() == 1
        check_fits(page)
        return page

    return open_page


def check_fits(page: Page) -> None:
    """Nothing makes the page scroll sideways."""
    over = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert over <= 0, f"{over} px too wide"


@pytest.fixture
def check_accessibility() -> Callable[[Page], None]:
    """No serious or critical violation that axe-core knows, in light and in dark."""

    def check(page: Page) -> None:
        # What differs between the schemes are colours.
        for scheme, rules in (("light", {}), ("dark", {"runOnly": ["color-contrast"]})):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            found = Axe().run(page, options=rules).response["violations"]
            serious = [
                f"{scheme}: {v['id']}: {n['html'][:160]} {n['failureSummary'][:200]}"
                for v in found
                if v["impact"] in _SERIOUS
                for n in v["nodes"]
            ]
            assert not serious, "\n".join(serious)

    return check
