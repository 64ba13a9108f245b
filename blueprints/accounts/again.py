"""A form that was sent after its session had ended, to be sent once more."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template

from blueprints.accounts import unsent
from understory.errors import KEPT_FIELDS, Kept, Missing
from understory.htmx import private

bp = Blueprint("unsent", __name__, url_prefix="/admin/unsent")


@bp.get("/<token>")
def show(token: str) -> Response:
    """What was typed, and one press that sends it."""
    form = unsent.find(token)
    if form is None:
        raise Missing("What was typed here is kept for one day only.")
    kept = [Kept(KEPT_FIELDS[name], text) for name, text in form.fields if name in KEPT_FIELDS and text.strip()]
    return private(make_response(render_template("accounts/unsent.html", form=form, kept=kept)))
