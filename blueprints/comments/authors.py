"""What authors ask: their own comments, to change them, to take them back."""

from __future__ import annotations

from flask import Blueprint, Response, abort, make_response, render_template, request, url_for

from blueprints.articles import queries as articles
from blueprints.comments import authoring, origins, queries
from blueprints.comments.authoring import seconds_left
from blueprints.comments.forms import EditForm, WithdrawForm
from blueprints.moderation import amending
from blueprints.votes import queries as votes
from understory import limits, settings
from understory.db import AnyRow
from understory.errors import Refused
from understory.forms import stale
from understory.htmx import done, is_htmx, private
from understory.readers import key_here
from understory.sanitize import comment_html
from understory.security import csrf

bp = Blueprint("authors", __name__)


@bp.get("/articles/<slug:slug>/comments/yours")
def yours(slug: str) -> Response:
    """A reader's own comments under an article, waiting ones included, on a page."""
    article = articles.published(slug) or abort(404)
    key = key_here()
    own = queries.own(key, article.id) if key else []
    page = render_template("comments/yours.html", article=article, own=own, left=_left)
    return private(make_response(page))


@bp.get("/articles/<slug:slug>/comments/yours/marks")
def marks(slug: str) -> Response:
    """What a page that is the same for everybody lacks for this reader: own comments, own votes, what waits."""
    article = articles.published(slug) or abort(404)
    key = key_here()
    own = queries.own(key, article.id) if key else []
    mine = votes.in_thread(article.id, key) if key else {}
    return private(make_response(render_template("comments/_marks.html", own=own, votes=mine, left=_left)))


@bp.get("/comments/<number:comment_id>/edit/form")
def edit_form(comment_id: int) -> Response:
    """The text in a form, to be put under the comment."""
    comment = _own(comment_id)
    return _edit_answer(comment, EditForm(data={"body": comment.source}), template="comments/_edit.html")


@bp.get("/comments/<number:comment_id>/delete/form")
def withdraw_form(comment_id: int) -> Response:
    """The question, to be put under the comment."""
    return _withdraw_answer(_own(comment_id), WithdrawForm(), template="comments/_withdraw.html")


@bp.route("/comments/<number:comment_id>/edit", methods=["GET", "POST"])
@csrf.exempt
def edit(comment_id: int) -> Response:
    """The text in a form, and what becomes of it; refused text comes back."""
    comment = _own(comment_id)
    form = EditForm(data={"body": comment.source})
    if request.method == "GET":
        return _edit_answer(comment, form)
    if not form.validate():
        return _edit_answer(comment, form, 403 if form.is_stale else 422, stale() if form.is_stale else None)
    if "preview" in request.form:
        return _edit_answer(comment, form, preview=comment_html(form.body.data or ""))
    try:
        limits.take(settings.current().act_limit, "act", limits.client())
        minutes = settings.current().edit_minutes
        amending.edit(comment_id, key_here(), form.body.data or "", minutes, origins.here(key_here()))
    except Refused as refusal:
        return _edit_answer(comment, form, refusal.status, refusal.message)
    return _done(comment_id, "Your changes are saved.")


@bp.route("/comments/<number:comment_id>/delete", methods=["GET", "POST"])
@csrf.exempt
def withdraw(comment_id: int) -> Response:
    """Ask, and then take the comment back."""
    comment = _own(comment_id)
    form = WithdrawForm()
    if request.method == "GET":
        return _withdraw_answer(comment, form)
    if not form.validate():
        return _withdraw_answer(comment, form, 403, stale())
    try:
        limits.take(settings.current().act_limit, "act", limits.client())
        amending.withdraw(comment_id, key_here(), settings.current().edit_minutes)
    except Refused as refusal:
        return _withdraw_answer(comment, form, refusal.status, refusal.message)
    return _done(comment_id, "Your comment is deleted.")


def _own(comment_id: int) -> AnyRow:
    """The comment, if this reader wrote it and it is still there."""
    comment = queries.one(comment_id) or abort(404)
    if comment.state != "visible" and not comment.waits:
        abort(410)
    if comment.reader_key is None or comment.reader_key != key_here():
        raise authoring.NotYours
    return comment


def _done(comment_id: int, said: str) -> Response:
    comment = queries.one(comment_id) or abort(404)
    back = url_for("comments.place", comment_id=comment_id)
    if comment.state != "visible":
        back = url_for(".yours", slug=comment.slug)
    return done(render_template("comments/_changed.html", comment=comment, said=said, left=_left), back)


def _edit_answer(
    comment: AnyRow,
    form: EditForm,
    status: int = 200,
    notice: str | None = None,
    preview: str | None = None,
    template: str | None = None,
) -> Response:
    template = template or ("comments/_edit.html" if is_htmx() else "comments/edit.html")
    page = render_template(template, comment=comment, form=form, notice=notice, preview=preview, left=_left)
    return private(make_response(page, status))


def _withdraw_answer(
    comment: AnyRow, form: WithdrawForm, status: int = 200, notice: str | None = None, template: str | None = None
) -> Response:
    template = template or ("comments/_withdraw.html" if is_htmx() else "comments/withdraw.html")
    return private(make_response(render_template(template, comment=comment, form=form, notice=notice), status))


def _left(comment: AnyRow) -> int:
    """Seconds in which this comment can still be changed."""
    return seconds_left(comment.created_at, settings.current().edit_minutes)
