"""How gunicorn serves the application. All values come from the settings (CDS_...)."""

import gc
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import gunicorn.http.wsgi
from gunicorn.arbiter import Arbiter

from cds_service.serving import QuietWorker, checking_input, quiet_logger
from cds_service.settings import Settings


_settings = Settings()
# Where the worker processes keep what they count: a folder of the site, or one of our own. It is set
# before the application is imported, and emptied once for each master: this file is read again at HUP.
_METRICS = "PROMETHEUS_MULTIPROC_DIR"
_MASTER = "CDS_METRICS_MASTER"
_OWN = "cds-metrics-"
if _settings.metrics and os.environ.get(_MASTER) != str(os.getpid()):
    os.environ[_MASTER] = str(os.getpid())
    folder = Path(os.environ.get(_METRICS) or tempfile.mkdtemp(prefix=_OWN))
    os.environ[_METRICS] = str(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for file in folder.glob("*.db"):
        file.unlink()

wsgi_app = "cds_service.app:create_app()"
bind = f"{_settings.host}:{_settings.port}"
worker_class = QuietWorker
workers = _settings.workers
threads = _settings.threads
# Knowledge is read and checked once, in the master; workers share its pages.
preload_app = True
keepalive = 75
timeout = 30
graceful_timeout = 20
max_requests = 0
# The application writes one line for each request; gunicorn's own would hold URLs.
accesslog = None
errorlog = "-"
logger_class = quiet_logger(as_json=_settings.log_format == "json")
# Never more: its debug lines hold the addresses of requests.
loglevel = "warning"


def when_ready(server: Arbiter) -> None:
    """Take what is loaded out of the garbage collector's sight before the workers are forked.

    It lives as long as the process; walking through it again and again costs time and unshares
    the pages that workers have in common.
    """
    gc.collect()
    gc.freeze()
    # A request of 1 MB is tens of thousands of dictionaries, which are freed without the collector.
    gc.set_threshold(50_000, 20, 20)


def post_worker_init(worker: Any) -> None:
    """A body that breaks off is the client's fault, not ours."""
    worker.wsgi = checking_input(worker.wsgi)


def child_exit(server: Arbiter, worker: Any) -> None:
    """What a worker counted stays; what it measured of itself does not."""
    if not _settings.metrics:
        return
    # Not before the folder is set: the library decides at its import.
    from prometheus_client.multiprocess import mark_process_dead  # noqa: PLC0415

    mark_process_dead(worker.pid)


def on_exit(server: Arbiter) -> None:
    """Nothing of ours is left behind."""
    folder = Path(os.environ.get(_METRICS, ""))
    if folder.name.startswith(_OWN):
        shutil.rmtree(folder, ignore_errors=True)


# No header of a request decides on scheme, path or script name, whoever sends it.
forwarded_allow_ips = ""
forwarder_headers = ""
secure_scheme_headers = {}
# Requests that are longer or stranger than any client's are refused before they are parsed.
limit_request_line = 4094
limit_request_fields = 100
limit_request_field_size = 16_380
# No product name in the Server header.
gunicorn.http.wsgi.SERVER = "cds"
