"""Cards as the side panel of an EHR would show them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import msgspec
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markupsafe import Markup

from cds_service.wire.strict_json import pretty_json


Json = dict[str, Any]
_WORDS: dict[str, str] = {"critical": "Critical", "warning": "Warning", "info": "Information"}


class SuggestionView(msgspec.Struct, frozen=True, kw_only=True):
    """One suggestion, with what the draft order in it contains."""

    id: str
    label: str
    description: str
    recommended: bool
    kind: str
    facts: tuple[tuple[str, str], ...]
    resource: str


class CardView(msgspec.Struct, frozen=True, kw_only=True):
    """One card. ``news`` says what "What if" changed about it: new, changed or nothing."""

    id: str
    number: int
    indicator: str
    indicator_words: str
    summary: str
    detail: Markup
    source: str
    source_url: str
    topic: str
    suggestions: tuple[SuggestionView, ...]
    reasons: tuple[Json, ...]
    links: tuple[Json, ...]
    news: str = ""


def card_views(cards: list[Json], news: dict[int, str]) -> tuple[CardView, ...]:
    """All cards of a response, in its order."""
    return tuple(_card(card, place, news.get(place, "")) for place, card in enumerate(cards))


def _card(card: Json, place: int, news: str) -> CardView:
    source = card.get("source", {})
    return CardView(
        id=card["uuid"],
        number=place + 1,
        indicator=card["indicator"],
        indicator_words=_WORDS[card["indicator"]],
        summary=card["summary"],
        detail=rendered(card.get("detail", "")),
        source=source.get("label", ""),
        source_url=web_address(source.get("url", "")),
        topic=source.get("topic", {}).get("display", ""),
        suggestions=tuple(_suggestion(s) for s in card.get("suggestions", ())),
        reasons=tuple(card.get("overrideReasons", ())),
        links=tuple(link for link in card.get("links", ()) if web_address(link["url"])),
        news=news,
    )


def _suggestion(suggestion: Json) -> SuggestionView:
    action = suggestion["actions"][0]
    resource = action.get("resource", {})
    return SuggestionView(
        id=suggestion["uuid"],
        label=suggestion["label"],
        description=action.get("description", ""),
        recommended=bool(suggestion.get("isRecommended")),
        kind=action["type"],
        facts=tuple(_facts(resource)),
        resource=pretty_json(resource),
    )


def _facts(resource: Json) -> list[tuple[str, str]]:
    """What the order says, for people."""
    code = resource.get("code", {})
    inner = code.get("concept", code) if isinstance(code, dict) else {}
    codes = [
        f"{c.get('display') or c.get('code')} ({_system(c.get('system', ''))} {c.get('code')})"
        for c in inner.get("coding", ())
    ]
    pairs = [
        ("Order", str(inner.get("text", ""))),
        ("Codes", "; ".join(codes)),
        ("Priority", str(resource.get("priority", ""))),
        ("Status", " · ".join(str(resource[m]) for m in ("status", "intent") if resource.get(m))),
        ("Reason", "; ".join(_reasons(resource))),
    ]
    return [(name, value) for name, value in pairs if value]


def _reasons(resource: Json) -> list[str]:
    found: list[str] = []
    for reason in resource.get("reasonCode") or resource.get("reason") or ():
        concept = reason.get("concept", reason) if isinstance(reason, dict) else {}
        coded = [str(c.get("display") or c.get("code")) for c in concept.get("coding", ())]
        found.append(str(concept.get("text") or "; ".join(coded)))
    return [words for words in found if words]


def _system(uri: str) -> str:
    names = {
        "http://loinc.org": "LOINC",
        "http://snomed.info/sct": "SNOMED CT",
        "http://www.ama-assn.org/go/cpt": "CPT",
    }
    return names.get(uri, uri.rstrip("/").rpartition("/")[2])


def web_address(url: str) -> str:
    """The address when it is http or https, else nothing."""
    return url if urlsplit(url).scheme in {"http", "https"} else ""


def rendered(markdown: str) -> Markup:
    """GitHub Flavored Markdown as HTML. Raw HTML is shown as text; images and odd schemes are not made."""
    return Markup(_MARKDOWN.render(markdown))  # noqa: S704 (made by the renderer, html off)


def _link_open(renderer: RendererHTML, tokens: Any, index: int, options: Any, env: Any) -> str:
    tokens[index].attrSet("rel", "noopener noreferrer")
    return renderer.renderToken(tokens, index, options, env)


_MARKDOWN = MarkdownIt("gfm-like", {"html": False, "linkify": False}).disable("image")
_MARKDOWN.add_render_rule("link_open", _link_open)
