"""Try it, as a person uses it: with a mouse, with a keyboard, without script, on paper."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import WIDTHS, Visit, check_fits
from tests.contract.requests import pv
from tests.functional.server import Server


RLS = "/?case=rls-complete-ferritin-missing"
Check = Callable[[Page], None]


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/?q=ferritin&tag=units",
        RLS,
        f"{RLS}&f.urge-to-move-legs=absent&lab.ferritin=40&unit.ferritin=ng%2FmL",
        "/?case=cauda-equina-new-bladder",
        "/?case=new-mattress",
        "/?case=order-pending-abi-and-tests",
        "/?case=quiet-everything-done-and-ordered",
    ],
)
def test_pages_fit_and_are_accessible(visit: Visit, check_accessibility: Check, path: str) -> None:
    """With cards, with red flags, with silence, with switches; everything opened."""
    page = visit(path)
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    check_fits(page)
    check_accessibility(page)


def test_two_clicks_lead_to_a_card_with_its_reasons(visit: Visit) -> None:
    """One is enough: the card and its reasons are on the page that a starter opens."""
    page = visit("/")
    page.get_by_role("link", name="Restless legs, all criteria recorded").first.click()
    expect(page.locator(".card h3").first).to_contain_text("restless legs syndrome")
    expect(page.locator(".card .markdown").first).to_contain_text("urge to move the legs")
    expect(page.locator("#why .cause").first).to_contain_text("Restless legs syndrome")


def test_cases_are_found_by_words_and_tags(visit: Visit) -> None:
    """While one types; the link of the tag keeps the words."""
    page = visit("/")
    page.get_by_label("Search by words").fill("ferritin pmol")
    expect(page.locator("#cases [role=status]")).to_contain_text("“ferritin pmol”")
    page.locator("#cases").get_by_role("link", name="units").click()
    expect(page.locator("#cases [role=status]")).to_contain_text("the tag units")
    expect(page.get_by_label("Search by words")).to_have_value("ferritin pmol")


def test_a_search_has_an_address(visit: Visit) -> None:
    """To come back to from a case, and to send to somebody."""
    page = visit("/")
    page.get_by_label("Search by words").fill("ferritin pmol")
    page.wait_for_url("**/?q=ferritin+pmol")
    found = page.locator("#cases [role=status]").inner_text()
    page.locator("#cases .case-list a").first.click()
    expect(page.locator("#result")).to_be_attached()
    page.go_back()
    expect(page.locator("#cases [role=status]")).to_have_text(found)
    expect(page.get_by_label("Search by words")).to_have_value("ferritin pmol")


def test_switching_a_finding_changes_cards_and_ranking_at_once(visit: Visit) -> None:
    """What moved is marked, the control keeps the focus, the address holds the state."""
    page = visit(RLS)
    control = page.locator("#f-urge-to-move-legs-absent")
    control.check(force=True)
    expect(page.locator(".news-gone")).to_be_visible()
    expect(page.locator("#why .cause").first).not_to_contain_text("Restless legs syndrome")
    expect(page.locator(".move-up").first).to_be_visible()
    said = page.get_by_role("status").and_(page.locator("#said"))
    expect(said).to_contain_text("was restless legs syndrome")
    expect(page.locator("#f-urge-to-move-legs-absent")).to_be_focused()
    page.wait_for_url("**/?case=rls-complete-ferritin-missing&f.urge-to-move-legs=absent")
    page.reload()
    expect(page.locator("#f-urge-to-move-legs-absent")).to_be_checked()
    expect(page.locator(".news-gone")).to_be_visible()


def test_on_a_phone_the_change_is_said_where_one_looks(visit: Visit, width: str) -> None:
    """The cards are far up; a line at the bottom says what happened. A large screen shows them."""
    page = visit(RLS)
    page.locator("#f-urge-to-move-legs-absent").check(force=True)
    said = page.locator("#said")
    expect(said).to_contain_text("was restless legs syndrome")
    box = said.bounding_box()
    assert box is not None
    assert (box["height"] > 20) == (width == "phone")
    assert width == "phone" or page.locator(".what-changed").is_visible()
    page.evaluate("window.scrollTo(0, document.documentElement.scrollHeight)")
    foot, line = page.locator("footer").bounding_box(), said.bounding_box()
    assert foot is not None
    assert line is not None
    assert width == "desktop" or foot["y"] + foot["height"] <= line["y"]


def test_every_page_of_the_navigation_is_in_sight(visit: Visit) -> None:
    """Not beyond the edge of a phone."""
    page = visit("/docs/api")
    links = page.get_by_role("navigation", name="Main").get_by_role("link")
    expect(links).to_have_count(5)
    for place in range(5):
        expect(links.nth(place)).to_be_in_viewport(ratio=1)


def test_a_switch_works_with_the_keyboard(visit: Visit) -> None:
    """Arrow keys, and what was opened stays open."""
    page = visit(RLS)
    page.get_by_text("Not known, would move the ranking").click()
    page.locator("#f-crawling-sensation-unknown").focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_url("**f.crawling-sensation=absent")
    expect(page.locator("#f-crawling-sensation-absent")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.wait_for_url("**f.crawling-sensation=present")
    expect(page.locator("#f-crawling-sensation-present")).to_be_focused()


def test_a_result_is_added_and_changed(visit: Visit) -> None:
    """Ferritin from nothing to low to normal: its suggestion goes."""
    page = visit(RLS)
    page.get_by_text("Something else", exact=True).click()
    page.locator("#add-lab").select_option("ferritin")
    page.locator("#add-value").fill("40")
    page.locator("#add-value").press("Enter")
    page.wait_for_url("**lab.ferritin=40**")
    expect(page.locator("#workups")).to_contain_text("A valid result is on record")
    page.locator("#lab-ferritin").fill("250")
    page.locator("#lab-ferritin").press("Tab")
    page.wait_for_url("**lab.ferritin=250**")
    page.get_by_role("link", name="Back to the record as it is").click()
    expect(page.locator(".what-changed")).to_have_count(0)


def test_the_resource_behind_a_finding_opens(visit: Visit) -> None:
    """And closes with Escape."""
    page = visit(RLS)
    button = page.locator("#findings").get_by_role("button", name="Observation/obs-1").first
    button.click()
    dialog = page.get_by_role("dialog", name="Observation/obs-1")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text('"resourceType": "Observation"')
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_accepting_really_tells_the_service(visit: Visit) -> None:
    """The accepted order counts as ordered when one asks again."""
    page = visit(RLS)
    with page.expect_response("**/feedback") as told:
        page.get_by_role("button", name="Accept: Order Ferritin").click()
    assert told.value.status == 204
    sent = json.loads(told.value.request.post_data or "")["feedback"][0]
    assert sent["outcome"] == "accepted"
    expect(page.locator(".feedback-said").first).to_contain_text("Accepted")
    expect(page.get_by_role("button", name="Accept: Order Ferritin")).to_be_focused()
    page.get_by_role("button", name="Ask again").click()
    expect(page.get_by_role("button", name="Accept: Order Ferritin")).to_have_count(0)
    expect(page.locator("#workups")).to_contain_text("Ordered already")


def test_overriding_really_tells_the_service(visit: Visit) -> None:
    """The card stays away when one asks again, and the page says why."""
    page = visit(RLS)
    page.get_by_text("Override …").click()
    page.get_by_label("Reason").select_option(label="Patient declines")
    page.get_by_role("button", name="Override this card").click()
    expect(page.locator(".feedback-said").first).to_contain_text("Overridden")
    page.get_by_role("button", name="Ask again").click()
    expect(page.locator(".suppressed")).to_contain_text("overridden on")
    expect(page.locator(".card")).to_have_count(0)


def test_feedback_that_is_refused_is_said(page: Page, visit: Visit) -> None:
    """In words, and the button can be pressed again."""
    visit(RLS)
    page.route("**/feedback", lambda route: route.fulfill(status=404, body="{}"))
    page.get_by_role("button", name="Accept: Order Ferritin").click()
    expect(page.locator(".feedback-said").first).to_contain_text("does not take feedback")
    expect(page.get_by_role("button", name="Accept: Order Ferritin")).to_be_enabled()
    page.complaints.clear()  # type: ignore[attr-defined]


def test_an_own_file_goes_into_the_form_and_is_answered(visit: Visit, tmp_path: Path) -> None:
    """And stays there for what-if; the address holds nothing of it."""
    file = tmp_path / "request.json"
    file.write_text(json.dumps(pv()))
    page = visit("/")
    page.get_by_label("or a file").set_input_files(file)
    expect(page.get_by_label("Request or Bundle (JSON)")).to_have_value(file.read_text())
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator("h1")).to_have_text("Your request")
    page.get_by_text("Something else", exact=True).click()
    page.locator("#add").fill("urge to move the legs")
    page.locator("#add").press("Enter")
    expect(page.locator(".news-new").first).to_be_visible()
    assert page.url.endswith("/try")
    check_fits(page)


def test_a_wrong_request_says_where(page: Page, visit: Visit, check_accessibility: Check) -> None:
    """Line, column, and the line itself; the text is still there. Corrected, the problem is gone."""
    visit("/")
    page.get_by_label("Request or Bundle (JSON)").fill('{\n  "hook": oops\n}')
    page.get_by_role("button", name="Ask", exact=True).click()
    notice = page.locator("#problem-text")
    expect(notice).to_contain_text("line 2, column 11")
    expect(notice.locator("pre")).to_contain_text('"hook": oops')
    text = page.get_by_label("Request or Bundle (JSON)")
    expect(text).to_have_value('{\n  "hook": oops\n}')
    expect(page).to_have_title(re.compile("^Problem"))
    check_accessibility(page)
    page.complaints.clear()  # type: ignore[attr-defined]
    text.fill(json.dumps(pv()))
    page.get_by_role("button", name="Ask again").click()
    expect(page.locator("#cards")).to_be_visible()
    expect(notice).to_have_count(0)
    expect(text).not_to_have_attribute("aria-invalid", "true")


def test_a_refusal_while_switching_is_shown_and_goes(page: Page, visit: Visit) -> None:
    """A value that is no number; the cards stay as they were."""
    visit("/?case=ferritin-75-iron")
    page.locator("#lab-ferritin").fill("much")
    page.locator("#lab-ferritin").press("Tab")
    expect(page.locator("#problem")).to_contain_text("is no number")
    assert page.locator("#result").count() == 1
    page.locator("#lab-ferritin").fill("300")
    page.locator("#lab-ferritin").press("Tab")
    page.wait_for_url("**lab.ferritin=300**")
    expect(page.locator("#problem")).to_be_empty()
    page.complaints.clear()  # type: ignore[attr-defined]


def test_everything_but_feedback_works_without_script(browser: Browser, server: Server) -> None:
    """Search, case, switch, own request: plain forms."""
    x, y = WIDTHS["desktop"]
    context = browser.new_context(
        base_url=f"http://127.0.0.1:{server.port}",
        java_script_enabled=False,
        viewport={"width": x, "height": y},
    )
    page = context.new_page()
    page.goto("/")
    page.get_by_label("Search by words").fill("restless")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("#cases [role=status]")).to_contain_text("restless")
    page.goto(RLS)
    page.locator("#f-urge-to-move-legs-absent").check(force=True)
    page.get_by_role("button", name="Ask with these").click()
    assert page.url.endswith(f"{RLS}&f.urge-to-move-legs=absent")
    expect(page.locator(".news-gone")).to_be_visible()
    expect(page.get_by_role("button", name="Accept: Order Ferritin")).to_have_count(0)
    page.goto("/")
    page.get_by_label("Request or Bundle (JSON)").fill(json.dumps(pv()))
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator("h1")).to_have_text("Your request")
    context.close()
