"""The intake questionnaire, as a patient fills it in."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Visit, check_fits
from tests.functional.server import Server


PATH = "/questionnaire"


def answer(page: Page, finding: str, value: str) -> None:
    """Choose yes, no, or nothing."""
    page.locator(f'[name="{finding}"][value="{value}"]').check()


def test_urgent_advice_appears_at_once_and_without_the_server(visit: Visit) -> None:
    """Beside the question, and at the bottom of the window while the person goes on."""
    page = visit(PATH)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    advice = page.locator("#urgent-limb")
    bar = page.locator("#urgent-bar")
    expect(advice).to_be_hidden()
    expect(bar).to_be_hidden()
    page.get_by_label("A leg or foot suddenly turned cold").check()
    expect(advice).to_be_visible()
    expect(advice).to_have_attribute("role", "alert")
    expect(advice).to_contain_text("Call an ambulance now.")
    answer(page, "after-starting-drug", "yes")
    expect(bar).to_be_in_viewport()
    expect(bar).to_have_text("Call an ambulance now.")
    page.get_by_label("A leg or foot suddenly turned cold").uncheck()
    expect(advice).to_be_hidden()
    expect(bar).to_contain_text("Ask your doctor or pharmacist")
    assert asked == []
    check_fits(page)


def test_advice_that_needs_two_answers_waits_for_both(visit: Visit) -> None:
    """A swollen leg, and only one."""
    page = visit(PATH)
    answer(page, "leg-swelling", "yes")
    expect(page.locator("#urgent-one-leg-swollen")).to_be_hidden()
    page.get_by_label("Only one leg").check()
    expect(page.locator("#urgent-one-leg-swollen")).to_be_visible()


def test_questions_follow_from_answers(visit: Visit) -> None:
    """Over two steps, and a heading does not stand alone."""
    page = visit(PATH)
    spread, both = page.locator("#group-spread"), page.locator("#t-bilateral-sciatica")
    expect(spread).to_be_hidden()
    page.get_by_label("Low back as well").check()
    expect(spread).to_be_visible()
    expect(both).to_be_hidden()
    answer(page, "pain-radiates-down-leg", "yes")
    expect(both).to_be_visible()
    page.get_by_label("Low back as well").uncheck()
    expect(spread).to_be_hidden()
    expect(both).to_be_hidden()


def test_none_of_these_and_the_list_exclude_each_other(visit: Visit) -> None:
    """Both ways, within one list only."""
    page = visit(PATH)
    none, fainted = page.locator("#none-chest"), page.get_by_label("Fainted or collapsed")
    fever = page.get_by_label("Fever", exact=True)
    fever.check()
    fainted.check()
    none.check()
    expect(fainted).not_to_be_checked()
    expect(fever).to_be_checked()
    fainted.check()
    expect(none).not_to_be_checked()


def test_answers_are_shown_downloaded_and_tried(visit: Visit) -> None:
    """From the form to the card, with the keyboard in the right place."""
    page = visit(PATH)
    for finding in ("urge-to-move-legs", "relief-movement", "worse-at-rest", "worse-at-night"):
        answer(page, finding, "yes")
    answer(page, "leg-pain", "no")
    page.locator("#none-chest").check()
    page.get_by_label(re.compile("Patient id")).fill("p-1")
    page.get_by_role("button", name="Show my answers").click()
    shown = page.locator("#questionnaire-response")
    expect(shown).to_be_visible()
    expect(page.locator("#result")).to_be_focused()
    response = json.loads(shown.text_content() or "")
    assert response["subject"] == {"reference": "Patient/p-1"}
    assert '"linkId": "chest-pain"' in (shown.text_content() or "")
    check_fits(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    file = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert file["item"] == response["item"]
    page.get_by_role("button", name="Send into Try it").click()
    expect(page.locator(".card").first).to_contain_text("restless legs syndrome")


def test_a_changed_answer_takes_the_old_result_away(visit: Visit) -> None:
    """Nobody sends what he no longer says."""
    page = visit(PATH)
    answer(page, "leg-pain", "yes")
    page.get_by_role("button", name="Show my answers").click()
    expect(page.locator("#questionnaire-response")).to_be_visible()
    answer(page, "leg-pain", "no")
    expect(page.locator("#questionnaire-response")).to_be_hidden()


def test_it_is_accessible_filled_in(
    visit: Visit, check_accessibility: Callable[[Page], None]
) -> None:
    """With advice of every urgency, the bar and a result on the page."""
    page = visit(PATH)
    check_accessibility(page)
    page.get_by_label("A leg or foot gets weaker from day to day").check()
    page.get_by_label("Short of breath").check()
    answer(page, "after-starting-drug", "yes")
    page.get_by_role("button", name="Show my answers").click()
    expect(page.locator("#questionnaire-response")).to_be_visible()
    check_accessibility(page)


def test_it_works_without_script(browser: Browser, server: Server) -> None:
    """Everything is shown, advice says when it counts, and the form is answered."""
    context = browser.new_context(
        base_url=f"http://127.0.0.1:{server.port}", java_script_enabled=False
    )
    page = context.new_page()
    page.goto(PATH)
    expect(page.locator("#urgent-limb")).to_be_visible()
    expect(page.locator("#urgent-limb")).to_contain_text("If you answer")
    expect(page.locator("#group-spread")).to_be_visible()
    page.get_by_label("Fever", exact=True).check()
    answer(page, "leg-pain", "yes")
    page.get_by_role("button", name="Show my answers").click()
    expect(page.locator("#questionnaire-response")).to_contain_text('"fever"')
    expect(page.get_by_label("Fever", exact=True)).to_be_checked()
    page.get_by_role("button", name="Send into Try it").click()
    expect(page.locator(".card").first).to_contain_text("fever")
    context.close()
