"""Pages without patient data, over WSGI: complete, exact, escaped, and no link leads nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import msgspec
import pytest
from flask import Flask
from flask.testing import FlaskClient
from pydantic import SecretStr

from cds_service.app import compose_bench, compose_site, create_app
from cds_service.core.knowledge import Cause, Knowledge
from cds_service.knowledge.pages.kinds import KINDS, entries_of
from cds_service.settings import NO_DATABASE, Settings
from cds_service.web.workbench import workbench_blueprint
from tests.contract.advisor import FixedAdvisor
from tests.memory.room import SECRET
from tests.unit.web.openapi_sample import SAMPLE


HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
_UNKNOWN = re.compile(r">\s*(None|null|nan|undefined)\s*<|\b(None|null)\b(?=\s*(?:%|</))")


class Links(HTMLParser):
    """Addresses, ids and ids of a page; also what a policy against inline code would refuse."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.hrefs: list[str] = []
        self.ids: list[str] = []
        self.inline: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect."""
        held = dict(attrs)
        self.hrefs += [held[name] or "" for name in ("href", "src", "action") if name in held]
        self.ids += [held["id"] or ""] if "id" in held else []
        self.inline += [name for name in held if name == "style" or name.startswith("on")]
        self.inline += [tag] if tag == "style" or (tag == "script" and "src" not in held) else []


@pytest.fixture(scope="module")
def pages(knowledge: Knowledge) -> FlaskClient:
    """The workbench without a memory."""
    app = create_app(Settings(database_url=NO_DATABASE), knowledge=knowledge)
    return app.test_client()


def _read(client: FlaskClient, path: str, status: int = 200) -> str:
    answer = client.get(path, headers=HTML)
    assert answer.status_code == status, path
    assert answer.mimetype == "text/html"
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    return answer.get_data(as_text=True)


def test_every_internal_link_from_the_knowledge_leads_somewhere(pages: FlaskClient) -> None:
    """Crawled to the end: no 404, no anchor that is not there, no inline code, nothing unknown as None."""
    waiting, seen = (
        ["/knowledge", "/knowledge?q=pain&kind=findings", "/reports", "/docs/api"],
        set(),
    )
    ids: dict[str, list[str]] = {}
    anchors: set[tuple[str, str]] = set()
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        answer = pages.get(path, headers=HTML)
        assert answer.status_code == 200, path
        if answer.mimetype != "text/html":
            continue
        text = answer.get_data(as_text=True)
        if path != "/docs/api":  # there null is the name of a type
            assert not _UNKNOWN.search(text), (path, _UNKNOWN.search(text))
        found = Links(text)
        assert not found.inline, path
        assert len(found.ids) == len(set(found.ids)), path
        ids[path] = found.ids
        for href in found.hrefs:
            target = urlsplit(urljoin(path, href))
            if target.netloc:
                assert target.scheme == "https", href
            elif target.path.startswith(("/knowledge", "/reports", "/docs", "/static")):
                address = target.path + (f"?{target.query}" if target.query else "")
                waiting.append(address)
                anchors |= {(address, target.fragment)} if target.fragment else set()
    assert len(seen) > 950
    assert all(fragment in ids[path] for path, fragment in anchors)


def test_every_entry_has_an_address(pages: FlaskClient, knowledge: Knowledge) -> None:
    """And stands in the list of its kind."""
    for kind in KINDS:
        listed = _read(pages, f"/knowledge/{kind}")
        for id in entries_of(kind, knowledge):
            assert f'href="/knowledge/{kind}/{id}"' in listed


def test_quotes_stand_word_for_word_on_the_page(pages: FlaskClient, knowledge: Knowledge) -> None:
    """Between quotation marks, escaped."""
    for cause in knowledge.causes.values():
        quotes = [link.quote for link in cause.evidence if link.quote]
        page = _read(pages, f"/knowledge/causes/{cause.id}") if quotes else ""
        for quote in quotes:
            assert (
                f"“{escape(quote).replace('&#x27;', '&#39;').replace('&quot;', '&#34;')}”" in page
            )


@pytest.mark.parametrize("path", ["/knowledge/nothing", "/knowledge/causes/nothing", "/knowledge/causes/"])  # fmt: skip
def test_what_does_not_exist_is_404(pages: FlaskClient, path: str) -> None:
    """With a page for people where it is one of ours."""
    assert pages.get(path, headers=HTML).status_code == 404


def test_searches_are_linkable_and_escaped(pages: FlaskClient) -> None:
    """The word that was typed stands in the box again, as text."""
    page = _read(pages, '/knowledge?q="><script>alert(1)</script>')
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    assert "Nothing found" in page
    found = _read(pages, "/knowledge?q=hangs+rest&kind=causes")
    assert 'value="hangs rest"' in found
    assert "/knowledge/causes/ischaemic-rest-pain" in found
    assert "/knowledge/findings/" not in found
    assert "possible" in _read(pages, "/knowledge?kind=nonsense&q=possible")


def test_lists_and_limits_are_searched_too(pages: FlaskClient) -> None:
    """With a way to the wide search when nothing fits."""
    assert "1 of 45" in _read(pages, "/knowledge/workups?q=exercise+treadmill+ankle")
    assert "/knowledge?q=zzz" in _read(pages, "/knowledge/workups?q=zzz")
    limits = _read(pages, "/knowledge/thresholds?q=ferritin")
    assert "/knowledge/analytes/ferritin" in limits
    assert "/knowledge/analytes/abi" not in limits


def test_what_knowledge_says_is_text_never_html(knowledge: Knowledge) -> None:
    """A site may write anything into its own knowledge."""
    odd = '<img src=x onerror="alert(1)">'
    cause = knowledge.causes["restless-legs-syndrome"]
    link = msgspec.structs.replace(cause.evidence[0], quote=odd, note=odd)
    changed: Cause = msgspec.structs.replace(
        cause, label=odd, explanation=odd, note=odd, evidence=(link, *cause.evidence[1:])
    )
    own = msgspec.structs.replace(knowledge, causes={**knowledge.causes, cause.id: changed})
    client = create_app(Settings(database_url=NO_DATABASE), knowledge=own).test_client()
    paths = (
        "/knowledge/causes/restless-legs-syndrome",
        "/knowledge/causes",
        "/knowledge?q=onerror",
    )
    for path in paths:
        page = _read(client, path)
        assert "<img src=x" not in page
        assert "&lt;img src=x" in page


def test_reports_without_memory_say_so(pages: FlaskClient) -> None:
    """To people as a page, to programs as before."""
    assert "keeps no feedback" in _read(pages, "/reports")
    answer = pages.get("/reports")
    assert (answer.status_code, answer.mimetype) == (503, "application/fhir+json")


@pytest.fixture
def remembering(knowledge: Knowledge, advisor: FixedAdvisor, tmp_path: Path) -> Iterator[Flask]:
    """The workbench with an empty memory."""
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'cds.sqlite3'}", site_secret=SecretStr(SECRET))  # fmt: skip
    app = create_app(settings, knowledge=knowledge, advisor=advisor)
    yield app
    app.extensions["cds_memory"].close()


def test_reports_are_a_page_for_browsers_and_json_for_programs(remembering: Flask) -> None:
    """At the same address; empty is friendly; a wrong bound is 400 for both."""
    client = remembering.test_client()
    assert "No cards yet" in _read(client, "/reports")
    assert "in this selection" in _read(client, "/reports?since=2026-01-01&client=one")
    for accept in ({}, {"Accept": "*/*"}, {"Accept": "application/json"}):
        answer = client.get("/reports", headers=accept)
        assert (answer.mimetype, answer.get_json()["services"]) == ("application/json", [])
        assert "Accept" in answer.headers["Vary"]
    assert "RFC 3339" in _read(client, "/reports?since=soon", status=400)
    assert client.get("/reports?since=soon").mimetype == "application/fhir+json"
    table = client.get("/reports.csv")
    assert (table.mimetype, table.data.splitlines()[0][:11]) == ("text/csv", b"group,name,")
    assert "attachment" in table.headers["Content-Disposition"]


@pytest.fixture
def documented(knowledge: Knowledge) -> FlaskClient:
    """The workbench with an OpenAPI document."""
    settings = Settings(database_url=NO_DATABASE)
    site = compose_site(settings, knowledge=knowledge)
    bench = compose_bench(settings, site, knowledge)
    app = Flask("cds_service", static_folder=None)
    app.register_blueprint(
        workbench_blueprint(msgspec.structs.replace(bench, openapi=lambda: SAMPLE))
    )
    return app.test_client()


def test_the_api_page_shows_the_document(documented: FlaskClient) -> None:
    """Operations, schemas, errors, examples; every link on it has its anchor; descriptions are no HTML."""
    page = _read(documented, "/docs/api")
    for words in ("/cds-services/{id}", "Required data are missing.", "OperationOutcome", "Restless legs"):  # fmt: skip
        assert words in page
    found = Links(page)
    assert not found.inline
    assert len(found.ids) == len(set(found.ids))
    local = [href.removeprefix("#") for href in found.hrefs if href.startswith("#")]
    assert len(local) > 8
    assert set(local) <= set(found.ids)
    assert "<script>alert" not in page
    assert "None" not in page
