"""The parts that the service stands on."""

from __future__ import annotations

from cds_service.web.health import Health, PartState


def test_ready_with_all_parts() -> None:
    """Each part says its word."""
    health = Health()
    health.add("memory", lambda: PartState("kept"))
    assert health.report() == {"status": "ready", "memory": "kept"}


def test_degraded_parts_are_named() -> None:
    """As they are now, not as they were at start."""
    states = [PartState("kept")]
    health = Health()
    health.add("memory", lambda: states[-1])
    health.add("keys", lambda: PartState("fresh"))
    states.append(PartState("unavailable", degraded=True))
    assert health.report() == {
        "status": "degraded",
        "memory": "unavailable",
        "keys": "fresh",
        "degraded": ["memory"],
    }
