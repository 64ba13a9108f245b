"""The stream's address without the front: under `flask run` there are no streams, and readers lose nothing."""

from __future__ import annotations

from flask import Blueprint, Response, abort, make_response

from blueprints.articles import queries as articles
from understory.htmx import private

bp = Blueprint("live", __name__)


@bp.get("/articles/<slug:slug>/live")
def stream(slug: str) -> Response:
    """Nothing to hear here: the answer that tells htmx to leave the page as it is."""
    if articles.published(slug) is None:
        abort(404)
    return private(make_response("", 204))
