"""Damage to a JSON document: drop, retype, swap, nest, repeat, stretch; and damage to its bytes."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from random import Random  # noqa: TID251 (a type here; `measure.dice` makes them)
from typing import Any


Path = tuple[Any, ...]
ODD = (
    None, "", "x", 0, -1, 1e308, 1e-320, True, [], {}, [None], [[]], [{}], {"coding": "x"}, {"coding": [None]},
    {"resourceType": "Bundle"}, {"reference": "#"}, "9999-99-99", "2026", "0000-01-01", "2026-11-21T24:61:61Z",
    "2026-02-30", "Patient/other", "\u0000", "\u200b", "\u202e", "é" * 300, "<script>", "{{context.patientId}}",
    10**30, -(10**30), 0.1 + 0.2, "NaN", "Infinity", "1e999", "-0", " ", "null", "urn:uuid:x",
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
    holder[path[-1]] = [value] * (dice.choice((2, 3)) if isinstance(value, dict | list) else 40)


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


CHANGES: tuple[Callable[[Any, Path, Random], None], ...] = (
    _drop, _retype, _retype, _swap, _nest, _unwrap, _repeat, _stretch, _deepen,
)  # fmt: skip


def damaged_bytes(body: bytes, dice: Random) -> bytes:
    """Cut, overwritten, or with bytes put in."""
    at = dice.randrange(len(body))
    noise = dice.randbytes(dice.choice((1, 8)))
    return dice.choice(
        (body[:at], body[:at] + noise + body[at:], body[:at] + noise + body[at + 8 :])
    )
