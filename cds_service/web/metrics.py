"""Metrics for Prometheus on ``/metrics``, summed over the worker processes.

Every label comes from a closed set (services offered, topics of the knowledge, states, status codes):
no caller can make series. Under gunicorn the values lie in ``PROMETHEUS_MULTIPROC_DIR``.
"""

from __future__ import annotations

import os
from time import perf_counter

from flask import Blueprint, Response, g, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

from cds_service.web.notes import CallNotes


_MULTIPROCESS = "PROMETHEUS_MULTIPROC_DIR"
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """The counters of one application."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = self._counter(
            "cds_requests", "Answers sent", ("endpoint", "service", "status")
        )
        self.seconds = Histogram(
            "cds_request_seconds",
            "Time inside the application",
            ("endpoint",),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.cards = self._counter("cds_cards", "Cards sent", ("topic", "indicator"))
        self.suppressed = self._counter("cds_suppressed", "What was not said, by kind", ("kind",))
        self.prefetch = self._counter("cds_prefetch_keys", "Prefetch keys", ("key", "state"))
        self.fetched = self._counter("cds_fhir_fetches", "Keys asked of FHIR servers", ("state",))
        self.skipped = self._counter(
            "cds_resources_skipped", "Resources that were not usable", ("problem",)
        )
        self.feedback = self._counter("cds_feedback_items", "Items of feedback taken", ())
        self.unknown = self._counter(
            "cds_feedback_unknown_cards", "Items of feedback on cards their sender never got", ()
        )
        self.unrecorded = self._counter(
            "cds_unrecorded_calls", "Calls whose audit record could not be written", ()
        )
        self.memory = Gauge(
            "cds_memory_available",
            "Whether the last call could use the database",
            registry=self.registry,
            multiprocess_mode="livemin",
        )

    def _counter(self, name: str, what: str, labels: tuple[str, ...]) -> Counter:
        return Counter(name, what, labels, registry=self.registry)

    def count(self, status: int, seconds: float, noted: CallNotes) -> None:
        """Count one answer."""
        endpoint = request.endpoint or "none"
        self.requests.labels(endpoint, noted.service, status).inc()
        self.seconds.labels(endpoint).observe(seconds)
        for topic, indicator in noted.cards or ():
            self.cards.labels(topic, indicator).inc()
        for kind, number in noted.suppressed.items():
            self.suppressed.labels(kind).inc(number)
        for key, state in noted.prefetch.items():
            if state != "supplied":
                self.prefetch.labels(key, state).inc()
        for state, number in noted.fetched.items():
            self.fetched.labels(state).inc(number)
        for problem, number in noted.skipped.items():
            self.skipped.labels(problem).inc(number)
        self._add(self.feedback, noted.feedback)
        self._add(self.unknown, noted.unknown_cards)

    @staticmethod
    def _add(counter: Counter, number: int) -> None:
        if number:
            counter.inc(number)

    def text(self) -> bytes:
        """Everything counted, by all worker processes."""
        if not os.environ.get(_MULTIPROCESS):
            return generate_latest(self.registry)
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        return generate_latest(together)


def metrics_blueprint(metrics: Metrics) -> Blueprint:
    """``GET /metrics``."""
    blueprint = Blueprint("metrics", __name__)

    @blueprint.get("/metrics")
    def show() -> Response:
        """For Prometheus; holds no patient data."""
        return Response(metrics.text(), content_type=CONTENT_TYPE_LATEST)

    return blueprint


def elapsed_seconds() -> float:
    """Since the application began with this request."""
    started: float = g.get("started", perf_counter())
    return perf_counter() - started
