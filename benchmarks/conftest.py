"""Collects what the benchmarks measured, and prints how time grows with the input."""

from __future__ import annotations

import pytest


class Growth:
    """Sizes of the requests in bytes, and the least time that each took in seconds."""

    def __init__(self) -> None:
        self._seconds: dict[int, float] = {}

    def add(self, size: int, seconds: float) -> None:
        """A request of ``size`` bytes took ``seconds``."""
        self._seconds[size] = seconds

    @property
    def of_bytes(self) -> float:
        """How many times larger the largest request is than the smallest."""
        return max(self._seconds) / min(self._seconds)

    @property
    def of_time(self) -> float:
        """How many times longer the largest request took than the smallest."""
        return self._seconds[max(self._seconds)] / self._seconds[min(self._seconds)]

    def __bool__(self) -> bool:
        return len(self._seconds) > 1


_GROWTH = pytest.StashKey[Growth]()


@pytest.fixture(scope="session")
def growth(pytestconfig: pytest.Config) -> Growth:
    """Shared by all benchmarks of one run."""
    return pytestconfig.stash.setdefault(_GROWTH, Growth())


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """One line: growth of the time against growth of the input."""
    found = config.stash.get(_GROWTH, None)
    if found:
        terminalreporter.write_line(
            f"growth: {found.of_time:.1f} x the time for {found.of_bytes:.1f} x the bytes"
        )
