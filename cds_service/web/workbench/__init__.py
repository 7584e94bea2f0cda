"""The workbench: pages for people, served at ``/``.

How to add a page
-----------------
1. A module here (``knowledge_pages.py``) with view functions, and beside it one with the view models
   (plain values made of the site's data; no Flask in it)::

       def add_pages(blueprint: Blueprint, bench: Bench) -> None:
           @blueprint.get("/knowledge")
           def knowledge() -> str:
               return render_template("knowledge.html", causes=..., here="knowledge")

   ``here`` is the endpoint of the page's entry in the navigation (it gets ``aria-current``).
2. A template in ``web/templates/``, starting with ``{% extends "layout.html" %}``; blocks ``title``
   (text only), ``head`` (more scripts or style sheets) and ``content``. Macros for everything that
   occurs twice are in ``macros.html`` (``{% import "macros.html" as ui with context %}``). All text
   is escaped. No inline script or style, no ``style=`` attribute, no ``on...=``: the
   Content-Security-Policy refuses them.
3. Static files (own ones as ``static/name.js``, foreign ones with their licence in
   ``static/vendor/``): ``{{ static("name.js") }}`` gives the URL with the content's hash.
4. One line in ``pages.py``: the ``Page`` (endpoint, path, label, whether it shows patient data) and
   its ``add_pages``. Pages with patient data are not served in jwt mode unless CDS_WORKBENCH is ``on``.
5. A browser test in ``tests/browser/``: fixtures ``page`` (desktop and phone), ``visit``,
   ``check_accessibility``; see tests/browser/conftest.py.

Forms work without JavaScript (GET or POST to a URL that answers with a whole page); htmx then asks
the same URL and swaps a part of it: ``hx-target="#part" hx-select="#part"``. Views that want to send
less look at ``wants_part()``. Errors raised in a view become a page with the same words as the API's
OperationOutcome. The server keeps nothing between two requests.
"""

from cds_service.web.workbench.bench import Bench, wants_part
from cds_service.web.workbench.blueprint import workbench_blueprint


__all__ = ["Bench", "wants_part", "workbench_blueprint"]
