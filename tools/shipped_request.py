"""Writes the request that README shows, from a sandbox case.

python -m tools.shipped_request
"""

from __future__ import annotations

import json
from pathlib import Path

from cds_service.gather.sandbox import read_case


ROOT = Path(__file__).resolve().parent.parent
CASE = ROOT / "fixtures" / "cases" / "rls-complete-ferritin-missing"
TARGET = ROOT / "fixtures" / "requests" / "restless-legs.json"


def request_text() -> str:
    """The request of the case, as it is shipped."""
    _title, request = read_case(CASE)
    return json.dumps(request, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(request_text(), encoding="utf-8")
