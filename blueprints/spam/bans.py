"""Bans: those in force, the form for a new one, lifting one, and what was done with them."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, make_response, render_template, request, url_for

from blueprints.comments import queries as comments
from blueprints.moderation import barring
from blueprints.spam import queries
from blueprints.spam.forms import BanForm
from blueprints.spam.guard import moderator
from understory import clock
from understory.db import AnyRow
from understory.forms import STALE
from understory.htmx import done, is_htmx, private
from understory.paging import number_in
from understory.security import csrf

bp = Blueprint("bans", __name__, url_prefix="/admin/bans")


@bp.get("/")
def index() -> Response:
    """The bans in force, and their log."""
    page = render_template("spam/bans.html", bans=queries.bans(), entries=queries.ban_log(), now=clock.now())
    return private(make_response(page))


@bp.route("/new", methods=["GET", "POST"])
@csrf.exempt
def new() -> Response:
    """The form, filled in from a comment when one gave cause, and what becomes of it."""
    if request.method == "GET":
        return _empty("spam/new_ban.html")
    form = BanForm()
    cause = comments.one(form.comment_id) if form.comment_id else None
    if not form.validate():
        return _form(form, cause, status=403 if form.is_stale else 422, notice=STALE if form.is_stale else None)
    grounds = form.grounds((cause.reader_key, cause.author) if cause else (None, ""), clock.now())
    if not grounds:
        return _form(form, cause, status=422, notice="Of this author nothing is known that could be banned.")
    barring.ban(grounds, moderator())
    said = "The ban is in force." if len(grounds) == 1 else f"{len(grounds)} bans are in force."
    if not is_htmx():
        flash(said)
    return done(render_template("spam/_banned.html", said=said), url_for(".index"))


@bp.get("/form")
def form() -> Response:
    """The form to be put under a comment."""
    return _empty("spam/_ban.html")


@bp.post("/<number:ban_id>/lift")
def lift(ban_id: int) -> Response:
    """End a ban."""
    barring.lift(ban_id, moderator())
    if not is_htmx():
        flash("The ban is lifted.")
    return done(render_template("spam/_lifted.html", ban=queries.ban(ban_id)), url_for(".index"))


def _empty(template: str) -> Response:
    comment_id = number_in(request.args, "comment")
    cause = comments.one(comment_id) or abort(404) if comment_id else None
    filled = BanForm(
        formdata=None,
        comment=str(comment_id or ""),
        by_author=cause is not None and cause.reader_key is not None,
        email=cause.email if cause else None,
        address=cause.address_range if cause else None,
    )
    return _form(filled, cause, template)


def _form(
    form: BanForm, cause: AnyRow | None, template: str | None = None, status: int = 200, notice: str | None = None
) -> Response:
    template = template or ("spam/_ban.html" if is_htmx() else "spam/new_ban.html")
    return private(make_response(render_template(template, form=form, cause=cause, notice=notice), status))
