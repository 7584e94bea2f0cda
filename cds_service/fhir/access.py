"""Members of a resource by type. A wrong type makes the resource unreadable, and says where."""

from __future__ import annotations

from typing import Any, TypeAlias, cast


Json: TypeAlias = dict[str, Any]


class ReadingError(Exception):
    """A resource, or a part of one, cannot be read. The message names the member, no patient data."""


def text_of(resource: Json, member: str) -> str:
    """A string, trimmed; empty when missing.

    Raises:
        ReadingError: It is something else than a string.
    """
    value = resource.get(member)
    if isinstance(value, str):
        return value.strip()
    if value is None:
        return ""
    raise ReadingError(f"{member}: expected text")


def flag_of(resource: Json, member: str) -> bool | None:
    """A boolean; None when missing.

    Raises:
        ReadingError: It is something else than a boolean.
    """
    value = resource.get(member)
    if value is None or isinstance(value, bool):
        return value
    raise ReadingError(f"{member}: expected true or false")


def object_of(resource: Json, member: str) -> Json | None:
    """An object; None when missing. A list of one object counts as that object.

    Raises:
        ReadingError: It is something else.
    """
    value = resource.get(member)
    if value is None or isinstance(value, dict):
        return value
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict):
        return cast("Json", value[0])
    raise ReadingError(f"{member}: expected an object")


def objects_of(resource: Json, member: str) -> list[Json]:
    """Objects in a list; a single object counts as a list of one; nulls are left out.

    Raises:
        ReadingError: There is something else in it.
    """
    value = resource.get(member)
    if value is None:
        return []
    if isinstance(value, dict):
        return [cast("Json", value)]
    if not isinstance(value, list):
        raise ReadingError(f"{member}: expected a list of objects")
    found = [entry for entry in value if entry is not None]
    if not all(isinstance(entry, dict) for entry in found):
        raise ReadingError(f"{member}: expected a list of objects")
    return cast("list[Json]", found)


def status_of(resource: Json, member: str = "status") -> str:
    """A status code, trimmed and in lower case ("entered-in-error " is in real data)."""
    return text_of(resource, member).lower()
