"""The published Questionnaire as the page shows it: what is published is what is asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from cds_service.fhir.access import Json
from cds_service.fhir.questionnaire_answers import urgency_of
from cds_service.fhir.questionnaire_form import ITEM_CONTROL, NONE_OF_THESE


NONE = "none:"
_ANSWERS = {"yes": True, "no": False}


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A question, or urgent advice.

    Attributes:
        link: linkId of the item.
        when: linkIds of what it depends on; empty: it is always shown.
        together: All of them are needed, not one of them.
        condition: The same in words, for browsers without scripts.
        tick: It is one line of a list to tick.
        urgency: Of advice; empty: a question.
        answer: yes, no, or empty.
    """

    link: str
    text: str
    hint: str = ""
    when: tuple[str, ...] = ()
    together: bool = False
    condition: str = ""
    tick: bool = False
    urgency: str = ""
    answer: str = ""


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """A group of questions. ``none``: "none of these" is offered; ``denied``: it was chosen."""

    link: str
    text: str
    hint: str
    when: tuple[str, ...]
    none: bool
    denied: bool
    lines: tuple[Line, ...]


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """The whole questionnaire."""

    title: str
    introduction: str
    blocks: tuple[Block, ...]


def form_of(questionnaire: Json, sent: Mapping[str, str]) -> Form:
    """The form, filled in with what was sent."""
    items = questionnaire["item"]
    words = {item["linkId"]: item["text"] for item in _all_items(items)}
    return Form(
        title=questionnaire["title"],
        introduction=" ".join(item["text"] for item in items if item["type"] == "display"),
        blocks=tuple(_block(item, words, sent) for item in items if item["type"] == "group"),
    )


def answers_of(questionnaire: Json, sent: Mapping[str, str]) -> dict[str, bool]:
    """What the fields of the form say; "none of these" denies a list of which nothing is ticked."""
    answers: dict[str, bool] = {}
    for group in questionnaire["item"]:
        links = [each["linkId"] for each in group.get("item", ()) if each["type"] == "boolean"]
        said = {link: _ANSWERS[sent[link]] for link in links if sent.get(link) in _ANSWERS}
        if not said and _denied(group, sent):
            said = dict.fromkeys(links, False)
        answers |= said
    return answers


def _denied(group: Json, sent: Mapping[str, str]) -> bool:
    offered = _extension(group, NONE_OF_THESE) is not None
    return offered and sent.get(f"{NONE}{group['linkId']}") == "yes"


def _all_items(items: Iterable[Json]) -> Iterator[Json]:
    for item in items:
        yield item
        yield from _all_items(item.get("item", ()))


def _block(group: Json, words: Mapping[str, str], sent: Mapping[str, str]) -> Block:
    return Block(
        link=group["linkId"],
        text=group["text"],
        hint=_hint(group),
        when=_when(group),
        none=_extension(group, NONE_OF_THESE) is not None,
        denied=_denied(group, sent),
        lines=tuple(
            _line(item, words, sent)
            for item in group["item"]
            if item["type"] == "boolean" or urgency_of(item)
        ),
    )


def _line(item: Json, words: Mapping[str, str], sent: Mapping[str, str]) -> Line:
    link, when = item["linkId"], _when(item)
    together = item.get("enableBehavior") == "all"
    joined = (" and " if together else " or ").join(f"“{words[each]}”" for each in when)
    answer = sent.get(link, "")
    return Line(
        link=link,
        text=item["text"],
        hint=_hint(item),
        when=when,
        together=together,
        condition=joined,
        tick=_extension(item, ITEM_CONTROL) is not None,
        urgency=urgency_of(item),
        answer=answer if answer in _ANSWERS else "",
    )


def _when(item: Json) -> tuple[str, ...]:
    return tuple(each["question"] for each in item.get("enableWhen", ()))


def _hint(item: Json) -> str:
    displays = (each for each in item.get("item", ()) if each["type"] == "display")
    return next((each["text"] for each in displays if not urgency_of(each)), "")


def _extension(item: Json, url: str) -> Json | None:
    return next((each for each in item.get("extension", ()) if each["url"] == url), None)
