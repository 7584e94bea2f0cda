"""Try it: send a sandbox case or an own request, and see cards and reasons."""

from __future__ import annotations

from flask import Blueprint, render_template

from cds_service.web.workbench.bench import Bench


def add_pages(blueprint: Blueprint, bench: Bench) -> None:
    """``/``."""

    @blueprint.get("/")
    def try_it() -> str:
        return render_template("try.html", here="try_it")
