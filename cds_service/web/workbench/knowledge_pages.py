"""The knowledge browser: search, lists, and a page for every entry. No patient data."""

from __future__ import annotations

from collections import Counter
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, render_template, request

from cds_service.knowledge.pages.blocks import Limits
from cds_service.knowledge.pages.book import Book
from cds_service.knowledge.pages.citing import GRADES, MEANINGS
from cds_service.knowledge.pages.codes import LICENCES
from cds_service.knowledge.pages.house import house_sections
from cds_service.knowledge.pages.kinds import KINDS, entries_of
from cds_service.knowledge.pages.limits import Limit
from cds_service.knowledge.pages.listing import Row
from cds_service.knowledge.pages.parts import Ref
from cds_service.knowledge.pages.search import words_of
from cds_service.web.workbench.bench import Bench


ROOT = "/knowledge"
_MOST_SHOWN = 60
_LONGEST_QUERY = 100


def href(ref: Ref) -> str:
    """Where the page of an entry is."""
    return f"{ROOT}/{ref.kind}/{ref.id}"


def add_pages(blueprint: Blueprint, bench: Bench) -> None:
    """``/knowledge`` and everything below it."""
    book = Book(bench.knowledge)

    @blueprint.get(ROOT)
    def knowledge() -> str:
        """All kinds; with ``q``, what is found in all of them."""
        return _page("home", **_home(book, _query(), request.args.get("kind", "")))

    @blueprint.get(f"{ROOT}/<kind>")
    def entries(kind: str) -> str:
        """All entries of a kind, or those that fit ``q``."""
        if kind not in KINDS:
            abort(404)
        return _page("list", kind=KINDS[kind], q=_query(), **_list(book, kind, _query()))

    @blueprint.get(f"{ROOT}/<kind>/<id>")
    def entry(kind: str, id: str) -> str:
        """Everything that the knowledge says of one entry."""
        page = book.page(kind, id)
        if page is None:
            abort(404)
        url = book.knowledge.sources[id].url if kind == "sources" else ""
        return _page("entry", kind=KINDS[kind], page=page, url=url)

    _add_overviews(blueprint, book)


def _add_overviews(blueprint: Blueprint, book: Book) -> None:
    """What lies across all entries: limits, house rules, licences."""

    @blueprint.get(f"{ROOT}/thresholds")
    def thresholds() -> str:
        """Every limit in one table."""
        return _page("thresholds", q=_query(), **_thresholds(book, _query()))

    @blueprint.get(f"{ROOT}/house-rules")
    def house_rules() -> str:
        """The scale of the ranking, and how long things count."""
        return _page("house-rules", sections=house_sections(book.knowledge))

    @blueprint.get(f"{ROOT}/licences")
    def licences() -> str:
        """Whose code systems are used, and on what terms."""
        return _page("licences", licences=LICENCES)


def _page(template: str, **values: Any) -> str:
    return render_template(
        f"knowledge/{template}.html", here="knowledge", href=href, kinds=KINDS, link=_link, **values
    )


def _query() -> str:
    return " ".join(request.args.get("q", "")[:_LONGEST_QUERY].split())


def _link(q: str, kind: str = "") -> str:
    """The address of a search, to be kept or sent."""
    return f"{ROOT}?{urlencode({'q': q} | ({'kind': kind} if kind else {}))}"


def _home(book: Book, q: str, kind: str) -> dict[str, Any]:
    found = book.catalogue.find(q)
    counts = Counter(f.row.ref.kind for f in found)
    kind = kind if kind in KINDS else ""
    chosen = [f for f in found if not kind or f.row.ref.kind == kind]
    sizes = {id: len(entries_of(id, book.knowledge)) for id in KINDS}
    return {
        "q": q,
        "kind": kind,
        "found": chosen[:_MOST_SHOWN],
        "total": len(chosen),
        "counts": {id: counts[id] for id in KINDS if counts[id]},
        "sizes": sizes | {"thresholds": len(book.limits)},
        "version": book.knowledge.version,
        "meanings": MEANINGS,
        "grades": GRADES,
    }


def _list(book: Book, kind: str, q: str) -> dict[str, Any]:
    rows = book.rows(kind)
    found = {f.row.ref.id: f.why for f in book.catalogue.find(q, kind)} if q else {}
    shown = [row for row in rows if row.ref.id in found] if q else list(rows)
    groups: dict[str, list[Row]] = {}
    for row in shown:
        groups.setdefault(row.group, []).append(row)
    return {
        "groups": list(groups.items()),
        "shown": len(shown),
        "total": len(rows),
        "why": found,
    }


def _thresholds(book: Book, q: str) -> dict[str, Any]:
    words = words_of(q)
    rows = tuple(limit for limit in book.limits if _fits(limit, words))
    return {"rows": Limits(rows), "total": len(book.limits)}


def _fits(limit: Limit, words: list[str]) -> bool:
    text = " ".join((limit.analyte.id, limit.analyte.label, limit.limit,
                     limit.decides.label, *(source.id for source in limit.sources)))  # fmt: skip
    held = f" {' '.join(words_of(text))}"
    return all(f" {word}" in held for word in words)
