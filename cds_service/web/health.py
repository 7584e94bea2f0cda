"""What the service stands on besides itself, each part with a word for its state.

A part that is degraded does not keep calls away: they go on without it, and ``/health/ready`` says so.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec


class PartState(msgspec.Struct, frozen=True):
    """How a part is: one word, and whether calls go on without it although they should not."""

    word: str
    degraded: bool = False


class Health:
    """The parts of one application; each room may add its own at start-up."""

    def __init__(self) -> None:
        self._parts: dict[str, Callable[[], PartState]] = {}

    def add(self, name: str, state: Callable[[], PartState]) -> None:
        """Let ``state`` be asked whenever somebody wants to know."""
        self._parts[name] = state

    def report(self) -> dict[str, str | list[str]]:
        """``status``, the word of each part, and which parts are degraded, if any are."""
        states = {name: state() for name, state in self._parts.items()}
        words: dict[str, str | list[str]] = {name: state.word for name, state in states.items()}
        degraded = [name for name, state in states.items() if state.degraded]
        if not degraded:
            return {"status": "ready"} | words
        return {"status": "degraded"} | words | {"degraded": degraded}
