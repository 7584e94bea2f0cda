"""Where worker processes keep what they count."""

from __future__ import annotations

from pathlib import Path

from tests.functional.server import gunicorn


def test_a_folder_of_the_site_is_emptied_at_start_and_kept(tmp_path: Path) -> None:
    """What another run left there would be added to our own counts, or break them."""
    left = tmp_path / "counter_1.db"
    left.write_bytes(b"of another run")
    with gunicorn(PROMETHEUS_MULTIPROC_DIR=str(tmp_path), CDS_WORKERS="1") as server:
        assert not left.exists()
        assert b"cds_requests_total" in server.call("GET", "/metrics").body
        assert list(tmp_path.glob("counter_*.db"))
    assert tmp_path.is_dir()


def test_metrics_can_be_switched_off() -> None:
    """No address, no folder."""
    with gunicorn(CDS_METRICS="false", CDS_WORKERS="1") as server:
        assert server.call("HEAD", "/metrics").status == 404
        assert "/metrics" not in server.call("GET", "/openapi.json").json["paths"]
        assert server.call("GET", "/health/live").status == 200
