"""The public log: what moderators did to conversations, for everybody, where the operator wishes it."""

from __future__ import annotations

from flask import Blueprint, Response, abort, make_response, render_template, request

from blueprints.accounts.guard import moderator_here
from blueprints.moderation import queries
from understory import settings
from understory.htmx import private, shared
from understory.paging import place_in

bp = Blueprint("openly", __name__)


@bp.get("/moderation")
def log() -> Response:
    """Acts on conversations, newest first; names of moderators only where a setting says so."""
    rules = settings.current()
    if not rules.public_log:
        abort(404)
    page = queries.public_log(place_in(request.args))
    response = make_response(render_template("moderation/public.html", page=page, named=rules.public_log_names))
    return private(response) if moderator_here() else shared(response)
