"""Every sandbox case, through the whole service, against what a clinician expects of it.

Entry rule: a test belongs here when a clinician can read it. A failing case is settled on the
clinical merits; it is never bent to the service.
"""

from __future__ import annotations

import pytest

from tests.spec.cases import Case, read_cases
from tests.spec.comparison import differences
from tests.spec.service import answer, explain


@pytest.mark.parametrize("case", read_cases(), ids=lambda case: case.slug)
def test_case(case: Case) -> None:
    """The answer meets every expectation that the case states."""
    found = differences(case.file.expect, explain(case), answer(case))
    if found:
        listed = "\n  - ".join(found)
        pytest.fail(
            f"{case.slug} ({case.file.title})\n{case.file.story}\n  - {listed}", pytrace=False
        )
