"""The pages, in the order of the navigation. One line for each."""

from __future__ import annotations

from cds_service.web.workbench import try_pages
from cds_service.web.workbench.bench import Page


PAGES: tuple[Page, ...] = (
    Page(
        endpoint="try_it",
        path="/",
        label="Try it",
        about="Send a sandbox case or your own request, and see cards and reasons.",
        add=try_pages.add_pages,
        patient_data=True,
    ),
)
