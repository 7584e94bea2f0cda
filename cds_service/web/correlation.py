"""One id for each HTTP request, shared by answer, log and error."""

from __future__ import annotations

import re
from uuid import uuid4

from flask import g, request


HEADER = "X-Request-Id"
_SAFE = re.compile(r"[A-Za-z0-9._-]{8,64}")


def correlation_id() -> str:
    """The caller's own id when it is a harmless one, else a new one."""
    if "correlation_id" not in g:
        sent = request.headers.get(HEADER, "")
        g.correlation_id = sent if _SAFE.fullmatch(sent) else uuid4().hex
    return str(g.correlation_id)
