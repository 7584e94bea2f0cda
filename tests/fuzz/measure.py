"""How much is fuzzed, and from which seed.

``make test`` sends a thousand requests from one fixed seed; ``make fuzz`` twenty times as many, from a
seed of the day. The seed stands in the head of the test run and in every failure:
``CDS_FUZZ_SEED=... CDS_FUZZ_TIMES=... pytest tests/fuzz`` sends the same again.
"""

from __future__ import annotations

import os
from random import Random  # noqa: TID251 (always from the seed)
from typing import Any

from hypothesis import HealthCheck, seed, settings


SEED = int(os.environ.get("CDS_FUZZ_SEED", "20261121"))
TIMES = int(os.environ.get("CDS_FUZZ_TIMES", "1"))
# A request is answered in milliseconds; ten seconds on a busy machine mean that something is wrong.
LONGEST_SECONDS = 10.0


def dice(*of: object) -> Random:
    """The random numbers of one piece of work, the same for the same seed."""
    return Random(f"{SEED} {of}")  # noqa: S311 (no secret)


def examples(number: int) -> Any:
    """A Hypothesis test of so many examples (times ``TIMES``), from the seed."""
    bounded = settings(
        max_examples=number * TIMES,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    return lambda test: seed(SEED)(bounded(test))
