"""How gunicorn serves the application. All values come from the settings (CDS_...)."""

import gunicorn.http.wsgi

from cds_service.settings import Settings


_settings = Settings()

wsgi_app = "cds_service.app:create_app()"
bind = f"{_settings.host}:{_settings.port}"
worker_class = "gthread"
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
loglevel = "warning" if _settings.log_level != "DEBUG" else "debug"
# No product name in the Server header.
gunicorn.http.wsgi.SERVER = "cds"
