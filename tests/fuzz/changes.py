"""Damage to a JSON document: drop, retype, swap, nest, repeat, stretch; and damage to its bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from random import Random  # noqa: TID251 (a type here; `measure.dice` makes them)
from typing import Any


Path = tuple[Any, ...]
ODD = (
    None, "", "x", 0, -1, 1e308, 1e-320, True, [], {}, [None], [[]], [{}], {"coding": "x"}, {"coding": [None]},
    {"resourceType": "Bundle"}, {"reference": "#"}, "9999-99-99", "2026", "0000-01-01", "2026-11-21T24:61:61Z",
    "2026-02-30", "Patient/other", "\u0000", "\u200b", "\u202e", "é" * 300, "<script>", "{{context.patientId}}",
    10**30, -(10**30), 0.1 + 0.2, "NaN", "Infinity", "1e999", "-0", " ", "null", "urn:uuid:x",
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "2299-12-31T23:59:59-23:59", "1900-01-01T00:00:00+23:59",
    "2026-11-21T23:59:60Z", "\uffff\ufdd0", "\u0301" * 50, "\u0662\u0660\u0662\u0666-11-21", "\u00b2", "\u00bd", "\U0001f9b5", -1e308, 2**63, 5e-324,
)  # fmt: skip


_TALK = (
    "burning legs ",
    "leg pain. ",
    "no, ",
    "mother ",
    "legs hurt 3 weeks ",
    "? ",
    "\\",
    '"',
    "LE le ",
)


def damaged(document: Any, dice: Random) -> tuple[Any, list[str]]:
    """A copy with one to four changes, and what they were."""
    changed = deepcopy(document)
    done = []
    for _ in range(dice.randint(1, 4)):
        place = _place(changed, dice)
        if place is None:
            break
        change = dice.choice(CHANGES)
        done.append(f"{change.__name__.lstrip('_')} {'.'.join(map(str, place))}")
        change(changed, place, dice)
    return changed, done


def _place(document: Any, dice: Random) -> Path | None:
    """A member somewhere, mostly in what is read about the patient: the envelope is refused soon enough."""
    if dice.random() < 0.9:
        deep = [path for path in _places(document) if _is_about_the_patient(path)]
        if deep:
            return dice.choice(deep)
    return _walked(document, dice)


def _is_about_the_patient(path: Path) -> bool:
    """Below prefetch, or what a context holds besides ids."""
    return len(path) > 2 and path[0] in {"prefetch", "context"}


def _places(value: Any, path: Path = ()) -> Iterator[Path]:
    """The path of every member and element below ``value``; as deep as requests may be."""
    inner: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list):
        inner = enumerate(value)
    for name, member in inner:
        yield (*path, name)
        yield from _places(member, (*path, name))


def _walked(document: Any, dice: Random) -> Path | None:
    """A member somewhere; deeper ones are as likely as shallow ones."""
    path: Path = ()
    value = document
    while isinstance(value, dict | list) and value:
        step = dice.choice(list(value)) if isinstance(value, dict) else dice.randrange(len(value))
        path, value = (*path, step), value[step]
        if dice.random() < 0.15:
            break
    return path or None


def _holder(document: Any, path: Path) -> Any:
    for step in path[:-1]:
        document = document[step]
    return document


def _drop(document: Any, path: Path, dice: Random) -> None:
    del _holder(document, path)[path[-1]]


def _retype(document: Any, path: Path, dice: Random) -> None:
    _holder(document, path)[path[-1]] = deepcopy(dice.choice(ODD))


def _swap(document: Any, path: Path, dice: Random) -> None:
    """With another place, unless one holds the other."""
    other = _place(document, dice)
    if other is None or path[: len(other)] == other or other[: len(path)] == path:
        return
    one, two = _holder(document, path), _holder(document, other)
    one[path[-1]], two[other[-1]] = two[other[-1]], one[path[-1]]


def _nest(document: Any, path: Path, dice: Random) -> None:
    holder = _holder(document, path)
    value = holder[path[-1]]
    holder[path[-1]] = dice.choice(([value], [[value]], {"value": value}, {path[-1]: value}))


def _unwrap(document: Any, path: Path, dice: Random) -> None:
    """A list becomes one of its elements, an object one of its members."""
    holder = _holder(document, path)
    value = holder[path[-1]]
    if isinstance(value, list) and value:
        holder[path[-1]] = dice.choice(value)
    elif isinstance(value, dict) and value:
        holder[path[-1]] = value[dice.choice(list(value))]


def _repeat(document: Any, path: Path, dice: Random) -> None:
    holder = _holder(document, path)
    value = holder[path[-1]]
    times = dice.choice((2, 3)) if isinstance(value, dict | list) else 40
    holder[path[-1]] = [deepcopy(value) for _ in range(times)]


def _stretch(document: Any, path: Path, dice: Random) -> None:
    """A long text where one was, or in its place."""
    holder = _holder(document, path)
    value = holder[path[-1]]
    words = (
        value if isinstance(value, str) and value and dice.random() < 0.5 else dice.choice(_TALK)
    )
    holder[path[-1]] = (words * dice.choice((10, 1_000)))[:200_000]


def _deepen(document: Any, path: Path, dice: Random) -> None:
    """Levels around a value, up to more than are allowed; no more than our own tools can write."""
    holder = _holder(document, path)
    value = holder[path[-1]]
    for _ in range(dice.choice((5, 40, 105))):
        value = {"item": [value]}
    holder[path[-1]] = value


def _rename(document: Any, path: Path, dice: Random) -> None:
    """A member under the name of another: values in places that are meant for other types."""
    holder, other = _holder(document, path), _place(document, dice)
    if isinstance(holder, dict) and other is not None and isinstance(other[-1], str):
        holder[other[-1]] = holder.pop(path[-1])


CHANGES: tuple[Callable[[Any, Path, Random], None], ...] = (
    _drop, _retype, _retype, _swap, _nest, _unwrap, _repeat, _stretch, _deepen, _rename,
)  # fmt: skip


def damaged_bytes(body: bytes, dice: Random) -> bytes:
    """Cut, overwritten, or with bytes put in."""
    at = dice.randrange(len(body))
    noise = dice.randbytes(dice.choice((1, 8)))
    return dice.choice(
        (body[:at], body[:at] + noise + body[at:], body[:at] + noise + body[at + 8 :])
    )


# What stands in JSON texts that are none, or only just one; put in place of some value.
_NO_VALUES = (
    b"NaN", b"Infinity", b"-Infinity", b"1e999", b"-1e-999", b"1" * 500, b"01", b"+1", b".5", b"1.", b"undefined",
    b"'x'", b"True", b'"\\ud800"', b'"\\udc00\\ud800"', b'"\\u0000"', b'"\xff"', b'"\xc0\xaf"', b'"\xed\xa0\x80"',
    b'"\n"', b'"\\x41"', b'"', b"\\", b"[" * 3_000, b'{"a":' * 3_000, b"[" * 60 + b"]" * 60, b"/* */ 1", b"",
    b'{"a": 1, "a": 2}', b'{"": 1}', b"[1,]", b'{"a" 1}', b"]",
)  # fmt: skip
_ENCODINGS = ("utf-16", "utf-16-le", "utf-32", "utf-8-sig", "utf-7", "cp037")


def damaged_text(body: bytes, dice: Random) -> bytes:
    """A value that JSON does not know, or another encoding, or something around the document."""
    kind = dice.random()
    if kind < 0.2:
        return body.decode().encode(dice.choice(_ENCODINGS))
    if kind < 0.3:
        return (
            dice.choice((b"\x00", b" " * 50_000, b"//\n")) + body + dice.choice((b"", b"{}", b","))
        )
    places = [at for at, byte in enumerate(body) if byte in b":,"]
    if not places:
        return dice.choice(_NO_VALUES)
    at = dice.choice(places) + 1
    return body[:at] + dice.choice(_NO_VALUES) + dice.choice((b",", b"")) + body[at:]


def damaged_somehow(body: bytes, dice: Random) -> tuple[bytes, list[str]]:
    """The bytes damaged in one call of seven, and what was done."""
    chance = dice.random()
    if chance < 0.07:
        return damaged_bytes(body, dice), ["bytes"]
    return (damaged_text(body, dice), ["text"]) if chance < 0.14 else (body, [])
