"""What "What if" changed: cards that are new, changed or gone, and a sentence that says so."""

from __future__ import annotations

from typing import Any

import msgspec

from cds_service.core.knowledge import Knowledge


Json = dict[str, Any]


class Differences(msgspec.Struct, frozen=True, kw_only=True):
    """``news`` by place of the card now; ``gone`` are summaries of cards that no longer come."""

    news: dict[int, str] = {}
    gone: tuple[str, ...] = ()
    sentence: str = ""


def differences(before: Json, now: Json, knowledge: Knowledge) -> Differences:
    """Compare two answers; each has ``cards`` and ``differential``."""
    left = {_key(card, place): card for place, card in _numbered(before["cards"])}
    news: dict[int, str] = {}
    for place, card in _numbered(now["cards"]):
        same = left.pop(_key(card, place), None)
        if same is None:
            news[_at(now["cards"], card)] = "new"
        elif _content(same) != _content(card):
            news[_at(now["cards"], card)] = "changed"
    gone = tuple(card["summary"] for card in left.values())
    sentence = _sentence(before, now, news, gone, knowledge)
    return Differences(news=news, gone=gone, sentence=sentence)


def _numbered(cards: list[Json]) -> list[tuple[int, Json]]:
    """Cards with how many of the same topic came before."""
    seen: dict[str, int] = {}
    numbered: list[tuple[int, Json]] = []
    for card in cards:
        topic = card["source"]["topic"]["code"]
        numbered.append((seen.get(topic, 0), card))
        seen[topic] = seen.get(topic, 0) + 1
    return numbered


def _key(card: Json, place: int) -> tuple[str, int]:
    return card["source"]["topic"]["code"], place


def _at(cards: list[Json], card: Json) -> int:
    return next(place for place, each in enumerate(cards) if each is card)


def _content(card: Json) -> tuple[Any, ...]:
    """All but the ids, which are new in every answer."""
    orders = [suggestion["label"] for suggestion in card.get("suggestions", ())]
    return card["summary"], card["indicator"], card.get("detail"), orders


def _sentence(
    before: Json, now: Json, news: dict[int, str], gone: tuple[str, ...], knowledge: Knowledge
) -> str:
    """For the status line, and so for screen readers."""
    first, was = _first(now, knowledge), _first(before, knowledge)
    lead = f"First cause: {first or 'none'}" + ("." if first == was else f" (was {was or 'none'}).")
    kinds = list(news.values())
    counted = [
        f"{number} {word}"
        for number, word in (
            (kinds.count("new"), "new"),
            (kinds.count("changed"), "changed"),
            (len(gone), "gone"),
        )
        if number
    ]
    return f"{lead} Cards: {', '.join(counted) or 'as before'}."


def _first(answer: Json, knowledge: Knowledge) -> str:
    ranked = answer["differential"]
    return knowledge.causes[ranked[0]["cause"]].label if ranked else ""
