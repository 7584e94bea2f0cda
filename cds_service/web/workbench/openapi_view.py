"""An OpenAPI document as values for a page: operations by tag, schemas with their members.

Takes the document as it is served. What it does not understand is left out, never an error: the
document is the contract, this page only shows it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from markdown_it import MarkdownIt
from markupsafe import Markup

from cds_service.web.workbench.openapi_values import (
    Answer,
    ApiView,
    Content,
    Example,
    Group,
    Member,
    Operation,
)


Json = Mapping[str, Any]
METHODS = ("get", "post", "put", "patch", "delete", "head", "options")
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
_DEEPEST = 6


def api_view(document: Json) -> ApiView:
    """What an OpenAPI 3 document says."""
    reader = _Reader(document)
    info = document.get("info", {})
    return ApiView(
        title=info.get("title", "API"),
        version=str(info.get("version", "")),
        about=in_html(info.get("description", "")),
        servers=tuple((s.get("url", ""), s.get("description", "")) for s in document.get("servers", ())),
        security=tuple(reader.security()),
        groups=tuple(reader.groups()),
        schemas=tuple(reader.schemas()),
    )  # fmt: skip


def in_html(markdown: str) -> Markup:
    """CommonMark as HTML; HTML inside of it is text."""
    return Markup(_MARKDOWN.render(markdown)) if markdown else Markup("")  # noqa: S704 - rendered without HTML


def slug(text: str) -> str:
    """A name for an anchor."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


class _Reader:
    def __init__(self, document: Json) -> None:
        self.document = document

    def resolved(self, held: Any) -> Json:
        """What a local reference leads to."""
        for _ in range(_DEEPEST):
            if not isinstance(held, Mapping):
                return {}
            target = held.get("$ref")
            if not isinstance(target, str):
                return held
            held = self._at(target)
        return {}

    def _at(self, pointer: str) -> Any:
        held: Any = self.document
        for step in pointer.removeprefix("#/").split("/"):
            held = held.get(step.replace("~1", "/").replace("~0", "~"), {}) if isinstance(held, Mapping) else {}  # fmt: skip
        return held

    def groups(self) -> Iterator[Group]:
        """By the first tag of each operation, in the order of the document."""
        found: dict[str, list[Operation]] = {t.get("name", ""): [] for t in self.document.get("tags", ())}  # fmt: skip
        for path, item in self.document.get("paths", {}).items():
            for method in METHODS:
                if isinstance(item.get(method), Mapping):
                    tag = next(iter(item[method].get("tags", ())), "")
                    found.setdefault(tag, []).append(self._operation(path, method, item))
        about = {t.get("name", ""): t.get("description", "") for t in self.document.get("tags", ())}
        for tag, operations in found.items():
            if operations:
                name = tag or "Operations"
                yield Group(id=f"tag-{slug(name)}", name=name, about=in_html(about.get(tag, "")),
                            operations=tuple(operations))  # fmt: skip

    def _operation(self, path: str, method: str, item: Json) -> Operation:
        held = item[method]
        body = self.resolved(held.get("requestBody", {}))
        parameters = {
            (p.get("in"), p.get("name")): p
            for each in (*item.get("parameters", ()), *held.get("parameters", ()))
            if (p := self.resolved(each))
        }
        security = held.get("security", self.document.get("security", ()))
        return Operation(
            id=slug(f"{method} {path}"),
            method=method.upper(),
            path=path,
            summary=held.get("summary", ""),
            about=in_html(held.get("description", "")),
            deprecated=bool(held.get("deprecated")),
            secured=tuple(dict.fromkeys(name for each in security for name in each)),
            parameters=tuple(self._parameter(p) for p in parameters.values()),
            bodies=tuple(self._contents(body)),
            body_required=bool(body.get("required")),
            answers=tuple(self._answers(held)),
        )

    def _parameter(self, held: Json) -> Member:
        found = self._member(held.get("name", ""), held.get("schema", {}), required=bool(held.get("required")))  # fmt: skip
        about = in_html(held.get("description", "")) or found.about
        return msgspec.structs.replace(found, about=about, place=held.get("in", ""), members=())

    def _answers(self, held: Json) -> Iterator[Answer]:
        for status, each in held.get("responses", {}).items():
            response = self.resolved(each)
            headers = response.get("headers", {}).items()
            yield Answer(
                status=str(status),
                about=in_html(response.get("description", "")),
                contents=tuple(self._contents(response)),
                headers=tuple(
                    self._parameter({**self.resolved(h), "name": name}) for name, h in headers
                ),
            )

    def _contents(self, held: Json) -> Iterator[Content]:
        for media, content in held.get("content", {}).items():
            body = self._member("", content.get("schema", {}), required=False)
            yield Content(media=media, body=body, examples=tuple(self._examples(content)))

    def _examples(self, content: Json) -> Iterator[Example]:
        if "example" in content:
            yield Example(name="Example", text=_json(content["example"]))
        for name, each in content.get("examples", {}).items():
            example = self.resolved(each)
            if "value" in example:
                yield Example(name=example.get("summary") or name, text=_json(example["value"]))

    def schemas(self) -> Iterator[Member]:
        """The named schemas of the document."""
        for name, held in self.document.get("components", {}).get("schemas", {}).items():
            yield self._member(name, held, required=False)

    def security(self) -> Iterator[Member]:
        """Ways of proving who calls."""
        for name, each in self.document.get("components", {}).get("securitySchemes", {}).items():
            held = self.resolved(each)
            words = (held.get("type", ""), held.get("scheme", ""), held.get("bearerFormat", ""))
            kind = " ".join(word for word in words if word)
            yield Member(name=name, kind=kind, about=in_html(held.get("description", "")))

    def _member(self, name: str, held: Any, *, required: bool, depth: int = 0) -> Member:
        schema = self.resolved(held)
        named = _schema_name(held) or _schema_name(schema.get("items", {}))
        inner = depth < _DEEPEST and not (named and depth)
        return Member(
            name=name,
            kind=self._kind(held),
            about=in_html(schema.get("description", "")),
            required=required,
            schema=named,
            limits=tuple(_limits(schema)),
            members=tuple(self._members(schema, depth)) if inner else (),
        )

    def _members(self, schema: Json, depth: int) -> Iterator[Member]:
        parts = [self.resolved(part) for part in schema.get("allOf", ())]
        if schema.get("items"):
            parts.append(self.resolved(schema["items"]))
        for part in (schema, *parts):
            wanted = part.get("required", ())
            for name, held in part.get("properties", {}).items():
                yield self._member(name, held, required=name in wanted, depth=depth + 1)

    def _kind(self, held: Any) -> str:
        if not isinstance(held, Mapping):
            return "anything"
        if named := _schema_name(held):
            return named
        for word in ("oneOf", "anyOf", "allOf"):
            if held.get(word):
                joined = " and " if word == "allOf" else " or "
                return joined.join(dict.fromkeys(self._kind(part) for part in held[word]))
        kind = held.get("type", "object" if "properties" in held else "anything")
        words = " or ".join(kind) if isinstance(kind, list) else str(kind)
        if words == "array":
            return f"array of {self._kind(held.get('items', {}))}"
        return f"{words} ({held['format']})" if "format" in held else words


def _schema_name(held: Any) -> str:
    target = held.get("$ref", "") if isinstance(held, Mapping) else ""
    return target.rpartition("/")[2] if target.startswith("#/components/schemas/") else ""


_BOUNDS = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} entries",
    "maxItems": "at most {} entries",
    "pattern": "pattern {}",
}


def _limits(schema: Json) -> Iterator[str]:
    if "const" in schema:
        yield f"always {_plain(schema['const'])}"
    if schema.get("enum"):
        yield "one of " + ", ".join(_plain(value) for value in schema["enum"])
    for key, words in _BOUNDS.items():
        if key in schema:
            yield words.format(schema[key])
    if "default" in schema and schema["default"] is not None:
        yield f"default {_plain(schema['default'])}"
    if schema.get("example") is not None and not isinstance(schema["example"], Mapping | list):
        yield f"example {_plain(schema['example'])}"


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else _json(value)


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
