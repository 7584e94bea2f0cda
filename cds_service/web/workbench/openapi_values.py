"""What the API page shows: operations by tag, bodies, answers, schemas with their members."""

from __future__ import annotations

import msgspec
from markupsafe import Markup


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A parameter, a header, or a property of a schema.

    ``kind`` says its type in words; ``schema`` names the schema of the document behind it.
    """

    name: str
    kind: str
    about: Markup = Markup("")
    place: str = ""
    required: bool = False
    schema: str = ""
    limits: tuple[str, ...] = ()
    members: tuple[Member, ...] = ()


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """JSON to copy."""

    name: str
    text: str


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """A body in one media type."""

    media: str
    body: Member
    examples: tuple[Example, ...]


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """One status that an operation may answer with."""

    status: str
    about: Markup
    contents: tuple[Content, ...]
    headers: tuple[Member, ...]

    @property
    def failed(self) -> bool:
        """It is an error."""
        return self.status.startswith(("4", "5"))


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """A method on a path."""

    id: str
    method: str
    path: str
    summary: str
    about: Markup
    deprecated: bool
    secured: tuple[str, ...]
    parameters: tuple[Member, ...]
    bodies: tuple[Content, ...]
    body_required: bool
    answers: tuple[Answer, ...]


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Operations with the same tag."""

    id: str
    name: str
    about: Markup
    operations: tuple[Operation, ...]


class ApiView(msgspec.Struct, frozen=True, kw_only=True):
    """The whole page."""

    title: str
    version: str
    about: Markup
    servers: tuple[tuple[str, str], ...]
    security: tuple[Member, ...]
    groups: tuple[Group, ...]
    schemas: tuple[Member, ...]
