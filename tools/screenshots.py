"""The pictures in docs/images: ``python -m tools.screenshots`` (``make screenshots``).

A fresh server with a memory of its own, Debian's Chromium, fixed sizes; only invented patients.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import CHROMIUM, FLAGS
from tests.browser.history import write_history
from tests.functional.server import gunicorn
from tests.memory.room import SECRET


IMAGES = Path(__file__).parents[1] / "docs" / "images"
LARGEST = 300_000
DESKTOP, PHONE = (1280, 860), (390, 844)
_RLS = "/?case=rls-complete-ferritin-missing"
_REST_PAIN = "/?case=rest-pain-burning-feet-diabetes"


class Shot(NamedTuple):
    """One picture: of a page, at a place of it."""

    name: str
    path: str
    size: tuple[int, int] = DESKTOP
    dark: bool = False
    at: str = ""


SHOTS = (
    Shot("reports", "/reports"),  # before the tries below are counted
    Shot("try-it", "/"),
    Shot("cards-and-why", _REST_PAIN),
    Shot("what-if", f"{_REST_PAIN}&f.relief-leg-dangling=absent&f.numbness=present", at="#why"),
    Shot("findings", _RLS, at="#findings"),
    Shot("emergency-dark", "/?case=cauda-equina-new-bladder", dark=True),
    Shot("phone", "/?case=dvt-text-swollen-red-leg", size=PHONE, at="#cards"),
    Shot("knowledge", "/knowledge/causes/restless-legs-syndrome"),
)


def main() -> int:
    """Take every picture; 1 when one is too large for the documentation."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/cds.sqlite3"
        write_history(url)
        settings = {"CDS_DATABASE_URL": url, "CDS_SITE_SECRET": SECRET, "CDS_WORKERS": "1"}
        with gunicorn(**settings) as server, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            server.call("GET", "/try/request.json?case=new-mattress")  # the first one is slow
            for shot in SHOTS:
                _take(browser, f"http://127.0.0.1:{server.port}", shot)
            browser.close()
    large = [p.name for p in IMAGES.glob("*.png") if p.stat().st_size > LARGEST]
    print(f"{len(SHOTS)} pictures in {IMAGES.name}", *(f"too large: {name}" for name in large))
    return 1 if large else 0


def _take(browser: Browser, base: str, shot: Shot) -> None:
    x, y = shot.size
    context = browser.new_context(
        base_url=base,
        viewport={"width": x, "height": y},
        color_scheme="dark" if shot.dark else "light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(shot.path, wait_until="networkidle")
    _go_to(page, shot.at)
    page.screenshot(path=IMAGES / f"{shot.name}.png")
    context.close()


def _go_to(page: Page, place: str) -> None:
    if place:
        page.evaluate("(at) => document.querySelector(at).scrollIntoView()", place)


if __name__ == "__main__":
    sys.exit(main())
