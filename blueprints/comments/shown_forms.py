"""The form as a page or a fragment: empty, with a preview, or given back with its text and what is wrong with it."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, make_response, render_template, request

from blueprints.comments import queries, submissions
from blueprints.comments.forms import CommentForm
from understory.db import AnyRow
from understory.errors import AWAY_SECONDS, Refused, TooMany, Unavailable
from understory.forms import stale
from understory.htmx import is_htmx, private


def answer(article: AnyRow, form: CommentForm, template: str, status: int = 200, **more: Any) -> Response:
    """The form; `more` may be a `notice`, the id of an `earlier` comment, the html of a `preview`."""
    parent = queries.answerable(article.id, form.asked_parent) if form.asked_parent else None
    if form.asked_parent and parent is None:
        if request.method == "GET":
            abort(404)
        form.parent_id.data = ""
    context = {"notice": None, "earlier": None, "preview": None, **more}
    return private(
        make_response(render_template(template, article=article, form=form, parent=parent, **context), status)
    )


def not_now(article: AnyRow, refusal: Refused) -> Response:
    """The form again after a refusal that is not the text's fault; one press from posting where that can be."""
    form = CommentForm()
    form.validate()
    earlier = None
    if isinstance(refusal, submissions.AlreadySent):
        form.renew(parent_id=form.asked_parent)
        earlier = refusal.comment_id
    if isinstance(refusal, submissions.NotAnswerable):
        form.renew()
    response = refused(article, form, refusal.status, refusal.message, earlier=earlier)
    if isinstance(refusal, TooMany):
        response.headers["Retry-After"] = str(refusal.seconds)
    if isinstance(refusal, Unavailable):
        response.headers["Retry-After"] = str(AWAY_SECONDS)
    return response


def refused(article: AnyRow, form: CommentForm, status: int, message: str | None = None, **more: Any) -> Response:
    """The form again, with the text and what is wrong with it."""
    if form.submission_id.errors:
        form.renew(parent_id=form.asked_parent)
    if form.parent_id.errors:
        form.parent_id.data = ""
    if status == 413 and not form.errors:
        message = "This form holds more than a comment can."
    notice = message or next((e for f in (form.parent_id, form.submission_id, form.website) for e in f.errors), None)
    template = "comments/_form.html" if is_htmx() else "comments/new.html"
    return answer(article, form, template, status, notice=stale() if form.is_stale else notice, **more)
