"""The pages, in the order of the navigation. One line for each."""

from __future__ import annotations

from cds_service.web.workbench import (
    api_pages,
    knowledge_pages,
    questionnaire_pages,
    report_pages,
    try_pages,
)
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
    Page(
        endpoint="questionnaire",
        path="/questionnaire",
        label="Questionnaire",
        about="What patients are asked before they are seen, in plain words.",
        add=questionnaire_pages.add_pages,
    ),
    Page(
        endpoint="knowledge",
        path="/knowledge",
        label="Knowledge",
        about="Every cause, finding, rule and source, with the words that it stands on.",
        add=knowledge_pages.add_pages,
    ),
    Page(
        endpoint="reports",
        path="/reports",
        label="Reports",
        about="How the advice is received: accepted, overridden and why, by rule and by week.",
        add=report_pages.add_pages,
        patient_data=True,  # none of a patient, but figures of the site's clients
    ),
    Page(
        endpoint="api",
        path="/docs/api",
        label="API",
        about="Every endpoint, with its parameters, answers and errors.",
        add=api_pages.add_pages,
    ),
)
