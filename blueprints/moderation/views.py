"""The moderators' desk: the latest comments, the acts, and the log."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, make_response, render_template, request, url_for

from blueprints.accounts.guard import moderator_here
from blueprints.comments import queries as comments
from blueprints.comments.models import State
from blueprints.moderation import operations, queries
from blueprints.moderation.forms import ActForm
from blueprints.moderation.models import Act
from blueprints.moderation.operations import By
from understory.forms import STALE
from understory.htmx import done, is_htmx, private
from understory.paging import place_in
from understory.security import csrf, local_path

bp = Blueprint("moderation", __name__, url_prefix="/admin")

#: What the page says when an act is done.
SAID = {
    State.VISIBLE: "The comment is on the site.",
    State.PENDING: "The comment waits for approval.",
    State.REJECTED: "The comment is deleted. The log can undo it.",
    State.SPAM: "The comment is marked as spam. The log can undo it.",
    State.REPORTED: "The comment is hidden until somebody looks at it.",
    State.WITHDRAWN: "The comment is as its author left it: deleted.",
}


@bp.get("/")
def desk() -> Response:
    """The latest comments of the whole site."""
    page = comments.latest(place_in(request.args))
    reports = queries.open_reports(comment.id for comment in page.rows)
    return _page("moderation/desk.html", page=page, reports=reports)


@bp.get("/comments/<number:comment_id>/history")
def history(comment_id: int) -> Response:
    """What a comment says now and what it said before its author changed it."""
    comment = comments.one(comment_id) or abort(404)
    return _page("moderation/history.html", comment=comment, earlier=comments.earlier_texts(comment_id))


@bp.get("/log")
def log() -> Response:
    """Who did what, newest first."""
    return _page("moderation/log.html", page=queries.log(place_in(request.args)), form=ActForm())


@bp.post("/log/<number:entry_id>/undo")
def undo(entry_id: int) -> Response:
    """Take back what an entry of the log did."""
    change = operations.undo(entry_id, _moderator())
    flash(f"Undone. {SAID[change.after]}")
    return done("", url_for(".log"))


@bp.post("/comments/<number:comment_id>/delete")
@csrf.exempt
def delete(comment_id: int) -> Response:
    """Take a comment off the page; the log can bring it back."""
    return _act(Act.DELETE, comment_id)


@bp.post("/comments/<number:comment_id>/restore")
@csrf.exempt
def restore(comment_id: int) -> Response:
    """Bring a comment back onto the page."""
    return _act(Act.RESTORE, comment_id)


@bp.post("/comments/<number:comment_id>/approve")
@csrf.exempt
def approve(comment_id: int) -> Response:
    """Let a waiting comment onto the page."""
    return _act(Act.APPROVE, comment_id)


@bp.post("/comments/<number:comment_id>/spam")
@csrf.exempt
def spam(comment_id: int) -> Response:
    """Take a comment off the page as spam."""
    return _act(Act.SPAM, comment_id)


def _act(act: Act, comment_id: int) -> Response:
    form = ActForm()
    if not form.validate():
        return _refused(act, comment_id, form)
    change = operations.act(act, comment_id, _moderator(), form.reason.data or "")
    if not is_htmx():
        flash(SAID[change.after])
        return done("", local_path(form.next.data, url_for(".desk")))
    comment = comments.one(comment_id)
    return done(render_template("moderation/_acted.html", comment=comment, said=SAID[change.after]), "")


def _refused(act: Act, comment_id: int, form: ActForm) -> Response:
    """The act again on a page of its own, with the reason as it was typed."""
    comment = comments.one(comment_id) or abort(404)
    notice = STALE if form.is_stale else None
    template = "moderation/_act.html" if is_htmx() else "moderation/act.html"
    page = render_template(template, act=act, comment=comment, form=form, notice=notice)
    return private(make_response(page, 403 if form.is_stale else 422))


def _moderator() -> By:
    account = moderator_here() or abort(403)
    return By(account.id, account.name)


def _page(template: str, **context: object) -> Response:
    return private(make_response(render_template(template, **context)))
