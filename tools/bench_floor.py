"""The floor of the benchmark: Flask, orjson and gunicorn with nothing to think about.

Reads the whole request, checks the hook, answers one constant card. A service on the same stack
cannot be faster; how near it comes is the figure to watch.
"""

from __future__ import annotations

import orjson
from flask import Flask, Response, request


app = Flask(__name__)

_ANSWER = orjson.dumps(
    {
        "cards": [
            {
                "uuid": "c1b6a9b0-1c1e-4b7c-8d5e-0d6f1f7f1a11",
                "summary": "A constant card",
                "indicator": "info",
                "source": {"label": "floor"},
            }
        ]
    }
)


@app.post("/cds-services/leg-pain-patient-view")
def answer() -> Response:
    """The constant card, or 400 for another hook."""
    body = orjson.loads(request.get_data())
    if body.get("hook") != "patient-view":
        return Response(b'{"resourceType":"OperationOutcome"}', 400, mimetype="application/json")
    return Response(_ANSWER, mimetype="application/json")
