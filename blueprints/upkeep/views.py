"""For whoever watches the site: whether the process answers, and whether it can do its work."""

from __future__ import annotations

from flask import Blueprint, Response, make_response

from blueprints.upkeep import readiness
from understory.htmx import private

bp = Blueprint("upkeep", __name__)


@bp.get("/healthz")
def healthz() -> Response:
    """That the process answers; it asks nobody else, so that a slow database restarts nothing."""
    return _said("ok\n", 200)


@bp.get("/readyz")
def readyz() -> Response:
    """Whether posts would succeed now: a line for each thing that they need. 503 when one of them is missing."""
    found = readiness.look()
    lines = [f"{one.name}: {one.said}\n" for one in found]
    return _said("".join(lines), 200 if all(one.is_well for one in found) else 503)


def _said(text: str, status: int) -> Response:
    response = private(make_response(text, status))
    response.mimetype = "text/plain"
    return response
